//! A PostgreSQL server of the tests' own: in a new directory, on a free port of the loopback.
//!
//! Install it with `apt install postgresql` or the like; it needs no set-up and need not run.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use rustix::process::Signal;
use sqlx::{Connection, PgConnection};

use super::process::Process;

const USER: &str = "tester";
const PASSWORD: &str = "secret";

/// How often another port is tried, when the free one was taken before the server had it.
const PORT_ATTEMPTS_MAX: u32 = 5;

/// It never waits for a disk, since no test cuts the power; has room for the connections of several
/// processes; and looks sooner for deadlocks than after a second.
const SETTINGS: &str = "-c listen_addresses=127.0.0.1 -c unix_socket_directories='' \
                        -c fsync=off -c max_connections=300 -c deadlock_timeout=20ms";

/// A server, and the process that stops it when this value or the whole test process is gone.
#[derive(Debug)]
pub struct Server {
    bin: PathBuf,
    home: PathBuf,
    port: u16,
    databases: AtomicU32,
    _watcher: Child,
}

impl Server {
    /// The server that the tests of a process share: it starts with the first of them.
    ///
    /// # Panics
    ///
    /// As [`start_new`](Self::start_new).
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(Self::start_new)
    }

    /// A server that a test may stop.
    ///
    /// # Panics
    ///
    /// If there is no PostgreSQL on this machine, or it does not start.
    #[must_use]
    pub fn start_new() -> Self {
        let bin = find_bin();
        let home = tempfile::Builder::new().prefix("tests-pg-").tempdir().expect("a directory");
        // From here on the watcher removes the directory.
        let home = home.keep();
        if let Some((user, group)) = other_user() {
            chown(&home, Some(user), Some(group)).expect("root may give directories away");
        }
        let _watcher = watch(&bin, &home);
        initialise(&bin, &home);

        let mut server = Self { bin, home, port: 0, databases: AtomicU32::new(0), _watcher };
        for attempt in 1.. {
            server.port = free_port();
            if server.try_start() {
                break;
            }
            assert!(attempt < PORT_ATTEMPTS_MAX, "PostgreSQL does not start: {}", server.log());
        }
        server
    }

    /// Makes an empty database and returns its URL.
    ///
    /// # Panics
    ///
    /// If the server is down.
    pub async fn new_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut connection = PgConnection::connect(&self.url("postgres")).await.expect("a server");
        let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
        sqlx::raw_sql(create).execute(&mut connection).await.expect("a new database");
        self.url(&name)
    }

    /// Stops the server at once, without a word to its clients.
    ///
    /// # Panics
    ///
    /// If it does not stop.
    pub fn crash(&self) {
        let stop = ["stop", "-w", "-m", "immediate"];
        assert!(self.pg_ctl(&stop), "PostgreSQL does not stop: {}", self.log());
    }

    /// Ends all processes of the server, as a crash of the machine would.
    ///
    /// # Panics
    ///
    /// If it does not run.
    pub fn kill(&self) {
        let lock = self.home.join("data/postmaster.pid");
        let text = fs::read_to_string(&lock).expect("it runs");
        let id = text.lines().next().expect("a process id");
        let postmaster = Process::open(id).expect("it runs");
        // A stopped one starts no others while we look.
        postmaster.send(Signal::STOP);
        let listed = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
        let listed = listed.expect("Linux lists them");
        let mut processes: Vec<_> = listed.split_whitespace().filter_map(Process::open).collect();
        processes.push(postmaster);
        processes.iter().for_each(|process| process.send(Signal::KILL));
        processes.iter().for_each(Process::wait);
        // The next one asks whether that id is alive, which it may be, as somebody else's.
        fs::remove_file(lock).expect("it was there");
    }

    /// Starts it again, on the same data and the same port.
    ///
    /// # Panics
    ///
    /// If it does not start.
    pub fn restart(&self) {
        assert!(self.try_start(), "PostgreSQL does not start: {}", self.log());
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    fn try_start(&self) -> bool {
        let options = format!("-p {} {SETTINGS}", self.port);
        let log = self.home.join("log");
        self.pg_ctl(&["start", "-w", "-l", log.to_str().expect("UTF-8"), "-o", &options])
    }

    fn pg_ctl(&self, args: &[&str]) -> bool {
        let mut command = as_other_user(self.bin.join("pg_ctl"));
        command.arg("-D").arg(self.home.join("data")).args(args);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().expect("pg_ctl runs").success()
    }

    fn log(&self) -> String {
        fs::read_to_string(self.home.join("log")).unwrap_or_default()
    }

    fn url(&self, database: &str) -> String {
        format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }
}

/// Where `initdb` and `pg_ctl` are: in the `PATH`, or where Debian puts the newest version.
fn find_bin() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&path);
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<_> = versions.map(|entry| entry.path().join("bin")).collect();
    versions.sort();
    let has_server = |bin: &PathBuf| bin.join("initdb").exists() && bin.join("pg_ctl").exists();
    in_path.chain(versions.into_iter().rev()).find(has_server).expect(
        "these tests need PostgreSQL's server programs (initdb, pg_ctl) in the PATH or under \
         /usr/lib/postgresql: install the package `postgresql`",
    )
}

/// The hash is an old one: a better one takes long by design, and longer still in a debug build.
fn initialise(bin: &Path, home: &Path) {
    let password = home.join("password");
    fs::write(&password, PASSWORD).expect("a file");
    let mut command = as_other_user(bin.join("initdb"));
    command.args(["-U", USER, "-A", "md5", "-E", "UTF8", "--locale=C"]);
    command.arg("--no-sync").arg("--pwfile").arg(password).arg("-D").arg(home.join("data"));
    let output = command.stdin(Stdio::null()).output().expect("initdb runs");
    assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
}

/// Starts the process that stops the server once our end of its stdin is closed: by a drop, or by
/// the end of this process, of whatever kind. Its own process group keeps a Ctrl-C away from it.
fn watch(bin: &Path, home: &Path) -> Child {
    let script = r#"cat; "$1" -D "$2/data" -m immediate stop; rm -rf "$2""#;
    let mut command = as_other_user("/bin/sh");
    command.args(["-c", script, "watcher"]).arg(bin.join("pg_ctl")).arg(home).process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.current_dir("/").spawn().expect("a shell")
}

/// PostgreSQL refuses to run as root, so it runs as a user that every system has.
fn as_other_user(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    if let Some((user, group)) = other_user() {
        command.uid(user).gid(group).current_dir("/");
    }
    command
}

/// The user and group to run as when we are root: `postgres`, else `nobody`.
fn other_user() -> Option<(u32, u32)> {
    if fs::metadata("/proc/self").map_or(0, |process| process.uid()) != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").expect("a list of users");
    let find = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut ids = line.split(':').skip(2).map(str::parse);
        Some((ids.next()?.ok()?, ids.next()?.ok()?))
    };
    let user = find("postgres").or_else(|| find("nobody"));
    Some(user.expect("root needs a user `postgres` or `nobody` to run PostgreSQL as"))
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").port()
}

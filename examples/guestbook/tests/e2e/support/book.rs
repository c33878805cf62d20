//! A running guestbook: the real program as a child process.

use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, OnceLock};

use reqwest::{Client, RequestBuilder, Response};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::{DEADLINE, Db, eventually};

/// The program under test.
pub(crate) const GUESTBOOK: &str = env!("CARGO_BIN_EXE_guestbook");

/// A guestbook that serves; it is killed when the test ends, however it ends.
pub(crate) struct Book {
    pub(crate) address: SocketAddr,
    child: Child,
    lines: Lines,
    client: Client,
}

/// How a post was answered.
pub(crate) struct Signing {
    pub(crate) status: u16,
    pub(crate) answer: Value,
}

impl Signing {
    /// Expects that it was acknowledged, and returns the number of the visitor.
    #[track_caller]
    pub(crate) fn number(&self) -> i64 {
        assert_eq!(self.status, 201, "{}", self.answer);
        self.answer["number"].as_i64().expect("a number")
    }

    /// Expects a failure, and its reasons.
    #[track_caller]
    pub(crate) fn check_failed(&self, status: u16, reasons: &[&str]) {
        assert_eq!(self.status, status, "{}", self.answer);
        let said = self.answer["error"].as_str().expect("a reason");
        for reason in reasons {
            assert!(said.contains(reason), "{reason}: {said}");
        }
    }
}

impl Book {
    /// Starts the program on `db` and waits until it listens.
    pub(crate) async fn open(db: &Db) -> Self {
        Self::open_with(Command::new(GUESTBOOK), db, &[]).await
    }

    /// Starts the program by `command`, with more arguments.
    pub(crate) async fn open_with(mut command: Command, db: &Db, args: &[&str]) -> Self {
        command.args(["--listen", "127.0.0.1:0", "--db", &db.argument()]).args(args);
        if command.as_std().get_envs().all(|(name, _)| name != "RUST_LOG") {
            command.env("RUST_LOG", "info,guestbook=debug");
        }
        command.kill_on_drop(true);
        command.process_group(group());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");

        let lines = Lines::collect(child.stderr.take().expect("stderr is piped"));
        let mut stdout = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let first = timeout(DEADLINE, stdout.next_line()).await.expect("it listens in time");
        let first = first.expect("stdout is text").unwrap_or_else(|| panic!("{}", lines.all()));
        let address = first.strip_prefix("guestbook: listening on http://").expect("its address");
        let address = address.parse().expect("an address");
        Self { address, child, lines, client: Client::new() }
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.url(path))
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(self.url(path))
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Signs as a program does.
    pub(crate) async fn sign(&self, name: &str) -> Signing {
        self.try_sign(name).await.expect("an answer")
    }

    /// Signs a book that may go away before it answers.
    pub(crate) fn try_sign(
        &self,
        name: &str,
    ) -> impl Future<Output = reqwest::Result<Signing>> + use<> {
        let body =
            json!({ "name": name, "email": "ann@example.org", "bio": format!("I am {name}") });
        let request = self.post("/sign").json(&body).send();
        async {
            let response = request.await?;
            Ok(Signing { status: response.status().as_u16(), answer: response.json().await? })
        }
    }

    /// Signs in the background, for tests that hold the answer up.
    pub(crate) fn start_signing(&self, name: &str) -> tokio::task::JoinHandle<Signing> {
        let signing = self.try_sign(name);
        tokio::spawn(async { signing.await.expect("an answer") })
    }

    /// The names that readers see, newest first.
    pub(crate) async fn names(&self) -> Vec<String> {
        let request = self.get("/").header("accept", "application/json");
        let book: Value = request.send().await.expect("the book").json().await.expect("JSON");
        let entries = book["entries"].as_array().unwrap_or_else(|| panic!("no entries: {book}"));
        entries.iter().map(|entry| entry["name"].as_str().expect("a name").to_owned()).collect()
    }

    /// The page that a browser gets.
    pub(crate) async fn page(&self) -> String {
        text(self.get("/").header("accept", "text/html").send().await).await
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let id = self.child.id().expect("it runs").try_into().expect("a process id");
        kill_process(Pid::from_raw(id).expect("a process id"), signal).expect("it runs");
    }

    /// Waits until the program has ended, and returns how, and all it said on stderr.
    pub(crate) async fn ended(mut self) -> (ExitStatus, String) {
        let status = timeout(DEADLINE, self.child.wait()).await;
        let status = status.unwrap_or_else(|_| panic!("does not end: {}", self.lines.all()));
        self.lines.wait_for_end().await;
        (status.expect("it was started"), self.lines.all())
    }

    /// Asks it to stop, and expects it to do so in order.
    pub(crate) async fn stop(self) -> String {
        self.signal(Signal::TERM);
        let (status, said) = self.ended().await;
        assert!(status.success(), "{status}: {said}");
        said
    }

    /// How many lines on stderr contain `words` so far.
    pub(crate) fn count(&self, words: &str) -> usize {
        self.lines.all().lines().filter(|line| line.contains(words)).count()
    }

    /// Waits until that many lines on stderr contain `words`.
    pub(crate) async fn says(&self, words: &str, times: usize) {
        eventually(words, async || times <= self.count(words)).await;
    }

    /// How many handlers have begun.
    pub(crate) fn started(&self) -> usize {
        self.count("a signature has come")
    }

    /// Waits until that many handlers have begun.
    pub(crate) async fn has_started(&self, times: usize) {
        self.says("a signature has come", times).await;
    }
}

/// The process group of all guestbooks. Its leader ends it when our end of its stdin is closed by
/// the end of this process: a drop is not enough for tests that are killed.
fn group() -> i32 {
    static LEADER: OnceLock<std::process::Child> = OnceLock::new();
    let leader = LEADER.get_or_init(|| {
        let mut command = std::process::Command::new("/bin/sh");
        command.args(["-c", "cat; kill -s KILL -- -$$"]).process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("a shell")
    });
    leader.id().try_into().expect("a process id")
}

/// The text of an answer that must have come.
pub(crate) async fn text(response: reqwest::Result<Response>) -> String {
    response.expect("an answer").text().await.expect("text")
}

/// What a child says on stderr, as it says it.
struct Lines {
    text: Arc<Mutex<String>>,
    reader: Option<tokio::task::JoinHandle<()>>,
}

impl Lines {
    fn collect(stderr: impl AsyncRead + Unpin + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let collected = Arc::clone(&text);
        let reader = tokio::spawn(async move {
            let mut lines = BufReader::new(stderr).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let mut text = collected.lock().expect("no reader panics");
                text.push_str(&line);
                text.push('\n');
            }
        });
        Self { text, reader: Some(reader) }
    }

    fn all(&self) -> String {
        self.text.lock().expect("no reader panics").clone()
    }

    async fn wait_for_end(&mut self) {
        if let Some(reader) = self.reader.take() {
            timeout(DEADLINE, reader).await.expect("stderr ends").expect("no reader panics");
        }
    }
}

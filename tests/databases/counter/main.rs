//! One counter, and many who increment it: tasklets in several contexts, each on a thread, in
//! several processes. In the end it has the exact value, whatever was tried again on the way.
//!
//! ```text
//! cargo run --release -p databases --bin counter -- --postgres --increments 10000
//! cargo run --release -p databases --bin counter -- --sqlite --increments 10000
//! ```
//!
//! It tells how long an increment took, all its attempts and the waits between them included.
//!
//! NDB: `update_counter`, the example of its tasklets, in a transaction.

mod worker;

use std::process::{Command, Stdio};

use databases::{Args, Place, Server, Store};

const USAGE: &str = "counter (--postgres | --sqlite) [--increments NUMBER] [--processes NUMBER] \
                     [--contexts NUMBER] [--tasklets NUMBER] [--connections NUMBER] \
                     [--retries NUMBER]";

/// How the work is spread in each process.
#[derive(Clone, Copy, Debug)]
struct Spread {
    contexts: u64,
    tasklets: u64,
    connections: u64,
    /// Whoever needs more of them fails, and the whole run with it.
    retries: u64,
}

/// One increment: how many attempts it took, and how many microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Increment {
    micros: u64,
    attempts: u64,
}

fn main() {
    let mut args = Args::new(USAGE);
    let worker = args.text("--worker");
    let is_postgres = args.has("--postgres");
    let is_sqlite = args.has("--sqlite");
    let increments = args.number("--increments").unwrap_or(10_000);
    let processes = args.number("--processes").unwrap_or(2);
    let spread = Spread {
        contexts: args.number("--contexts").unwrap_or(8),
        tasklets: args.number("--tasklets").unwrap_or(64),
        connections: args.number("--connections").unwrap_or(4),
        retries: args.number("--retries").unwrap_or(60),
    };
    args.end();
    if let Some(url) = worker {
        return worker::work(&url, increments, spread);
    }
    match (is_postgres, is_sqlite) {
        (true, false) => {
            let server = Server::start_new();
            let place = Place::Postgres(databases::run_in_runtime(server.new_database()));
            run("PostgreSQL", &place, increments, processes, spread);
        }
        (false, true) => run("SQLite", &Place::sqlite(), increments, processes, spread),
        _ => {
            eprintln!("usage: {USAGE}");
            std::process::exit(2);
        }
    }
}

/// Starts the processes, and looks at the counter when they have ended.
fn run(name: &str, place: &Place, increments: u64, processes: u64, spread: Spread) {
    let store = databases::run_in_runtime(Store::open(&place.url(), 1));
    let table = "CREATE TABLE counters (id BIGINT PRIMARY KEY, value BIGINT NOT NULL);
                 INSERT INTO counters VALUES (1, 0)";
    databases::run_in_runtime(store.prepare(table)).expect("a new database");

    let program = std::env::current_exe().expect("this program");
    let workers: Vec<_> = (0..processes)
        .map(|number| {
            let part = increments / processes + u64::from(number < increments % processes);
            let mut command = Command::new(&program);
            command.args(["--worker", &place.url()]);
            let numbers = [
                ("--increments", part),
                ("--contexts", spread.contexts),
                ("--tasklets", spread.tasklets),
                ("--connections", spread.connections),
                ("--retries", spread.retries),
            ];
            for (name, number) in numbers {
                command.args([name, &number.to_string()]);
            }
            command.stdout(Stdio::piped()).spawn().expect("this program starts")
        })
        .collect();
    let mut all = Vec::new();
    for worker in workers {
        let output = worker.wait_with_output().expect("it was started");
        assert!(output.status.success(), "a process has failed: {}", output.status);
        all.extend(String::from_utf8_lossy(&output.stdout).lines().map(Increment::parse));
    }

    let value = "SELECT value FROM counters WHERE id = 1";
    let value = databases::run_in_runtime(store.number(value, &[])).expect("a counter");
    assert_eq!(all.len() as u64, increments, "each increment was told");
    assert_eq!(value, i64::try_from(increments).expect("a small number"), "no increment is lost");
    report(name, &mut all, processes, spread);
}

impl Increment {
    fn parse(line: &str) -> Increment {
        let numbers = line.split_once(' ').and_then(|(attempts, micros)| {
            Some(Increment { attempts: attempts.parse().ok()?, micros: micros.parse().ok()? })
        });
        numbers.unwrap_or_else(|| panic!("no increment: {line}"))
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn report(name: &str, all: &mut [Increment], processes: u64, spread: Spread) {
    all.sort_unstable();
    let percentile = |of: usize| {
        let at = (all.len() * of / 100).min(all.len().saturating_sub(1));
        all.get(at).map_or(0.0, |increment| increment.micros as f64 / 1000.0)
    };
    let attempts: u64 = all.iter().map(|increment| increment.attempts).sum();
    let most = all.iter().map(|increment| increment.attempts).max().unwrap_or_default();
    let Spread { contexts, tasklets, connections, retries } = spread;
    println!(
        "{name}: {} increments by {processes} processes with {tasklets} tasklets in {contexts} \
         contexts on {connections} connections each: p50 {:.1} ms, p99 {:.1} ms, {:.2} attempts \
         each, {most} at most (of {})",
        all.len(),
        percentile(50),
        percentile(99),
        attempts as f64 / (all.len().max(1)) as f64,
        retries + 1,
    );
}

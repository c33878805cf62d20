//! The real program, asked by real clients: what was refused leaves nothing behind.

use std::process::Stdio;
use std::time::Duration;

use reqwest::{Client, Response};
use serde_json::json;
use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Nothing waits for it unless it has failed.
const DEADLINE: Duration = Duration::from_secs(60);

/// The program in a directory of its own; it is killed when this is dropped.
struct Program {
    url: String,
    client: Client,
    directory: TempDir,
    _child: Child,
}

impl Program {
    async fn start() -> Program {
        let directory = tempfile::tempdir().expect("a directory");
        let mut command = Command::new(env!("CARGO_BIN_EXE_signup"));
        command.arg("127.0.0.1:0").current_dir(directory.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().expect("the program starts");
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let first = timeout(DEADLINE, lines.next_line()).await.expect("it listens in time");
        let first = first.expect("stdout is text").expect("it says where");
        let url = first.strip_prefix("listening on ").expect("its address").to_owned();
        Program { url, client: Client::new(), directory, _child: child }
    }

    fn sign(&self, name: &str, bio: &str) -> impl Future<Output = Response> + use<> {
        let request = self.client.post(format!("{}/sign", self.url));
        let request = request.json(&json!({ "name": name, "bio": bio })).send();
        async { request.await.expect("an answer") }
    }

    /// How many users and profiles there are.
    async fn counts(&self) -> (i64, i64) {
        let url = format!("sqlite:{}", self.directory.path().join("signup.db").display());
        let mut connection = SqliteConnection::connect(&url).await.expect("its file");
        let counts = "SELECT (SELECT count(*) FROM users), (SELECT count(*) FROM profiles)";
        sqlx::query_as(counts).fetch_one(&mut connection).await.expect("its tables")
    }
}

#[tokio::test]
async fn what_is_signed_is_there() {
    let program = Program::start().await;
    assert_eq!(program.sign("Ann", "Hi!").await.status(), 200);
    assert_eq!(program.counts().await, (1, 1));
}

#[tokio::test]
async fn a_write_that_fails_takes_the_other_one_with_it() {
    let program = Program::start().await;
    let response = program.sign("Bob", "").await;
    assert_eq!(response.status(), 500);
    let said = response.text().await.expect("text");
    assert!(said.contains("CHECK constraint failed"), "{said}");
    assert_eq!(program.counts().await, (0, 0));
}

#[tokio::test]
async fn a_hundred_at_once_are_all_or_nothing_each() {
    let program = Program::start().await;
    let mut clients = JoinSet::new();
    for index in 0..100 {
        let bio = if index % 4 == 0 { "" } else { "Hi!" };
        let signing = program.sign(&format!("n{index}"), bio);
        clients.spawn(async move { signing.await.status().as_u16() });
    }
    let statuses = timeout(DEADLINE, clients.join_all()).await.expect("it answers all");
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 75, "{statuses:?}");
    assert_eq!(program.counts().await, (75, 75));
}

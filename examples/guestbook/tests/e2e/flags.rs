//! The command line: what it explains, and what it refuses with exit code 2.

use std::process::{Command, Output};

fn run(args: &[&str]) -> Output {
    let mut command = Command::new(crate::support::GUESTBOOK);
    command.args(args).output().expect("the program runs")
}

#[track_caller]
fn check_failure(args: &[&str], code: i32, reason: &str) {
    let output = run(args);
    let said = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(code), "{args:?}: {said}");
    assert!(said.contains(reason), "{args:?}: {said}");
    assert!(output.stdout.is_empty(), "{args:?}");
}

#[test]
fn help_names_every_flag() {
    let output = run(&["--help"]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).expect("text");
    for flag in ["--listen", "127.0.0.1:8080", "--db", "guestbook.db", "postgres://", "--drain"] {
        assert!(text.contains(flag), "{flag}: {text}");
    }
}

#[test]
fn version_is_the_packages() {
    let output = run(&["--version"]);
    let expected = concat!("guestbook ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}

#[test]
fn a_flag_that_makes_no_sense_is_refused() {
    check_failure(&["--lisen", "x"], 2, "unexpected argument '--lisen'");
    check_failure(&["--listen", "nowhere"], 2, "invalid socket address");
    check_failure(&["--db", "mysql://db/book"], 2, "neither a file for SQLite nor a postgres://");
    check_failure(&["--db", "postgres://db:port/book"], 2, "invalid port number");
    check_failure(&["--drain", "soon"], 2, "invalid digit");
}

#[test]
fn a_book_that_can_not_be_opened_is_named() {
    check_failure(&["--db", "/no/such/folder/book.db"], 1, "/no/such/folder/book.db");
    let url = "postgres://ann:secret@127.0.0.1:1/book";
    check_failure(&["--db", url], 1, "PostgreSQL database book at 127.0.0.1:1: error");
}

#[test]
fn a_taken_address_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("it is bound").to_string();
    let dir = tempfile::tempdir().expect("a directory");
    let db = dir.path().join("book.db");
    let args = ["--listen", &address, "--db", db.to_str().expect("UTF-8")];
    check_failure(&args, 1, &format!("cannot listen on {address}"));
}

//! The programs of this package, as they are run by hand, with less to do.

use std::process::Command;

/// Runs a program, which must succeed, and tells what it says.
#[track_caller]
fn run(program: &str, args: &[&str]) {
    let output = Command::new(program).args(args).output().expect("it starts");
    let [said, complained] =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    println!("{said}");
    assert!(output.status.success(), "{}: {said}{complained}", output.status);
}

const COUNTER: &str = env!("CARGO_BIN_EXE_counter");
const BANK: &str = env!("CARGO_BIN_EXE_bank");

#[test]
fn ten_thousand_increments_by_two_processes_are_all_there_on_sqlite() {
    run(COUNTER, &["--sqlite", "--increments", "10000"]);
}

#[test]
fn ten_thousand_increments_by_two_processes_are_all_there_on_postgres() {
    run(COUNTER, &["--postgres", "--increments", "10000"]);
}

#[test]
fn the_books_of_a_bank_are_right_on_sqlite_whatever_goes_wrong() {
    run(BANK, &["--sqlite", "--transfers", "3000"]);
}

#[test]
fn the_books_of_a_bank_are_right_on_postgres_whatever_goes_wrong() {
    run(BANK, &["--postgres", "--transfers", "3000", "--crash-after", "1000"]);
}

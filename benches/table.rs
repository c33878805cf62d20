//! One command, one table: runs every question (or those that are named), prints one document.
//!
//! `cargo run -p benches > docs/BENCHMARKS.md` for all, `cargo run -p benches fan_1000` for one.

use std::env;
use std::fs;
use std::process::{Command, ExitCode};

use benches::{ROWS_FILE, Row, table};

const INTRODUCTION: &str = include_str!("introduction.md");

fn main() -> ExitCode {
    let rows_file = env::temp_dir().join(format!("tasklet-benches-{}", std::process::id()));
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["bench", "--package", "benches"]).env(ROWS_FILE, &rows_file);
    for question in env::args().skip(1) {
        cargo.args(["--bench", &question]);
    }
    // Cargo's own words go to the error stream, so that the output is the document alone.
    let status = cargo.stdout(std::io::stderr()).status().expect("cargo can be run");
    let lines = fs::read_to_string(&rows_file).unwrap_or_default();
    // The file may be missing, when no question got as far as to write it.
    drop(fs::remove_file(&rows_file));
    if !status.success() {
        return ExitCode::FAILURE;
    }
    let rows: Vec<Row> = lines.lines().map(|line| line.parse().expect("a row")).collect();
    print!("{INTRODUCTION}\n{}", table::render(&rows));
    ExitCode::SUCCESS
}

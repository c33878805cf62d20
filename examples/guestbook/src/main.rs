//! A guestbook: every signature is two writes, started together and committed together.

mod args;
mod form;
mod page;
mod serve;
mod store;
mod web;

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;
use tokio::net::TcpListener;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

use crate::args::Args;
use crate::store::Store;

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    log_to_stderr();
    match run(&args).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("guestbook: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: &Args) -> Result<ExitCode, Box<dyn Error>> {
    let store = Store::open(&args.db)
        .await
        .map_err(|error| format!("cannot open the book in {}: {error}", args.db))?;
    let listener = TcpListener::bind(args.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", args.listen))?;

    // The port may have been chosen by the system, so the real address is told, on stdout, alone.
    println!("guestbook: listening on http://{}", listener.local_addr()?);
    Ok(serve::until_stopped(listener, store, args.patience()).await?)
}

/// Log lines go to stderr; `RUST_LOG=guestbook=debug` shows more of them.
fn log_to_stderr() {
    let filter = std::env::var("RUST_LOG")
        .ok()
        .and_then(|wish| wish.parse::<Targets>().ok())
        .unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_target(false);
    tracing_subscriber::registry().with(lines.with_filter(filter)).init();
}

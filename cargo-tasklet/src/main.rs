//! `cargo tasklet prove`: proves that a program drops no tasklet future without awaiting it.
//!
//! The way of data: [`build`] → [`ir`] → [`proof`] → [`report`].

mod build;
mod cache;
mod cli;
mod ir;
mod names;
mod proof;
mod prove;
mod report;
mod stamp;

use std::process::ExitCode;

/// It could not be told: the build failed, or the text was not understood, or the usage was wrong.
const UNKNOWN: u8 = 2;

fn main() -> ExitCode {
    // Cargo starts this very program again and again in place of rustc.
    if let Some(plan) = build::Plan::of_wrapper() {
        return build::wrap(&plan);
    }
    let options = match cli::parse() {
        Ok(options) => options,
        Err(code) => return code,
    };
    prove::run(&options).unwrap_or_else(|error| {
        options.color.status_line("error", &error.to_string());
        ExitCode::from(UNKNOWN)
    })
}

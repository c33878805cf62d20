//! A small program whose `main` is the toplevel, and blocks.
#![forbid(warnings)]

use std::process::ExitCode;

use tasklet_core::{TaskletFuture, tasklet, toplevel};

#[tasklet]
async fn fetch(url: String) -> Result<usize, String> {
    std::future::ready(()).await;
    url.strip_prefix("https://").map(str::len).ok_or(url.clone())
}

fn report(results: &[Result<usize, String>]) -> ExitCode {
    let failed: Vec<_> = results.iter().filter_map(|result| result.as_ref().err()).collect();
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[toplevel]
fn main() -> ExitCode {
    let mut urls = std::env::args().skip(1).peekable();
    let first = fetch("https://example.org".to_owned());
    if urls.peek().is_none() {
        let Ok(length) = first.get_result() else { return ExitCode::FAILURE };
        return if length == 11 { ExitCode::SUCCESS } else { ExitCode::from(2) };
    }
    let mut futures: Vec<_> = urls.map(fetch).collect();
    futures.insert(0, first);
    let results: Vec<_> = futures.into_iter().map(TaskletFuture::get_result).collect();
    report(&results)
}

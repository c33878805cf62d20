//! `#[must_await]` checks functions, and what holds them.

use tasklet_core::must_await;

#[must_await]
struct Page;

#[must_await]
const LIMIT: usize = 1;

#[must_await]
use std::future::ready;

#[must_await]
type Text = String;

#[must_await(Send)]
fn with_an_argument() {}

fn main() {
    let _: (Page, Text) = (Page, Text::new());
    let _ = (LIMIT, ready(1));
    with_an_argument();
}

//! Parameters of every pattern, used and unused, in bodies that await and in bodies that do not.

use std::future::ready;
use std::sync::{Arc, Mutex};

use tasklet_core::tasklet;

/// Two fields, to be taken apart.
#[derive(Debug, Clone)]
pub struct Point {
    /// Across.
    pub x: u32,
    /// Up.
    pub y: String,
}

/// No parameter at all, and no result.
#[tasklet]
pub async fn nothing() {}

/// No parameter, but an await.
#[tasklet]
pub async fn only_awaits() {
    ready(()).await;
}

/// A parameter that is used once.
#[tasklet]
pub async fn by_name(text: String) -> usize {
    ready(()).await;
    text.len()
}

/// The same without an await.
#[tasklet]
pub async fn by_name_inline(text: String) -> usize {
    text.len()
}

/// Parameters that are changed.
#[tasklet]
pub async fn mutable(mut count: u32, mut list: Vec<u32>) -> Vec<u32> {
    count += 1;
    ready(()).await;
    list.push(count);
    list
}

/// The same without an await.
#[tasklet]
pub async fn mutable_inline(mut count: u32, mut list: Vec<u32>) -> Vec<u32> {
    count += 1;
    list.push(count);
    list
}

/// Parameters that are taken apart.
#[tasklet]
pub async fn patterns((a, b): (u32, u32), Point { x, y: _ }: Point, [c, ..]: [u32; 3]) -> u32 {
    ready(()).await;
    a + b + c + x
}

/// The same without an await.
#[tasklet]
pub async fn patterns_inline((a, mut b): (u32, u32), Point { x, .. }: Point) -> u32 {
    b += 1;
    a + b + x
}

/// Parameters that are only kept alive.
#[tasklet]
pub async fn guards(_guard: Arc<Mutex<u32>>, _: Point, last: u32) -> u32 {
    ready(()).await;
    last
}

/// The same without an await.
#[tasklet]
pub async fn guards_inline(_guard: Arc<Mutex<u32>>, _: Point, last: u32) -> u32 {
    last
}

/// A parameter that is unused, and says so.
#[tasklet]
#[allow(unused_variables, reason = "this is what is tried here")]
pub async fn unused(text: String) {
    ready(()).await;
}

/// A parameter that is expected to be unused.
#[tasklet]
#[expect(unused_variables, reason = "this is what is tried here")]
pub async fn expected_unused(text: String) {
    ready(()).await;
}

/// A parameter with an attribute of its own.
#[tasklet]
pub async fn attributes(
    #[expect(unused_variables, reason = "this is what is tried here")] text: String,
    #[cfg(not(any()))] kept: u32,
    #[cfg(any())] gone: u32,
) -> u32 {
    ready(()).await;
    kept
}

/// Lint levels inside of a body, in each place where they may stand.
#[tasklet]
pub async fn levels_inside(count: u32) -> u32 {
    #![allow(clippy::let_and_return, reason = "an inner attribute")]
    #[allow(unused, reason = "an attribute on a statement")]
    let unused = 1;
    #[expect(unused_variables, reason = "an expectation on a statement")]
    let expected = 2;
    ready(()).await;
    let result = count;
    result
}

/// A parameter that only a format string mentions.
#[tasklet]
pub async fn in_format_string(name: String, width: usize) -> String {
    ready(()).await;
    format!("{name:>width$}")
}

/// A parameter whose name is bound again.
#[tasklet]
pub async fn shadowed(text: String) -> usize {
    let text = text.trim().to_owned();
    ready(()).await;
    text.len()
}

/// A large parameter, and one that is cheap to copy.
#[tasklet]
pub async fn sizes(large: [u8; 512], small: u8) -> usize {
    ready(()).await;
    large.len() + usize::from(small)
}

/// A raw name, of the function and of a parameter.
#[tasklet]
pub async fn r#loop(r#type: String, r#match: String) -> String {
    ready(()).await;
    r#type + &r#match
}

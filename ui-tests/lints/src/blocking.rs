//! Functions that block until their work is done.

use std::fmt::Display;
use std::future::ready;

use tasklet_core::{synctasklet, toplevel};

/// Borrowed arguments, and a result that borrows from one of them.
#[synctasklet]
pub async fn first<'a>(text: &'a str, separator: &str) -> &'a str {
    ready(()).await;
    text.split(separator).next().unwrap_or(text)
}

/// A body that does not await.
#[synctasklet]
pub async fn length(text: &str) -> usize {
    text.len()
}

/// A generic argument, and one borrowed to be changed.
#[synctasklet]
pub async fn append<T: Display + ?Sized>(list: &mut Vec<String>, value: &T, _guard: String) {
    ready(()).await;
    list.push(value.to_string());
}

/// An error.
///
/// # Errors
///
/// If the text is no number.
#[synctasklet]
pub async fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
    ready(()).await;
    text.parse()
}

/// A function that does not return.
#[synctasklet]
pub async fn forever() -> ! {
    loop {
        ready(()).await;
    }
}

/// A handler that blocks.
#[toplevel]
#[must_use]
pub fn handle(text: &str, mut list: Vec<u32>, (a, b): (u32, u32), _guard: String) -> usize {
    list.push(a + b);
    text.len() + list.len()
}

/// A handler that blocks and may fail.
///
/// # Errors
///
/// If the text is no number.
#[toplevel]
pub fn handle_result(text: &str) -> Result<impl Display, std::num::ParseIntError> {
    let number: u32 = text.parse()?;
    Ok(number)
}

/// A handler that does not return.
///
/// # Panics
///
/// Always.
#[toplevel]
pub fn handle_forever() -> ! {
    panic!("at once")
}

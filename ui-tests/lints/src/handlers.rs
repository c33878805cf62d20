//! Handlers that stay `async fn`.

use std::fmt::Display;
use std::future::ready;
use std::rc::Rc;

use tasklet_core::toplevel;

/// An extractor, as web frameworks have it.
#[derive(Debug)]
pub struct Json<T>(pub T);

/// A handler that awaits.
#[toplevel]
pub async fn post(Json(user): Json<String>, mut list: Vec<String>, _guard: String) -> usize {
    ready(()).await;
    list.push(user);
    list.len()
}

/// One that does not.
#[toplevel]
pub async fn get() -> &'static str {
    "hello"
}

/// One with a result that nobody names, and an error that converts.
///
/// # Errors
///
/// If the text is no number.
#[toplevel]
pub async fn put(text: String) -> Result<impl Display, Box<dyn std::error::Error + Send + Sync>> {
    ready(()).await;
    let number: u32 = text.parse()?;
    Ok(number)
}

/// One that is stopped when its caller goes away, and so may borrow.
#[toplevel(on_drop = "cancel")]
pub async fn borrowed<'a>(text: &'a str, count: &mut u32) -> &'a str {
    ready(()).await;
    *count += 1;
    text
}

/// One that stays on its thread.
#[toplevel(?Send)]
#[allow(clippy::future_not_send, reason = "this is what is tried here")]
pub async fn local(shared: Rc<u32>) -> Rc<u32> {
    ready(()).await;
    shared
}

/// One that does both.
#[toplevel(?Send, on_drop = "cancel")]
#[allow(clippy::future_not_send, reason = "this is what is tried here")]
pub async fn local_borrowed(shared: &Rc<u32>) -> u32 {
    ready(()).await;
    **shared
}

/// One that does not return.
#[toplevel]
pub async fn forever() -> ! {
    loop {
        ready(()).await;
    }
}

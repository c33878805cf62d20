//! Results of every kind, and bodies that end in every way.

use std::collections::HashMap;
use std::convert::Infallible;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::future::{Ready, ready};
use std::pin::Pin;

use tasklet_core::tasklet;

/// An error of the user's own, which nobody can print.
pub struct Opaque;

/// A result whose type must not be dropped.
#[must_use]
#[derive(Debug)]
pub struct Receipt(pub u32);

/// An error that can be displayed.
///
/// # Errors
///
/// If the text is no number.
#[tasklet]
pub async fn question(text: String) -> Result<u32, std::num::ParseIntError> {
    ready(()).await;
    let number: u32 = text.parse()?;
    Ok(number)
}

/// The same without an await.
#[tasklet]
pub async fn question_inline(text: String) -> Result<u32, std::num::ParseIntError> {
    let number: u32 = text.parse()?;
    Ok(number)
}

/// An error that converts.
#[tasklet]
pub async fn boxed_error(text: String) -> Result<u32, Box<dyn Error + Send + Sync>> {
    ready(()).await;
    if text.is_empty() {
        return Err("empty".into());
    }
    Ok(text.parse()?)
}

/// An error that cannot even be debugged.
#[tasklet]
pub async fn opaque_error(fail: bool) -> Result<(), Opaque> {
    ready(()).await;
    if fail { Err(Opaque) } else { Ok(()) }
}

/// A coercion at each exit.
#[tasklet]
pub async fn coerced(first: bool) -> Box<dyn Fn() -> u32 + Send> {
    ready(()).await;
    if first {
        return Box::new(|| 1);
    }
    Box::new(|| 2)
}

/// The same without an await.
#[tasklet]
pub async fn coerced_inline(first: bool) -> Box<dyn Fn() -> u32 + Send> {
    if first {
        return Box::new(|| 1);
    }
    Box::new(|| 2)
}

/// A type that nobody names.
#[tasklet]
pub async fn opaque(count: u32) -> impl Display + Debug {
    ready(()).await;
    count
}

/// The same, inside of a result, with an error that converts, without an await.
#[tasklet]
pub async fn opaque_in_result(
    text: String,
) -> Result<impl Display + Debug, Box<dyn Error + Send + Sync>> {
    let number: u32 = text.parse()?;
    Ok(number)
}

/// A body that never comes to its end.
#[tasklet]
pub async fn never() -> ! {
    loop {
        ready(()).await;
    }
}

/// The same without an await.
///
/// # Panics
///
/// Always.
#[tasklet]
pub async fn never_inline() -> ! {
    panic!("at once")
}

/// The same with a type that has no values.
///
/// # Panics
///
/// Always.
#[tasklet]
pub async fn infallible() -> Infallible {
    ready(()).await;
    panic!("later")
}

/// A body that panics instead of having a result.
///
/// # Panics
///
/// Always.
#[tasklet]
pub async fn diverges() -> u32 {
    ready(()).await;
    panic!("never a number")
}

/// The same without an await.
#[tasklet]
pub async fn diverges_inline() -> u32 {
    unreachable!("never a number")
}

/// A future as a result, which is not awaited here.
#[tasklet]
pub async fn future_of_future() -> Ready<u32> {
    ready(()).await;
    ready(1)
}

/// The same in a box, without an await.
#[tasklet]
pub async fn future_of_box() -> Pin<Box<dyn Future<Output = u32> + Send>> {
    Box::pin(ready(1))
}

/// A type that must not be dropped.
#[tasklet]
pub async fn must_use_type() -> Receipt {
    ready(()).await;
    Receipt(1)
}

/// A function whose result must not be dropped.
#[tasklet]
#[must_use]
pub async fn must_use() -> u32 {
    ready(()).await;
    1
}

/// The same with a reason.
#[tasklet]
#[must_use = "the number is all there is"]
pub async fn must_use_because() -> u32 {
    1
}

/// A type as long as clippy just lets pass.
#[tasklet]
pub async fn complex()
-> HashMap<String, Vec<Option<Result<(u32, u32), Box<dyn Fn(u32) -> u32 + Send>>>>> {
    ready(()).await;
    HashMap::new()
}

/// A unit that is written down.
#[tasklet]
#[allow(clippy::unused_unit, reason = "this is what is tried here")]
pub async fn unit() -> () {
    ready(()).await;
}

/// A body that is one call.
#[tasklet]
pub async fn one_call() -> u32 {
    diverges().await
}

/// A body that is one block.
#[tasklet]
pub async fn one_branch(first: bool) -> u32 {
    if first { 1 } else { ready(2).await }
}

/// A body that calls itself.
#[tasklet]
pub async fn factorial(number: u64) -> u64 {
    if number == 0 { 1 } else { number * factorial(number - 1).await }
}

/// A body with items, closures and blocks of its own.
#[tasklet]
pub async fn nested(list: Vec<u32>) -> u32 {
    const ONE: u32 = 1;

    const fn twice(number: u32) -> u32 {
        number * 2
    }

    let sum: u32 = list.iter().map(|number| twice(*number) + ONE).sum();
    let later = async move { ready(sum).await };
    later.await
}

/// A body with a known macro around an await, and one with a macro that nobody knows.
///
/// # Panics
///
/// Never.
#[tasklet]
pub async fn macros(text: String) -> String {
    macro_rules! wait {
        ($future:expr) => {
            $future.await
        };
    }

    let first = format!("{text} {}", ready(1).await);
    let list = vec![ready(1_u32).await; 2];
    let second = wait!(ready(2));
    assert_eq!(list.len(), 2, "{first}");
    format!("{first} {second} {}", list.into_iter().sum::<u32>())
}

/// Takes a text by reference.
#[tasklet]
pub async fn by_number(number: u32) -> Result<usize, String> {
    // A copy of this, for the type checker alone, must not look like something to be improved.
    Length.of(&format!("number {number}")).await?;
    Ok(1)
}

struct Length;

impl Length {
    fn of(&self, text: &str) -> tasklet_core::TaskletFuture<Result<usize, String>> {
        let Self = self;
        tasklet_core::TaskletFuture::ready(Ok(text.len()))
    }
}

//! Functions over types, constants and traits.

use std::fmt::Display;
use std::future::ready;

use tasklet_core::tasklet;

/// A type parameter with a bound.
#[tasklet]
pub async fn bound<T: Display + Send + 'static>(value: T) -> String {
    ready(()).await;
    value.to_string()
}

/// The same in a where clause, without an await.
#[tasklet]
pub async fn where_clause<T>(value: T) -> String
where
    T: Display + Send + 'static,
{
    value.to_string()
}

/// A generic result.
#[tasklet]
pub async fn identity<T: Send + 'static, E: Send + 'static>(value: Result<T, E>) -> Result<T, E> {
    ready(()).await;
    value
}

/// A constant parameter.
#[tasklet]
pub async fn constant<const N: usize>(values: [u32; N]) -> usize {
    ready(()).await;
    values.len() + N
}

/// An argument of a type that nobody names.
#[tasklet]
pub async fn opaque(value: impl Display + Send + 'static) -> String {
    ready(()).await;
    value.to_string()
}

/// A function as an argument.
#[tasklet]
pub async fn function<F>(call: F, pointer: fn(&str) -> usize, text: String) -> usize
where
    F: Fn(&str) -> usize + Send + 'static,
{
    ready(()).await;
    call(&text) + pointer(&text)
}

/// Functions in boxes, and references that never end.
#[tasklet]
pub async fn boxes(
    call: Box<dyn Fn(&str) -> &str + Send>,
    other: Box<dyn for<'a> Fn(&'a u32) -> &'a u32 + Send + 'static>,
    text: &'static str,
) -> usize {
    ready(()).await;
    call(text).len() + other(&1).to_string().len()
}

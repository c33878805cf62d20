//! A tasklet over any type awaits what it starts; what a type parameter stands for owes nothing.

use std::fmt::Display;

use tasklet_core::prelude::*;

#[tasklet]
async fn pass<T: Send + 'static>(value: T) -> T {
    std::future::ready(value).await
}

#[tasklet]
async fn a_local<T: Send + Display + 'static>(value: T) -> String {
    let future = pass(value);
    future.await.to_string()
}

#[tasklet]
async fn a_parameter<T: Send + 'static, const N: usize>(futures: [TaskletFuture<T>; N]) -> Vec<T> {
    futures.join_all().await.into_iter().collect()
}

#[tasklet]
async fn a_closures_result<T, F>(start: F, value: T) -> T
where
    T: Send + 'static,
    F: Fn(T) -> TaskletFuture<T> + Send + 'static,
{
    start(value).await
}

#[tasklet]
async fn what_is_not_used<T: Send + Clone + 'static>(value: T, _guard: impl Send + 'static) -> u32 {
    let _copy = value.clone();
    let again = pass(value).await;
    let _ = again;
    pass(1).await
}

fn main() {
    assert_eq!(a_local(1).get_result(), "1");
    assert_eq!(a_parameter([pass(1), pass(2)]).get_result(), [1, 2]);
    assert_eq!(a_closures_result(pass, 3).get_result(), 3);
    assert_eq!(what_is_not_used("a", 'b').get_result(), 1);
}

//! A tasklet over any type forgets a future of that type.

use tasklet_core::prelude::*;

#[tasklet]
async fn pass<T: Send + 'static>(value: T) -> T {
    std::future::ready(value).await
}

#[tasklet]
async fn a_local<T: Send + 'static>(value: T) -> usize {
    let future = pass(value);
    size_of::<T>()
}

#[tasklet]
async fn a_parameter<T: Send + 'static, const N: usize>(futures: [TaskletFuture<T>; N]) -> usize {
    futures.iter().filter(|future| future.done()).count() + N
}

#[tasklet]
async fn a_closures_result<T, F>(start: F, value: T) -> usize
where
    T: Send + 'static,
    F: Fn(T) -> TaskletFuture<T> + Send + 'static,
{
    start(value);
    size_of::<T>()
}

fn main() {}

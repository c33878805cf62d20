//! `join!` and `try_join!`: parallel yield, spelled as elsewhere in async Rust.

/// Awaits several tasklet futures at once; the results come as a tuple.
///
/// Up to twelve. Waits for all of them, also when one panics. For use in async functions; it is
/// `(a, b).join_all().await`.
///
/// NDB: `yield a, b`.
///
/// ```
/// use tasklet_core::prelude::*;
///
/// #[tasklet]
/// async fn double(x: u32) -> u32 {
///     x * 2
/// }
///
/// # #[synctasklet]
/// # async fn run() {
/// let (two, four) = tasklet_core::join!(double(1), double(2));
/// assert_eq!((two, four), (2, 4));
/// # }
/// # run();
/// ```
#[macro_export]
macro_rules! join {
    ($($future:expr),+ $(,)?) => {
        $crate::JoinAll::join_all(($($future,)+)).await
    };
}

/// Awaits several tasklet futures of `Result`s at once; the result is a tuple, or the first error.
///
/// Up to twelve. Waits for all of them, also when one fails; then the first error in order of
/// position is the result. For use in async functions; it is `(a, b).try_join_all().await`.
///
/// NDB: `yield a, b`.
///
/// ```
/// use tasklet_core::prelude::*;
///
/// #[tasklet]
/// async fn half(x: u32) -> Result<u32, String> {
///     if x % 2 == 0 { Ok(x / 2) } else { Err(format!("{x} is odd")) }
/// }
///
/// # #[synctasklet]
/// # async fn run() {
/// assert_eq!(tasklet_core::try_join!(half(2), half(4)), Ok((1, 2)));
/// assert_eq!(tasklet_core::try_join!(half(2), half(3)), Err("3 is odd".to_owned()));
/// # }
/// # run();
/// ```
#[macro_export]
macro_rules! try_join {
    ($($future:expr),+ $(,)?) => {
        $crate::TryJoinAll::try_join_all(($($future,)+)).await
    };
}

//! Waiting for a condition, with a deadline that fails the test.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, timeout};

/// Longer than anything takes on a slow machine; nothing waits for it unless it has failed.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Asks again and again until the answer is yes.
///
/// # Panics
///
/// If it never is.
#[track_caller]
pub fn eventually(
    what: &str,
    mut condition: impl AsyncFnMut() -> bool,
) -> impl Future<Output = ()> {
    let place = std::panic::Location::caller();
    async move {
        let asking = async {
            let mut ticks = interval(Duration::from_millis(5));
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            while !condition().await {
                ticks.tick().await;
            }
        };
        assert!(timeout(DEADLINE, asking).await.is_ok(), "{place}: never happened: {what}");
    }
}

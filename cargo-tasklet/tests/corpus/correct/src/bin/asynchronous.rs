//! Plain `async fn`s and blocks below annotated bodies, which own them to their end.

use std::sync::Arc;
use std::time::Duration;

use correct::{local, parse, pause, start, start_even, start_fallible, try_start};
use tasklet_core::{TaskletFuture, TimedOut, must_await, synctasklet, tasklet, toplevel};
use tasklet_core::{join, try_join, wait_any};

async fn held_across_an_await() -> u32 {
    let one = start(1);
    pause().await;
    one.await
}

async fn two_held() -> u32 {
    let (one, two) = (start(1), start(2));
    one.await + two.await
}

async fn on_both_branches(wanted: bool) -> u32 {
    let one = start(1);
    pause().await;
    if wanted { one.await } else { one.await + 1 }
}

async fn option_matched(key: u32) -> u32 {
    match start_even(key) {
        Some(one) => one.await,
        None => 0,
    }
}

async fn result_with_question_mark(key: u32) -> Result<u32, String> {
    let one = try_start(key)?;
    Ok(one.await)
}

async fn asked_before(text: &str) -> Result<u32, String> {
    let key = parse(text)?;
    let one = start_fallible(key);
    pause().await;
    Ok(one.await? + 1)
}

async fn joined_by_macros() -> Result<u32, String> {
    let (one, two) = (start(1), start(2));
    let (one, two) = join!(one, two);
    let (three, four) = try_join!(start_fallible(1), start_fallible(2))?;
    Ok(one + two + three + four)
}

async fn passed_on(one: TaskletFuture<u32>) -> u32 {
    pause().await;
    one.await
}

async fn passed_by_value() -> u32 {
    passed_on(start(1)).await
}

async fn in_blocks() -> u32 {
    let one = start(1);
    let inner = async move {
        pause().await;
        one.await
    };
    inner.await + async { start(2).await }.await
}

async fn generic<T>(value: T) -> T::Output
where
    T: IntoFuture,
{
    pause().await;
    value.await
}

async fn by_a_closure() -> u32 {
    let begin = |key: u32| start(key + 1);
    let finish = async |one: TaskletFuture<u32>| one.await + 1;
    finish(begin(1)).await
}

async fn late_is_awaited() -> u32 {
    match start(1).timeout(Duration::from_secs(60)).await {
        Ok(key) => key,
        Err(late) => late.into_inner().await,
    }
}

async fn late_is_deferred() -> u32 {
    let limited = start(1).timeout(Duration::from_secs(60)).await;
    match limited.map_err(TimedOut::into_inner) {
        Ok(key) => key,
        Err(late) => {
            late.defer();
            0
        }
    }
}

async fn any_of_them() -> u32 {
    let mut all = vec![start(1), start(2), start(3)];
    let mut sum = 0;
    while let Some((first, rest)) = wait_any(all).await {
        sum += first.await;
        all = rest;
    }
    sum
}

async fn first_of_them() -> u32 {
    let Some((first, rest)) = wait_any([start(1), start(2)]).await else { return 0 };
    for loser in rest {
        loser.cancel();
    }
    first.await
}

async fn of_a_local() -> u32 {
    let one = local(1);
    pause().await;
    one.await
}

fn deferred_and_cancelled() {
    start(1).defer();
    let two = start(2);
    two.cancel();
}

struct Service {
    offset: u32,
}

impl Service {
    #[tasklet]
    async fn get(self: Arc<Self>, key: u32) -> u32 {
        let one = start(key);
        pause().await;
        one.await + self.offset
    }
}

#[tasklet]
async fn recursion(depth: u32) -> u32 {
    if depth == 0 {
        return 0;
    }
    let inner = recursion(depth - 1);
    pause().await;
    inner.await + 1
}

#[tasklet]
async fn owner() -> u32 {
    let service = Arc::new(Service { offset: 1 });
    let one = service.get(1);
    held_across_an_await().await + two_held().await + one.await
}

#[toplevel]
async fn top() -> Result<u32, String> {
    deferred_and_cancelled();
    let sum = on_both_branches(true).await + option_matched(2).await + passed_by_value().await;
    let more = result_with_question_mark(2).await? + asked_before("1").await?;
    Ok(sum + more + joined_by_macros().await? + in_blocks().await)
}

#[must_await]
async fn checked() -> u32 {
    let one = start(1);
    generic(start(2)).await + one.await + by_a_closure().await
}

#[synctasklet]
async fn main() {
    assert_eq!(owner().await, 6);
    assert_eq!(top().await, Ok(20));
    assert_eq!(checked().await, 6);
    assert_eq!((late_is_awaited().await, late_is_deferred().await), (1, 1));
    assert_eq!((any_of_them().await, first_of_them().await > 0), (6, true));
    assert_eq!((recursion(3).await, of_a_local().await), (3, 1));
}

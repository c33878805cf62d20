//! `.timeout` hands the future back when time is up.

use std::time::Duration;

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    sleep(Duration::from_millis(u64::from(key))).await;
    key
}

#[toplevel]
async fn deferred_when_late() -> Option<u32> {
    match put(1).timeout(Duration::from_secs(60)).await {
        Ok(result) => Some(result),
        Err(late) => {
            println!("{late}");
            late.into_inner().defer();
            None
        }
    }
}

#[toplevel]
async fn awaited_when_late() -> u32 {
    let future = put(10).timeout(Duration::ZERO);
    match future.await {
        Ok(result) => result,
        Err(late) => late.into_inner().await + 1,
    }
}

#[toplevel]
async fn given_back() -> Result<u32, TimedOut<TaskletFuture<u32>>> {
    put(1).timeout(Duration::from_secs(60)).await
}

#[toplevel]
async fn passed_on() -> Result<u32, TaskletFuture<u32>> {
    let result = put(1).timeout(Duration::from_secs(60)).await.map_err(TimedOut::into_inner)?;
    Ok(result)
}

#[synctasklet]
async fn main() {
    assert_eq!(deferred_when_late().await, Some(1));
    assert_eq!(awaited_when_late().await, 11);
    match given_back().await {
        Ok(result) => assert_eq!(result, 1),
        Err(late) => late.into_inner().defer(),
    }
    match passed_on().await {
        Ok(result) => assert_eq!(result, 1),
        Err(late) => late.defer(),
    }
}

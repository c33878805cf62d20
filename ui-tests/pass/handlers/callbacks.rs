//! Callbacks, promises and idle callbacks beside futures.
#![forbid(warnings)]

use std::sync::mpsc::channel;
use std::time::Duration;

use tasklet_core::prelude::*;

#[tasklet]
async fn fetch(key: u32) -> u32 {
    sleep(Duration::from_millis(1)).await;
    key
}

#[toplevel]
fn told_when_it_is_there() -> u32 {
    let (sender, receiver) = channel();
    let future = fetch(1);
    future.add_callback({
        let sender = sender.clone();
        move || _ = sender.send("queued")
    });
    future.add_immediate_callback(move || {
        let _ = sender.send("at once");
    });
    let result = future.get_result();
    Context::current().run();
    result + receiver.into_iter().count() as u32
}

#[toplevel]
async fn promised() -> u32 {
    let (completer, future) = TaskletFuture::promise();
    let thread = std::thread::spawn(move || completer.set_result(2));
    let result = future.await;
    thread.join().map_or(0, |()| result)
}

#[toplevel]
async fn promised_on_one_branch(is_wanted: bool) -> u32 {
    let (completer, future) = Completer::new();
    if is_wanted {
        completer.set_result(3);
        return future.await;
    }
    future.cancel();
    completer.set_result(0);
    0
}

#[toplevel]
async fn batched(keys: Vec<u32>) -> u32 {
    let (mut completers, mut futures) = (Vec::new(), Vec::new());
    for _ in &keys {
        let (completer, future) = TaskletFuture::promise();
        completers.push(completer);
        futures.push(future);
    }
    let mut batch = Some(completers.into_iter().zip(keys));
    Context::current().add_idle(move || {
        let Some(batch) = batch.take() else { return tasklet_core::Idle::Finished };
        batch.for_each(|(completer, key)| completer.set_result(10 * key));
        tasklet_core::Idle::Worked
    });
    futures.join_all().await.iter().sum()
}

#[toplevel]
async fn mapped() -> u32 {
    let future = fetch(4);
    let mapped = future.map(|key| key + 1);
    let doubled = mapped.map(|key| key * 2).shared();
    let later = doubled.clone();
    fetch(5).map(|key| println!("{key}")).defer();
    later.await
}

#[synctasklet]
async fn main() {
    assert_eq!(promised().await, 2);
    assert_eq!(promised_on_one_branch(true).await + promised_on_one_branch(false).await, 3);
    assert_eq!(batched(vec![1, 2]).await, 30);
    assert_eq!(mapped().await, 10);
    let told = std::thread::spawn(told_when_it_is_there);
    assert!(told.join().is_ok_and(|told| told == 3));
}

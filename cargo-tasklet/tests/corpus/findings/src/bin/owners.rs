//! Plain `async fn`s that hold futures across an await, and owners that may drop them there.
#![expect(unused_must_use, reason = "it forgets on purpose")]

use std::pin::{Pin, pin};
use std::thread;

use findings::{pause, start, start_local};
use futures_lite::future::{block_on, poll_once};
use tasklet_core::{TaskletFuture, synctasklet};

type Boxed<T> = Pin<Box<dyn Future<Output = T>>>;

async fn boxed() -> u32 {
    let one = start(1);
    pause().await; //~ held TaskletFuture<u32>
    one.await //~ held Awaiting<u32>
}

async fn boxed_without_a_name() -> u32 {
    start(1).await //~ held Awaiting<u32>
}

async fn spawned() -> u32 {
    let one = start(1);
    pause().await; //~ held TaskletFuture<u32>
    one.get_result()
}

async fn spawned_locally() -> u32 {
    let one = start_local(1);
    pause().await; //~ held LocalTaskletFuture<u32>
    one.get_result()
}

async fn blocked_on() -> u32 {
    let one = start(1);
    pause().await; //~ held TaskletFuture<u32>
    one.get_result()
}

async fn blocked_on_by_tokio() -> u32 {
    let one = start(1);
    pause().await; //~ held TaskletFuture<u32>
    one.get_result()
}

async fn on_a_thread() -> u32 {
    let one = start(1);
    pause().await; //~ held TaskletFuture<u32>
    one.get_result()
}

async fn polled_once() -> u32 {
    let one = start(1);
    pause().await; //~ held TaskletFuture<u32>
    one.get_result()
}

async fn dropped_whole(one: TaskletFuture<u32>) -> u32 {
    one.get_result()
}

/// What it calls holds a future, it does not.
async fn outer() -> u32 {
    inner().await
}

async fn inner() -> u32 {
    let one = start(1);
    pause().await; //~ held TaskletFuture<u32>
    one.get_result()
}

async fn of_a_vec() -> u32 {
    let mut sum = 0;
    for one in vec![start(1), start(2)] {
        sum += one.await; //~ held Awaiting<u32>
    }
    sum
}

async fn in_a_select() -> u32 {
    let one = start(1);
    pause().await; //~ held TaskletFuture<u32>
    one.get_result()
}

async fn in_a_timeout() -> u32 {
    let one = start(1);
    pause().await; //~ held TaskletFuture<u32>
    one.get_result()
}

async fn generic<T: IntoFuture<Output = u32>>(make: impl FnOnce() -> T) -> u32 {
    let one = make();
    pause().await; //~ held TaskletFuture<u32>
    one.await //~ held Awaiting<u32>
}

fn block() -> Boxed<u32> {
    Box::pin(async {
        let one = start(1);
        pause().await; //~ held TaskletFuture<u32>
        one.get_result()
    })
}

fn captured() -> Boxed<u32> {
    let one = start(1);
    Box::pin(async move { one.get_result() }) //~ held TaskletFuture<u32>
}

fn dropped_block() {
    let one = start(1);
    let _later = async move { one.await };
} //~ dropped Awaiting<u32>

async fn races() -> u32 {
    let timed = tokio::time::timeout(std::time::Duration::ZERO, in_a_timeout()).await;
    tokio::select! {
        sum = in_a_select() => sum,
        () = pause() => timed.unwrap_or_default(),
    }
}

fn threads() {
    thread::spawn(|| block_on(on_a_thread())).join().is_ok();
}

fn tokio_runtime() -> u32 {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        tokio::spawn(spawned());
        tokio::task::LocalSet::new().spawn_local(spawned_locally());
    });
    runtime.block_on(blocked_on_by_tokio())
}

#[synctasklet]
async fn main() {
    let futures: Vec<Boxed<u32>> = vec![Box::pin(boxed()), Box::pin(boxed_without_a_name())];
    drop(futures);
    block_on(blocked_on());
    poll_once(pin!(polled_once())).await;
    drop(dropped_whole(start(1))); //~ dropped TaskletFuture<u32>
    let generic: Boxed<u32> = Box::pin(generic(|| start(1)));
    generic.await;
    let outer: Boxed<u32> = Box::pin(outer());
    outer.await;
    let of_a_vec: Boxed<u32> = Box::pin(of_a_vec());
    of_a_vec.await;
    block().await;
    captured().await;
    dropped_block();
    races().await;
    threads();
    tokio_runtime();
}

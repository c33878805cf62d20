//! Workers that are fed by channels, on other runtimes as well.
#![forbid(warnings)]

use futures::channel::{mpsc, oneshot};
use futures::{SinkExt, StreamExt};
use tasklet_core::prelude::*;

struct Job {
    key: u32,
    answer: oneshot::Sender<u32>,
}

#[tasklet]
async fn work(mut jobs: mpsc::Receiver<Job>) -> usize {
    let mut count = 0;
    while let Some(Job { key, answer }) = jobs.next().await {
        if answer.send(10 * key).is_err() {
            continue;
        }
        count += 1;
    }
    count
}

#[tasklet]
async fn ask(mut jobs: mpsc::Sender<Job>, key: u32) -> Option<u32> {
    let (answer, asked) = oneshot::channel();
    jobs.send(Job { key, answer }).await.ok()?;
    asked.await.ok()
}

#[toplevel]
async fn post(keys: Vec<u32>) -> (u32, usize) {
    let (sender, receiver) = mpsc::channel(1);
    let worker = work(receiver);
    let answers: Vec<_> = keys.into_iter().map(|key| ask(sender.clone(), key)).collect();
    drop(sender);
    let answers = answers.join_all().await;
    (answers.into_iter().flatten().sum(), worker.await)
}

#[toplevel]
async fn on_tokio(key: u32) -> Option<u32> {
    let (sender, receiver) = oneshot::channel();
    let thread = tokio::spawn(async move {
        tokio::task::yield_now().await;
        sender.send(key)
    });
    let late = tokio::time::timeout(std::time::Duration::from_secs(60), receiver);
    let future = Context::current().spawn(async move { late.await.ok()?.ok() });
    let _ = thread.await;
    future.await
}

#[must_await]
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let future = post(vec![1, 2]);
    assert_eq!(future.await, (30, 2));
    assert_eq!(on_tokio(3).await, Some(3));
}

//! A parameter is a future, and the body awaits it or hands it on.

use tasklet_core::prelude::*;

#[tasklet]
async fn later(gate: TaskletFuture<u32>, key: u32) -> u32 {
    gate.await + key
}

#[tasklet]
async fn on_each_branch(gate: TaskletFuture<u32>, key: u32) -> u32 {
    if key == 0 {
        gate.await
    } else {
        gate.cancel();
        key
    }
}

#[must_await]
fn unnamed(_: u32, (key, _): (TaskletFuture<u32>, Option<u32>), _unused: &str) -> u32 {
    key.get_result()
}

#[must_await]
fn only_borrowed(futures: &[TaskletFuture<u32>], first: &TaskletFuture<u32>) -> bool {
    first.done() && futures.iter().all(TaskletFuture::done)
}

#[must_await]
fn grown(futures: &mut Vec<TaskletFuture<u32>>, more: TaskletFuture<u32>) {
    futures.push(more);
}

fn main() {
    let ready = TaskletFuture::ready;
    assert_eq!(later(ready(1), 2).get_result(), 3);
    assert_eq!(on_each_branch(ready(1), 2).get_result(), 2);
    assert_eq!(unnamed(1, (ready(2), None), ""), 2);
    let mut futures = Vec::new();
    grown(&mut futures, ready(1));
    assert!(only_borrowed(&futures, &futures[0]));
    assert_eq!(futures.join_all().get_result(), [1]);
}

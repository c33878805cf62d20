//! Tasklets that stay on their thread, with what cannot leave it.
#![forbid(warnings)]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use tasklet_core::prelude::*;

#[tasklet(?Send)]
async fn add(sum: Rc<Cell<u32>>, key: u32) -> u32 {
    std::future::ready(()).await;
    sum.set(sum.get() + key);
    key
}

#[toplevel(?Send)]
async fn post(keys: Rc<[u32]>) -> u32 {
    let sum = Rc::new(Cell::new(0));
    let futures: Vec<_> = keys.iter().map(|&key| add(sum.clone(), key)).collect();
    let results = futures.join_all().await;
    sum.get() + results.len() as u32
}

#[toplevel(?Send, on_drop = "cancel")]
async fn borrowed(log: &RefCell<Vec<u32>>) -> Option<u32> {
    let future = add(Rc::default(), 1);
    let key = future.await;
    log.borrow_mut().push(key);
    let is_full = 10 < log.borrow().len();
    let other = (!is_full).then(|| add(Rc::default(), 2));
    match other {
        Some(future) => Some(future.await),
        None => None,
    }
}

#[must_await]
async fn of_both_kinds(sum: Rc<Cell<u32>>) -> u32 {
    let local = add(sum.clone(), 3);
    let ready = TaskletFuture::ready(4);
    let (local, ready) = join!(local, ready);
    let mapped = add(sum, 5).map(|key| key + 1);
    local + ready + mapped.await
}

#[tasklet(?Send)]
async fn with_a_guard(sum: Rc<RefCell<u32>>) -> u32 {
    let future = add(Rc::default(), 6);
    {
        let mut guard = sum.borrow_mut();
        *guard += 1;
    }
    let guard = sum.borrow();
    let copy = *guard;
    drop(guard);
    future.await + copy
}

fn main() {
    assert_eq!(tasklet_core::block_on(post(Rc::from([1, 2]))), 5);
    let log = RefCell::default();
    assert_eq!(tasklet_core::block_on(borrowed(&log)), Some(2));
    assert_eq!(tasklet_core::block_on(of_both_kinds(Rc::default())), 13);
    assert_eq!(with_a_guard(Rc::default()).get_result(), 7);
}

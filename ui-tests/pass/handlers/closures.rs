//! Closures that start, take, return and borrow futures.
#![forbid(warnings)]

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(()).await;
    key
}

#[must_await]
fn started_by_closures(keys: &[u32]) -> u32 {
    let start = |key: &u32| put(*key);
    let start_twice = |key| (put(key), put(key + 1));
    let futures: Vec<_> = keys.iter().map(start).collect();
    let (one, two) = start_twice(3);
    let more = keys.iter().map(|&key| put(key).map(move |put| put * key)).collect::<Vec<_>>();
    let sum: u32 = futures.into_iter().map(|future| future.get_result()).sum();
    sum + one.get_result() + two.get_result() + more.join_all().get_result().len() as u32
}

#[must_await]
fn taken_by_closures() -> u32 {
    let (one, two, three) = (put(1), put(2), put(3));
    let is_done = || one.done() && two.done();
    let state = is_done();
    let first = move || one.get_result();
    let with = |more: u32| move |future: TaskletFuture<u32>| future.get_result() + more;
    let boxed: Box<dyn FnOnce() -> u32> = Box::new(move || three.get_result());
    u32::from(state) + first() + with(1)(two) + boxed()
}

#[must_await]
fn called_if_there_is_one(future: Option<TaskletFuture<u32>>) -> u32 {
    let fallback = || put(4).get_result();
    future.map_or_else(fallback, |future| {
        let result = future.get_result();
        result + 1
    })
}

#[must_await]
fn changes_what_is_around(keys: &[u32]) -> u32 {
    let mut futures = Vec::new();
    let mut start = |key| futures.push(put(key));
    start(0);
    keys.iter().copied().for_each(&mut start);
    let sum = futures.into_iter().fold(0, |sum, future| sum + future.get_result());
    sum
}

#[must_await]
fn functions_as_values(keys: [u32; 2]) -> u32 {
    let start: fn(u32) -> TaskletFuture<u32> = put;
    let finish: fn(TaskletFuture<u32>) -> u32 = |future| future.get_result();
    let [one, two] = keys.map(start);
    [one, two].map(finish).iter().sum()
}

#[must_await]
fn returns_a_starter(more: u32) -> impl Fn(u32) -> TaskletFuture<u32> {
    move |key| {
        if key == 0 {
            return put(more);
        }
        put(key + more)
    }
}

fn main() {
    assert_eq!(started_by_closures(&[1, 2]), 12);
    assert_eq!(taken_by_closures(), 8);
    assert_eq!(called_if_there_is_one(None) + called_if_there_is_one(Some(put(5))), 10);
    assert_eq!(changes_what_is_around(&[1, 2]), 3);
    assert_eq!(functions_as_values([1, 2]), 3);
    assert_eq!(returns_a_starter(1)(2).get_result(), 3);
}

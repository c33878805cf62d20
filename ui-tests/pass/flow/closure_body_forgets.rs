//! The body of a closure uses up what it starts and what it is given, or returns it.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[toplevel]
fn started_for_each(keys: Vec<u32>) {
    keys.into_iter().for_each(|key| {
        put(key).defer();
    });
}

#[toplevel]
fn given_to_each(keys: Vec<u32>) -> u32 {
    keys.into_iter().map(|key| put(key)).map(|future| future.get_result()).sum()
}

#[toplevel]
fn those_that_are_done(keys: Vec<u32>) -> usize {
    let futures: Vec<_> = keys.into_iter().map(put).collect();
    let done = futures.iter().filter(|future| future.done()).count();
    let lost = futures.into_iter().map(TaskletFuture::get_result).filter(|_| false).count();
    done + lost
}

#[toplevel]
fn on_each_branch(keys: Vec<u32>) -> Option<u32> {
    let last = |key| {
        if key == 0 {
            return None;
        }
        let future = put(key);
        Some(future.get_result())
    };
    keys.into_iter().find_map(last)
}

fn main() {
    started_for_each(vec![1, 2]);
    assert_eq!(given_to_each(vec![1, 2]), 3);
    assert_eq!(those_that_are_done(vec![1, 2]), 2);
    assert_eq!(on_each_branch(vec![0, 2]), Some(2));
}

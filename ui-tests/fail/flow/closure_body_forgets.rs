//! The body of a closure forgets what it starts, or what it is given.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[toplevel]
fn started_for_each(keys: Vec<u32>) {
    keys.into_iter().for_each(|key| {
        put(key);
    });
}

#[toplevel]
fn given_to_each(keys: Vec<u32>) {
    keys.into_iter().map(put).for_each(|future| println!("{}", future.done()));
}

#[toplevel]
fn not_even_named(keys: Vec<u32>) -> usize {
    keys.into_iter().map(put).map(|_| 1).sum()
}

#[toplevel]
fn on_one_branch(keys: Vec<u32>) -> Option<u32> {
    let last = |key| {
        let future = put(key);
        if key == 0 {
            return None;
        }
        Some(future.get_result())
    };
    keys.into_iter().find_map(last)
}

fn main() {}

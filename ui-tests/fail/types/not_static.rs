//! A tasklet may outlive what its generic parameters borrow.

use std::future::ready;

use tasklet_core::tasklet;

#[tasklet]
async fn fetch<T: Send>(value: T) -> u32 {
    ready(()).await;
    drop(value);
    1
}

fn main() {}

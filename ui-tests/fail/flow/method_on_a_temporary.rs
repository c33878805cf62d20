//! A future that has no name is asked by reference, and dropped at the end of the statement.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn post() -> bool {
    put(1).add_callback(|| println!("it is there"));
    put(2).wait();
    println!("{:?}", put(7));
    let count = vec![put(3), put(4)].len();
    if put(5).done() {
        return false;
    }
    count == 2 && put(6).done()
}

fn main() {}

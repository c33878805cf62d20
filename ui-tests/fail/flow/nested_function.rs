//! A function inside of another is looked at if it has an attribute of its own.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn post() -> u32 {
    #[tasklet]
    async fn inner() -> u32 {
        let future = put(1);
        2
    }

    #[must_await]
    fn helper() {
        put(3);
    }

    helper();
    inner().await
}

fn main() {}

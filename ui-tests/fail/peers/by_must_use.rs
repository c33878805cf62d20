//! Cases 26c, 31b, 36b and 38: nothing is started, or a macro hides it; rustc's own lint speaks.
#![deny(unused_must_use)]

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

macro_rules! ignore {
    ($call:expr) => {
        $call;
    };
}

async fn helper() -> u32 {
    start(1).await
}

fn opaque() -> impl Future<Output = u32> {
    helper()
}

#[tasklet]
async fn post() {
    opaque();
    [1, 2].into_iter().map(start);
    ignore!(start(1));
    async { start(1).await };
}

fn main() {
    post().get_result();
}

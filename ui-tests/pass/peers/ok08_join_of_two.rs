//! Two that are joined, as a macro and as methods.

use tasklet_core::prelude::*;

#[tasklet]
async fn start(key: u32) -> u32 {
    std::future::ready(key).await
}

#[synctasklet]
async fn main() {
    let one = start(1);
    let two = start(2);
    let (one, two) = join!(one, two);
    assert_eq!(one + two, 3);

    let (one, two) = (start(1), start(2));
    assert_eq!((one, two).join_all().await, (1, 2));
    assert_eq!(tasklet_core::join!(start(1), start(2)), (1, 2));
}

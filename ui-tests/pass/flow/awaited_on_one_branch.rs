//! Each branch of an `if` does something with the future.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn deferred_otherwise(wanted: bool) -> u32 {
    let profile = put(1);
    if wanted {
        return profile.await;
    }
    profile.defer();
    2
}

#[tasklet]
async fn cancelled_otherwise(wanted: bool) -> u32 {
    let profile = put(1);
    if wanted {
        profile.await
    } else {
        profile.cancel();
        2
    }
}

#[tasklet]
async fn started_if_wanted(wanted: bool) -> bool {
    wanted && put(1).await == 1
}

fn main() {
    assert_eq!(deferred_otherwise(false).get_result(), 2);
    assert_eq!(cancelled_otherwise(true).get_result(), 1);
    assert!(started_if_wanted(true).get_result());
}

//! Attributes stay where they were, and go on to mean what they meant.
#![deny(warnings)]

use std::future::ready;
use std::panic::Location;

use tasklet_core::{synctasklet, tasklet};

/// Docs.
#[tasklet]
#[inline]
#[cfg_attr(all(), doc = "More docs.")]
#[expect(unused_variables)]
async fn expects(text: String) {
    ready(()).await;
}

#[tasklet]
#[allow(unused_mut)]
async fn parameters(
    #[cfg(any())] gone: NoSuchType,
    #[cfg(all())] mut kept: u32,
    #[cfg_attr(all(), allow(unused_variables))] allowed: u32,
    #[expect(unused_variables)] expected: u32,
) -> u32 {
    ready(kept).await
}

#[tasklet]
#[cfg(any())]
async fn gone() -> NoSuchType {}

#[tasklet]
async fn inner() -> u32 {
    #![allow(unused_variables)]
    //! Docs from inside.
    let unused = 1;
    ready(1).await
}

#[synctasklet]
#[track_caller]
async fn caller() -> &'static Location<'static> {
    Location::caller()
}

#[synctasklet]
#[test]
async fn a_test() {
    ready(()).await;
}

fn main() {
    expects(String::new()).get_result();
    assert_eq!(parameters(1, 2, 3).get_result(), 1);
    assert_eq!(inner().get_result(), 1);
    assert!(caller().file().ends_with("attributes.rs"));
}

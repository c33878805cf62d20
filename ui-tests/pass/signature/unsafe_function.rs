//! An `unsafe fn` stays one: its promise is made at the call, and holds in the body.

use std::future::ready;

use tasklet_core::{synctasklet, tasklet, toplevel};

#[tasklet]
async unsafe fn awaits(list: Vec<u32>) -> u32 {
    ready(()).await;
    // SAFETY: the caller promised that there is an element.
    unsafe { *list.get_unchecked(0) }
}

#[tasklet]
async unsafe fn runs_inline(list: Vec<u32>) -> u32 {
    // SAFETY: the caller promised that there is an element.
    unsafe { *list.get_unchecked(0) }
}

#[synctasklet]
async unsafe fn blocks(list: &[u32]) -> u32 {
    // SAFETY: the caller promised that there is an element.
    unsafe { *list.get_unchecked(0) }
}

#[toplevel]
unsafe fn handles(list: &[u32]) -> u32 {
    // SAFETY: the caller promised that there is an element.
    unsafe { *list.get_unchecked(0) }
}

fn main() {
    // SAFETY: there is an element.
    unsafe {
        assert_eq!(awaits(vec![1]).get_result(), 1);
        assert_eq!(runs_inline(vec![1]).get_result(), 1);
        assert_eq!(blocks(&[1]), 1);
        assert_eq!(handles(&[1]), 1);
    }
}

//! A `return` has the type of the signature.

use std::future::ready;

use tasklet_core::{tasklet, toplevel};

#[tasklet]
async fn awaits(early: bool) -> Option<u32> {
    if early {
        return "one";
    }
    ready(None).await
}

#[tasklet]
async fn runs_inline(early: bool) -> Option<u32> {
    if early {
        return "one";
    }
    None
}

#[toplevel]
async fn nothing(early: bool) {
    if early {
        return 1;
    }
}

fn main() {}

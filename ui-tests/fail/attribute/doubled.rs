//! A function has one of the attributes.

use tasklet_core::{synctasklet, tasklet, toplevel};

#[tasklet]
#[tasklet]
async fn a() {}

#[tasklet]
#[toplevel]
async fn b() {}

#[toplevel]
#[tasklet_core::synctasklet]
async fn c() {}

#[synctasklet]
#[tasklet(?Send)]
async fn d() {}

fn main() {
    a().get_result();
    b().get_result();
    drop(c());
    d();
}

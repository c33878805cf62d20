//! An argument that the attribute does not know.

use tasklet_core::{synctasklet, tasklet, toplevel};

#[tasklet(send)]
async fn a() {}

#[tasklet(?Sned)]
async fn b() {}

#[synctasklet(?Send)]
async fn c() {}

#[toplevel(on_dorp = "cancel", ?Send = 1)]
async fn d() {}

#[tasklet("Send", 5 5)]
async fn e() {}

fn main() {
    a().get_result();
    b().get_result();
    c();
    drop(d());
    e().get_result();
}

//! `crate` is a path.

use tasklet_core::tasklet;

#[tasklet(crate)]
async fn a() {}

#[tasklet(crate = "tasklet_core")]
async fn b() {}

fn main() {
    a().get_result();
    b().get_result();
}

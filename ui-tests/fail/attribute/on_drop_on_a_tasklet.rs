//! Only a toplevel can be stopped by its caller.

use tasklet_core::{synctasklet, tasklet};

#[tasklet(on_drop = "cancel")]
async fn a() {}

#[synctasklet(on_drop = "finish")]
async fn b() {}

fn main() {
    a().get_result();
    b();
}

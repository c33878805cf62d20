//! There are two things to do with a toplevel that is dropped.

use tasklet_core::toplevel;

#[toplevel(on_drop = "stop")]
async fn a() {}

#[toplevel(on_drop = cancel)]
async fn b() {}

#[toplevel(on_drop)]
async fn c() {}

fn main() {
    drop((a(), b(), c()));
}

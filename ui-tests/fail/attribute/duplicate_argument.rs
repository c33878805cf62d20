//! An argument that is given twice.

use tasklet_core::{tasklet, toplevel};

#[tasklet(?Send, crate = tasklet_core, ?Send, crate = ::tasklet_core)]
async fn a() {}

#[toplevel(on_drop = "finish", on_drop = "cancel")]
async fn b() {}

fn main() {
    a().get_result();
    drop(b());
}

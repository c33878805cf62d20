//! NDB's testTasklet_YieldTupleTypeError, where it is a `TypeError` thrown into the tasklet: what is
//! waited for together are futures.

use tasklet_core::{join, tasklet};

#[tasklet]
async fn good() {
    std::future::ready(()).await;
}

#[tasklet]
async fn bad() -> Result<(), String> {
    std::future::ready(()).await;
    Err("it fails".to_owned())
}

#[tasklet]
async fn foo() {
    let (_good, _bad, _number) = join!(good(), bad(), 42);
}

fn main() {}

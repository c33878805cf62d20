//! A handler that is a transaction has its attributes in this order.

use tasklet_core::{toplevel, transactional, transactional_async};

type Done = Result<(), String>;

#[transactional_async]
#[toplevel]
async fn wrong_order() -> Done {
    Ok(())
}

#[toplevel]
#[transactional]
async fn blocks() -> Done {
    Ok(())
}

#[toplevel]
#[transactional_async]
fn is_not_async() -> Done {
    Ok(())
}

#[toplevel]
#[tasklet_core::non_transactional]
async fn outside() -> Done {
    Ok(())
}

#[toplevel]
#[transactional_async]
#[transactional_async]
async fn twice() -> Done {
    Ok(())
}

#[toplevel]
#[transactional_async(retries = -1)]
async fn bad_value() -> Done {
    Ok(())
}

fn main() {
    let _all = (wrong_order().get_result(), is_not_async());
    drop((blocks(), outside(), twice(), bad_value()));
}

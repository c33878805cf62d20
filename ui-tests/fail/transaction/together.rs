//! Which attributes go together.

use tasklet_core::{non_transactional, synctasklet, tasklet, transactional, transactional_async};

type Done = Result<(), String>;

#[tasklet]
#[transactional_async]
async fn a() -> Done {
    Ok(())
}

#[non_transactional]
#[tasklet]
async fn b() -> Done {
    Ok(())
}

#[tasklet]
#[transactional]
async fn c() -> Done {
    Ok(())
}

#[synctasklet]
#[transactional]
async fn d() -> Done {
    Ok(())
}

#[transactional_async]
#[synctasklet]
async fn e() -> Done {
    Ok(())
}

#[transactional_async]
#[non_transactional]
async fn f() -> Done {
    Ok(())
}

#[transactional]
#[transactional]
fn g() -> Done {
    Ok(())
}

fn main() {
    let _all = (a().get_result(), b().get_result(), c().get_result(), d(), e());
    let _all = (f().get_result(), g());
}

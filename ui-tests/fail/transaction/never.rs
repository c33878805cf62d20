//! What never returns is never committed.

use tasklet_core::transactional_async;

#[transactional_async]
async fn stop() -> ! {
    std::process::exit(1)
}

fn main() {
    stop().get_result();
}

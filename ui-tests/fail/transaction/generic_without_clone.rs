//! A generic argument needs a bound.

use tasklet_core::transactional_async;

#[transactional_async]
async fn put<T: Send + 'static>(_: T) -> Result<(), String> {
    Ok(())
}

fn main() {
    let _put = put(1).get_result();
}

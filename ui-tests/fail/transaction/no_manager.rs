//! A manager is a `TransactionManager`.

use tasklet_core::transactional_async;

#[transactional_async(manager = database)]
async fn put(database: u32) -> Result<u32, String> {
    Ok(database)
}

#[transactional_async(manager = "a database")]
async fn clear() -> Result<(), String> {
    Ok(())
}

fn main() {
    let _put = put(1).get_result();
    let _cleared = clear().get_result();
}

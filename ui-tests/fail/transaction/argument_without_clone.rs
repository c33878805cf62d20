//! A body that may run again gets a clone of each argument.

use tasklet_core::transactional_async;

struct Connection;

#[transactional_async]
async fn close(name: String, connection: Connection) -> Result<usize, String> {
    drop(connection);
    Ok(name.len())
}

fn main() {
    let _closed = close("a".to_owned(), Connection).get_result();
}

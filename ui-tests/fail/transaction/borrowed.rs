//! A tasklet in a transaction owns its arguments, as any tasklet does.

use tasklet_core::{toplevel, transactional_async};

struct Store(u32);

impl Store {
    #[transactional_async]
    async fn put(&self, name: &str) -> Result<usize, String> {
        Ok(name.len())
    }
}

#[toplevel]
#[transactional_async]
async fn handler(name: &str) -> Result<usize, String> {
    Ok(name.len())
}

fn main() {
    let _put = Store(1).put("").get_result();
    drop(handler(""));
}

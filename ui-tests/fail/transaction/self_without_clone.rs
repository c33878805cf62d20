//! A receiver is an argument.

use tasklet_core::{transactional, transactional_async};

struct Store(u32);

impl Store {
    #[transactional_async]
    async fn count(self) -> Result<u32, String> {
        Ok(self.0)
    }

    #[transactional]
    fn clear(&mut self) -> Result<(), String> {
        self.0 = 0;
        Ok(())
    }
}

fn main() {
    let _cleared = Store(1).clear();
    let _counted = Store(1).count().get_result();
}

//! NDB's testYieldError and test__advance_tasklet_bad_yield, where it is a `RuntimeError`: to await a
//! plain value. Mostly an `_async` was forgotten.

use tasklet_core::tasklet;

struct Key;

impl Key {
    fn delete(&self) -> &'static str {
        "abc"
    }
}

#[tasklet]
async fn bad_user_code(key: Key) {
    key.delete().await;
}

fn main() {}

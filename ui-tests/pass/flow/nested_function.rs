//! A function inside of another that has no attribute is the run time's business.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn post() -> u32 {
    fn not_looked_at() {
        let _forgotten = put(3);
    }

    #[must_await]
    fn helper() {
        put(4).defer();
    }

    struct Local;

    impl Local {
        fn neither(&self) {
            let _forgotten = put(5);
        }
    }

    not_looked_at();
    helper();
    Local.neither();
    put(6).await
}

fn main() {
    assert_eq!(post().get_result(), 6);
}

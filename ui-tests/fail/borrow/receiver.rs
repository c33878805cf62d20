//! A tasklet owns its `self`, or shares it.

use std::pin::Pin;

use tasklet_core::tasklet;

struct Store;

impl Store {
    #[tasklet]
    async fn shared(&self) -> u32 {
        1
    }

    #[tasklet]
    async fn exclusive(&mut self, name: &str) -> usize {
        name.len()
    }

    #[tasklet]
    async fn pinned(self: Pin<&mut Self>) -> u32 {
        1
    }

    #[tasklet(?Send)]
    async fn local(&self) -> u32 {
        1
    }
}

trait Fetch {
    #[tasklet]
    async fn declared(&self) -> u32;

    #[tasklet]
    async fn defined(&self) -> u32 {
        1
    }
}

impl Fetch for Store {
    #[tasklet]
    async fn declared(&self) -> u32 {
        1
    }
}

fn main() {
    Store.shared().get_result();
    Store.exclusive("").get_result();
    Pin::new(&mut Store).pinned().get_result();
    Store.local().get_result();
    Store.declared().get_result();
    Store.defined().get_result();
}

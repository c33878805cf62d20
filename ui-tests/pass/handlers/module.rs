//! A whole module of handlers under one attribute, with all that a module may hold.
#![forbid(warnings)]

use tasklet_core::{must_await, synctasklet};

#[must_await]
mod handlers {
    //! What is in it besides functions stays as it is.

    use std::collections::VecDeque;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tasklet_core::prelude::*;

    const LIMIT: usize = 3;
    static STARTED: AtomicUsize = AtomicUsize::new(0);

    pub type Answer = Result<usize, Failure>;

    #[derive(Debug, PartialEq)]
    pub enum Failure {
        Full,
    }

    macro_rules! started {
        () => {
            STARTED.load(Ordering::Relaxed)
        };
    }

    #[tasklet]
    async fn put(name: String) -> usize {
        STARTED.fetch_add(1, Ordering::Relaxed);
        std::future::ready(()).await;
        name.len()
    }

    #[toplevel]
    pub async fn post(names: Vec<String>) -> Answer {
        if LIMIT < names.len() {
            return Err(Failure::Full);
        }
        let futures = inner::start_all(names);
        Ok(futures.join_all().await.iter().sum())
    }

    pub fn post_and_wait(name: &str) -> usize {
        let future = put(name.to_owned());
        future.get_result()
    }

    pub async fn plainly(name: &str) -> usize {
        let future = put(name.to_owned());
        future.await + usize::from(started!() == 0)
    }

    pub struct Queue {
        waiting: VecDeque<String>,
    }

    impl Queue {
        pub const fn new() -> Self {
            Self { waiting: VecDeque::new() }
        }

        pub fn push(&mut self, name: &str) {
            self.waiting.push_back(name.to_owned());
        }

        pub async fn work(mut self) -> usize {
            let mut sum = 0;
            while let Some(name) = self.waiting.pop_front() {
                let future = put(name);
                sum += future.await;
            }
            sum
        }
    }

    impl Drop for Queue {
        fn drop(&mut self) {
            assert!(self.waiting.is_empty());
        }
    }

    mod inner {
        use super::put;
        use tasklet_core::TaskletFuture;

        pub fn start_all(names: Vec<String>) -> Vec<TaskletFuture<usize>> {
            names.into_iter().map(put).collect()
        }
    }
}

#[synctasklet]
async fn main() {
    assert_eq!(handlers::post(vec!["a".to_owned(), "bc".to_owned()]).await, Ok(3));
    assert_eq!(handlers::post(vec![String::new(); 4]).await, Err(handlers::Failure::Full));
    assert_eq!(handlers::post_and_wait("four") + handlers::plainly("four").await, 8);
    let mut queue = handlers::Queue::new();
    queue.push("one");
    assert_eq!(queue.work().await, 3);
}

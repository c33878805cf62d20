//! Types of one's own that hold futures: made, filled, taken apart, handed on.
#![forbid(warnings)]

use tasklet_core::prelude::*;

#[tasklet]
async fn fetch(key: u32) -> u32 {
    std::future::ready(()).await;
    key
}

/// One request's reads, which run while the page is prepared.
#[derive(MustAwait)]
struct Reads {
    user: TaskletFuture<u32>,
    entries: Vec<TaskletFuture<u32>>,
    title: String,
}

#[derive(MustAwait)]
struct Timed<F>(F, std::time::Duration);

#[derive(MustAwait)]
enum Step<'a, T> {
    Running { future: TaskletFuture<T>, name: &'a str },
    Waiting(Box<Step<'a, T>>),
    Done(T),
}

#[must_await]
impl Reads {
    fn start(user: u32, count: u32) -> Self {
        let mut reads = Self { user: fetch(user), entries: Vec::new(), title: "book".to_owned() };
        for key in 0..count {
            reads.entries.push(fetch(key));
        }
        reads.title.push('!');
        reads
    }

    fn titled(mut self, title: &str) -> Self {
        title.clone_into(&mut self.title);
        self
    }

    fn is_done(&self) -> bool {
        self.user.done() && self.entries.iter().all(TaskletFuture::done)
    }

    async fn finish(self) -> (u32, Vec<u32>, String) {
        let Self { user, entries, title } = self;
        (user.await, entries.join_all().await, title)
    }
}

#[must_await]
impl<T: Clone> Step<'_, T> {
    async fn finish(mut self) -> T {
        loop {
            self = match self {
                Step::Running { future, name } => {
                    assert!(!name.is_empty());
                    Step::Done(future.await)
                }
                Step::Waiting(step) => *step,
                Step::Done(value) => break value,
            };
        }
    }
}

#[must_await]
async fn timed() -> u32 {
    let timed = Timed(fetch(2), std::time::Duration::from_secs(60));
    let Timed(future, limit) = timed;
    match future.timeout(limit).await {
        Ok(result) => result,
        Err(late) => late.into_inner().await,
    }
}

#[toplevel]
async fn page(user: u32) -> String {
    let reads = Reads::start(user, 3).titled("guests");
    println!("{}", reads.is_done());
    let (user, entries, title) = reads.finish().await;
    format!("{title} of {user}: {}", entries.len())
}

#[synctasklet]
async fn main() {
    assert_eq!(page(7).await, "guests of 7: 3");
    assert_eq!(timed().await, 2);
    let step = Step::Running { future: fetch(3), name: "three" };
    assert_eq!(Step::Waiting(Box::new(step)).finish().await, 3);
}

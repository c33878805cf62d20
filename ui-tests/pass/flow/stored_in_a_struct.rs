//! Types of one's own that hold futures are taken apart, or handed on.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[derive(MustAwait)]
struct Writes {
    user: TaskletFuture<u32>,
    profile: TaskletFuture<u32>,
    name: &'static str,
}

#[derive(MustAwait)]
enum Write {
    Started(TaskletFuture<u32>),
    Refused,
}

#[derive(MustAwait)]
struct Page<T> {
    futures: Vec<TaskletFuture<T>>,
}

#[must_await]
impl Writes {
    fn start(name: &'static str) -> Writes {
        let writes = Writes { user: put(1), profile: put(2), name };
        println!("{}", writes.name);
        writes
    }

    async fn finish(self) -> u32 {
        self.user.await + self.profile.await
    }

    async fn finish_by_a_pattern(self) -> usize {
        let Writes { user, profile, name } = self;
        let (user, profile) = join!(user, profile);
        (user + profile) as usize + name.len()
    }
}

#[must_await]
async fn an_enum(wanted: bool) -> u32 {
    let write = if wanted { Write::Started(put(1)) } else { Write::Refused };
    match write {
        Write::Started(future) => future.await,
        Write::Refused => 0,
    }
}

#[must_await]
async fn a_list() -> Vec<u32> {
    let mut page = Page { futures: Vec::new() };
    page.futures.push(put(1));
    page.futures.join_all().await
}

#[synctasklet]
async fn main() {
    assert_eq!(Writes::start("one").finish().await, 3);
    assert_eq!(Writes::start("one").finish_by_a_pattern().await, 6);
    assert_eq!(an_enum(true).await + an_enum(false).await, 1);
    assert_eq!(a_list().await, [1]);
}

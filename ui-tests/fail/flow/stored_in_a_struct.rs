//! Types of one's own that hold futures, and say so with `derive(MustAwait)`.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[derive(MustAwait)]
struct Writes {
    user: TaskletFuture<u32>,
    name: &'static str,
}

#[derive(MustAwait)]
enum Write {
    Started(TaskletFuture<u32>),
    Refused,
}

#[must_await]
fn a_struct() -> usize {
    let writes = Writes { user: put(1), name: "one" };
    writes.name.len()
}

#[must_await]
async fn one_field_on_one_branch(wanted: bool) -> u32 {
    let writes = Writes { user: put(1), name: "one" };
    if wanted { writes.user.await } else { 2 }
}

#[must_await]
fn an_enum(wanted: bool) {
    let write = if wanted { Write::Started(put(1)) } else { Write::Refused };
    let many = vec![write];
    println!("{}", many.len());
}

fn main() {}

//! Handlers whose second step depends on the first, while a third goes on.
#![forbid(unused, unreachable_code)]
#![deny(clippy::pedantic)]

use std::collections::BTreeSet;

use tasklet_core::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Post {
    id: u32,
    author: u32,
    tags: Vec<&'static str>,
}

#[tasklet]
async fn post(id: u32) -> Option<Post> {
    std::future::ready(()).await;
    (id != 0).then(|| Post { id, author: id % 3, tags: vec!["rust", "ndb"] })
}

#[tasklet]
async fn author(id: u32) -> String {
    std::future::ready(()).await;
    format!("author {id}")
}

#[tasklet]
async fn tag(name: &'static str) -> usize {
    std::future::ready(()).await;
    name.len()
}

#[toplevel]
async fn page(ids: Vec<u32>) -> Option<(Vec<String>, usize)> {
    let visits = tag("visits");
    let posts: Vec<_> = ids.into_iter().map(post).collect();
    let posts: Vec<Post> = posts.join_all().await.into_iter().flatten().collect();
    if posts.is_empty() {
        visits.cancel();
        return None;
    }

    let authors: BTreeSet<u32> = posts.iter().map(|post| post.author).collect();
    let authors: Vec<_> = authors.into_iter().map(author).collect();
    let tags: Vec<Vec<_>> =
        posts.iter().map(|post| post.tags.iter().copied().map(tag).collect()).collect();

    let mut letters = visits.await;
    for tags in tags {
        letters += tags.join_all().await.into_iter().sum::<usize>();
    }
    Some((authors.join_all().await, letters))
}

#[toplevel]
async fn neighbours(id: u32) -> (Option<Post>, Option<Post>) {
    let next = post(id + 1);
    let previous = match id.checked_sub(1) {
        Some(id) => post(id),
        None => TaskletFuture::ready(None),
    };
    join!(previous, next)
}

#[toplevel]
async fn nested(ids: [u32; 2]) -> usize {
    let [first, second] = ids.map(post);
    let first = match first.await {
        Some(first) => {
            let author = author(first.author);
            let tags = first.tags.into_iter().map(tag).collect::<Vec<_>>();
            let (author, tags) = (author.await, tags.join_all().await);
            author.len() + tags.len()
        }
        None => 0,
    };
    first + second.await.map_or(0, |second| second.tags.len())
}

#[synctasklet]
async fn main() {
    let (authors, letters) = page(vec![1, 2, 4]).await.expect("there are posts");
    assert_eq!((authors.len(), letters), (2, 27));
    assert_eq!(page(vec![0]).await, None);
    assert!(matches!(neighbours(0).await, (None, Some(Post { id: 1, .. }))));
    assert_eq!(nested([1, 2]).await, 12);
}

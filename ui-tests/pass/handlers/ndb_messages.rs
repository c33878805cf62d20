//! NDB's guestbook page and its messages with nicknames: tasklets that are mapped over a query.
#![forbid(warnings)]

use std::collections::BTreeMap;

use tasklet_core::prelude::*;

#[derive(Clone)]
struct Message {
    author: u32,
    text: &'static str,
}

#[tasklet]
async fn get_account(id: u32) -> Option<String> {
    std::future::ready(()).await;
    (id < 10).then(|| format!("nick{id}"))
}

#[tasklet]
async fn recent_entries() -> Vec<Message> {
    std::future::ready(vec![
        Message { author: 1, text: "hello" },
        Message { author: 12, text: "hi" },
    ])
    .await
}

#[toplevel]
async fn main_page(user: Option<u32>) -> String {
    let account_future = user.map(get_account);
    let recent_entries_future = recent_entries();

    let account = match account_future {
        Some(future) => future.await,
        None => None,
    };
    let mut page = account.map_or_else(String::new, |name| format!("Hello, {name}\n"));

    let callback = |message: Message| nickname_and_text(message);
    let lines: Vec<_> = recent_entries_future.await.into_iter().map(callback).collect();
    for line in lines.join_all().await {
        page += &line;
    }
    page
}

#[tasklet]
async fn nickname_and_text(message: Message) -> String {
    let account = get_account(message.author).await;
    let nickname = account.as_deref().unwrap_or("anonymous");
    format!("{nickname}: {}\n", message.text)
}

#[toplevel]
async fn by_author(messages: Vec<Message>) -> BTreeMap<u32, Option<String>> {
    let mut authors: Vec<u32> = messages.iter().map(|message| message.author).collect();
    authors.sort_unstable();
    authors.dedup();
    let futures: Vec<_> = authors.iter().copied().map(get_account).collect();
    authors.into_iter().zip(futures.join_all().await).collect()
}

#[synctasklet]
async fn main() {
    let page = main_page(Some(3)).await;
    assert_eq!(page, "Hello, nick3\nnick1: hello\nanonymous: hi\n");
    let authors = by_author(recent_entries().await).await;
    assert_eq!(authors.into_values().flatten().count(), 1);
}

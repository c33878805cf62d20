//! A handler that reads, and turns an error into an answer.
#![forbid(warnings)]

use tasklet_core::{Context, synctasklet, tasklet, toplevel};

#[derive(Clone, Copy)]
enum Audience {
    Person,
    Program,
}

impl Audience {
    fn book(self, entries: &[Entry]) -> Response {
        let body = match self {
            Self::Person => entries.iter().map(|entry| entry.name.clone() + "\n").collect(),
            Self::Program => format!("{} entries", entries.len()),
        };
        Response { status: 200, body }
    }

    fn failure(self, status: u16, reason: impl Into<String>) -> Response {
        let reason = reason.into();
        match self {
            Self::Person => Response { status, body: reason },
            Self::Program => Response { status, body: format!("error: {reason}") },
        }
    }
}

struct Response {
    status: u16,
    body: String,
}

struct Entry {
    name: String,
}

fn counted<R>(answer: R) -> (u64, R) {
    (Context::current().started(), answer)
}

#[toplevel]
async fn book(store: &'static [&'static str], audience: Audience) -> (u64, Response) {
    let answer = match recent_entries(store).await {
        Ok(entries) => audience.book(&entries),
        Err(error) => {
            let reason = format!("the book could not be read: {error}");
            audience.failure(500, reason)
        }
    };
    counted(answer)
}

#[tasklet]
async fn recent_entries(store: &'static [&'static str]) -> Result<Vec<Entry>, String> {
    std::future::ready(()).await;
    let Some(_) = store.first() else { return Err("it is empty".to_owned()) };
    Ok(store.iter().map(|&name| Entry { name: name.to_owned() }).collect())
}

#[synctasklet]
async fn main() {
    let (count, answer) = book(&["Ada"], Audience::Person).await;
    assert_eq!((count, answer.status, answer.body.as_str()), (1, 200, "Ada\n"));
    let (_, answer) = book(&[], Audience::Program).await;
    assert_eq!(answer.body, "error: the book could not be read: it is empty");
}

//! Handlers that return early, before anything is started and after all has been awaited.
#![forbid(warnings)]

use std::num::ParseIntError;

use tasklet_core::prelude::*;

#[derive(Debug, PartialEq)]
enum Answer {
    Created(u32),
    BadRequest(String),
    Failed,
}

impl From<ParseIntError> for Answer {
    fn from(error: ParseIntError) -> Self {
        Self::BadRequest(error.to_string())
    }
}

#[tasklet]
async fn put(key: u32) -> Result<u32, ()> {
    std::future::ready(()).await;
    if key == 13 { Err(()) } else { Ok(key) }
}

#[toplevel]
async fn post(name: &'static str, age: &'static str) -> Answer {
    if name.is_empty() {
        return Answer::BadRequest("no name".to_owned());
    }
    let Ok(age) = age.parse() else {
        return Answer::BadRequest("no age".to_owned());
    };
    let user = put(age);
    let log = put(0);
    let (user, log) = join!(user, log);
    let Ok(user) = user else { return Answer::Failed };
    if log.is_err() {
        return Answer::Failed;
    }
    Answer::Created(user)
}

#[toplevel]
async fn post_with_question_marks(age: &'static str) -> Result<Answer, Answer> {
    let age = age.parse()?;
    let user = put(age);
    println!("started");
    let user = user.await.map_err(|()| Answer::Failed)?;
    let again = put(user).await.map_err(|()| Answer::Failed)?;
    Ok(Answer::Created(again))
}

#[toplevel]
async fn what_was_started_is_left_in_order(key: u32, is_wanted: bool) -> Result<u32, ()> {
    let log = put(1);
    if !is_wanted {
        log.cancel();
        return Err(());
    }
    let user = put(key);
    match user.await {
        Ok(user) => {
            let log = log.await?;
            Ok(user + log)
        }
        Err(()) => {
            log.defer();
            Err(())
        }
    }
}

#[toplevel]
fn blocking(keys: &[u32]) -> Option<u32> {
    let &first = keys.first()?;
    let future = put(first);
    let Some(&second) = keys.get(1) else {
        return future.get_result().ok();
    };
    let other = put(second);
    let (one, two) = (future.get_result(), other.get_result());
    Some(one.ok()? + two.ok()?)
}

fn main() {
    let run = tasklet_core::block_on::<std::pin::Pin<Box<dyn Future<Output = Answer>>>>;
    assert_eq!(run(Box::pin(post("", ""))), Answer::BadRequest("no name".to_owned()));
    assert_eq!(run(Box::pin(post("Ada", "36"))), Answer::Created(36));
    assert_eq!(run(Box::pin(post("Bob", "13"))), Answer::Failed);
    let answer = tasklet_core::block_on(post_with_question_marks("x"));
    assert!(matches!(answer, Err(Answer::BadRequest(_))));
    assert_eq!(tasklet_core::block_on(what_was_started_is_left_in_order(2, true)), Ok(3));
    assert_eq!((blocking(&[]), blocking(&[1]), blocking(&[1, 2])), (None, Some(1), Some(3)));
}

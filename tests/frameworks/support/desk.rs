//! What the handlers work on: a desk where each write waits for the clerk's word. The clerk is the
//! test, so that it is the test who says when a tasklet goes on.

use std::fmt;

use tasklet_core::prelude::*;
use tokio::sync::{mpsc, oneshot};

/// The side of the handlers.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    questions: mpsc::UnboundedSender<Question>,
    written: mpsc::UnboundedSender<String>,
}

/// The side of the test.
pub(crate) struct Clerk {
    questions: mpsc::UnboundedReceiver<Question>,
    written: mpsc::UnboundedReceiver<String>,
}

/// May this be written? Whoever asks is suspended until the clerk answers.
#[derive(Debug)]
pub(crate) struct Question {
    what: String,
    answer: oneshot::Sender<Result<(), Refused>>,
}

/// The clerk has said no.
#[derive(Debug)]
pub(crate) struct Refused;

pub(crate) fn open() -> (Desk, Clerk) {
    let (ask, questions) = mpsc::unbounded_channel();
    let (write, written) = mpsc::unbounded_channel();
    (Desk { questions: ask, written: write }, Clerk { questions, written })
}

/// Writes, once the clerk has agreed.
#[tasklet]
pub(crate) async fn put(desk: Desk, what: String) -> Result<String, Refused> {
    let (answer, answered) = oneshot::channel();
    desk.questions.send(Question { what: what.clone(), answer }).expect("the clerk is there");
    answered.await.expect("the clerk answers")?;
    desk.written.send(what.clone()).expect("the clerk is there");
    Ok(what)
}

/// What every handler here does, for those that differ in their attributes alone.
pub(crate) async fn sign(desk: Desk, name: String) -> Result<String, Refused> {
    let user = put(desk.clone(), format!("user {name}"));
    let profile = put(desk.clone(), format!("profile {name}"));
    let (user, profile) = try_join!(user, profile)?;
    put(desk, format!("note {name}")).defer();
    Ok(format!("{user}, {profile}"))
}

impl Clerk {
    /// The next question, or none if nobody is left who could ask one.
    pub(crate) async fn next(&mut self) -> Option<Question> {
        self.questions.recv().await
    }

    pub(crate) async fn question(&mut self, expected: &str) -> Question {
        let question = self.next().await.expect("somebody has the desk");
        assert_eq!(question.what, expected);
        question
    }

    /// Waits for so many writes. They come in no order.
    pub(crate) async fn wait_for_written(&mut self, count: usize) -> Vec<String> {
        let mut all = Vec::new();
        while all.len() < count {
            all.push(self.written.recv().await.expect("somebody has the desk"));
        }
        all.sort();
        all
    }

    /// What is written already. It comes in no order.
    pub(crate) fn written(&mut self) -> Vec<String> {
        let mut all: Vec<_> = std::iter::from_fn(|| self.written.try_recv().ok()).collect();
        all.sort();
        all
    }
}

impl Question {
    pub(crate) fn approve(self) {
        self.answer.send(Ok(())).expect("the tasklet waits");
    }

    pub(crate) fn refuse(self) {
        self.answer.send(Err(Refused)).expect("the tasklet waits");
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the clerk has refused")
    }
}

impl std::error::Error for Refused {}

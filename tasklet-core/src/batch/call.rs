//! A batch's call: a tasklet of the context that sends the items and hands out the answers.

use std::any::Any;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use futures_lite::FutureExt as _;

use super::error::BatchError;
use super::pending::Pending;
use super::seats::{Answer, Table};
use super::state::State;
use super::{Batch, Inner, info_of};
use crate::context::start_in;
use crate::error::{About, Failure, Panic, SharedPanic};
use crate::task::{HomeRef, Kept, apart};
use crate::trace::Span;

/// Starts the call of a batch. This is where each of them begins, whatever has sent it: the loop
/// that is idle, the last item of a full batch, `flush`, or the end of another call.
pub(super) fn start<B: Batch>(home: HomeRef<'_>, state: Arc<State<B>>, pending: Pending<B>) {
    let place = pending.place;
    let (call, items) = Call::new(state, pending);
    if items.is_empty() {
        // Everybody has gone before it was sent.
        return;
    }
    let about = |unseen: Option<&Result<(), BatchError<B::Error>>>| {
        let failure = unseen.and_then(|unseen| unseen.as_ref().err()?.untold());
        About { failure, ..About::new(info_of::<B>()) }
    };
    // It serves many callers, and has the tasklet-locals of none.
    let span = Span::of_batch(B::NAME, items.len());
    let _span = span.enter();
    apart(|| start_in(home, place, about, || call.run(items))).defer();
}

/// A batch that was sent. When it is dropped, its call is over.
pub(super) struct Call<B: Batch> {
    state: Arc<State<B>>,
    inner: Arc<Inner<B>>,
    table: Arc<Table<B>>,
    number: u64,
    slots: HashMap<B::Key, usize>,
    cached: Vec<(B::Key, usize)>,
    /// Whether the item of each slot was sent.
    is_sent: Vec<bool>,
    is_answered: bool,
}

impl<B: Batch> Call<B> {
    /// The call, and the items that it sends.
    fn new(state: Arc<State<B>>, pending: Pending<B>) -> (Call<B>, Vec<B::Item>) {
        let Pending { number, inner, table, items, slots, cached, .. } = pending;
        let is_sent = table.send(items.len());
        let items = if is_sent.iter().all(|is_sent| *is_sent) {
            items
        } else {
            let items = items.into_iter().zip(&is_sent);
            items.filter(|(_, is_sent)| **is_sent).map(|(item, _)| item).collect()
        };
        let is_answered = false;
        (Call { state, inner, table, number, slots, cached, is_sent, is_answered }, items)
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &B::Key> {
        self.slots.keys()
    }

    pub(super) fn take_slots(&mut self) -> HashMap<B::Key, usize> {
        std::mem::take(&mut self.slots)
    }

    /// The body of the tasklet. Its result is a failure that no load waits for.
    async fn run(mut self, items: Vec<B::Item>) -> Result<(), BatchError<B::Error>> {
        let count = items.len();
        let inner = Arc::clone(&self.inner);
        let options = self.table.options.clone();
        let calling = async move { Kept::new(inner.batch.call(items, options)).await };
        let outcome = Kept::new(AssertUnwindSafe(calling).catch_unwind()).await;
        self.is_answered = true;
        match outcome {
            Ok(Ok(results)) if results.len() == count => {
                // Values are cloned for those who share one, which is user code.
                let answered = catch_unwind(AssertUnwindSafe(|| self.answer(results)));
                answered.unwrap_or_else(|payload| self.panic(payload))
            }
            Ok(Ok(results)) => self.fail(BatchError::count(count, results.len())),
            Ok(Err(error)) => self.fail(BatchError::call(error)),
            Err(payload) => self.panic(payload),
        }
    }

    /// One result for each item that was sent.
    fn answer(&self, results: Vec<Result<B::Value, B::Error>>) -> Result<(), BatchError<B::Error>> {
        let mut results = results.into_iter();
        let answer = |&is_sent: &bool| {
            is_sent.then(|| results.next().map(|result| result.map_err(BatchError::item)))?
        };
        let answers: Vec<Option<Answer<B>>> = self.is_sent.iter().map(answer).collect();
        self.fill_cache(&answers);
        match self.table.answer(answers) {
            Some(unseen) => Err(unseen),
            None => Ok(()),
        }
    }

    fn fail(&self, error: BatchError<B::Error>) -> Result<(), BatchError<B::Error>> {
        self.forget_cached();
        if self.table.answer_all(&error) { Ok(()) } else { Err(error) }
    }

    fn panic(&self, payload: Box<dyn Any + Send>) -> Result<(), BatchError<B::Error>> {
        self.forget_cached();
        let panic = SharedPanic::new(Panic::new(payload).into_failure());
        if self.table.panic_all(&panic) { Ok(()) } else { panic.resume() }
    }

    /// Before the answers are handed out: whoever asks in between finds the value here.
    fn fill_cache(&self, answers: &[Option<Answer<B>>]) {
        for (key, slot) in &self.cached {
            let value = match &answers[*slot] {
                Some(Ok(value)) => Some(Arc::new(value.clone())),
                Some(Err(_)) | None => None,
            };
            let mut cache = self.state.lock_cache();
            let useless = cache.end(key, &self.table, value);
            drop(cache);
            drop(useless);
        }
    }

    fn forget_cached(&self) {
        for (key, _) in &self.cached {
            let mut cache = self.state.lock_cache();
            let useless = cache.end(key, &self.table, None);
            drop(cache);
            drop(useless);
        }
    }
}

impl<B: Batch> Drop for Call<B> {
    fn drop(&mut self) {
        if !self.is_answered {
            // Its tasklet was cancelled, with the whole context.
            self.forget_cached();
            let message = format!("the call of the batch `{}` was cancelled", B::NAME);
            self.table.panic_all(&SharedPanic::new(Failure::error(message)));
        }
        let state = Arc::clone(&self.state);
        state.finished(self);
    }
}

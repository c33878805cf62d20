//! What the tellers were told of their transfers, and whether it is true.

use std::collections::HashMap;
use std::fmt;
use std::iter::Sum;

use crate::ledger::Line;

/// What a teller was told of one transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// It was committed.
    Committed,
    /// It was not.
    Failed,
    /// Nobody knows.
    Unknown,
    /// Nothing: the teller has gone away.
    Nothing,
}

/// All answers, by the numbers of the transfers.
#[derive(Default)]
pub(crate) struct Told {
    answers: HashMap<i64, Answer>,
    /// How many attempts the committed ones took altogether, and how many one took at most.
    attempts: u64,
    attempts_max: u32,
}

impl Told {
    pub(crate) fn add(&mut self, transfer: i64, answer: Answer) {
        let before = self.answers.insert(transfer, answer);
        assert!(before.is_none(), "transfer {transfer} was made twice");
    }

    pub(crate) fn add_attempts(&mut self, attempts: u32) {
        self.attempts += u64::from(attempts);
        self.attempts_max = self.attempts_max.max(attempts);
    }

    fn count(&self, answer: Answer) -> usize {
        self.answers.values().filter(|other| **other == answer).count()
    }

    /// Expects that what is committed is in the ledger once, and what has failed is not.
    pub(crate) fn check(&self, ledger: &[Line]) {
        let mut lines: HashMap<i64, u32> = HashMap::new();
        for line in ledger {
            *lines.entry(line.transfer).or_default() += 1;
        }
        for (transfer, answer) in &self.answers {
            let is_true = match (answer, lines.remove(transfer).unwrap_or_default()) {
                (Answer::Committed, count) => count == 1,
                (Answer::Failed, count) => count == 0,
                (Answer::Unknown | Answer::Nothing, count) => count <= 1,
            };
            assert!(is_true, "transfer {transfer} was said to be {answer:?}, and that is not true");
        }
        assert!(lines.is_empty(), "transfers that nobody has made: {lines:?}");
        assert!(0 < self.count(Answer::Committed), "not one was committed");
    }
}

impl Sum for Told {
    fn sum<I: Iterator<Item = Told>>(all: I) -> Told {
        let mut sum = Told::default();
        for told in all {
            told.answers.into_iter().for_each(|(transfer, answer)| sum.add(transfer, answer));
            sum.attempts += told.attempts;
            sum.attempts_max = sum.attempts_max.max(told.attempts_max);
        }
        sum
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [committed, failed, unknown, nothing] =
            [Answer::Committed, Answer::Failed, Answer::Unknown, Answer::Nothing]
                .map(|answer| self.count(answer));
        write!(
            f,
            "{} transfers: {committed} committed in {} attempts ({} at most), {failed} failed, \
             {unknown} unknown, {nothing} cancelled",
            self.answers.len(),
            self.attempts,
            self.attempts_max,
        )
    }
}

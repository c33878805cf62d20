//! A fair race: the contenders take turns, a first round warms up, the rest is counted.

use std::env;
use std::fmt;
use std::fs::OpenOptions;
use std::io::Write;
use std::time::{Duration, Instant};

use crate::{Kind, ROWS_FILE, Row, table};

/// Counted rounds of a race. Turns are short and rounds many, so that each contender meets moments
/// in which nothing else wants the processor.
const ROUNDS: u64 = 100;

/// One who does the work, and the work as a closure that does the whole load once.
pub struct Contender {
    name: &'static str,
    kind: Kind,
    run: Box<dyn FnMut()>,
}

impl Contender {
    /// This project's way to do the work.
    pub fn ours(name: &'static str, run: impl FnMut() + 'static) -> Self {
        Self { name, kind: Kind::Ours, run: Box::new(run) }
    }

    /// The way of a library whose tasks go on by themselves once they are started.
    pub fn spawner(name: &'static str, run: impl FnMut() + 'static) -> Self {
        Self { name, kind: Kind::Spawner, run: Box::new(run) }
    }

    /// The way of a library that polls futures inside the task that awaits them.
    pub fn joiner(name: &'static str, run: impl FnMut() + 'static) -> Self {
        Self { name, kind: Kind::Joiner, run: Box::new(run) }
    }

    /// What the work costs at the least.
    pub fn baseline(name: &'static str, run: impl FnMut() + 'static) -> Self {
        Self { name, kind: Kind::Baseline, run: Box::new(run) }
    }
}

impl fmt::Debug for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contender").field("name", &self.name).field("kind", &self.kind).finish()
    }
}

/// One question's run: its races, and the rows that came of them.
#[derive(Debug)]
pub struct Question {
    measured: bool,
    rows: Vec<Row>,
}

impl Question {
    /// Cargo passes `--bench` when it is asked to measure, and nothing when it is asked to test.
    #[must_use]
    pub fn from_args() -> Self {
        Self { measured: env::args().any(|argument| argument == "--bench"), rows: Vec::new() }
    }

    /// The size of a load: `full` when measured, `brief` when only tried out.
    #[must_use]
    pub fn load(&self, full: u64, brief: u64) -> u64 {
        if self.measured { full } else { brief }
    }

    /// Lets the contenders take turns at `work`, each doing `operations` of it per turn, and keeps
    /// the nanoseconds per operation.
    pub fn race(&mut self, work: &str, operations: u64, mut contenders: Vec<Contender>) {
        let rounds = self.load(ROUNDS, 1);
        let mut nanos = vec![Vec::new(); contenders.len()];
        for round in 0..=rounds {
            for (contender, nanos) in contenders.iter_mut().zip(&mut nanos) {
                let elapsed = timed(&mut contender.run);
                if round > 0 {
                    nanos.push(elapsed.as_secs_f64() * 1e9 / operations as f64);
                }
            }
        }
        for (contender, nanos) in contenders.iter().zip(nanos) {
            self.keep(work, "ns", contender.kind, contender.name, nanos);
        }
    }

    /// Keeps samples that were measured elsewhere. The best of them is the highest for a rate and
    /// the lowest for a cost.
    pub fn keep(
        &mut self,
        work: &str,
        unit: &str,
        kind: Kind,
        contender: &str,
        mut samples: Vec<f64>,
    ) {
        samples.sort_by(f64::total_cmp);
        let best = if table::is_rate(unit) { samples.last() } else { samples.first() };
        self.rows.push(Row {
            work: work.to_owned(),
            unit: unit.to_owned(),
            kind,
            contender: contender.to_owned(),
            best: *best.expect("a race has at least one counted round"),
            median: samples[samples.len() / 2],
        });
    }

    /// Hands the rows on: to the file that the table is made of, or else to the screen.
    pub fn finish(self) {
        if !self.measured {
            return;
        }
        let Some(path) = env::var_os(ROWS_FILE) else {
            return println!("{}", table::render(&self.rows));
        };
        let lines: String = self.rows.iter().map(|row| row.to_line() + "\n").collect();
        OpenOptions::new()
            .append(true)
            .create(true)
            .open(path)
            .and_then(|mut file| file.write_all(lines.as_bytes()))
            .expect("the rows' file can be appended to");
    }
}

/// How long `work` takes.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures the real clock")]
pub fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

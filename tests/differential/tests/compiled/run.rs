//! The surroundings of generated bodies that are run: handles that count how they are dropped, and
//! questions that are answered from a script.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::{IntoFuture, Ready, ready};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

thread_local! {
    static ANSWERS: RefCell<VecDeque<u8>> = const { RefCell::new(VecDeque::new()) };
    static LOST: RefCell<usize> = const { RefCell::new(0) };
}

/// The next answer. Behind the last one, the path is abandoned.
fn answer() -> u8 {
    let next = ANSWERS.with_borrow_mut(VecDeque::pop_front);
    next.unwrap_or_else(|| panic_any("abandoned"))
}

struct TaskletFuture<T> {
    is_settled: bool,
    result: PhantomData<T>,
}

impl TaskletFuture<u32> {
    fn settle(mut self) -> u32 {
        self.is_settled = true;
        0
    }

    fn defer(self) {
        self.settle();
    }

    fn get_result(self) -> u32 {
        self.settle()
    }

    fn done(&self) -> bool {
        answer() == 1
    }
}

impl<T> Drop for TaskletFuture<T> {
    fn drop(&mut self) {
        if !self.is_settled && !std::thread::panicking() {
            LOST.with_borrow_mut(|lost| *lost += 1);
        }
    }
}

impl IntoFuture for TaskletFuture<u32> {
    type Output = u32;
    type IntoFuture = Ready<u32>;

    fn into_future(self) -> Ready<u32> {
        ready(self.settle())
    }
}

struct JoinVec(Vec<TaskletFuture<u32>>);

impl IntoFuture for JoinVec {
    type Output = ();
    type IntoFuture = Ready<()>;

    fn into_future(self) -> Ready<()> {
        ready(sink(self.0))
    }
}

trait JoinAll {
    fn join_all(self) -> JoinVec;
}

impl JoinAll for Vec<TaskletFuture<u32>> {
    fn join_all(self) -> JoinVec {
        JoinVec(self)
    }
}

trait Settle {
    fn settle_all(self);
}

impl Settle for TaskletFuture<u32> {
    fn settle_all(self) {
        self.settle();
    }
}

impl<T: Settle> Settle for Option<T> {
    fn settle_all(self) {
        self.into_iter().for_each(T::settle_all);
    }
}

impl<T: Settle> Settle for Result<T, Failed> {
    fn settle_all(self) {
        self.into_iter().for_each(T::settle_all);
    }
}

impl<T: Settle> Settle for Vec<T> {
    fn settle_all(self) {
        self.into_iter().for_each(T::settle_all);
    }
}

impl<T: Settle, U: Settle> Settle for (T, U) {
    fn settle_all(self) {
        self.0.settle_all();
        self.1.settle_all();
    }
}

impl Settle for () {
    fn settle_all(self) {}
}

fn sink(value: impl Settle) {
    value.settle_all();
}

fn sink_two(a: impl Settle, b: impl Settle) {
    sink((a, b));
}

fn sink_three(a: impl Settle, b: impl Settle, c: impl Settle) {
    sink((a, (b, c)));
}

#[derive(Debug)]
struct Failed;

fn start(_: u32) -> TaskletFuture<u32> {
    TaskletFuture { is_settled: false, result: PhantomData }
}

fn try_start(number: u32) -> Result<TaskletFuture<u32>, Failed> {
    q(number).map(|()| start(number))
}

fn pass<T>(value: T) -> T {
    value
}

fn maybe(number: u32) -> Option<TaskletFuture<u32>> {
    (answer() == 1).then(|| start(number))
}

fn many(number: u32) -> Vec<TaskletFuture<u32>> {
    (0..answer()).map(|_| start(number)).collect()
}

fn look<T>(_: &T) {}

fn c(_: u32) -> bool {
    answer() == 1
}

fn n(_: u32) -> u32 {
    answer().into()
}

fn q(_: u32) -> Result<(), Failed> {
    if answer() == 1 { Ok(()) } else { Err(Failed) }
}

macro_rules! join {
    ($a:expr, $b:expr) => {{
        let both = ($a, $b);
        (both.0.await, both.1.await)
    }};
}

macro_rules! bail {
    ($message:expr) => {
        return Err(Failed)
    };
}

macro_rules! ensure {
    ($condition:expr, $message:expr) => {
        if !$condition {
            bail!($message)
        }
    };
}

fn spawn(future: impl Future) {
    let _ = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
}

/// Nothing here ever waits.
fn run<T: Settle>(future: impl Future<Output = Result<T, Failed>>) {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(result)) => sink(result),
        _ => {}
    }
}

fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    for line in std::io::stdin().lines() {
        let line = line.expect("text");
        let mut numbers = line.split_whitespace().map(|text| text.parse().expect("a number"));
        let index = numbers.next().expect("a body");
        ANSWERS.set(numbers.map(|number: usize| number as u8).collect());
        LOST.set(0);
        let _ = catch_unwind(AssertUnwindSafe(|| call(index)));
        println!("{}", LOST.with_borrow(|lost| *lost));
    }
}

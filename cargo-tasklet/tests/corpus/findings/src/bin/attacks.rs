//! Drops that look like drops of what is empty.
#![expect(unused_must_use, dead_code, reason = "it forgets on purpose")]

use std::error::Error;
use std::fmt;
use std::mem;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use findings::{pause, start, start_even};
use tasklet_core::{TaskletFuture, synctasklet};

type Owed = TaskletFuture<u32>;

fn finish(all: &mut Vec<Owed>) {
    while let Some(one) = all.pop() {
        one.get_result();
    }
}

/// The variable points to something else by then.
fn of_another_place(one: &mut Vec<Owed>, two: &mut Vec<Owed>) {
    let mut all = one;
    while let Some(one) = all.pop() {
        one.get_result();
    }
    all = two;
    *all = Vec::new(); //~ dropped TaskletFuture<u32>
}

struct Lists {
    one: Vec<Owed>,
    two: Vec<Owed>,
}

impl Lists {
    fn fill(&mut self) {
        self.one.push(start(1));
        self.two.push(start(2));
    }

    /// What owns the place fills it again.
    fn filled_by_its_owner(&mut self) {
        while let Some(one) = self.one.pop() {
            one.get_result();
        }
        while let Some(two) = self.two.pop() {
            two.get_result();
        }
        self.fill();
        self.one = Vec::new(); //~ dropped TaskletFuture<u32>
        self.two = Vec::new(); //~ dropped TaskletFuture<u32>
    }
}

/// The first field is empty, the other one is not.
fn one_field_emptied(keys: &[u32]) {
    let mut lists = Lists { one: Vec::new(), two: Vec::new() };
    lists.fill();
    while let Some(one) = lists.one.pop() {
        one.get_result();
    }
    if keys.is_empty() {
        lists.fill();
    }
} //~ dropped TaskletFuture<u32>

fn first_of_two_emptied(mut both: (Vec<Owed>, Vec<Owed>)) {
    while let Some(one) = both.0.pop() {
        one.get_result();
    }
} //~ dropped TaskletFuture<u32>

fn second_of_two_emptied(mut both: (Vec<Owed>, Vec<Owed>)) {
    while let Some(two) = both.1.pop() {
        two.get_result();
    }
} //~ dropped TaskletFuture<u32>

struct Named {
    name: Option<String>,
    one: Owed,
}

/// It is the name that is taken.
fn name_taken(mut named: Named) -> Option<String> {
    named.name.take()
} //~ dropped TaskletFuture<u32>

#[repr(C)]
struct Keys {
    keys: std::vec::IntoIter<u32>,
    one: Owed,
}

fn keys_used_up(mut of: Keys) -> u32 {
    let mut sum = 0;
    while let Some(key) = of.keys.next() {
        sum += key;
    }
    sum
} //~ dropped TaskletFuture<u32>

#[repr(C)]
struct Numbered {
    number: u64,
    one: Owed,
}

/// The number is no discriminant.
fn number_of_some(numbered: Option<Numbered>) -> u32 {
    if let Some(Numbered { number: 0, .. }) = &numbered {
        return 0;
    }
    numbered.map_or(0, |numbered| numbered.one.get_result())
} //~ dropped TaskletFuture<u32>

fn set(flag: &mut bool) {
    *flag = true;
}

/// A flag that is set elsewhere.
fn flag_set_by_a_call(one: Owed) -> u32 {
    let mut is_lost = false;
    set(&mut is_lost);
    if is_lost {
        let _lost = one;
        0
    } else { //~ dropped TaskletFuture<u32>
        one.get_result()
    }
}

fn filled_by_a_pointer(mut all: Vec<Owed>, fill: fn(&mut Vec<Owed>)) {
    while let Some(one) = all.pop() {
        one.get_result();
    }
    fill(&mut all);
} //~ dropped TaskletFuture<u32>

fn filled_by_a_trait(mut all: Vec<Owed>, fill: &dyn Fn(&mut Vec<Owed>)) {
    while let Some(one) = all.pop() {
        one.get_result();
    }
    fill(&mut all);
} //~ dropped TaskletFuture<u32>

/// What is asked about is no longer what `pop` gave.
fn answer_overwritten(mut all: Vec<Owed>) -> Option<Owed> {
    let mut last = all.pop();
    let found = last;
    last = None;
    match last {
        None => found,
        Some(one) => Some(one),
    }
} //~ dropped TaskletFuture<u32>

/// From behind, the items that are skipped stay.
fn skipped_from_behind(all: Vec<Owed>) {
    for one in all.into_iter().skip(2).rev() {
        one.get_result();
    } //~ dropped TaskletFuture<u32>
}

#[derive(Debug)]
struct Failed(Owed);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("failed")
    }
}

impl Error for Failed {}

fn in_an_error() -> Result<u32, Box<dyn Error>> {
    Err(Box::new(Failed(start(1)))) //~ erased TaskletFuture<u32>
}

fn in_an_error_by_question_mark() -> Result<u32, Box<dyn Error + Send + Sync>> {
    let failed: Result<u32, Failed> = Err(Failed(start(1)));
    Ok(failed?) //~ erased TaskletFuture<u32>
}

trait Shown: fmt::Debug {}

impl Shown for Failed {}

fn of_a_trait_that_formats() -> Box<dyn Shown> {
    Box::new(Failed(start(1)))
} //~ erased TaskletFuture<u32>

/// It is ready, and keeps what it has.
struct Kept(Owed);

impl Future for Kept {
    type Output = bool;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<bool> {
        Poll::Ready(self.0.done())
    }
}

async fn ready_and_kept() -> bool {
    Kept(start(1)).await //~ dropped TaskletFuture<u32>
}

async fn two_ready_and_kept() -> bool {
    futures_lite::future::zip(Kept(start(1)), Kept(start(2))).await.0 //~ dropped TaskletFuture<u32>
}

/// Ready, and then set to another one.
async fn set_again() -> u32 {
    let mut one = pin!(start(1).into_future());
    let sum = one.as_mut().await;
    one.set(start(2).into_future()); //~ dropped Awaiting<u32>
    sum
} //~ dropped Awaiting<u32>

fn fill(all: &mut &mut Vec<Owed>) {
    all.push(start(1));
}

fn filled_through_a_reference(mut all: Vec<Owed>) {
    let mut of = &mut all;
    while let Some(one) = of.pop() {
        one.get_result();
    }
    fill(&mut of);
} //~ dropped TaskletFuture<u32>

struct Queue<'a> {
    size: u64,
    all: &'a mut Vec<Owed>,
}

impl Queue<'_> {
    fn fill(&mut self) {
        self.size += 1;
        self.all.push(start(1));
    }

    fn filled_behind_a_reference(&mut self) {
        while let Some(one) = self.all.pop() {
            one.get_result();
        }
        self.fill();
        *self.all = Vec::new(); //~ dropped TaskletFuture<u32>
    }
}

fn filled_by_a_queue(mut all: Vec<Owed>) {
    let mut queue = Queue { size: 0, all: &mut all };
    while let Some(one) = queue.all.pop() {
        one.get_result();
    }
    queue.fill();
} //~ dropped TaskletFuture<u32>

fn taken_and_put_back(slot: &mut Option<Owed>) {
    if let Some(one) = slot.take() {
        one.get_result();
    }
    slot.get_or_insert_with(|| start(1));
    *slot = None; //~ dropped TaskletFuture<u32>
}

fn refilled_in_a_loop(mut all: Vec<Owed>) {
    for key in 0..3 {
        while let Some(one) = all.pop() {
            one.get_result();
        }
        all.push(start(key));
    }
} //~ dropped TaskletFuture<u32>

fn taken_and_filled_by_a_reference(mut all: Vec<Owed>) {
    let of = &mut all;
    for one in mem::take(of) {
        one.get_result();
    }
    of.push(start(1));
} //~ dropped TaskletFuture<u32>

fn closure_holds_one(keys: Vec<u32>) -> u32 {
    let one = start(1);
    let mut sum = 0;
    for key in keys.into_iter().map(move |key| key + u32::from(one.done())) {
        sum += key;
    } //~ dropped TaskletFuture<u32>
    sum
}

fn peeked(all: Vec<Owed>) -> bool {
    let mut all = all.into_iter().peekable();
    all.peek().is_some_and(TaskletFuture::done)
} //~ dropped TaskletFuture<u32>

fn filtered(all: Vec<Owed>) {
    for one in all.into_iter().filter(TaskletFuture::done) { //~ dropped TaskletFuture<u32>
        one.get_result();
    }
}

fn every_second(all: Vec<Owed>) {
    for one in all.into_iter().step_by(2) { //~ dropped TaskletFuture<u32>
        one.get_result();
    } //~ dropped TaskletFuture<u32>
}

fn some_of_a_result(one: Result<bool, Owed>) -> bool {
    match &one {
        Ok(found) => *found,
        Err(one) => one.done(),
    }
} //~ dropped TaskletFuture<u32>

fn nested(one: Option<Option<Owed>>) -> bool {
    match &one {
        Some(None) | None => false,
        Some(Some(one)) => one.done(),
    }
} //~ dropped TaskletFuture<u32>

fn dropped_in_place(one: Owed) -> bool {
    let mut slot = mem::ManuallyDrop::new(one);
    let again = mem::ManuallyDrop::new(start(1));
    let kept = mem::replace(&mut slot, again);
    drop(mem::ManuallyDrop::into_inner(kept)); //~ dropped TaskletFuture<u32>
    slot.done()
}

mod elsewhere {
    /// It drops what it is given.
    pub(super) static SINK: fn(super::Owed) = drop::<super::Owed>;

    pub(super) struct Table {
        pub(super) sink: fn(super::Owed),
    }

    pub(super) static TABLE: &Table = &Table { sink: std::mem::drop };
}

fn by_a_static() {
    (elsewhere::SINK)(start(1)); //~ dropped TaskletFuture<u32>
}

fn by_a_table() {
    (elsewhere::TABLE.sink)(start(1)); //~ dropped TaskletFuture<u32>
}

/// A flag that a closure sets.
fn flag_set_by_a_closure(one: Owed) -> u32 {
    let mut is_lost = false;
    let mut lose = || is_lost = true;
    lose();
    if is_lost {
        let _lost = one;
        0
    } else { //~ dropped TaskletFuture<u32>
        one.get_result()
    }
}

/// The first question behind `pop` is about something else.
async fn another_question(mut all: Vec<Owed>, is_wanted: bool) -> u32 {
    pause().await;
    let last = all.pop();
    if is_wanted {
        pause().await;
        for one in mem::take(&mut all) {
            one.get_result();
        }
    }
    pause().await;
    last.map_or(u32::from(is_wanted), TaskletFuture::get_result)
} //~ dropped TaskletFuture<u32>

async fn filled_across_an_await(mut lists: Lists) {
    while let Some(one) = lists.one.pop() {
        one.get_result();
    }
    while let Some(one) = lists.two.pop() {
        one.get_result();
    }
    pause().await;
    lists.fill();
    lists.one = Vec::new(); //~ dropped TaskletFuture<u32>
    lists.two = Vec::new(); //~ dropped TaskletFuture<u32>
    finish(&mut lists.one);
} //~ dropped TaskletFuture<u32>

#[repr(C)]
struct Flagged {
    flag: bool,
    one: Owed,
}

/// One byte tells the variant of the `Option` and that of the `Result` in it.
fn ok_of_some(flagged: Option<Result<Flagged, ()>>) -> u32 {
    match &flagged {
        Some(Ok(flagged)) => u32::from(flagged.flag),
        Some(Err(())) => 1,
        None => 2,
    }
} //~ dropped TaskletFuture<u32>

#[synctasklet]
async fn main() {
    ok_of_some(Some(Ok(Flagged { flag: true, one: start(1) })));
    of_another_place(&mut Vec::new(), &mut Vec::new()); //~ dropped TaskletFuture<u32>
    let mut lists = Lists { one: vec![], two: vec![] };
    lists.filled_by_its_owner();
    first_of_two_emptied((lists.one, vec![]));
    second_of_two_emptied((lists.two, vec![]));
    one_field_emptied(&[]);
    name_taken(Named { name: None, one: start(1) });
    keys_used_up(Keys { keys: vec![1].into_iter(), one: start(1) });
    number_of_some(start_even(2).map(|one| Numbered { number: 0, one }));
    flag_set_by_a_call(start(1));
    filled_by_a_pointer(vec![], |all| all.push(start(1)));
    filled_by_a_trait(vec![], &|all| all.push(start(1)));
    answer_overwritten(vec![]).map(TaskletFuture::get_result);
    skipped_from_behind(vec![]);
    in_an_error();
    in_an_error_by_question_mark();
    of_a_trait_that_formats();
    ready_and_kept().await;
    two_ready_and_kept().await;
    set_again().await;
    filled_through_a_reference(vec![]);
    let mut all = vec![];
    Queue { size: 0, all: &mut all }.filled_behind_a_reference();
    filled_by_a_queue(all);
    let mut slot = start_even(1);
    taken_and_put_back(&mut slot);
    slot.map(TaskletFuture::get_result);
    refilled_in_a_loop(vec![]);
    taken_and_filled_by_a_reference(vec![]);
    closure_holds_one(vec![]);
    peeked(vec![]);
    filtered(vec![]);
    every_second(vec![]);
    some_of_a_result(Ok(true));
    nested(None);
    dropped_in_place(start(1));
    flag_set_by_a_closure(start(1));
    another_question(vec![], true).await;
    by_a_static();
    by_a_table();
    filled_across_an_await(Lists { one: vec![], two: vec![] }).await;
}

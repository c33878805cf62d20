//! Futures that generic code loses: of std, of a dependency by path, of the same file.
#![expect(unused_must_use, reason = "it forgets on purpose")]

use std::collections::HashMap;
use std::panic::catch_unwind;
use std::pin::Pin;
use std::thread;

use findings::{pause, start, start_even, start_fallible, try_start};
use sinks::{Slot, first, ignore, run, same};
use tasklet_core::{TaskletFuture, synctasklet};

fn of_a_dependency() {
    ignore(start(1));
    run(|| start(2));
    first(start(3), start(4)).get_result();
    same(start(5)); //~ dropped TaskletFuture<u32>
    let mut slot = Slot::new();
    slot.put(start(6));
    slot.put(start(7));
    slot.into_inner().map(TaskletFuture::get_result);
    Slot::default().put(start(8)); //~ dropped TaskletFuture<u32>
}

fn of_iterators(keys: &[u32]) {
    let started = || keys.iter().copied().map(start);
    started().count(); //~ dropped TaskletFuture<u32>
    started().last().map(TaskletFuture::get_result); //~ dropped TaskletFuture<u32>
    started().nth(1).map(TaskletFuture::get_result); //~ dropped TaskletFuture<u32>
    started().for_each(drop); //~ dropped TaskletFuture<u32>
    started().find(TaskletFuture::done).map(TaskletFuture::get_result); //~ dropped TaskletFuture<u32>
    started().skip(1).for_each(|one| { //~ dropped TaskletFuture<u32>
        one.get_result();
    });
    started().for_each(|one| {
        one.done();
    }); //~ dropped TaskletFuture<u32>
    started().filter(TaskletFuture::done).for_each(|one| { //~ dropped TaskletFuture<u32>
        one.get_result();
    });
    started().map(|one| one.done()).count(); //~ dropped TaskletFuture<u32>
    started().all(|one| one.get_result() == 1);
    keys.iter().for_each(|key| {
        start(*key); //~ dropped TaskletFuture<u32>
    });
    keys.iter().filter_map(|key| start_even(*key)).count(); //~ dropped TaskletFuture<u32>
    keys.iter().map(|key| try_start(*key)).flatten().count(); //~ dropped TaskletFuture<u32>
    let same = started().min_by_key(TaskletFuture::done); //~ dropped TaskletFuture<u32>
    same.map(TaskletFuture::get_result);
}

fn parts_of_a_vec(all: Vec<TaskletFuture<u32>>, more: Vec<TaskletFuture<u32>>) {
    let zipped = all.into_iter().zip(0..1);
    for (one, key) in zipped { //~ dropped TaskletFuture<u32>
        assert_eq!(one.get_result(), key);
    } //~ dropped TaskletFuture<u32>
    let mut more = more.into_iter();
    more.next().map(TaskletFuture::get_result);
} //~ dropped TaskletFuture<u32>

fn taken(all: Vec<TaskletFuture<u32>>) -> u32 {
    all.into_iter().take(1).map(TaskletFuture::get_result).sum() //~ dropped TaskletFuture<u32>
}

fn peeked(all: Vec<TaskletFuture<u32>>) -> bool {
    let mut all = all.into_iter().peekable();
    all.peek().is_some_and(TaskletFuture::done)
} //~ dropped TaskletFuture<u32>

fn of_options(option: Option<TaskletFuture<u32>>) -> bool {
    option.is_some_and(|one| one.done()) //~ dropped TaskletFuture<u32>
}

fn of_results(key: u32) -> u32 {
    try_start(key).map_or(0, |_| 1) //~ dropped TaskletFuture<u32>
}

fn filtered(key: u32) -> u32 {
    start_even(key).filter(|_| key > 3).map_or(0, TaskletFuture::get_result) //~ dropped TaskletFuture<u32>
}

fn then_some(wanted: bool) -> u32 {
    wanted.then_some(start(1)).map_or(0, TaskletFuture::get_result) //~ dropped TaskletFuture<u32>
}

fn entry(map: &mut HashMap<u32, TaskletFuture<u32>>) {
    map.entry(1).or_insert(start(1)); //~ dropped TaskletFuture<u32>
    map.entry(2).or_insert_with(|| start(2));
}

/// Called for two types of futures, and for one that is none.
fn generic<T>(make: impl Fn(u32) -> T) -> usize {
    let one = make(1);
    size_of_val(&one)
} //~ dropped TaskletFuture<u32>

fn closure_in_a_generic<T>(values: Vec<T>) -> usize {
    let lose = |value: T| size_of_val(&value); //~ dropped TaskletFuture<u32>
    values.into_iter().map(lose).sum()
}

fn const_generic<const N: usize>() -> usize {
    let all = [(); N].map(|()| start(1));
    all.len()
} //~ dropped TaskletFuture<u32>

fn closure_dropped() -> bool {
    let one = start(1);
    let later = move || one.get_result();
    size_of_val(&later) == 0
} //~ dropped TaskletFuture<u32>

fn closure_that_forgets() {
    let one = start(1);
    let look = move || one.done();
    look();
} //~ dropped TaskletFuture<u32>

fn boxed_closure() -> usize {
    let one = start(1);
    let later: Box<dyn FnOnce() -> u32> = Box::new(move || one.get_result()); //~ erased TaskletFuture<u32>
    size_of_val(&later)
}

fn unwinding() {
    catch_unwind(|| start(1)).is_ok(); //~ dropped TaskletFuture<u32>
}

fn on_a_thread() {
    let one = start(1);
    let two = thread::spawn(move || { //~ erased TaskletFuture<u32>
        let one = one;
        one.done()
    }); //~ dropped TaskletFuture<u32>
    two.join().is_ok();
    thread::spawn(|| start(2)); //~ dropped TaskletFuture<u32> //~ erased TaskletFuture<u32>
}

fn opaque(key: u32) -> impl IntoFuture<Output = u32> {
    start(key)
}

fn opaque_types() {
    let _lost = opaque(1);
} //~ dropped TaskletFuture<u32>

/// Gives futures, and drops each that is done.
struct Pending(Vec<TaskletFuture<u32>>);

impl Iterator for Pending {
    type Item = TaskletFuture<u32>;

    fn next(&mut self) -> Option<TaskletFuture<u32>> {
        while let Some(one) = self.0.pop() {
            if !one.done() {
                return Some(one);
            }
        } //~ dropped TaskletFuture<u32>
        None
    }
}

trait Sink {
    fn take(&self, one: TaskletFuture<u32>);

    fn soon(&self, one: TaskletFuture<u32>) -> Pin<Box<dyn Future<Output = ()> + '_>>;

    fn by_default(&self, _one: TaskletFuture<u32>) {} //~ dropped TaskletFuture<u32>
}

struct Forgets;

impl Sink for Forgets {
    fn take(&self, _one: TaskletFuture<u32>) {} //~ dropped TaskletFuture<u32>

    fn soon(&self, one: TaskletFuture<u32>) -> Pin<Box<dyn Future<Output = ()> + '_>> {
        Box::pin(async move { //~ held TaskletFuture<u32>
            pause().await; //~ held TaskletFuture<u32>
            one.await; //~ held Awaiting<u32>
        })
    }
}

async fn traits(sink: &dyn Sink) {
    sink.take(start(1));
    sink.by_default(start(2));
    sink.soon(start(3)).await;
}

trait Shape {
    async fn draw(&self, one: TaskletFuture<u32>) -> u32;
}

impl Shape for Forgets {
    async fn draw(&self, one: TaskletFuture<u32>) -> u32 {
        pause().await;
        u32::from(one.done())
    } //~ dropped TaskletFuture<u32>
}

#[synctasklet]
async fn main() {
    of_a_dependency();
    of_iterators(&[1]);
    let all = |key| vec![start(key), start(2)];
    parts_of_a_vec(all(1), all(2));
    taken(all(3));
    peeked(all(4));
    of_options(start_even(2));
    of_results(2);
    filtered(2);
    then_some(true);
    let mut map = HashMap::new();
    entry(&mut map);
    for one in map.into_values() {
        one.await;
    }
    generic(start);
    generic(start_fallible);
    generic(u64::from);
    closure_in_a_generic(all(5));
    const_generic::<3>();
    closure_dropped();
    closure_that_forgets();
    boxed_closure();
    unwinding();
    on_a_thread();
    opaque_types();
    for one in Pending(all(6)) {
        one.await;
    } //~ dropped TaskletFuture<u32>
    traits(&Forgets).await;
    Forgets.draw(start(7)).await;
}

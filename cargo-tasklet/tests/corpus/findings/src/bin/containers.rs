//! Futures in collections and types, which lose them.
#![expect(unused_must_use, reason = "it forgets on purpose")]

use std::any::Any;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::mem;
use std::rc::Rc;
use std::sync::{Arc, Mutex, mpsc};

use findings::{start, start_even};
use tasklet_core::{TaskletFuture, synctasklet};

type Owed = TaskletFuture<u32>;

/// It has no derive.
struct Holder {
    name: &'static str,
    one: Owed,
}

struct Generic<T>(T);

struct Pair {
    one: Option<Owed>,
    two: Owed,
}

/// It drops one when it is dropped.
struct OnDrop(Option<Owed>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.take(); //~ dropped TaskletFuture<u32>
    }
}

fn struct_at_the_end() -> &'static str {
    let holder = Holder { name: "one", one: start(1) };
    holder.name
} //~ dropped TaskletFuture<u32>

fn struct_pattern() -> &'static str {
    let Holder { name, .. } = Holder { name: "one", one: start(1) }; //~ dropped TaskletFuture<u32>
    name
}

fn generic_struct() -> bool {
    Generic(start(1)).0.done() //~ dropped TaskletFuture<u32>
}

fn field_overwritten() -> u32 {
    let mut holder = Holder { name: "one", one: start(1) };
    holder.one = start(2); //~ dropped TaskletFuture<u32>
    holder.one.get_result()
}

fn field_of_a_reference(holder: &mut Holder) {
    holder.one = start(2); //~ dropped TaskletFuture<u32>
}

fn rest_of_a_struct() -> u32 {
    let pair = Pair { one: start_even(2), two: start(1) };
    pair.two.get_result()
} //~ dropped TaskletFuture<u32>

fn taken_and_ignored(pair: &mut Pair) {
    pair.one.take(); //~ dropped TaskletFuture<u32>
}

fn replaced(pair: &mut Pair) {
    mem::replace(&mut pair.two, start(3)); //~ dropped TaskletFuture<u32>
}

fn set_to_none(pair: &mut Pair) {
    pair.one = None; //~ dropped TaskletFuture<u32>
}

fn inserted_into_an_option(pair: &mut Pair) {
    pair.one.insert(start(4)); //~ dropped TaskletFuture<u32>
}

fn by_their_own_drop() {
    let _lost = OnDrop(None);
} //~ dropped TaskletFuture<u32>

fn vec_at_the_end(keys: &[u32]) -> usize {
    let all: Vec<_> = keys.iter().copied().map(start).collect();
    all.len()
} //~ dropped TaskletFuture<u32>

fn pushed(all: &mut Vec<Owed>) {
    all.truncate(1); //~ dropped TaskletFuture<u32>
    all.clear(); //~ dropped TaskletFuture<u32>
    all.pop(); //~ dropped TaskletFuture<u32>
    all.remove(0); //~ dropped TaskletFuture<u32>
    all.swap_remove(0); //~ dropped TaskletFuture<u32>
    all.drain(1..); //~ dropped TaskletFuture<u32>
    all.retain(|one| !one.done()); //~ dropped TaskletFuture<u32>
    all[0] = start(1); //~ dropped TaskletFuture<u32>
    all.push(start(2));
}

fn partly_drained(mut all: Vec<Owed>) -> u32 {
    all.remove(0).get_result()
} //~ dropped TaskletFuture<u32>

async fn partly_drained_async(keys: Vec<u32>) -> u32 {
    let mut all: Vec<_> = keys.into_iter().map(start).collect();
    all.remove(0).await
} //~ dropped TaskletFuture<u32>

fn deque(queue: &mut VecDeque<Owed>) {
    queue.push_back(start(1));
    queue.pop_front(); //~ dropped TaskletFuture<u32>
    queue.truncate(1); //~ dropped TaskletFuture<u32>
}

fn hash_map(map: &mut HashMap<u32, Owed>) {
    map.insert(1, start(1)); //~ dropped TaskletFuture<u32>
    map.remove(&2); //~ dropped TaskletFuture<u32>
    map.clear(); //~ dropped TaskletFuture<u32>
}

fn map_at_the_end() -> usize {
    let map: HashMap<_, _> = [(1, start(1))].into(); //~ dropped TaskletFuture<u32>
    map.len()
} //~ dropped TaskletFuture<u32>

fn tree(map: &mut BTreeMap<u32, Owed>) {
    map.insert(1, start(1)); //~ dropped TaskletFuture<u32>
    map.pop_first(); //~ dropped TaskletFuture<u32>
}

fn tree_at_the_end() -> usize {
    let map: BTreeMap<_, _> = [(1, start(1))].into(); //~ dropped TaskletFuture<u32>
    map.len()
} //~ dropped TaskletFuture<u32>

fn shared_by_rc() -> usize {
    let one = Rc::new(start(1));
    let again = Rc::clone(&one);
    Rc::strong_count(&again)
} //~ dropped TaskletFuture<u32>

fn in_a_mutex() -> bool {
    let slot = Arc::new(Mutex::new(Some(start(1))));
    slot.lock().is_ok_and(|slot| slot.is_some())
} //~ dropped TaskletFuture<u32>

fn in_a_cell(cell: &RefCell<Option<Owed>>) {
    cell.replace(Some(start(1))); //~ dropped TaskletFuture<u32>
    *cell.borrow_mut() = None; //~ dropped TaskletFuture<u32>
}

fn boxed() -> bool {
    let one = Box::new(start(1));
    one.done()
} //~ dropped TaskletFuture<u32>

fn any() -> bool {
    let any: Box<dyn Any> = Box::new(start(1)); //~ erased TaskletFuture<u32>
    any.is::<u32>()
}

fn debug() -> String {
    let shown: Rc<dyn std::fmt::Debug> = Rc::new(start(1)); //~ erased TaskletFuture<u32>
    format!("{shown:?}")
}

fn channel() -> usize {
    let (sender, receiver) = mpsc::channel();
    sender.send(start(1)).is_ok(); //~ dropped TaskletFuture<u32>
    drop(receiver); //~ dropped TaskletFuture<u32>
    1
} //~ dropped TaskletFuture<u32>

fn channel_of_tokio() {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    sender.send(start(1)).is_ok(); //~ dropped TaskletFuture<u32>
    drop(receiver); //~ dropped TaskletFuture<u32>
}

thread_local! {
    static PARKED: RefCell<Vec<Owed>> = const { RefCell::new(Vec::new()) };
}

fn parked() {
    PARKED.with_borrow_mut(|parked| parked.push(start(1))); //~ dropped TaskletFuture<u32>
}

#[synctasklet]
async fn main() {
    struct_at_the_end();
    struct_pattern();
    generic_struct();
    field_overwritten();
    let mut holder = Holder { name: "two", one: start(1) };
    field_of_a_reference(&mut holder);
    holder.one.await;
    let mut pair = Pair { one: start_even(2), two: start(1) };
    taken_and_ignored(&mut pair);
    replaced(&mut pair);
    set_to_none(&mut pair);
    inserted_into_an_option(&mut pair);
    pair.two.await;
    if let Some(one) = pair.one {
        one.await;
    }
    rest_of_a_struct();
    by_their_own_drop();
    collections().await;
    shared_by_rc();
    in_a_mutex();
    boxed();
    any();
    debug();
    channel();
    channel_of_tokio();
    parked();
}

async fn collections() {
    vec_at_the_end(&[1]);
    let mut all = vec![start(1), start(2)];
    pushed(&mut all);
    partly_drained(all);
    partly_drained_async(vec![1]).await;
    map_at_the_end();
    tree_at_the_end();
    in_a_cell(&RefCell::new(None)); //~ dropped TaskletFuture<u32>
    let mut queue = VecDeque::new();
    deque(&mut queue);
    for one in queue {
        one.await;
    }
    let mut map = HashMap::new();
    hash_map(&mut map);
    for one in map.into_values() {
        one.await;
    }
    let mut map = BTreeMap::new();
    tree(&mut map);
    for one in map.into_values() {
        one.await;
    }
}

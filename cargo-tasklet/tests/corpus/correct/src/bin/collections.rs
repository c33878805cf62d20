//! Futures in collections and types, each taken out and awaited.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::mem;

use correct::{start, start_even, start_fallible};
use tasklet_core::{JoinAll, TaskletFuture, TryJoinAll, synctasklet, tasklet};

type Owed = TaskletFuture<u32>;

/// It is a trait object that asks for `Debug`.
trait Shown: std::fmt::Debug {}

impl Shown for u32 {}

/// It is shown while it is owed.
#[derive(Debug)]
struct Named {
    name: &'static str,
    one: Owed,
}

async fn shown() -> u32 {
    let shown: Box<dyn Shown> = Box::new(1);
    let named = Named { name: "one", one: start(1) };
    assert!(format!("{shown:?} {named:?}").contains(named.name));
    named.one.await
}

/// It has no derive.
struct Holder {
    name: &'static str,
    one: Owed,
}

impl Holder {
    fn new(name: &'static str) -> Holder {
        Holder { name, one: start(1) }
    }

    async fn finish(self) -> u32 {
        self.one.await + self.name.len() as u32
    }

    fn finish_now(self) -> u32 {
        self.one.get_result()
    }
}

async fn vec_in_a_loop(keys: Vec<u32>) -> u32 {
    let all: Vec<_> = keys.into_iter().map(start).collect();
    let mut sum = 0;
    for one in all {
        sum += one.await;
    }
    sum
}

async fn popped(keys: Vec<u32>) -> u32 {
    let mut all: Vec<_> = keys.into_iter().map(start).collect();
    let mut sum = 0;
    while let Some(one) = all.pop() {
        sum += one.await;
    }
    sum
}

async fn drained(all: &mut Vec<Owed>) -> u32 {
    let mut sum = 0;
    for one in all.drain(..) {
        sum += one.await;
    }
    sum
}

async fn collected(keys: Vec<u32>) -> u32 {
    let all: Vec<_> = keys.into_iter().map(start).collect();
    all.join_all().await.into_iter().sum()
}

async fn try_collected(keys: Vec<u32>) -> Result<u32, String> {
    let all: Vec<_> = keys.into_iter().map(start_fallible).collect();
    Ok(all.try_join_all().await?.into_iter().sum())
}

async fn in_an_array() -> u32 {
    let all = [1, 2, 3].map(start);
    let [one, two, three] = all.join_all().await;
    one + two + three
}

async fn deque(keys: Vec<u32>) -> u32 {
    let mut window = VecDeque::new();
    let mut sum = 0;
    for key in keys {
        window.push_back(start(key));
        if window.len() > 2
            && let Some(one) = window.pop_front()
        {
            sum += one.await;
        }
    }
    while let Some(one) = window.pop_front() {
        sum += one.await;
    }
    sum
}

async fn hash_map(keys: Vec<u32>) -> u32 {
    let mut map = HashMap::new();
    let mut sum = 0;
    for key in keys {
        if let Some(same) = map.insert(key, start(key)) {
            sum += same.await;
        }
    }
    for (key, one) in map {
        sum += key + one.await;
    }
    sum
}

async fn tree(keys: Vec<u32>) -> u32 {
    let mut map = BTreeMap::new();
    let mut sum = 0;
    for key in keys {
        if let Some(same) = map.insert(key, start(key)) {
            sum += same.await;
        }
    }
    while let Some((_, one)) = map.pop_first() {
        sum += one.await;
    }
    sum
}

fn summed(keys: &[u32]) -> u32 {
    let all: Vec<_> = keys.iter().copied().map(start).collect();
    all.into_iter().map(TaskletFuture::get_result).sum()
}

fn one_at_a_time(keys: &[u32]) -> u32 {
    let mut sum = 0;
    for one in keys.iter().map(|key| start(*key)) {
        let key = one.get_result();
        if key == 3 {
            break;
        }
        sum += key;
    }
    sum
}

async fn some_of_them(keys: Vec<u32>) -> u32 {
    let all: Vec<_> = keys.into_iter().filter_map(start_even).collect();
    all.join_all().await.into_iter().sum()
}

async fn replaced(slot: &mut Owed) -> u32 {
    mem::replace(slot, start(2)).await
}

#[tasklet]
async fn annotated(keys: Vec<u32>) -> u32 {
    let holder = Holder::new("one");
    let first = vec_in_a_loop(keys.clone()).await + popped(keys.clone()).await;
    let second = holder.finish().await + summed(&keys);
    let third = collected(keys.clone()).await + in_an_array().await + deque(keys.clone()).await;
    let fourth = hash_map(keys.clone()).await + tree(keys.clone()).await;
    first + second + third + fourth + some_of_them(keys).await
}

#[synctasklet]
async fn main() {
    assert_eq!(annotated(vec![1, 2]).await, 36);
    assert_eq!(try_collected(vec![1, 2]).await, Ok(5));
    assert_eq!(one_at_a_time(&[1, 3]), 1);
    assert_eq!(Holder::new("two").finish_now(), 1);
    let mut all = vec![start(1), start(2)];
    assert_eq!(drained(&mut all).await, 3);
    all.join_all().await;
    assert_eq!(shown().await, 1);
    let mut slot = start(1);
    assert_eq!((replaced(&mut slot).await, slot.await), (1, 2));
}

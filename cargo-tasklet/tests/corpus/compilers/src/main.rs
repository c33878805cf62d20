//! What each compiler has a name of its own for. Lines without a mark lose nothing.

use std::collections::HashMap;
use std::fmt::Debug;
use std::future::{Future, ready};
use std::mem;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Waker};

use tasklet_core::{TaskletFuture, synctasklet, tasklet};

type Owed = TaskletFuture<u32>;
type Boxed<T> = Pin<Box<dyn Future<Output = T>>>;

#[tasklet]
async fn start(key: u32) -> u32 {
    ready(key).await
}

async fn pause() {
    ready(()).await;
}

/// A handle is the parameter of a tasklet.
#[tasklet]
async fn wait_for(one: TaskletFuture<u32>) -> u32 {
    one.await
}

fn at_the_end() {
    let _one = start(1);
} //~ dropped

fn forgotten_parameter(_one: Owed) {} //~ dropped

fn vec_at_the_end(keys: &[u32]) -> usize {
    let all: Vec<_> = keys.iter().copied().map(start).collect();
    all.len()
} //~ dropped

fn into_iter(all: Vec<Owed>) -> u32 {
    let mut sum = 0;
    for one in all {
        sum += one.get_result();
    }
    sum
}

fn into_iter_left(all: Vec<Owed>) -> u32 {
    for one in all {
        return one.get_result();
    } //~ dropped
    0
}

fn option_taken(slot: &mut Option<Owed>) -> u32 {
    slot.take().map_or(0, TaskletFuture::get_result)
}

fn option_taken_and_lost(slot: &mut Option<Owed>) {
    _ = slot.take(); //~ dropped
}

fn popped(mut all: Vec<Owed>) {
    while let Some(one) = all.pop() {
        one.get_result();
    }
}

fn popped_once(mut all: Vec<Owed>) -> Option<u32> {
    all.pop().map(TaskletFuture::get_result)
} //~ dropped

fn mapped(all: Vec<Owed>) -> u32 {
    let mut sum = 0;
    for one in all.into_iter().map(TaskletFuture::get_result) {
        sum += one;
    }
    sum
}

fn map_holds_one(keys: Vec<u32>) -> usize {
    let one = start(1);
    let all = keys.into_iter().map(move |key| key + u32::from(one.done()));
    all.count() //~ dropped
}

fn drop_flag(is_wanted: bool) -> u32 {
    let one = start(1);
    if is_wanted {
        return one.get_result();
    }
    0
} //~ dropped

fn taken_whole(all: &mut Vec<Owed>) {
    for one in mem::take(all) {
        one.get_result();
    }
}

fn map_insert(map: &mut HashMap<u32, Owed>) {
    _ = map.insert(1, start(1)); //~ dropped
}

fn shown() -> String {
    let shown: Rc<dyn Debug> = Rc::new(start(1)); //~ erased
    format!("{shown:?}")
}

async fn held() -> u32 {
    let one = start(1);
    pause().await; //~ held
    one.get_result()
}

async fn generic<T: Debug>(value: T, one: Owed) -> String { //~ held
    let sum = one.await; //~ held
    format!("{value:?} {sum}")
}

fn boxed() -> Boxed<u32> {
    Box::pin(async {
        let one = start(1);
        pause().await; //~ held
        one.get_result()
    })
}

fn async_closure() -> Boxed<u32> {
    let call = async |key: u32| {
        let one = start(key);
        pause().await; //~ held
        one.get_result()
    };
    Box::pin(async move { call(1).await })
}

async fn owned_by_main(one: Owed) -> u32 {
    ready(()).await;
    let unit = ready(()).await;
    mem::drop(unit);
    one.await
}

fn polled_by_hand() {
    let one = pin!(start(1).into_future());
    one.poll(&mut Context::from_waker(Waker::noop())).is_ready();
} //~ dropped

#[synctasklet]
async fn main() {
    at_the_end();
    forgotten_parameter(start(1));
    vec_at_the_end(&[1]);
    into_iter(vec![start(1)]);
    into_iter_left(vec![]);
    let mut slot = Some(start(1));
    option_taken(&mut slot);
    option_taken_and_lost(&mut slot);
    slot.map(TaskletFuture::get_result);
    popped(vec![]);
    popped_once(vec![]);
    mapped(vec![]);
    map_holds_one(vec![]);
    drop_flag(true);
    let mut all = vec![start(1)];
    taken_whole(&mut all);
    into_iter(all);
    let mut map = HashMap::new();
    map_insert(&mut map);
    for one in map.into_values() {
        one.await;
    }
    shown();
    let all: Vec<Boxed<u32>> = vec![Box::pin(held()), boxed(), async_closure()];
    drop(all);
    let generic: Boxed<String> = Box::pin(generic("one", start(1)));
    generic.await;
    owned_by_main(start(1)).await;
    wait_for(start(1)).await;
    polled_by_hand();
}

//! Joins, lists, queues and shared futures that owe what was put into them.
#![expect(unused_must_use, unused_variables, reason = "it forgets on purpose")]

use std::time::Duration;

use findings::{parse, start, start_fallible};
use tasklet_core::{
    BoundedProducer, JoinAll, MultiFuture, QueueFuture, ReducingFuture, SerialQueueFuture,
    SharedFuture, TaskletFuture, TryJoinAll, synctasklet, wait_any,
};

fn joins_forgotten() {
    [start(1), start(2)].join_all(); //~ dropped Join<JoinArray<TaskletFuture<u32>, 2>>
    (start(1), start(2)).join_all(); //~ dropped Join<JoinTuple<(Slot<TaskletFuture<u32>>, Slot<TaskletFuture<u32>>)>>
    vec![start(3)].join_all(); //~ dropped Join<JoinVec<TaskletFuture<u32>>>
    vec![start_fallible(3)].try_join_all(); //~ dropped Join<TryJoinVec<TaskletFuture<Result<u32, String>>, u32, String>>
    start(4).timeout(Duration::ZERO); //~ dropped Timeout<TaskletFuture<u32>>
    start(5).map(|key| key + 1); //~ dropped TaskletFuture<u32>
    wait_any([start(6)]); //~ dropped WaitAny<TaskletFuture<u32>>
}

async fn join_that_is_named() -> u32 {
    let all = vec![start(1), start(2)].join_all();
    0
} //~ dropped Join<JoinVec<TaskletFuture<u32>>>

async fn all_but_one() -> u32 {
    let (one, two, three) = (start(1), start(2), start(3));
    let (one, two) = tasklet_core::join!(one, two);
    one + two
} //~ dropped TaskletFuture<u32>

fn list_forgotten(keys: &[u32]) -> usize {
    let (producer, list) = MultiFuture::new();
    for key in keys {
        producer.add_dependent(start(*key));
    }
    producer.complete();
    keys.len()
} //~ dropped MultiFuture<u32>

async fn list_lost_by_a_question_mark(text: &str) -> Result<usize, String> {
    let (producer, list) = MultiFuture::new();
    producer.add_dependent(start(1));
    parse(text)?;
    producer.complete();
    Ok(list.await.len())
} //~ dropped MultiFuture<u32>

async fn some_of_a_queue() -> Option<u32> {
    let (producer, queue) = QueueFuture::new();
    producer.add_dependent(start(1));
    producer.complete();
    queue.getq().await
} //~ dropped QueueFuture<u32>

async fn to_the_first_error() -> Result<u32, String> {
    let (producer, queue) = SerialQueueFuture::new();
    producer.add_dependent(start_fallible(1));
    producer.complete();
    let mut sum = 0;
    while let Some(item) = queue.getq().await {
        sum += item?;
    }
    Ok(sum)
} //~ dropped SerialQueueFuture<Result<u32, String>>

fn a_sum_that_nobody_takes(key: u32) {
    let (producer, sum) = ReducingFuture::new(|keys: Vec<u32>| keys.into_iter().sum::<u32>());
    producer.putq(key);
    producer.complete();
} //~ dropped ReducingFuture<Option<u32>>

fn refused(producer: &BoundedProducer<u32>) -> bool {
    producer.try_putq(start(1)).is_ok() //~ dropped TaskletFuture<u32>
}

fn last_clone() -> bool {
    let shared = start(1).shared();
    let again = shared.clone();
    shared.done() && again.done()
} //~ dropped SharedFuture<u32>

async fn shared_on_one_branch(wanted: bool) -> u32 {
    let shared = start(1).shared();
    if wanted { shared.await } else { 0 }
} //~ dropped SharedFuture<u32>

fn shared_parameter(_shared: SharedFuture<u32>) {} //~ dropped SharedFuture<u32>

fn mapped(one: TaskletFuture<u32>) -> TaskletFuture<u32> {
    one.map(start).map(|inner| u32::from(inner.done())) //~ dropped TaskletFuture<u32>
}

#[synctasklet]
async fn main() {
    joins_forgotten();
    join_that_is_named().await;
    all_but_one().await;
    list_forgotten(&[1]);
    list_lost_by_a_question_mark("1").await.unwrap_or_default();
    some_of_a_queue().await.unwrap_or_default();
    to_the_first_error().await.unwrap_or_default();
    a_sum_that_nobody_takes(1);
    let (producer, queue) = QueueFuture::bounded(1);
    refused(&producer);
    producer.complete();
    queue.cancel();
    last_clone();
    shared_on_one_branch(true).await;
    shared_parameter(start(1).shared());
    mapped(start(1)).await;
}

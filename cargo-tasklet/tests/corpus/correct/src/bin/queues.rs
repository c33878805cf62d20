//! Lists, queues and shared futures, each awaited, emptied, deferred or cancelled.

use correct::{parse, pause, start, start_fallible};
use tasklet_core::{
    JoinAll, MultiFuture, QueueFuture, ReducingFuture, SerialQueueFuture, SharedFuture, map,
    synctasklet, tasklet, toplevel,
};

async fn list(keys: Vec<u32>) -> usize {
    let (producer, list) = MultiFuture::new();
    for key in keys {
        producer.add_dependent(start(key));
    }
    producer.complete();
    list.await.len()
}

fn list_of_a_plain_function(keys: &[u32]) -> Vec<u32> {
    let (producer, list) = MultiFuture::new();
    for key in keys {
        producer.add_dependent(start(*key));
    }
    producer.complete();
    list.get_result()
}

async fn asked_before(text: &str) -> Result<usize, String> {
    parse(text)?;
    let (producer, list) = MultiFuture::new();
    producer.add_dependent(start(1));
    pause().await;
    producer.complete();
    Ok(list.await.len())
}

#[tasklet]
async fn whole_queue() -> u32 {
    let (producer, queue) = QueueFuture::new();
    producer.add_dependent(start(1));
    producer.add_dependent(start(2));
    producer.complete();
    let mut sum = 0;
    while let Some(key) = queue.getq().await {
        sum += key;
    }
    queue.defer();
    sum
}

#[tasklet]
async fn to_the_first_error() -> Result<u32, String> {
    let (producer, queue) = SerialQueueFuture::new();
    producer.add_dependent(start_fallible(1));
    producer.putq(Err("enough".to_owned()));
    producer.complete();
    let mut sum = 0;
    while let Some(item) = queue.getq().await {
        match item {
            Ok(key) => sum += key,
            Err(error) => {
                queue.cancel();
                return Err(error);
            }
        }
    }
    queue.cancel();
    Ok(sum)
}

async fn reduced(keys: Vec<u32>) -> u32 {
    let (producer, sum) = ReducingFuture::new(|keys: Vec<u32>| keys.into_iter().sum::<u32>());
    for key in keys {
        producer.add_dependent(start(key));
    }
    producer.complete();
    sum.await.unwrap_or_default()
}

async fn shared() -> u32 {
    let shared = start(1).shared();
    let again = shared.clone();
    shared.await + again.await
}

#[tasklet]
async fn add(shared: SharedFuture<u32>, key: u32) -> u32 {
    shared.await + key
}

#[tasklet]
async fn shared_by_many() -> u32 {
    let shared = start(1).shared();
    let one = add(shared.clone(), 1);
    let two = add(shared, 2);
    one.await + two.await
}

async fn mapped(keys: Vec<u32>) -> usize {
    map(futures_lite::stream::iter(keys), 2, start).await.len()
}

async fn chained() -> u32 {
    start(1).map(|key| key + 1).map(|key| key * 2).await
}

#[toplevel]
async fn top() -> u32 {
    let all = vec![whole_queue(), shared_by_many()].join_all();
    let count = list(vec![1, 2]).await + mapped(vec![1, 2]).await;
    let sum = reduced(vec![1, 2]).await + shared().await + chained().await;
    count as u32 + sum + all.await.into_iter().sum::<u32>()
}

#[synctasklet]
async fn main() {
    assert_eq!(top().await, 4 + 3 + 2 + 4 + 3 + 5);
    assert_eq!(asked_before("1").await, Ok(1));
    assert_eq!(list_of_a_plain_function(&[1]), [1]);
    assert_eq!(to_the_first_error().await, Err("enough".to_owned()));
}

//! Lists and queues are awaited, emptied, handed on, deferred or cancelled.

use futures::{StreamExt, TryStreamExt};
use tasklet_core::TryPutError;
use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> Result<u32, String> {
    std::future::ready(Ok(key)).await
}

#[tasklet]
async fn completed_and_awaited(keys: Vec<u32>) -> usize {
    let (producer, list) = MultiFuture::new();
    for &key in &keys {
        producer.add_dependent(put(key));
    }
    producer.complete();
    list.await.len()
}

#[tasklet]
async fn one_by_one() -> Result<Vec<u32>, String> {
    let (producer, list) = MultiFuture::new();
    let first = put(1);
    let second = put(2);
    producer.add_dependent(first);
    producer.putq(second);
    producer.putq(Ok(3));
    producer.complete();
    list.try_join_all().await
}

#[tasklet]
async fn asked_before(text: String) -> Result<usize, std::num::ParseIntError> {
    let key: usize = text.parse()?;
    let (producer, list) = MultiFuture::new();
    producer.add_dependent(put(1));
    producer.complete();
    let done = list.done();
    Ok(key + usize::from(done) + list.await.len())
}

#[tasklet]
async fn all_of_a_queue(queue: QueueFuture<Result<u32, String>>) -> u32 {
    let mut sum = 0;
    while let Some(item) = queue.getq().await {
        sum += item.unwrap_or_default();
    }
    sum
}

#[tasklet]
async fn as_a_stream(mut queue: QueueFuture<Result<u32, String>>) -> u32 {
    let mut sum = 0;
    while let Some(item) = queue.next().await {
        sum += item.unwrap_or_default();
    }
    sum
}

#[tasklet]
async fn collected(queue: SerialQueueFuture<Result<u32, String>>) -> Result<Vec<u32>, String> {
    queue.try_collect().await
}

#[tasklet]
async fn joined(queue: QueueFuture<Result<u32, String>>) -> Result<usize, String> {
    Ok(queue.try_join_all().await?.len())
}

#[tasklet]
async fn to_the_first_error(queue: SerialQueueFuture<Result<u32, String>>) -> Result<u32, String> {
    let mut sum = 0;
    while let Some(item) = queue.getq().await {
        match item {
            Ok(value) => sum += value,
            Err(error) => {
                queue.cancel();
                return Err(error);
            }
        }
    }
    Ok(sum)
}

#[tasklet]
async fn the_first_alone(queue: QueueFuture<Result<u32, String>>) -> Option<u32> {
    let first = queue.getq().await;
    queue.defer();
    first?.ok()
}

#[tasklet]
async fn a_sum(key: u32) -> u32 {
    let (producer, sum) = ReducingFuture::new(|keys: Vec<u32>| keys.into_iter().sum::<u32>());
    producer.putq(key);
    producer.complete();
    sum.await.unwrap_or_default()
}

#[tasklet]
async fn with_room(producer: BoundedProducer<Result<u32, String>>) -> Result<u32, String> {
    producer.add_dependent(put(1)).await;
    let refused = producer.try_putq(put(2));
    producer.complete();
    match refused {
        Ok(()) => Ok(0),
        Err(TryPutError::Full(future) | TryPutError::Closed(future)) => future.await,
    }
}

fn main() {
    assert_eq!(completed_and_awaited(vec![1, 2]).get_result(), 2);
    assert_eq!(one_by_one().get_result(), Ok(vec![1, 2, 3]));
    assert_eq!(asked_before("1".to_owned()).get_result(), Ok(3));
    let queue = || {
        let (producer, queue) = QueueFuture::new();
        producer.add_dependent(put(1));
        producer.add_dependent(put(2));
        producer.complete();
        queue
    };
    assert_eq!(all_of_a_queue(queue()).get_result(), 3);
    assert_eq!(as_a_stream(queue()).get_result(), 3);
    assert_eq!(joined(queue()).get_result(), Ok(2));
    assert_eq!(the_first_alone(queue()).get_result(), Some(1));
    let serial = |last| {
        let (producer, queue) = SerialQueueFuture::new();
        producer.add_dependent(put(1));
        producer.putq(last);
        producer.complete();
        queue
    };
    assert_eq!(collected(serial(Ok(2))).get_result(), Ok(vec![1, 2]));
    let error = || Err("enough".to_owned());
    assert_eq!(to_the_first_error(serial(error())).get_result(), error());
    assert_eq!(a_sum(7).get_result(), 7);
    let (producer, rest) = QueueFuture::bounded(1);
    assert_eq!(with_room(producer).get_result(), Ok(2));
    rest.defer();
}

//! What was added to a list or a queue is owed by it, and nobody takes it out.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> Result<u32, String> {
    std::future::ready(Ok(key)).await
}

#[tasklet]
async fn completed_and_forgotten(keys: Vec<u32>) -> usize {
    let (producer, list) = MultiFuture::new();
    for &key in &keys {
        producer.add_dependent(put(key));
    }
    producer.complete();
    keys.len()
}

#[tasklet]
async fn only_asked(key: u32) -> bool {
    let (producer, list) = MultiFuture::new();
    producer.add_dependent(put(key));
    list.done()
}

#[tasklet]
async fn lost_by_a_question_mark(text: String) -> Result<u32, std::num::ParseIntError> {
    let (producer, list) = MultiFuture::new();
    producer.add_dependent(put(1));
    let key: u32 = text.parse()?;
    producer.complete();
    Ok(key + list.await.len() as u32)
}

#[tasklet]
async fn some_of_a_queue(queue: QueueFuture<Result<u32, String>>) -> Option<u32> {
    let first = queue.getq().await;
    first?.ok()
}

#[tasklet]
async fn to_the_first_error(queue: SerialQueueFuture<Result<u32, String>>) -> Result<u32, String> {
    let mut sum = 0;
    while let Some(item) = queue.getq().await {
        sum += item?;
    }
    Ok(sum)
}

#[tasklet]
async fn a_sum(key: u32) {
    let (producer, sum) = ReducingFuture::new(|keys: Vec<u32>| keys.into_iter().sum::<u32>());
    producer.putq(key);
    producer.complete();
}

#[tasklet]
async fn too_much(producer: BoundedProducer<Result<u32, String>>) {
    let full = producer.try_putq(put(1));
    producer.complete();
}

fn main() {}

//! A loop over started futures goes to its end; one that starts them itself need not.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> Result<u32, String> {
    std::future::ready(if key == 0 { Err("no key".to_owned()) } else { Ok(key) }).await
}

#[tasklet]
async fn all_at_once(keys: Vec<u32>) -> Result<u32, String> {
    let futures: Vec<_> = keys.into_iter().map(put).collect();
    Ok(futures.try_join_all().await?.into_iter().sum())
}

#[tasklet]
async fn to_the_end(keys: Vec<u32>) -> Result<u32, String> {
    let futures: Vec<_> = keys.into_iter().map(put).collect();
    let mut results = Vec::new();
    for future in futures {
        results.push(future.await);
    }
    results.into_iter().sum()
}

#[tasklet]
async fn one_at_a_time(keys: Vec<u32>) -> Result<u32, String> {
    let mut sum = 0;
    for future in keys.iter().copied().map(put) {
        sum += future.await?;
    }
    for key in keys {
        sum += put(key).await?;
        if 10 < sum {
            break;
        }
    }
    Ok(sum)
}

#[tasklet]
async fn with_the_rest_joined(keys: Vec<u32>) -> Result<u32, String> {
    let mut futures = keys.into_iter().map(put).collect::<Vec<_>>().into_iter();
    let mut sum = 0;
    while let Some(future) = futures.next() {
        match future.await {
            Ok(result) => sum += result,
            Err(error) => {
                futures.for_each(TaskletFuture::defer);
                return Err(error);
            }
        }
    }
    Ok(sum)
}

fn main() {
    assert_eq!(all_at_once(vec![1, 2]).get_result(), Ok(3));
    assert_eq!(to_the_end(vec![1, 2]).get_result(), Ok(3));
    assert_eq!(one_at_a_time(vec![1, 2]).get_result(), Ok(6));
    assert!(with_the_rest_joined(vec![1, 0, 2]).get_result().is_err());
}

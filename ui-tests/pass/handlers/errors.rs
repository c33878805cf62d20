//! Errors of many kinds, looked at after everything has been awaited.
#![forbid(warnings)]

use anyhow::{Context as _, anyhow, bail, ensure};
use tasklet_core::prelude::*;

#[tasklet]
async fn fetch(key: u32) -> anyhow::Result<u32> {
    std::future::ready(()).await;
    ensure!(key != 13, "{key} is unlucky");
    Ok(key)
}

#[toplevel]
async fn with_context(text: String) -> anyhow::Result<u32> {
    let key = text.parse().with_context(|| format!("{text:?} is no key"))?;
    let (one, two) = try_join!(fetch(key), fetch(key + 1)).context("one of the two")?;
    if one + two == 1 {
        bail!("too small");
    }
    let three = fetch(3).await.map_err(|error| anyhow!("the third: {error}"))?;
    Ok(one + two + three)
}

#[toplevel]
async fn all_errors(keys: Vec<u32>) -> Result<Vec<u32>, Vec<anyhow::Error>> {
    let futures: Vec<_> = keys.into_iter().map(fetch).collect();
    let (mut results, mut errors) = (Vec::new(), Vec::new());
    for future in futures {
        match future.await {
            Ok(result) => results.push(result),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(results) } else { Err(errors) }
}

#[toplevel]
async fn the_second_in_any_case(key: u32) -> anyhow::Result<u32> {
    let log = fetch(1);
    let result = fetch(key).await;
    let logged = log.await;
    let key = result?;
    Ok(key + logged?)
}

#[toplevel]
async fn boxed(key: u32) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
    let future = fetch(key);
    let result = future.await?;
    let number: u32 = "1".parse()?;
    if result == 0 {
        return Err("zero".into());
    }
    Ok(result + number)
}

#[synctasklet]
async fn main() -> anyhow::Result<()> {
    assert_eq!(with_context("1".to_owned()).await?, 6);
    assert!(with_context("x".to_owned()).await.is_err());
    assert_eq!(all_errors(vec![1, 13]).await.unwrap_err().len(), 1);
    assert_eq!(the_second_in_any_case(2).await?, 3);
    assert!(boxed(0).await.is_err());
    Ok(())
}

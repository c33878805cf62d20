//! NDB's shopping cart and offers: two queries that overlap, each with its own second step.
#![forbid(warnings)]

use tasklet_core::prelude::*;

type Fetched<T> = TaskletFuture<Result<T, String>>;

#[derive(Clone, Debug)]
struct Item {
    inventory: u32,
}

#[tasklet]
async fn fetch(count: u32) -> Result<Vec<Item>, String> {
    std::future::ready(()).await;
    Ok((0..count).map(|inventory| Item { inventory }).collect())
}

#[tasklet]
async fn get(inventory: u32) -> Result<String, String> {
    std::future::ready(()).await;
    if inventory == 7 { Err("out of stock".to_owned()) } else { Ok(inventory.to_string()) }
}

#[must_await]
fn get_multi(items: &[Item]) -> Vec<Fetched<String>> {
    items.iter().map(|item| get(item.inventory)).collect()
}

#[tasklet]
async fn get_cart_plus_offers() -> Result<(Vec<String>, usize), String> {
    let (cart, offers) = try_join!(fetch(2), fetch(3))?;
    let cart = get_multi(&cart);
    let offers = get_multi(&offers);
    // Each is awaited before either's error is looked at.
    let (cart, offers) = (cart.try_join_all().await, offers.try_join_all().await);
    Ok((cart?, offers?.len()))
}

#[tasklet]
async fn get_cart() -> Result<Vec<String>, String> {
    let cart = fetch(2).await?;
    get_multi(&cart).try_join_all().await
}

#[tasklet]
async fn get_offers(count: u32) -> Result<Vec<String>, String> {
    let offers = fetch(count).await?;
    let mut names = Vec::with_capacity(offers.len());
    for item in offers {
        names.push(get(item.inventory).await?);
    }
    Ok(names)
}

#[toplevel]
async fn checkout(count: u32) -> Result<usize, String> {
    let yielded = (get_cart(), get_offers(count)).try_join_all();
    let (cart, offers) = yielded.await?;
    Ok(cart.len() + offers.len())
}

#[synctasklet]
async fn main() -> Result<(), String> {
    assert_eq!(get_cart_plus_offers().await?.1, 3);
    assert_eq!(checkout(3).await?, 5);
    assert_eq!(checkout(9).await, Err("out of stock".to_owned()));
    Ok(())
}

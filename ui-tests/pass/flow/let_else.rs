//! A `let … else` before the start, or one that takes the future out.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn before(text: Option<String>) -> usize {
    let Some(text) = text else { return 0 };
    let future = put(1);
    text.len() + future.await as usize
}

#[tasklet]
async fn deferred(text: Option<String>) -> usize {
    let future = put(1);
    let Some(text) = text else {
        future.defer();
        return 0;
    };
    text.len() + future.await as usize
}

#[tasklet]
async fn taken_out(wanted: bool) -> u32 {
    let Some(future) = wanted.then(|| put(1)) else { return 0 };
    future.await
}

#[tasklet]
async fn never_comes_back(text: Option<String>) -> usize {
    let future = put(1);
    let Some(text) = text else { panic!("no text") };
    text.len() + future.await as usize
}

fn main() {
    assert_eq!(before(Some("four".to_owned())).get_result(), 5);
    assert_eq!(deferred(None).get_result(), 0);
    assert_eq!(taken_out(true).get_result(), 1);
    assert_eq!(never_comes_back(Some("four".to_owned())).get_result(), 5);
}

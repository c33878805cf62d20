//! The body of an `async` block awaits what it starts, or returns it.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn a_statement() {
    async {
        put(1).await;
    }
    .await;
}

#[tasklet]
async fn on_each_branch(wanted: bool) -> u32 {
    let later = async {
        let future = put(1);
        if wanted {
            return future.await;
        }
        future.await + 1
    };
    later.await
}

#[tasklet]
async fn with_a_question_mark(text: String) -> Option<u32> {
    let later = async move || {
        let number: u32 = text.parse().ok()?;
        let future = put(1);
        Some(future.await + number)
    };
    later().await
}

#[tasklet]
async fn its_result() -> u32 {
    async { put(1) }.await.await
}

fn main() {
    a_statement().get_result();
    assert_eq!(on_each_branch(true).get_result(), 1);
    assert_eq!(with_a_question_mark("1".to_owned()).get_result(), Some(2));
    assert_eq!(its_result().get_result(), 1);
}

//! The body of an `async` block forgets what it starts.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn a_statement() {
    async {
        put(1);
    }
    .await;
}

#[tasklet]
async fn on_one_branch(wanted: bool) -> u32 {
    let later = async {
        let future = put(1);
        if wanted { future.await } else { 0 }
    };
    later.await
}

#[tasklet]
async fn by_a_question_mark(text: String) -> Option<u32> {
    let later = async move || {
        let future = put(1);
        let number: u32 = text.parse().ok()?;
        Some(future.await + number)
    };
    later().await
}

#[tasklet]
async fn its_result() {
    async { put(1) }.await;
}

fn main() {}

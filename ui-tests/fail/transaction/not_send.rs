//! What is held across an await goes along to another thread.

use std::rc::Rc;

use tasklet_core::transactional_async;

#[transactional_async]
async fn count(text: String) -> Result<usize, String> {
    let shared = Rc::new(text);
    std::future::ready(()).await;
    Ok(shared.len())
}

fn main() {
    let _count = count(String::new()).get_result();
}

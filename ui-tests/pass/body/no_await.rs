//! A body that never awaits runs inline: its future is done when the call returns.

use std::sync::atomic::{AtomicU32, Ordering};

use tasklet_core::tasklet;

static CALLS: AtomicU32 = AtomicU32::new(0);

#[tasklet]
async fn count(step: u32) -> u32 {
    // What is awaited in here is awaited by somebody else.
    let _later = async { std::future::ready(1).await };
    let _closure = async || std::future::ready(1).await;
    async fn _item() -> u32 {
        std::future::ready(1).await
    }
    println!("{step} {}", matches!(step, 1 | 2));
    CALLS.fetch_add(step, Ordering::Relaxed)
}

fn main() {
    let future = count(1);
    assert_eq!(CALLS.load(Ordering::Relaxed), 1);
    assert_eq!(future.get_result(), 0);

    // An inline body panics at the call itself, not at whoever asks for the result.
    let panicked = std::panic::catch_unwind(|| {
        let _never_made = fails(0);
        unreachable!()
    });
    assert_eq!(*panicked.unwrap_err().downcast::<String>().unwrap(), "no 0");
}

#[tasklet]
async fn fails(number: u32) -> u32 {
    panic!("no {number}")
}

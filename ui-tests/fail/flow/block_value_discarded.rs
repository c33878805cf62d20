//! A block, an `if` or a `match` whose value is a future, as a statement.

use tasklet_core::prelude::*;

#[tasklet]
async fn put(key: u32) -> u32 {
    std::future::ready(key).await
}

#[tasklet]
async fn post(first: bool, count: u32) {
    {
        put(1)
    };
    if first {
        put(2)
    } else {
        put(3)
    };
    match count {
        0 => put(4),
        _ => put(5),
    };
    'value: {
        if first {
            break 'value put(6);
        }
        put(7)
    };
    (put(8), 8);
    Some(put(9));
    put(10).await;
}

fn main() {}

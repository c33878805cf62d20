//! NDB's query iterator: `has_next` is awaited, and the loop may stop when it has found something.
#![forbid(unused, unreachable_code)]

use std::collections::VecDeque;

use tasklet_core::prelude::*;

/// Fetches the next page while the one before is looked at.
struct Query {
    rows: VecDeque<u32>,
    next_page: Option<TaskletFuture<Vec<u32>>>,
    pages: u32,
}

#[tasklet]
async fn fetch_page(page: u32) -> Vec<u32> {
    std::future::ready(()).await;
    (10 * page..10 * page + 3).collect()
}

#[must_await]
impl Query {
    fn new(pages: u32) -> Self {
        Self { rows: VecDeque::new(), next_page: Some(fetch_page(0)), pages }
    }

    async fn has_next(&mut self) -> bool {
        if self.rows.is_empty()
            && let Some(page) = self.next_page.take()
        {
            self.rows.extend(page.await);
            self.pages -= 1;
            if self.pages != 0 {
                let next = fetch_page(self.pages);
                self.next_page = Some(next);
            }
        }
        !self.rows.is_empty()
    }

    fn next(&mut self) -> Option<u32> {
        self.rows.pop_front()
    }

    fn stop(self) {
        if let Some(page) = self.next_page {
            page.cancel();
        }
    }
}

#[tasklet]
async fn find(wanted: u32) -> Option<u32> {
    let mut query = Query::new(3);
    let mut found = None;
    while query.has_next().await {
        let Some(row) = query.next() else { break };
        if row == wanted {
            found = Some(row);
            break;
        }
    }
    query.stop();
    found
}

fn main() {
    assert_eq!(find(22).get_result(), Some(22));
    assert_eq!(find(50).get_result(), None);
}

//! An `Option` as a place for the one future that is running.
#![forbid(warnings)]

use tasklet_core::prelude::*;

#[tasklet]
async fn flush(lines: Vec<String>) -> usize {
    std::future::ready(()).await;
    lines.len()
}

#[tasklet]
async fn log(lines: Vec<String>) -> usize {
    let mut running = None;
    let mut buffer = Vec::new();
    let mut written = 0;
    for line in lines {
        buffer.push(line);
        if 2 <= buffer.len() {
            let next = flush(std::mem::take(&mut buffer));
            if let Some(future) = running.replace(next) {
                written += TaskletFuture::into_future(future).await;
            }
        }
    }
    if let Some(future) = running.take() {
        written += future.await;
    }
    written + flush(buffer).await
}

#[tasklet]
async fn lazily(keys: Vec<bool>) -> usize {
    let mut slot: Option<TaskletFuture<usize>> = None;
    let mut sum = 0;
    for is_last in keys {
        let future = match slot.take() {
            Some(future) => future,
            None => flush(vec![String::new()]),
        };
        if is_last {
            sum += future.await;
            continue;
        }
        slot = Some(future);
    }
    match slot {
        Some(future) => sum + future.await,
        None => sum,
    }
}

struct Writer {
    running: Option<TaskletFuture<usize>>,
    written: usize,
}

#[must_await]
impl Writer {
    async fn write(&mut self, lines: Vec<String>) {
        self.finish().await;
        self.running = Some(flush(lines));
    }

    async fn finish(&mut self) {
        if let Some(running) = self.running.take() {
            self.written += running.await;
        }
    }

    async fn close(mut self) -> usize {
        self.finish().await;
        self.written
    }
}

#[tasklet]
async fn once(is_wanted: bool) -> usize {
    let mut future = Some(flush(Vec::new()));
    if is_wanted {
        let future = future.take().expect("it was just made");
        return future.await;
    }
    let future = future.unwrap_or_else(|| flush(Vec::new()));
    future.await + 1
}

#[synctasklet]
async fn main() {
    let lines = |count: usize| vec![String::from("line"); count];
    assert_eq!(log(lines(5)).await, 5);
    assert_eq!(lazily(vec![false, true, false]).await, 2);
    let mut writer = Writer { running: None, written: 0 };
    writer.write(lines(2)).await;
    writer.write(lines(3)).await;
    assert_eq!(writer.close().await, 5);
    assert_eq!(once(true).await + once(false).await, 1);
}

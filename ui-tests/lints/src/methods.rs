//! Methods, with every receiver that a tasklet can have.

use std::future::ready;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use tasklet_core::{synctasklet, tasklet, toplevel};

/// A type with methods.
#[derive(Debug, Default)]
pub struct Counter {
    count: u32,
    name: String,
}

impl Counter {
    /// An associated function that makes one.
    #[tasklet]
    pub async fn new() -> Self {
        ready(()).await;
        Self::default()
    }

    /// The same without an await.
    #[tasklet]
    pub async fn create(count: u32) -> Option<Self> {
        Some(Self { count, name: String::new() })
    }

    /// The value itself, of which a part is moved.
    #[tasklet]
    pub async fn into_name(self) -> String {
        ready(()).await;
        self.name
    }

    /// The value itself, changed.
    #[tasklet]
    pub async fn counted(mut self) -> Self {
        self.count += 1;
        ready(()).await;
        self
    }

    /// The same without an await.
    #[tasklet]
    pub async fn counted_inline(mut self) -> Self {
        self.count += 1;
        self
    }

    /// A shared value.
    #[tasklet]
    pub async fn shared(self: Arc<Self>) -> u32 {
        ready(()).await;
        self.count
    }

    /// A shared value that is not used.
    #[tasklet]
    pub async fn ignored(self: Arc<Self>) -> u32 {
        ready(()).await;
        1
    }

    /// The same without an await.
    #[tasklet]
    pub async fn ignored_inline(self: Arc<Self>) -> u32 {
        1
    }

    /// A value in a box, and one that is pinned.
    #[tasklet]
    pub async fn boxed(mut self: Box<Self>, other: Pin<Box<Self>>) -> u32 {
        self.count += other.count;
        ready(()).await;
        self.count
    }

    /// A value that stays on its thread.
    #[tasklet(?Send)]
    pub async fn local(self: Rc<Self>) -> Rc<Self> {
        ready(()).await;
        self
    }

    /// The same without an await.
    #[tasklet(?Send)]
    pub async fn local_inline(self: Rc<Self>) -> Rc<Self> {
        self
    }

    /// A borrowed value.
    #[synctasklet]
    pub async fn name(&self, suffix: &str) -> String {
        ready(()).await;
        format!("{}{suffix}", self.name)
    }

    /// A borrowed value, and a result that borrows from it.
    #[synctasklet]
    pub async fn borrowed_name(&self) -> &str {
        ready(()).await;
        &self.name
    }

    /// A value borrowed to be changed.
    #[synctasklet]
    pub async fn add(&mut self, amount: &u32) -> u32 {
        ready(()).await;
        self.count += *amount;
        self.count
    }

    /// A handler that is a method.
    #[toplevel]
    pub async fn handle(self: Arc<Self>, body: String) -> String {
        ready(()).await;
        format!("{}{body}", self.name)
    }

    /// A handler that borrows, and is stopped with its caller.
    #[toplevel(on_drop = "cancel")]
    pub async fn handle_borrowed(&mut self, body: &str) -> usize {
        ready(()).await;
        self.count += 1;
        self.name.len() + body.len()
    }

    /// A handler that blocks.
    #[toplevel]
    pub fn handle_blocking(&mut self, body: &str) -> usize {
        self.count += 1;
        self.name.len() + body.len()
    }
}

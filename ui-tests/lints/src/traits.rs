//! Methods of traits: declared, given a body, and implemented.

use std::future::ready;
use std::sync::Arc;

use tasklet_core::{synctasklet, tasklet, toplevel};

/// A trait with tasklets.
pub trait Store: Send + Sync + 'static {
    /// A declaration.
    #[tasklet]
    async fn get(self: Arc<Self>, key: String) -> Option<u32>;

    /// A body.
    #[tasklet]
    async fn get_or(self: Arc<Self>, key: String, default: u32) -> u32 {
        self.get(key).await.unwrap_or(default)
    }

    /// A body that does not await.
    #[tasklet]
    async fn size(self: Arc<Self>, _scope: String) -> usize {
        0
    }

    /// A function of the type.
    #[tasklet]
    async fn open(path: String) -> Self
    where
        Self: Sized;

    /// A method that blocks.
    #[synctasklet]
    async fn flush(&self, reason: &str) -> bool;

    /// A handler.
    #[toplevel]
    fn handle(&self, body: &str) -> usize;
}

/// An implementation.
#[derive(Debug)]
pub struct Memory(Vec<(String, u32)>);

impl Store for Memory {
    #[tasklet]
    async fn get(self: Arc<Self>, key: String) -> Option<u32> {
        ready(()).await;
        self.0.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    #[tasklet]
    async fn size(self: Arc<Self>, scope: String) -> usize {
        self.0.iter().filter(|(name, _)| name.starts_with(&scope)).count()
    }

    #[tasklet]
    async fn open(path: String) -> Self {
        Self(vec![(path, ready(1).await)])
    }

    #[synctasklet]
    async fn flush(&self, reason: &str) -> bool {
        ready(()).await;
        self.0.is_empty() && reason.is_empty()
    }

    #[toplevel]
    fn handle(&self, body: &str) -> usize {
        self.0.len() + body.len()
    }
}

/// The trait as an object.
#[derive(Clone)]
pub struct Dynamic(pub Arc<dyn Named>);

/// A trait that can be one.
pub trait Named: Send + Sync {
    /// A declaration.
    #[tasklet]
    async fn name(self: Arc<Self>) -> String;
}

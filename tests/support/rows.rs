//! Batchers upon the database of `kv`: many rows with one call, which is an event of its log.

use tasklet_core::{Batch, BatchResults, Batcher, SameKey};

use crate::kv::{Kv, KvError};

/// Reads rows; what is not there is `None`.
#[derive(Debug)]
pub struct Rows(Kv);

impl Rows {
    /// A batcher that keeps what it has read.
    #[must_use]
    pub fn cached(kv: &Kv) -> Batcher<Rows> {
        Batcher::builder(Rows(kv.clone())).cached().build()
    }
}

impl Batch for Rows {
    const NAME: &'static str = "rows";
    type Item = &'static str;
    type Key = &'static str;
    type Options = ();
    type Value = Option<i64>;
    type Error = KvError;

    fn key(&self, key: &&'static str) -> &'static str {
        key
    }

    async fn call(&self, keys: Vec<&'static str>, (): ()) -> BatchResults<Option<i64>, KvError> {
        self.0.note(format!("read {keys:?}"));
        let mut found = Vec::new();
        for key in keys {
            found.push(Ok(self.0.find(key).await?));
        }
        Ok(found)
    }
}

/// Writes rows; `None` deletes one.
#[derive(Debug)]
pub struct Writes(Kv);

impl Writes {
    /// A batcher of writes.
    #[must_use]
    pub fn new(kv: &Kv) -> Batcher<Writes> {
        Batcher::new(Writes(kv.clone()))
    }
}

impl Batch for Writes {
    const NAME: &'static str = "writes";
    const SAME_KEY: SameKey = SameKey::InOrder;
    type Item = (&'static str, Option<i64>);
    type Key = &'static str;
    type Options = ();
    type Value = ();
    type Error = KvError;

    fn key(&self, (key, _): &Self::Item) -> &'static str {
        key
    }

    async fn call(&self, writes: Vec<Self::Item>, (): ()) -> BatchResults<(), KvError> {
        let keys: Vec<_> = writes.iter().map(|(key, _)| key).collect();
        self.0.note(format!("write {keys:?}"));
        let mut written = Vec::new();
        for (key, value) in writes {
            let written_one = match value {
                Some(value) => self.0.put(key, value).await,
                None => self.0.delete(key).await,
            };
            written.push(written_one);
        }
        Ok(written)
    }
}

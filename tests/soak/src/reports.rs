//! Hears of the failures that nobody looked at: each is an event.

use std::fmt::{Debug, Write as _};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::kinds::BROKEN_PROMISE;
use crate::ledger;
use crate::work::failure_in;

/// Counts what the library reports; what is none of the soak's failures ends it.
pub(crate) struct Reports;

impl Subscriber for Reports {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && metadata.target().starts_with("tasklet_core")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = Text::default();
        event.record(&mut text);
        match failure_in(&text.0) {
            Some(id) => ledger::failure_seen(id),
            // Whoever waited for the promise was cancelled: it was left to the context.
            None if text.0.contains(BROKEN_PROMISE) => {}
            None => crate::give_up(&format!("a report of something else: {}", text.0)),
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            // A string takes whatever is written into it.
            let _written = write!(self.0, "{value:?}");
        }
    }
}

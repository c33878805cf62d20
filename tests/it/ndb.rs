//! NDB's own tests, ported.
mod cancel;
mod contexts;
mod driver;
mod event_loop;
mod future;
mod multi;
mod queue;
mod reducing;
mod serial;
mod tasklet;
mod waiting;

//! NDB's own tests, ported.
mod cancel;
mod contexts;
mod driver;
mod event_loop;
mod future;
mod tasklet;
mod waiting;

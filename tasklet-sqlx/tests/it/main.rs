//! What transactions on pools do: each story is told on SQLite, and again on PostgreSQL.

mod cancels;
mod errors;
mod nested;
mod order;
mod postgres;
mod read_only;
mod sqlite;
mod support;
mod threads;

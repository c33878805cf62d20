//! What the tests stand on: the program, its databases, and waiting without sleeping.

mod book;
mod db;
mod postgres;
mod raw;
mod wait;

pub(crate) use book::{Book, GUESTBOOK, Signing, text};
pub(crate) use db::{Client, Db};
pub(crate) use postgres::Server;
pub(crate) use raw::raw_post;
pub(crate) use wait::{DEADLINE, eventually};

//! What the tests stand on: the program, its databases, and waiting without sleeping.

mod book;
mod db;
mod raw;

pub(crate) use databases::{DEADLINE, Point, Proxy, Server, eventually};

pub(crate) use book::{Book, GUESTBOOK, text};
pub(crate) use db::{Client, Db};
pub(crate) use raw::raw_post;

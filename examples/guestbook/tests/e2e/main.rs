//! The guestbook as its users meet it: the real program, real sockets, real databases.
//!
//! Every test in [`on_both`] runs on SQLite and on PostgreSQL. The tests start their own PostgreSQL
//! server and their own browser, and fail when there is none: see
//! `tests/databases/support/postgres.rs` and `browser.rs` for what to install.

/// Bad posts, each refused for the right reason, and nothing of them kept.
mod refusals;
/// Good posts, from programs and from forms, and the pages that show them.
mod signing;

/// The command line.
mod flags;

/// Clients that do not wait for their answer.
mod disconnects;
/// Databases that fail in the middle, and commits whose outcome nobody knows.
mod faults;
/// The program killed under load, and what the next one finds.
mod kills;
/// Books that an older guestbook has written.
mod old_books;
/// Several visitors at once, and several processes on one book.
mod several;
/// Ctrl-C and SIGTERM.
mod stopping;

/// The page in Chromium.
mod browser;

mod support;

/// Makes each test body a test on either database.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::support::Db::sqlite()).await;
            })+
        }
        mod postgres {
            $(#[tokio::test]
            async fn $test() {
                super::$test(crate::support::Db::postgres().await).await;
            })+
        }
    };
}
use on_both;

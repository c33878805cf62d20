//! Functions that another macro writes.

#![deny(warnings)]

#[path = "../../support/database.rs"]
mod database;

use database::Database;

struct OnlyOne(u32);

macro_rules! transaction {
    ($name:ident, $database:expr, $retries:expr, $argument:ident: $ty:ty, $body:block) => {
        #[tasklet_core::transactional_async(manager = $database, retries = $retries)]
        async fn $name($argument: $ty) -> Result<u32, String> $body
    };
}

transaction!(twice, database, 1, database: Database, { Ok(2) });
transaction!(moved, Database("moved"), 0, only: OnlyOne, { Ok(only.0) });

macro_rules! hidden_names {
    ($name:ident) => {
        #[tasklet_core::transactional(manager = database)]
        fn $name(database: Database, options_: u32, r_: u32) -> Result<u32, String> {
            let result_ = options_ + r_;
            Ok(result_)
        }
    };
}

hidden_names!(hidden);

mod own {
    //! Names of one's own in the place of those of std.

    #![allow(dead_code)]

    use super::Database;

    pub struct Clone;
    pub struct Option;
    pub struct Some;

    pub type Result<T> = std::result::Result<T, String>;

    #[tasklet_core::transactional_async(manager = database)]
    pub async fn shadowed(database: Database, again: u32, fresh: u32) -> Result<u32> {
        std::future::ready(()).await;
        Ok(again + fresh)
    }
}

fn main() {
    assert_eq!(twice(Database("twice")).get_result(), Ok(2));
    assert_eq!(moved(OnlyOne(3)).get_result(), Ok(3));
    assert_eq!(hidden(Database("hidden"), 1, 2), Ok(3));
    assert_eq!(own::shadowed(Database("own"), 1, 2).get_result(), Ok(3));
}

//! A statement finds its transaction when it is executed, not when it is built.

use futures_lite::StreamExt as _;
use futures_lite::stream::{iter, once, once_future};
#[cfg(feature = "macros")]
use sqlx::Describe;
use sqlx::{Database, Execute, Executor, SqlStr};

use crate::Db;
use crate::backend::{Backend, BoxFuture, BoxStream, Step};
use crate::session::run;
use crate::turn::{Place, Turn};

/// Inside of a transaction of this database each statement has its connection to itself, first
/// come, first served, whichever tasklet it is of. Outside it is as with the pool.
///
/// Rows that are read one by one (`fetch`) inside of a transaction are read all before the first
/// one is handed out: otherwise another statement of the same tasklet would wait for the rows, and
/// they for it. [`Db::lock`] is for more rows than that.
impl<'c, DB: Backend> Executor<'c> for &'c Db<DB> {
    type Database = DB;

    fn execute<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, DB::QueryResult>
    where
        'c: 'e,
        E: 'q + Execute<'q, DB>,
    {
        Box::pin(self.runtime().inside(async move {
            let mut place = self.place().await?;
            let result = run::<DB>(place.connection(), query).await;
            place.end(result).await
        }))
    }

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Step<DB>>
    where
        'c: 'e,
        E: 'q + Execute<'q, DB>,
    {
        let steps = async move {
            let Some(transaction) = self.current() else {
                self.runtime().find()?;
                return Ok(DB::fetch_many_from(self.pool(), query));
            };
            let mut place = Place::In(Turn::begin(transaction).await?);
            let (steps, error) = all(DB::fetch_many(place.connection(), query)).await;
            let ended = place.end(error.map_or(Ok(()), Err)).await;
            let steps = steps.into_iter().map(Ok).chain(ended.err().map(Err));
            Ok(Box::pin(iter(steps)) as BoxStream<'e, Step<DB>>)
        };
        let steps = async move {
            let failed = |error: sqlx::Error| Box::pin(once(Err(error))) as BoxStream<'e, _>;
            steps.await.unwrap_or_else(failed)
        };
        Box::pin(self.runtime().inside(once_future(steps).flatten()))
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Option<DB::Row>>
    where
        'c: 'e,
        E: 'q + Execute<'q, DB>,
    {
        Box::pin(self.runtime().inside(async move {
            let mut place = self.place().await?;
            let result = DB::fetch_optional(place.connection(), query).await;
            place.end(result).await
        }))
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [<DB as Database>::TypeInfo],
    ) -> BoxFuture<'e, DB::Statement>
    where
        'c: 'e,
    {
        Box::pin(self.runtime().inside(async move {
            let mut place = self.place().await?;
            let result = DB::prepare_with(place.connection(), sql, parameters).await;
            place.end(result).await
        }))
    }

    #[cfg(feature = "macros")]
    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Describe<DB>>
    where
        'c: 'e,
    {
        Box::pin(self.runtime().inside(async move {
            let mut place = self.place().await?;
            let result = DB::describe(place.connection(), sql).await;
            place.end(result).await
        }))
    }
}

/// All steps up to the first error, and that.
async fn all<T>(mut stream: BoxStream<'_, T>) -> (Vec<T>, Option<sqlx::Error>) {
    let mut steps = Vec::new();
    loop {
        match stream.next().await {
            Some(Ok(step)) => steps.push(step),
            Some(Err(error)) => return (steps, Some(error)),
            None => return (steps, None),
        }
    }
}

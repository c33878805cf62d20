//! Builders and long chains: a future is made and used up in one expression.
#![forbid(unused, unreachable_code)]
#![deny(clippy::pedantic)]

use std::time::Duration;

use tasklet_core::prelude::*;

#[derive(Clone, Default)]
struct Query {
    kind: String,
    filters: Vec<(String, u32)>,
    limit: Option<usize>,
}

impl Query {
    fn of(kind: &str) -> Self {
        Self { kind: kind.to_owned(), ..Self::default() }
    }

    fn filter(mut self, name: &str, value: u32) -> Self {
        self.filters.push((name.to_owned(), value));
        self
    }

    fn limit(self, limit: usize) -> Self {
        let Self { kind, filters, .. } = self;
        Self { kind, filters, limit: Some(limit) }
    }

    #[tasklet]
    async fn fetch(self) -> Result<Vec<String>, String> {
        std::future::ready(()).await;
        let rows = self.filters.into_iter().map(|(name, value)| format!("{name}={value}"));
        let limit = self.limit.unwrap_or(usize::MAX);
        if self.kind.is_empty() {
            Err("no kind".to_owned())
        } else {
            Ok(rows.take(limit).collect())
        }
    }
}

#[toplevel]
async fn chained() -> Result<usize, String> {
    let rows = Query::of("User").filter("age", 3).filter("size", 4).limit(1).fetch().await?;
    let count = Query::of("User").filter("age", 3).fetch().map(|rows| rows.map_or(0, |r| r.len()));
    let texts = Query::of("").fetch().await.unwrap_or_default();
    let late = Query::of("User")
        .fetch()
        .timeout(Duration::from_secs(60))
        .await
        .map_err(|late| late.into_inner().defer());
    let shared = Query::of("User").fetch().shared();
    let (one, two) = (shared.clone(), shared).join_all().await;
    Ok(rows.len()
        + count.await
        + texts.len()
        + late.map_or(0, |rows| rows.map_or(0, |rows| rows.len()))
        + one?.len()
        + two?.len())
}

#[toplevel]
async fn in_places_of_all_kinds(query: Query) -> Result<String, String> {
    let mut lists = vec![query.clone().fetch().await?];
    lists[0].extend(query.clone().fetch().await?);
    lists.push(match query.clone().fetch().await {
        Ok(rows) if rows.is_empty() => vec!["none".to_owned()],
        other => other?,
    });
    let is_long =
        1 < query.clone().fetch().await?.len() && !query.clone().fetch().await?.is_empty();
    let first = &query.clone().fetch().await?[0];
    let range = 0..query.fetch().await?.len();
    Ok(format!("{} {is_long} {first} {range:?}", lists.concat().len()))
}

#[synctasklet]
async fn main() {
    assert_eq!(chained().await, Ok(2));
    let query = Query::of("User").filter("age", 3).filter("size", 4);
    assert_eq!(in_places_of_all_kinds(query).await.as_deref(), Ok("6 true age=3 0..2"));
}

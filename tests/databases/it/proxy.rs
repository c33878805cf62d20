//! The proxy, with nothing but sqlx before it and a real server behind.

use databases::{Point, Proxy, Server, eventually};
use sqlx::{Connection, Executor, PgConnection, Row};

/// A table with nothing in it, a connection by way of a proxy, and one beside that.
struct Pair {
    proxy: Proxy,
    url: String,
    cut: PgConnection,
    beside: PgConnection,
}

async fn pair() -> Pair {
    let server = Server::shared();
    let url = server.new_database().await;
    let proxy = Proxy::before(server);
    let mut beside = PgConnection::connect(&url).await.expect("a server");
    beside.execute("CREATE TABLE rows (id int)").await.expect("a table");
    let url = proxy.url(&url);
    let cut = PgConnection::connect(&url).await.expect("a proxy");
    Pair { proxy, url, cut, beside }
}

impl Pair {
    /// Inserts a row, and commits it.
    async fn insert(&mut self) -> sqlx::Result<()> {
        let mut transaction = self.cut.begin().await?;
        sqlx::query("INSERT INTO rows VALUES ($1)").bind(1).execute(&mut *transaction).await?;
        transaction.commit().await
    }

    async fn rows(&mut self) -> i64 {
        let row = self.beside.fetch_one("SELECT count(*) FROM rows").await.expect("a count");
        row.get(0)
    }
}

#[track_caller]
fn is_cut<T>(result: sqlx::Result<T>) {
    assert!(matches!(result, Err(sqlx::Error::Io(_))), "the connection is gone");
}

#[tokio::test]
async fn without_a_plan_everything_is_passed_on() {
    let mut pair = pair().await;
    for round in 1..=3 {
        pair.insert().await.expect("committed");
        assert_eq!(pair.rows().await, round);
    }
    assert_eq!(pair.proxy.count("COMMIT"), 3);
    assert_eq!(pair.proxy.count("INSERT"), 3);
    assert_eq!(pair.proxy.cuts(), 0);
    let text = "x".repeat(1 << 20);
    let query = sqlx::query_scalar("SELECT $1 || repeat('y', 1000000)").bind(&text);
    let answer: String = query.fetch_one(&mut pair.cut).await.expect("an answer");
    assert_eq!(answer.len(), text.len() + 1_000_000);
}

#[tokio::test]
async fn a_commit_that_is_not_passed_on_commits_nothing() {
    let mut pair = pair().await;
    let stop = pair.proxy.cut("COMMIT", Point::Asked);
    is_cut(pair.insert().await);
    assert!(stop.is_reached());
    assert_eq!(pair.rows().await, 0);
    assert_eq!(pair.proxy.cuts(), 1);
}

#[tokio::test]
async fn a_commit_whose_answer_is_not_passed_back_has_committed() {
    let mut pair = pair().await;
    let _stop = pair.proxy.cut("COMMIT", Point::Answered);
    is_cut(pair.insert().await);
    assert_eq!(pair.rows().await, 1);
}

#[tokio::test]
async fn a_commit_that_is_passed_on_ends_without_anybody_who_waits() {
    let mut pair = pair().await;
    let _stop = pair.proxy.cut("COMMIT", Point::Sent);
    is_cut(pair.insert().await);
    eventually("it is committed", async || pair.rows().await == 1).await;
}

#[tokio::test]
async fn a_connection_that_is_cut_after_the_answer_has_given_it() {
    let mut pair = pair().await;
    let stop = pair.proxy.cut("COMMIT", Point::Delivered);
    pair.insert().await.expect("committed");
    stop.reached().await;
    assert_eq!(pair.rows().await, 1);
    is_cut(pair.insert().await);
    // Only the one connection: the next one is as good as ever.
    pair.cut = PgConnection::connect(&pair.url).await.expect("a proxy");
    pair.insert().await.expect("committed");
}

#[tokio::test]
async fn the_nth_statement_is_counted_from_the_plan_on() {
    let mut pair = pair().await;
    pair.insert().await.expect("committed");
    let _stop = pair.proxy.cut_nth(5, Point::Asked);
    pair.insert().await.expect("these are three");
    is_cut(pair.insert().await);
    assert_eq!(pair.proxy.count("COMMIT"), 2);
    assert_eq!(pair.proxy.count("INSERT"), 3);
}

#[tokio::test]
async fn a_statement_waits_where_it_is_held() {
    for point in [Point::Asked, Point::Answered] {
        let mut pair = pair().await;
        let stop = pair.proxy.hold("COMMIT", point);
        let beside = PgConnection::connect(&pair.url).await.expect("a proxy");
        let mut other = std::mem::replace(&mut pair.beside, beside);
        let mut inserted = tokio::spawn(async move { (pair.insert().await, pair) });
        tokio::select! {
            () = stop.reached() => {}
            _ = &mut inserted => panic!("nobody has let it go on"),
        }
        let count = other.fetch_one("SELECT count(*) FROM rows").await.expect("a count");
        assert_eq!(count.get::<i64, _>(0), i64::from(point == Point::Answered));
        drop(stop);
        let (inserted, mut pair) = inserted.await.expect("no panic");
        inserted.expect("committed");
        assert_eq!(pair.rows().await, 1);
    }
}

#[tokio::test]
async fn what_is_held_can_be_cut() {
    let mut pair = pair().await;
    let stop = pair.proxy.hold("COMMIT", Point::Asked);
    let inserted = tokio::spawn(async move { (pair.insert().await, pair) });
    stop.reached().await;
    stop.cut();
    let (inserted, mut pair) = inserted.await.expect("no panic");
    is_cut(inserted);
    assert_eq!(pair.rows().await, 0);
}

#[tokio::test]
async fn a_plan_that_is_dropped_is_none() {
    let mut pair = pair().await;
    drop(pair.proxy.cut("COMMIT", Point::Asked));
    drop(pair.proxy.hold("BEGIN", Point::Asked));
    pair.insert().await.expect("committed");
}

#[tokio::test]
async fn all_connections_are_cut_at_once() {
    let mut pair = pair().await;
    pair.insert().await.expect("committed");
    pair.proxy.cut_all();
    is_cut(pair.insert().await);
    pair.cut = PgConnection::connect(&pair.url).await.expect("a proxy");
    pair.insert().await.expect("committed");
}

#[tokio::test]
async fn chance_cuts_and_stops_cutting() {
    let mut pair = pair().await;
    pair.proxy.cut_at_random(1, 1);
    is_cut(pair.insert().await);
    pair.proxy.cut_at_random(1, 0);
    pair.cut = PgConnection::connect(&pair.url).await.expect("a proxy");
    pair.insert().await.expect("committed");
    assert_eq!(pair.rows().await, 1);
}

#[tokio::test]
async fn a_killed_server_keeps_what_was_committed_and_nothing_else() {
    let server = Server::start_new();
    let url = server.new_database().await;
    let mut connection = PgConnection::connect(&url).await.expect("a server");
    connection.execute("CREATE TABLE rows (id int); INSERT INTO rows VALUES (1)").await.expect("1");
    connection.execute("BEGIN; INSERT INTO rows VALUES (2)").await.expect("not committed");
    server.kill();
    connection.execute("COMMIT").await.expect_err("it is gone");
    server.restart();
    let mut connection = PgConnection::connect(&url).await.expect("a server");
    let rows = connection.fetch_all("SELECT id FROM rows").await.expect("rows");
    assert_eq!(rows.len(), 1);
}

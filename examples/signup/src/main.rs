//! A handler that is a transaction: it starts two writes in parallel, and both are kept or none.
//!
//! ```console
//! $ cargo run -p signup        # listens on 127.0.0.1:3000, and writes to ./signup.db
//! $ curl -i --json '{"name": "Ann", "bio": "Hi!"}' localhost:3000/sign
//! $ curl -i --json '{"name": "Bob", "bio": ""}' localhost:3000/sign      # refused, and no Bob
//! ```

use axum::{Json, Router, extract::State, http::StatusCode, response, routing::post};
use tasklet_core::{tasklet, toplevel, transactional_async, try_join};
use tasklet_sqlx::{Db, Error};

#[derive(Clone, serde::Deserialize)]
struct Entry {
    name: String,
    bio: String,
}

#[toplevel]
#[transactional_async(manager = db)]
async fn sign(State(db): State<Db<sqlx::Sqlite>>, Json(entry): Json<Entry>) -> Result<(), Failure> {
    let user = write(db.clone(), "INSERT INTO users VALUES ($1)", entry.name);
    let profile = write(db, "INSERT INTO profiles VALUES ($1)", entry.bio);
    try_join!(user, profile)?;
    Ok(())
}

#[tasklet]
async fn write(db: Db<sqlx::Sqlite>, insert: &'static str, value: String) -> sqlx::Result<()> {
    sqlx::query(insert).bind(value).execute(&db).await.map(drop)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let db = Db::new(sqlx::SqlitePool::connect("sqlite:signup.db?mode=rwc").await?);
    sqlx::raw_sql(include_str!("tables.sql")).execute(&db).await?;
    let address = std::env::args().nth(1).unwrap_or("127.0.0.1:3000".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, Router::new().route("/sign", post(sign)).with_state(db)).await?)
}

struct Failure(Error);

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Failure {
        Failure(error.into())
    }
}

impl response::IntoResponse for Failure {
    fn into_response(self) -> response::Response {
        (StatusCode::INTERNAL_SERVER_ERROR, format!("{}\n", self.0)).into_response()
    }
}

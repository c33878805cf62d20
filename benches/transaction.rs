//! What share of hand-written sqlx's transactions per second is left when a function is made a
//! transaction by its attribute?
//!
//! Both begin, insert two rows and commit, SERIALIZABLE, on the same pool of one connection to a
//! PostgreSQL server on loopback, which does not wait for its disk. Short runs of the two take
//! turns, and the share is the median over pairs of neighbouring runs.

use benches::goals::{TRANSACTION, TRANSACTION_SHARE};
use benches::{Kind, Question, timed};
use databases::Server;
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::{Postgres, query};
use tasklet_core::transactional_async;
use tasklet_sqlx::{Db, Error};
use tokio::runtime::Builder;

/// Many short runs: what disturbs the machine for a moment spoils few of them.
const PAIRS: u64 = 1_000;

const TABLES: [&str; 2] = [
    "CREATE UNLOGGED TABLE users (id bigint, name text)",
    "CREATE UNLOGGED TABLE profiles (id bigint, bio text)",
];
const INSERT_USER: &str = "INSERT INTO users VALUES ($1, $2)";
const INSERT_PROFILE: &str = "INSERT INTO profiles VALUES ($1, $2)";
const BEGIN: &str = "BEGIN ISOLATION LEVEL SERIALIZABLE";

fn main() {
    let mut question = Question::from_args();
    let transactions = question.load(20, 2);
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let pool = runtime.block_on(open()).expect("the server is there");
    let db = {
        let _entered = runtime.enter();
        Db::new(pool.clone())
    };
    let rate = |ours: bool| {
        let elapsed = timed(|| {
            let run = async {
                if ours {
                    attributed(&db, transactions).await
                } else {
                    by_hand(&pool, transactions).await
                }
            };
            runtime.block_on(run).expect("each is committed");
        });
        transactions as f64 / elapsed.as_secs_f64()
    };
    for ours in [true, false] {
        rate(ours);
    }

    let (mut plain, mut ours, mut share) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..question.load(PAIRS, 1) {
        // Who begins alternates, so that a drift of the machine favours neither.
        let (a, b) = if pair % 2 == 0 {
            let a = rate(false);
            (a, rate(true))
        } else {
            let b = rate(true);
            (rate(false), b)
        };
        plain.push(a);
        ours.push(b);
        share.push(100.0 * b / a);
    }
    question.keep(TRANSACTION, "req/s", Kind::Ours, "#[transactional_async]", ours);
    question.keep(TRANSACTION, "req/s", Kind::Baseline, "sqlx, by hand", plain);
    question.keep(TRANSACTION_SHARE, "%", Kind::Ours, "#[transactional_async]", share);
    question.finish();
}

async fn open() -> Result<PgPool, sqlx::Error> {
    let url = Server::shared().new_database().await;
    let pool = PgPoolOptions::new().max_connections(1).connect(&url).await?;
    for table in TABLES {
        query(table).execute(&pool).await?;
    }
    Ok(pool)
}

async fn by_hand(pool: &PgPool, transactions: u64) -> Result<(), Error> {
    for id in 0..transactions {
        let (id, name) = (id.cast_signed(), "Ada".to_owned());
        let mut transaction = pool.begin_with(BEGIN).await?;
        query(INSERT_USER).bind(id).bind(&name).execute(&mut *transaction).await?;
        query(INSERT_PROFILE).bind(id).bind(&name).execute(&mut *transaction).await?;
        transaction.commit().await?;
    }
    Ok(())
}

async fn attributed(db: &Db<Postgres>, transactions: u64) -> Result<(), Error> {
    for id in 0..transactions {
        sign(db.clone(), id.cast_signed(), "Ada".to_owned()).await?;
    }
    Ok(())
}

#[transactional_async(manager = db)]
async fn sign(db: Db<Postgres>, id: i64, name: String) -> Result<(), Error> {
    query(INSERT_USER).bind(id).bind(&name).execute(&db).await?;
    query(INSERT_PROFILE).bind(id).bind(&name).execute(&db).await?;
    Ok(())
}

//! A thousand tasklets ask for what they need, one by one; the backend is asked once. A
//! write updates what is read next.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use tasklet_core::SameKey;
use tasklet_core::prelude::*;

#[derive(Clone)]
struct User {
    name: String,
    team: u32,
}

/// The table that all share. A program of yours has a pool of connections instead.
static TABLE: LazyLock<Mutex<HashMap<u32, User>>> = LazyLock::new(|| {
    let user = |id| User { name: format!("user {id}"), team: id % 3 };
    Mutex::new((0..1000).map(|id| (id, user(id))).collect())
});

/// `SELECT * FROM users WHERE id = ANY($1)`.
struct GetUsers;

impl Batch for GetUsers {
    const NAME: &'static str = "get users";
    const MODULE: &'static str = module_path!();
    type Item = u32;
    type Key = u32;
    type Options = ();
    type Value = Option<User>;
    type Error = std::io::Error;

    fn key(&self, id: &u32) -> u32 {
        *id
    }

    async fn call(&self, ids: Vec<u32>, _: ()) -> BatchResults<Option<User>, Self::Error> {
        println!("one query for {} users", ids.len());
        sleep(Duration::from_millis(10)).await;
        let table = TABLE.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(ids.iter().map(|id| Ok(table.get(id).cloned())).collect())
    }
}

/// `INSERT INTO users … ON CONFLICT (id) DO UPDATE …`, which takes a key once; so a second write of
/// a key waits for the first.
struct PutUsers;

impl Batch for PutUsers {
    const NAME: &'static str = "put users";
    const MODULE: &'static str = module_path!();
    const SAME_KEY: SameKey = SameKey::InOrder;
    type Item = (u32, User);
    type Key = u32;
    type Options = ();
    type Value = ();
    type Error = std::io::Error;

    fn key(&self, (id, _): &(u32, User)) -> u32 {
        *id
    }

    async fn call(&self, users: Vec<(u32, User)>, _: ()) -> BatchResults<(), Self::Error> {
        println!("one statement for {} users", users.len());
        sleep(Duration::from_millis(10)).await;
        let mut table = TABLE.lock().unwrap_or_else(PoisonError::into_inner);
        let put = |(id, user)| {
            table.insert(id, user);
            Ok(())
        };
        Ok(users.into_iter().map(put).collect())
    }
}

static USERS: LazyLock<Batcher<GetUsers>> =
    LazyLock::new(|| Batcher::builder(GetUsers).cached().build());
static WRITES: LazyLock<Batcher<PutUsers>> = LazyLock::new(|| Batcher::new(PutUsers));

#[tasklet]
async fn leader_of(id: u32) -> Result<String, BatchError<std::io::Error>> {
    let Some(user) = USERS.load(id).await? else { return Ok("nobody".to_owned()) };
    let leader = USERS.load(user.team).await?;
    Ok(leader.map_or_else(|| "nobody".to_owned(), |leader| leader.name))
}

#[tasklet]
async fn rename(id: u32, name: &'static str) -> Result<(), BatchError<std::io::Error>> {
    let user = User { name: name.to_owned(), team: id % 3 };
    WRITES.load((id, user.clone())).await?;
    USERS.insert(id, Some(user));
    Ok(())
}

#[synctasklet]
async fn run() -> Result<(), BatchError<std::io::Error>> {
    // The leaders, 0 to 2, are among the thousand: they are in the cache.
    let leaders: Vec<_> = (0..1000).map(leader_of).collect();
    let leaders = leaders.try_join_all().await?;
    println!("the leader of user 500 is {}", leaders[500]);

    try_join!(rename(0, "Ada"), rename(1, "Grace"), rename(2, "Edsger"))?;
    println!("the leader of user 500 is {}", leader_of(500).await?);
    Ok(())
}

fn main() -> Result<(), BatchError<std::io::Error>> {
    run()
}

//! A handler that starts two writes, waits for both, and takes back what one of them has left.
#![forbid(warnings)]

use std::sync::{Arc, Mutex};

use tasklet_core::{synctasklet, tasklet, toplevel, try_join};

#[derive(Clone, Default)]
struct Store {
    rows: Arc<Mutex<Vec<String>>>,
}

impl Store {
    async fn insert(&self, row: String) -> Result<(), String> {
        if row.is_empty() {
            return Err("it is empty".to_owned());
        }
        std::future::ready(()).await;
        self.rows.lock().map_err(|error| error.to_string())?.push(row);
        Ok(())
    }

    async fn withdraw(&self, row: &str) -> Result<(), String> {
        self.rows.lock().map_err(|error| error.to_string())?.retain(|other| other != row);
        Ok(())
    }
}

struct State<T>(T);

struct Signature {
    user: String,
    profile: String,
}

#[toplevel]
async fn sign(State(store): State<Store>, Signature { user, profile }: Signature) -> String {
    let name = user.clone();

    let user = create_user(store.clone(), user);
    let profile = create_profile(store.clone(), profile);

    match try_join!(user, profile) {
        Ok(((), ())) => format!("thanks, {name}"),
        Err(error) => take_back(store, name, error).await,
    }
}

#[tasklet]
async fn create_user(store: Store, user: String) -> Result<(), WriteError> {
    store.insert(user).await.map_err(|error| WriteError("user", error))
}

#[tasklet]
async fn create_profile(store: Store, profile: String) -> Result<(), WriteError> {
    store.insert(profile).await.map_err(|error| WriteError("profile", error))
}

struct WriteError(&'static str, String);

#[tasklet]
async fn take_back(store: Store, user: String, error: WriteError) -> String {
    let WriteError(half, why) = error;
    match store.withdraw(&user).await {
        Ok(()) => format!("the {half} could not be written: {why}"),
        Err(second) => format!("the {half} could not be written: {why}, nor taken back: {second}"),
    }
}

#[synctasklet]
async fn main() {
    let store = Store::default();
    let signature = Signature { user: "Ada".to_owned(), profile: "counts".to_owned() };
    assert_eq!(sign(State(store.clone()), signature).await, "thanks, Ada");
    let signature = Signature { user: "Bob".to_owned(), profile: String::new() };
    let answer = sign(State(store.clone()), signature).await;
    assert_eq!(answer, "the profile could not be written: it is empty");
    assert!(store.rows.lock().is_ok_and(|rows| rows.len() == 2));
}

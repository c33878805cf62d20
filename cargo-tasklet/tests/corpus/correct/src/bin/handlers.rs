//! Handlers as web frameworks take them: boxed, and dropped when the client has gone.

use std::fmt::Error;
use std::pin::Pin;

use correct::{pause, start, start_fallible};
use tasklet_core::{
    Phase, TransactionManager, TransactionOptions, Verdict, block_on, try_join, toplevel,
    transaction_async, transactional_async,
};

type Response = Pin<Box<dyn Future<Output = Result<u32, String>> + Send>>;

type Handler = Box<dyn Fn(u32) -> Response + Send + Sync>;

/// Boxes what a handler returns, as a router does.
fn route<F>(handler: impl Fn(u32) -> F + Send + Sync + 'static) -> Handler
where
    F: Future<Output = Result<u32, String>> + Send + 'static,
{
    Box::new(move |key| Box::pin(handler(key)))
}

#[toplevel]
async fn get(key: u32) -> Result<u32, String> {
    let one = start(key);
    let two = start_fallible(key);
    helper().await;
    let two = match two.await {
        Ok(two) => two,
        Err(error) => {
            one.cancel();
            return Err(error);
        }
    };
    Ok(one.await + two)
}

async fn helper() -> u32 {
    let one = start(1);
    pause().await;
    one.await
}

#[toplevel]
async fn both(key: u32) -> Result<u32, String> {
    let (one, two) = try_join!(start_fallible(key), start_fallible(key))?;
    Ok(one + two)
}

#[toplevel(on_drop = "cancel")]
async fn cancelled(key: u32) -> Result<u32, String> {
    let one = start(key);
    pause().await;
    Ok(one.await)
}

#[toplevel]
#[transactional_async(manager = Database)]
async fn post(key: u32) -> Result<u32, String> {
    let one = start(key);
    pause().await;
    start(2).defer();
    Ok(one.await)
}

#[toplevel]
async fn by_hand(key: u32) -> Result<u32, String> {
    let options = TransactionOptions::new().manager(Database);
    let body = move || async move {
        let one = start(key);
        pause().await;
        Ok(one.await)
    };
    transaction_async(options, body).await
}

/// A database that keeps nothing, and always agrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Database;

impl TransactionManager for Database {
    type Transaction = ();
    type Error = Error;

    async fn begin(&self, _: &TransactionOptions) -> Result<(), Error> {
        Ok(())
    }

    async fn begin_nested(&self, (): &(), _: &TransactionOptions) -> Result<(), Error> {
        Ok(())
    }

    async fn commit(&self, (): &()) -> Result<(), Error> {
        Ok(())
    }

    async fn rollback(&self, (): &()) -> Result<(), Error> {
        Ok(())
    }

    fn failure(&self, (): &()) -> Option<Error> {
        None
    }

    fn judge(&self, _: &Error, _: Phase) -> Verdict {
        Verdict::Final
    }

    fn is_same(&self, other: &Database) -> bool {
        self == other
    }
}

fn main() {
    let routes = [route(get), route(both), route(cancelled), route(post), route(by_hand)];
    let answers: Vec<_> = routes.iter().map(|handler| block_on(handler(1))).collect();
    assert_eq!(answers, [Ok(3), Ok(4), Ok(1), Ok(1), Ok(1)]);
    // The client goes away.
    drop(routes[0](2));
}

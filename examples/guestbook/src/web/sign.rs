//! `POST /sign`: starts the two writes, waits for both, counts the visitor, and only when all of it
//! is committed says thanks.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tasklet_core::{
    TransactionError, TransactionErrorKind, tasklet, toplevel, transactional_async, try_join,
};
use uuid::Uuid;

use super::log::{Counted, counted};
use super::{Audience, Failure};
use crate::form::Signature;
use crate::store::{Profile, Store, User};

/// Signs the book: one transaction, which is tried again when another visitor was counted
/// meanwhile. If the client goes away, the toplevel still finishes what it started.
#[toplevel]
#[transactional_async(retries = 20)]
pub(super) async fn sign(
    State(store): State<Store>,
    audience: Audience,
    Signature { user, profile }: Signature,
) -> Result<Counted<Response>, SignError> {
    let id = Uuid::now_v7();
    let name = user.name.clone();

    let user = create_user(store.clone(), id, user);
    let profile = create_profile(store.clone(), id, profile);
    try_join!(user, profile)?;
    let number = count_visitor(store).await?;

    Ok(counted(audience.thanks(id, &name, number)))
}

#[tasklet]
async fn create_user(store: Store, id: Uuid, user: User) -> Result<(), SignError> {
    store.insert_user(id, user).await.map_err(|error| SignError::Write("user", error))?;
    tracing::debug!(%id, "the user is written");
    Ok(())
}

#[tasklet]
async fn create_profile(store: Store, id: Uuid, profile: Profile) -> Result<(), SignError> {
    store.insert_profile(id, profile).await.map_err(|error| SignError::Write("profile", error))
}

/// Which visitor this is. It is read here and written back, so that two transactions may read the
/// same: the database lets one of them commit, and the other one is tried again.
#[tasklet]
async fn count_visitor(store: Store) -> Result<i64, SignError> {
    let count = async {
        let number = store.visitors().await? + 1;
        store.set_visitors(number).await?;
        Ok(number)
    };
    count.await.map_err(|error| SignError::Write("counter", error))
}

/// Why the book was not signed.
#[derive(Debug, thiserror::Error)]
pub(super) enum SignError {
    #[error("the {0} could not be written: {1}; nothing of the entry is in the book")]
    Write(&'static str, #[source] sqlx::Error),
    #[error(transparent)]
    Transaction(#[from] TransactionError),
}

impl From<SignError> for Failure {
    fn from(error: SignError) -> Self {
        let (status, reason) = match &error {
            SignError::Write(..) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
            SignError::Transaction(transaction) => explain(transaction),
        };
        tracing::error!("{reason}");
        Self::new(status, reason)
    }
}

impl IntoResponse for SignError {
    fn into_response(self) -> Response {
        Failure::from(self).into_response()
    }
}

/// What became of the entry, which is what a visitor has to know.
fn explain(error: &TransactionError) -> (StatusCode, String) {
    let (status, entry) = match error.kind() {
        TransactionErrorKind::OutcomeUnknown => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "the entry may or may not be in the book: look before you sign again",
        ),
        TransactionErrorKind::Retries | TransactionErrorKind::Begin => {
            (StatusCode::SERVICE_UNAVAILABLE, "the entry is not in the book: try again")
        }
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "nothing of the entry is in the book"),
    };
    (status, format!("{entry} ({error})"))
}

//! `POST /sign`: starts the two writes, waits for both, and only then says thanks.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tasklet_core::{tasklet, toplevel, try_join};

use super::log::{Counted, counted};
use super::{Audience, Failure};
use crate::form::Signature;
use crate::store::{Key, Profile, Store, StoreError, User};

/// Signs the book. If the client goes away meanwhile, the toplevel still finishes what it started.
#[toplevel]
pub(super) async fn sign(
    State(store): State<Store>,
    audience: Audience,
    Signature { user, profile }: Signature,
) -> Counted<Response> {
    let key = store.new_key();
    let name = user.name.clone();

    let user = create_user(store.clone(), key, user);
    let profile = create_profile(store.clone(), key, profile);
    tracing::debug!(id = %key.id, "both writes are started");

    counted(match try_join!(user, profile) {
        Ok(((), ())) => audience.thanks(key.id, &name),
        Err(error) => take_back(store, audience, key, error).await.into_response(),
    })
}

#[tasklet]
async fn create_user(store: Store, key: Key, user: User) -> Result<(), WriteError> {
    store.insert_user(key, &user).await.map_err(|error| WriteError("user", error))
}

#[tasklet]
async fn create_profile(store: Store, key: Key, profile: Profile) -> Result<(), WriteError> {
    store.insert_profile(key, &profile).await.map_err(|error| WriteError("profile", error))
}

/// Which half could not be written, and why.
#[derive(Debug, thiserror::Error)]
#[error("the {0} could not be written: {1}")]
struct WriteError(&'static str, #[source] StoreError);

/// Removes what the other write may have left. `try_join!` has waited for both, so neither is still
/// under way here. What cannot be removed is never shown as half an entry, and is said.
#[tasklet]
async fn take_back(store: Store, audience: Audience, key: Key, error: WriteError) -> Failure {
    let reason = match store.withdraw(key).await {
        Ok(()) => format!("{error}; what was written has been taken back"),
        Err(second) => format!(
            "{error}; and what was written could not be taken back: {second}. \
             The entry is in the book whole or not at all: look before you sign again"
        ),
    };
    tracing::error!(id = %key.id, "{reason}");
    audience.failure(StatusCode::INTERNAL_SERVER_ERROR, reason)
}

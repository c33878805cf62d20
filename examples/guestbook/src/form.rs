//! What a visitor sends, from bytes to a signature that may be stored.

mod body;

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use email_address::EmailAddress;
use serde::Deserialize;

use crate::store::{Profile, User};
use crate::web::Failure;
use body::{BodyError, Kind};

/// The longest name, in characters.
const NAME_CHARS_MAX: usize = 80;
/// The longest email address that mail itself allows, in characters.
const EMAIL_CHARS_MAX: usize = 254;
/// The longest entry, in characters.
const BIO_CHARS_MAX: usize = 1000;

/// A signature whose fields have been checked.
#[derive(Debug, Clone)]
pub(crate) struct Signature {
    pub(crate) user: User,
    pub(crate) profile: Profile,
}

impl<S: Sync> FromRequest<S> for Signature {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        let (parts, body) = request.into_parts();
        let refuse = |error: BodyError| Failure::new(error.status(), error.to_string());

        let kind = Kind::of(&parts.headers).map_err(refuse)?;
        let text = body::read(body).await.map_err(refuse)?;
        let fields = Fields::parse(kind, &text).map_err(refuse)?;
        let checked = fields.check();
        let signature = checked.map_err(|reason| Failure::new(StatusCode::BAD_REQUEST, reason))?;
        tracing::debug!("a signature has come");
        Ok(signature)
    }
}

/// The fields as they were sent, each of which may be missing.
#[derive(Debug, Default, Deserialize)]
#[serde(expecting = "an object with `name`, `email` and `bio`")]
struct Fields {
    name: Option<String>,
    email: Option<String>,
    bio: Option<String>,
}

impl Fields {
    fn parse(kind: Kind, text: &str) -> Result<Self, BodyError> {
        match kind {
            Kind::Json => serde_json::from_str(text).map_err(BodyError::Json),
            Kind::Form => {
                // The decoder would silently replace what is not UTF-8.
                let decoded = percent_encoding::percent_decode_str(text);
                decoded.decode_utf8().map_err(|_| BodyError::NotUtf8)?;
                serde_urlencoded::from_str(text).map_err(BodyError::Form)
            }
        }
    }

    fn check(self) -> Result<Signature, String> {
        let name = line("name", self.name, NAME_CHARS_MAX)?;
        let email = line("email", self.email, EMAIL_CHARS_MAX)?;
        if !EmailAddress::is_valid(&email) {
            return Err("`email` is not an email address".to_owned());
        }
        let bio = text("bio", self.bio, BIO_CHARS_MAX)?;
        Ok(Signature { user: User { name, email }, profile: Profile { bio } })
    }
}

/// A field of one line that must be there.
fn line(field: &str, value: Option<String>, chars_max: usize) -> Result<String, String> {
    let value = text(field, value, chars_max)?;
    if value.is_empty() {
        return Err(format!("`{field}` is missing"));
    }
    if value.contains(char::is_control) {
        return Err(format!("`{field}` contains a control character"));
    }
    Ok(value)
}

/// A field of any number of lines, which may be empty. Control characters are refused: a database
/// may not be able to store them (PostgreSQL has no NUL in text).
fn text(field: &str, value: Option<String>, chars_max: usize) -> Result<String, String> {
    let value = value.unwrap_or_default().replace("\r\n", "\n").trim().to_owned();
    if chars_max < value.chars().count() {
        return Err(format!("`{field}` is longer than {chars_max} characters"));
    }
    if value.contains(|c: char| c.is_control() && c != '\n' && c != '\t') {
        return Err(format!("`{field}` contains a control character"));
    }
    Ok(value)
}

#[cfg(test)]
mod tests;

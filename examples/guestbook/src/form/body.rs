//! The body of a request: of a known kind, not too large, and UTF-8.

use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;

/// The largest body that is kept.
pub(super) const BODY_BYTES_MAX: usize = 16 * 1024;

/// How much of a too large body is read and thrown away, so that the client, still sending, reads
/// the answer and not a reset connection.
const DISCARDED_BYTES_MAX: usize = 1024 * 1024;

/// The two kinds of body that make a signature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Form,
    Json,
}

impl Kind {
    /// What the `Content-Type` says, parameters aside: text that is not UTF-8 is refused anyhow.
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, BodyError> {
        let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = value.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
        match essence.to_ascii_lowercase().as_str() {
            "application/x-www-form-urlencoded" => Ok(Self::Form),
            "application/json" => Ok(Self::Json),
            _ => Err(BodyError::Kind),
        }
    }
}

/// Why a body can not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum BodyError {
    #[error("send application/x-www-form-urlencoded or application/json")]
    Kind,
    #[error("the body is larger than {BODY_BYTES_MAX} bytes")]
    TooLarge,
    #[error("the body is not UTF-8")]
    NotUtf8,
    #[error("the body ended early: {0}")]
    Broken(#[source] axum::Error),
    #[error("the JSON can not be read: {0}")]
    Json(#[source] serde_json::Error),
    #[error("the form can not be read: {0}")]
    Form(#[source] serde_urlencoded::de::Error),
}

impl BodyError {
    /// The status that HTTP has for it.
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Kind => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotUtf8 | Self::Broken(_) | Self::Json(_) | Self::Form(_) => {
                StatusCode::BAD_REQUEST
            }
        }
    }
}

/// Reads the whole body, and never keeps more than [`BODY_BYTES_MAX`] of it.
pub(super) async fn read(mut body: Body) -> Result<String, BodyError> {
    let announced = body.size_hint().lower();
    if (BODY_BYTES_MAX + DISCARDED_BYTES_MAX) as u64 <= announced {
        return Err(BodyError::TooLarge);
    }
    let (mut kept, mut length) = (Vec::new(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(BodyError::Broken)?.into_data() else { continue };
        length += data.len();
        if length <= BODY_BYTES_MAX {
            kept.extend_from_slice(&data);
        } else if BODY_BYTES_MAX + DISCARDED_BYTES_MAX < length {
            break;
        }
    }
    if BODY_BYTES_MAX < length {
        return Err(BodyError::TooLarge);
    }
    String::from_utf8(kept).map_err(|_| BodyError::NotUtf8)
}

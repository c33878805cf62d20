//! The namespace: a tasklet-local with a name of its own, as NDB has it.

use std::error::Error;
use std::fmt;
use std::ops::Deref;
use std::str::FromStr;
use std::sync::Arc;

use crate::tasklet_local;

/// A namespace is no longer than this.
///
/// NDB: `namespace_manager._NAMESPACE_MAX_LENGTH`.
pub const NAMESPACE_BYTES_MAX: usize = 100;

tasklet_local! {
    /// The namespace of the running code, if one was set: see [`namespace`].
    ///
    /// For scopes, and for those who must tell an empty namespace that was set from none:
    ///
    /// ```
    /// use tasklet_core::{NAMESPACE, Namespace, namespace};
    ///
    /// assert_eq!(NAMESPACE.try_get(), None);
    /// let seen = NAMESPACE.scope_sync(Namespace::default(), || NAMESPACE.try_get());
    /// assert_eq!(seen, Some(Namespace::default()));
    /// assert_eq!(namespace(), Namespace::default());
    /// ```
    pub static NAMESPACE: Namespace;
}

/// The namespace of the running code: the one that was set last by it, or before it was called;
/// the empty one if none was.
///
/// It is a [tasklet-local](crate::TaskletLocal): a tasklet has the one that was current when it was
/// called, also after its awaits, and may set another for itself and what it starts.
///
/// NDB: `namespace_manager.get_namespace`.
///
/// ```
/// use tasklet_core::prelude::*;
/// use tasklet_core::{Namespace, namespace, set_namespace};
///
/// #[tasklet]
/// async fn whose() -> Namespace {
///     sleep(std::time::Duration::from_millis(1)).await;
///     namespace()
/// }
///
/// #[synctasklet]
/// async fn tenants() -> (Namespace, Namespace) {
///     set_namespace("ann".parse().expect("letters are fine"));
///     let ann = whose();
///     set_namespace("bob".parse().expect("letters are fine"));
///     join!(ann, whose())
/// }
///
/// let (ann, bob) = tenants();
/// assert_eq!((&*ann, &*bob), ("ann", "bob"));
/// assert_eq!(&*namespace(), "");
/// ```
#[must_use]
pub fn namespace() -> Namespace {
    NAMESPACE.try_get().unwrap_or_default()
}

/// Sets the namespace of the running tasklet, and of what it starts from now on.
///
/// Outside of any tasklet and toplevel it is the thread's; a server sets it inside of its
/// `#[toplevel]`, or uses the scopes of [`NAMESPACE`].
///
/// NDB: `namespace_manager.set_namespace`.
pub fn set_namespace(namespace: Namespace) {
    NAMESPACE.set(namespace);
}

/// The part of the data that one tenant sees: letters, digits, `.`, `_` and `-`, up to
/// [`NAMESPACE_BYTES_MAX`] of them; by default, empty.
///
/// ```
/// use tasklet_core::Namespace;
///
/// let tenant: Namespace = "example.com".parse()?;
/// assert_eq!(tenant.as_str(), "example.com");
/// assert!("../others".parse::<Namespace>().is_err());
/// # Ok::<(), tasklet_core::InvalidNamespace>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Namespace(
    // None is the empty one.
    Option<Arc<str>>,
);

impl Namespace {
    /// A namespace of this name.
    ///
    /// # Errors
    ///
    /// If it is too long, or has other characters.
    pub fn new(name: &str) -> Result<Namespace, InvalidNamespace> {
        let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if NAMESPACE_BYTES_MAX < name.len() || !name.bytes().all(is_fine) {
            return Err(InvalidNamespace {
                name: name.chars().take(NAMESPACE_BYTES_MAX).collect(),
            });
        }
        Ok(Namespace((!name.is_empty()).then(|| name.into())))
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

impl Deref for Namespace {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl FromStr for Namespace {
    type Err = InvalidNamespace;

    fn from_str(name: &str) -> Result<Namespace, InvalidNamespace> {
        Namespace::new(name)
    }
}

impl TryFrom<&str> for Namespace {
    type Error = InvalidNamespace;

    fn try_from(name: &str) -> Result<Namespace, InvalidNamespace> {
        Namespace::new(name)
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Namespace").field(&self.as_str()).finish()
    }
}

/// A name that cannot be a namespace.
///
/// NDB: the `BadValueError` of `namespace_manager.validate_namespace`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidNamespace {
    /// As much of it as a namespace may have.
    name: String,
}

impl fmt::Display for InvalidNamespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a namespace has at most {NAMESPACE_BYTES_MAX} letters, digits, `.`, `_` and `-`, \
             which {:?} has not",
            self.name
        )
    }
}

impl Error for InvalidNamespace {}

//! Who decides what is done with a key: a value for all, a function, or nobody here.

use std::fmt;
use std::sync::Arc;

/// A decision for each key: always the same one, a function's, or none at all.
///
/// A policy that has no answer leaves the question to the next one: what a call says counts most,
/// then the policy of the context, then that of the batcher, then the default.
///
/// NDB: `Context.set_cache_policy` and its kin.
///
/// ```
/// use tasklet_core::Policy;
///
/// let of_context = Policy::function(|id: &u32| (*id == 7).then_some(false));
/// let of_batcher = Policy::constant(true);
/// let is_cached = |id: u32| Policy::first(None, [&of_context, &of_batcher], &id).unwrap_or(false);
/// assert!(!is_cached(7));
/// assert!(is_cached(8));
/// ```
pub struct Policy<K: ?Sized, T>(Kind<K, T>);

enum Kind<K: ?Sized, T> {
    Silent,
    Constant(T),
    Function(Arc<Function<K, T>>),
}

type Function<K, T> = dyn Fn(&K) -> Option<T> + Send + Sync;

impl<K: ?Sized, T: Clone> Policy<K, T> {
    /// No answer for any key.
    #[must_use]
    pub const fn silent() -> Policy<K, T> {
        Policy(Kind::Silent)
    }

    /// The same for every key.
    #[must_use]
    pub const fn constant(decision: T) -> Policy<K, T> {
        Policy(Kind::Constant(decision))
    }

    /// What `decide` says of the key; `None` leaves it to the next policy.
    pub fn function(decide: impl Fn(&K) -> Option<T> + Send + Sync + 'static) -> Policy<K, T> {
        Policy(Kind::Function(Arc::new(decide)))
    }

    /// The decision for one key, if this policy has one.
    #[must_use]
    pub fn decide(&self, key: &K) -> Option<T> {
        match &self.0 {
            Kind::Silent => None,
            Kind::Constant(decision) => Some(decision.clone()),
            Kind::Function(decide) => decide(key),
        }
    }

    /// The first decision: that of the call, or else of one policy after the other.
    pub fn first<'a>(
        of_call: Option<T>,
        policies: impl IntoIterator<Item = &'a Policy<K, T>>,
        key: &K,
    ) -> Option<T>
    where
        K: 'a,
        T: 'a,
    {
        of_call.or_else(|| policies.into_iter().find_map(|policy| policy.decide(key)))
    }
}

impl<K: ?Sized, T: Clone> Default for Policy<K, T> {
    fn default() -> Self {
        Policy::silent()
    }
}

impl<K: ?Sized, T: Clone> Clone for Policy<K, T> {
    fn clone(&self) -> Self {
        Policy(match &self.0 {
            Kind::Silent => Kind::Silent,
            Kind::Constant(decision) => Kind::Constant(decision.clone()),
            Kind::Function(decide) => Kind::Function(Arc::clone(decide)),
        })
    }
}

impl<K: ?Sized, T: fmt::Debug> fmt::Debug for Policy<K, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Silent => f.write_str("Policy::silent()"),
            Kind::Constant(decision) => f.debug_tuple("Policy::constant").field(decision).finish(),
            Kind::Function(_) => f.write_str("Policy::function(..)"),
        }
    }
}

//! What is known of every debt at one point of the body.
//!
//! ```text
//!            Maybe             owed on some paths, settled on others
//!           /     \
//!        Owed   Settled
//!           \     /
//!           Unborn             not bound here
//! ```
//!
//! That is two bits for each debt, *may be owed* and *may be settled*, and the join of two states
//! is the union of both.

use super::local::{Binding, Debt, Info, Kind};

/// The state of all debts of a body.
#[derive(Clone, Default, PartialEq, Eq)]
pub(super) struct State {
    owed: Bits,
    settled: Bits,
}

/// The debts of a body, and the bindings that have them.
pub(super) struct Debts<'a> {
    pub(super) bindings: &'a [Info],
    pub(super) owners: &'a [(Binding, Kind)],
}

impl Debts<'_> {
    fn of(&self, binding: Binding) -> impl Iterator<Item = (Debt, &Kind)> {
        let debts = &self.bindings[binding.0].debts;
        debts.iter().map(|debt| (*debt, &self.owners[debt.0].1))
    }

    /// Whether the end of a scope that begins with this binding is the end of what owes this.
    pub(super) fn is_left(&self, debt: Debt, from: Option<Binding>) -> bool {
        let owner = self.owners[debt.0].0;
        from.is_none_or(|from| owner >= from && !self.bindings[owner.0].is_captured)
    }

    /// Where fields are moved out, the whole is the sum of them and of the rest.
    fn has_fields(&self, binding: Binding) -> bool {
        self.of(binding).any(|(_, kind)| matches!(kind, Kind::Rest))
    }
}

impl State {
    /// Takes in what may hold on another way to the same point. True if that is news.
    pub(super) fn join(&mut self, other: &State) -> bool {
        let news = self.owed.union(&other.owed);
        self.settled.union(&other.settled) || news
    }

    pub(super) fn may_owe(&self, debt: Debt) -> bool {
        self.owed.contains(debt)
    }

    pub(super) fn may_be_settled(&self, debt: Debt) -> bool {
        self.settled.contains(debt)
    }

    /// All debts that may be owed here.
    pub(super) fn owed(&self) -> impl Iterator<Item = Debt> {
        self.owed.iter()
    }

    pub(super) fn birth(&mut self, binding: Binding, debts: &Debts<'_>) {
        let has_fields = debts.has_fields(binding);
        for (debt, kind) in debts.of(binding) {
            match kind {
                Kind::Whole if has_fields => {}
                Kind::Part(_) => self.settle(debt),
                _ => self.owe(debt),
            }
        }
    }

    pub(super) fn put(&mut self, binding: Binding, debts: &Debts<'_>) {
        let has_fields = debts.has_fields(binding);
        for (debt, kind) in debts.of(binding) {
            match kind {
                Kind::Whole if has_fields => {}
                Kind::Part(_) | Kind::Handle => {}
                _ => self.owe(debt),
            }
        }
    }

    pub(super) fn settle_all(&mut self, binding: Binding, debts: &Debts<'_>) {
        debts.of(binding).for_each(|(debt, _)| self.settle(debt));
    }

    /// A container may be empty now; a handle is one still.
    pub(super) fn lend(&mut self, binding: Binding, debts: &Debts<'_>) {
        for (debt, kind) in debts.of(binding) {
            if !matches!(kind, Kind::Handle) {
                self.settle(debt);
            }
        }
    }

    /// The parts owe what the whole did.
    pub(super) fn narrow(&mut self, binding: Binding, parts: &[Debt], debts: &Debts<'_>) {
        let mut all = debts.of(binding);
        let was_owed = all.any(|(debt, kind)| {
            !matches!(kind, Kind::Handle | Kind::Part(_)) && self.may_owe(debt)
        });
        for (debt, kind) in debts.of(binding) {
            if !matches!(kind, Kind::Part(_)) {
                self.settle(debt);
            }
        }
        if was_owed {
            parts.iter().for_each(|part| self.owe(*part));
        }
    }

    /// Forgets every debt of the bindings from this one on.
    pub(super) fn leave(&mut self, from: Option<Binding>, debts: &Debts<'_>) {
        let is_gone = |debt: Debt| debts.is_left(debt, from);
        self.owed.remove_if(is_gone);
        self.settled.remove_if(is_gone);
    }

    pub(super) fn settle(&mut self, debt: Debt) {
        self.owed.remove(debt);
        self.settled.insert(debt);
    }

    fn owe(&mut self, debt: Debt) {
        self.owed.insert(debt);
        self.settled.remove(debt);
    }
}

/// A set of debts.
#[derive(Clone, Default, PartialEq, Eq)]
struct Bits(Vec<u64>);

impl Bits {
    fn contains(&self, debt: Debt) -> bool {
        self.0.get(debt.0 / 64).is_some_and(|word| word & (1 << (debt.0 % 64)) != 0)
    }

    fn insert(&mut self, debt: Debt) {
        let word = debt.0 / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (debt.0 % 64);
    }

    fn remove(&mut self, debt: Debt) {
        if let Some(word) = self.0.get_mut(debt.0 / 64) {
            *word &= !(1 << (debt.0 % 64));
        }
    }

    /// True if something new came in.
    fn union(&mut self, other: &Bits) -> bool {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        let mut news = false;
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            news |= theirs & !*mine != 0;
            *mine |= theirs;
        }
        news
    }

    fn iter(&self) -> impl Iterator<Item = Debt> {
        self.0.iter().enumerate().flat_map(|(index, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros() as usize;
                rest &= rest.checked_sub(1)?;
                Some(Debt(index * 64 + bit))
            })
        })
    }

    fn remove_if(&mut self, is_gone: impl Fn(Debt) -> bool) {
        let gone: Vec<_> = self.iter().filter(|debt| is_gone(*debt)).collect();
        gone.into_iter().for_each(|debt| self.remove(debt));
    }
}

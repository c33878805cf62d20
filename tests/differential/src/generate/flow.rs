//! Branches, loops, and the ways out of them.

use super::{Generator, Target, Where};
use crate::program::{Block, Cond, Expr, Kind, Label, Stmt};

impl Generator {
    pub(super) fn cond(&mut self) -> Cond {
        let cond = match self.dice.below(20) {
            0 => self.borrow(Kind::Future).map(Cond::Done),
            1 => self.borrow(Kind::Maybe).map(Cond::IsSome),
            2 => self.borrow(Kind::Maybe).map(Cond::IsNone),
            3 => self.borrow(Kind::Many).map(Cond::IsEmpty),
            7 => self.borrow(Kind::Outcome).map(Cond::IsSome),
            8 => self.borrow(Kind::Outcome).map(Cond::IsNone),
            4 => Some(Cond::Not(Box::new(Cond::Opaque))),
            5 => Some(Cond::And(Box::new([self.cond(), self.cond()]))),
            6 => Some(Cond::Or(Box::new([self.cond(), self.cond()]))),
            _ => None,
        };
        cond.unwrap_or(Cond::Opaque)
    }

    /// So many ways to go. What is settled on one of them is settled on the others too, unless
    /// that is forgotten.
    pub(super) fn branches(
        &mut self,
        count: usize,
        mut make: impl FnMut(&mut Self, usize) -> Block,
    ) -> Vec<Block> {
        let before = self.lives();
        let mut ends = Vec::new();
        let mut blocks = Vec::new();
        for index in 0..count {
            self.revive(&before);
            self.is_dead = false;
            blocks.push(make(self, index));
            ends.push((!self.is_dead).then(|| self.lives()));
        }
        for var in 0..before.len() {
            let is_gone_somewhere = ends.iter().flatten().any(|lives| before[var] && !lives[var]);
            if !is_gone_somewhere || !self.is_visible(var) || self.is_careless() {
                continue;
            }
            for (lives, block) in ends.iter_mut().zip(&mut blocks) {
                if let Some(lives) = lives
                    && lives[var]
                {
                    lives[var] = false;
                    self.settle(var, &mut block.stmts);
                }
            }
        }
        self.meet(ends.into_iter().flatten());
        blocks
    }

    /// Ways come together: what is live is live on all of them.
    fn meet(&mut self, ends: impl Iterator<Item = Vec<bool>>) {
        let meet = ends.reduce(|mut all, lives| {
            all.iter_mut().zip(lives).for_each(|(all, is_live)| *all &= is_live);
            all
        });
        self.is_dead = meet.is_none();
        if let Some(lives) = meet {
            self.revive(&lives);
        }
    }

    /// A loop; `ends_itself` if it may end without a `break`.
    pub(super) fn looped(
        &mut self,
        value: Option<Kind>,
        ends_itself: bool,
        make: impl FnOnce(&mut Self) -> Block,
    ) -> (Option<Label>, Block) {
        let label = self.label();
        let base = self.vars.len();
        let frozen: Vec<_> = self.vars.iter().map(|var| var.is_frozen).collect();
        self.vars.iter_mut().for_each(|var| var.is_frozen = true);
        self.targets.push(Target { label, is_loop: true, value, base, exits: Vec::new() });
        let entry = self.lives();
        let mut body = make(self);
        let has_exit = self.targets.last().is_some_and(|target| !target.exits.is_empty());
        if !self.is_dead && !ends_itself && (!has_exit || value.is_some()) {
            self.break_out(&mut body.stmts);
        }
        if ends_itself {
            self.revive(&entry);
        }
        self.is_dead = true;
        self.end_of_target(ends_itself);
        self.vars.iter_mut().zip(frozen).for_each(|(var, was)| var.is_frozen = was);
        (label, body)
    }

    /// `if c(1) { break; }`, or a bare `break;`
    fn break_out(&mut self, stmts: &mut Vec<Stmt>) {
        let index = self.targets.len() - 1;
        if self.dice.percent(50) {
            return self.leave_target(index, stmts);
        }
        let cond = self.cond();
        let mut blocks = self.branches(2, |generator, branch| {
            let mut block = Block::default();
            if branch == 0 {
                generator.leave_target(index, &mut block.stmts);
            }
            block
        });
        let otherwise = blocks.pop().filter(|block| !block.stmts.is_empty());
        stmts.push(Stmt::Do(Expr::If(cond, blocks.remove(0), otherwise)));
    }

    /// What is live behind a loop or a block that can be left. `falls_through` if the state at hand
    /// goes on behind it, too.
    pub(super) fn end_of_target(&mut self, falls_through: bool) {
        let Target { base, exits, .. } = self.targets.pop().expect("it was pushed");
        let falls_through = falls_through.then(|| self.lives());
        let ends = exits.into_iter().chain(falls_through);
        let ends: Vec<_> = ends
            .map(|mut lives| {
                lives.truncate(base);
                lives
            })
            .collect();
        self.meet(ends.into_iter());
    }

    /// Any way out that there is.
    pub(super) fn exit(&mut self, stmts: &mut Vec<Stmt>) {
        let targets = if self.targets.is_empty() { 0 } else { 12 };
        match self.dice.pick(&[(targets, 0), (6, 1), (1, 2), (1, 3)]) {
            0 => {
                let index = self.dice.below(self.targets.len());
                let is_loop = self.targets[index].is_loop;
                if is_loop && self.dice.percent(35) {
                    self.continue_target(index, stmts);
                } else {
                    self.leave_target(index, stmts);
                }
            }
            2 if self.may_fail() => {
                self.settle_down_to(self.floor, stmts);
                stmts.push(Stmt::Do(Expr::Bail));
            }
            3 => stmts.push(Stmt::Do(Expr::Panic)),
            _ => {
                let is_owed = self.returns_future && self.place == Where::Function;
                let value = is_owed.then(|| Box::new(self.value(Kind::Future)));
                self.settle_down_to(self.floor, stmts);
                stmts.push(Stmt::Do(Expr::Return(value)));
            }
        }
        self.is_dead = true;
    }

    /// The label that a jump needs, or one that it may have.
    fn label_of(&mut self, index: usize) -> Option<Label> {
        let is_innermost = index + 1 == self.targets.len();
        let label = self.targets[index].label;
        if is_innermost && self.targets[index].is_loop && self.dice.percent(70) {
            None
        } else {
            label
        }
    }

    /// Whether a jump to this target can be written: there is a label, or none is needed.
    fn can_jump_to(&self, index: usize) -> bool {
        let is_innermost = index + 1 == self.targets.len();
        is_innermost || self.targets[index].label.is_some()
    }

    fn leave_target(&mut self, index: usize, stmts: &mut Vec<Stmt>) {
        let index = if self.can_jump_to(index) { index } else { self.targets.len() - 1 };
        let Target { value, base, .. } = self.targets[index];
        let label = self.label_of(index);
        let value = value.map(|kind| Box::new(self.value(kind)));
        self.settle_down_to(base, stmts);
        let lives = self.lives();
        self.targets[index].exits.push(lives);
        stmts.push(Stmt::Do(Expr::Break(label, value)));
        self.is_dead = true;
    }

    fn continue_target(&mut self, index: usize, stmts: &mut Vec<Stmt>) {
        let index = if self.can_jump_to(index) { index } else { self.targets.len() - 1 };
        if !self.targets[index].is_loop {
            return self.leave_target(index, stmts);
        }
        let base = self.targets[index].base;
        let label = self.label_of(index);
        self.settle_down_to(base, stmts);
        stmts.push(Stmt::Do(Expr::Continue(label)));
        self.is_dead = true;
    }
}

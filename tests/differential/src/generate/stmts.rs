//! Statements.

use super::{Generator, Where, full, let_, var};
use crate::program::{Block, Cond, Expr, Kind, Link, Pat, Stmt};

#[derive(Clone, Copy)]
enum Shape {
    Let,
    LetPair,
    LetElse,
    LetLater,
    Settle,
    StartAndAwait,
    If,
    Number,
    IfLet,
    Match,
    Loop,
    While,
    WhileLet,
    WhileFull,
    Count,
    For,
    Exit,
    Question,
    Block,
    Body,
    Push,
    Look,
    Assign,
    Discard,
    Ignore,
}

const SHAPES: [(usize, Shape); 25] = [
    (16, Shape::Let),
    (3, Shape::LetPair),
    (3, Shape::LetElse),
    (2, Shape::LetLater),
    (9, Shape::Settle),
    (2, Shape::StartAndAwait),
    (5, Shape::If),
    (2, Shape::Number),
    (3, Shape::IfLet),
    (3, Shape::Match),
    (2, Shape::Loop),
    (2, Shape::While),
    (3, Shape::WhileLet),
    (1, Shape::WhileFull),
    (2, Shape::Count),
    (4, Shape::For),
    (4, Shape::Exit),
    (5, Shape::Question),
    (2, Shape::Block),
    (4, Shape::Body),
    (4, Shape::Push),
    (2, Shape::Look),
    (4, Shape::Assign),
    (3, Shape::Discard),
    (2, Shape::Ignore),
];

const KINDS: [(usize, Kind); 5] =
    [(10, Kind::Future), (4, Kind::Maybe), (4, Kind::Many), (2, Kind::Outcome), (2, Kind::Pair)];

impl Generator {
    pub(super) fn stmt(&mut self, stmts: &mut Vec<Stmt>) {
        match self.dice.pick(&SHAPES) {
            Shape::Let => self.let_any(stmts),
            Shape::LetPair => self.let_pair(stmts),
            Shape::LetElse => self.let_else(stmts),
            Shape::LetLater => self.let_later(stmts),
            Shape::Settle => {
                if let Some(index) = self.any_usable(None, true) {
                    self.settle(index, stmts);
                }
            }
            Shape::StartAndAwait => {
                let future = self.new_value(Kind::Future, false);
                let settled = self.settled(future);
                stmts.push(settled);
            }
            Shape::If => {
                let cond = self.cond();
                let otherwise = self.dice.percent(40);
                let mut blocks = self.branches(2, |generator, branch| {
                    if branch == 0 || otherwise { generator.block(None) } else { Block::default() }
                });
                let otherwise = blocks.pop().filter(|block| !block.stmts.is_empty());
                stmts.push(Stmt::Do(Expr::If(cond, blocks.remove(0), otherwise)));
            }
            Shape::Number => {
                let count = self.dice.between(2, 3);
                let blocks = self.branches(count, |generator, _| generator.block(None));
                stmts.push(Stmt::Do(Expr::Number(blocks)));
            }
            Shape::IfLet => self.if_let(stmts),
            Shape::Match => {
                let matched = self.match_(None);
                stmts.push(Stmt::Do(matched));
            }
            Shape::Exit => self.guarded_exit(stmts),
            Shape::Question => self.question(stmts),
            Shape::Block => {
                let block = self.block(None);
                stmts.push(Stmt::Do(Expr::Block(None, block)));
            }
            Shape::Body => self.inner_body(stmts),
            Shape::Push => {
                if let Some(name) = self.borrow(Kind::Many) {
                    let value = Box::new(self.value(Kind::Future));
                    stmts.push(Stmt::Do(Expr::Push(name, value)));
                }
            }
            Shape::Look => {
                if let Some(name) = self.borrow(Kind::Future) {
                    stmts.push(Stmt::Do(Expr::Look(name)));
                }
            }
            Shape::Assign => self.assign(stmts),
            Shape::Discard | Shape::Ignore if !self.is_careless() => self.let_any(stmts),
            Shape::Discard => self.discard(stmts),
            Shape::Ignore => self.ignore(stmts),
            shape => self.loop_stmt(shape, stmts),
        }
    }

    fn loop_stmt(&mut self, shape: Shape, stmts: &mut Vec<Stmt>) {
        let looped = match shape {
            Shape::Loop => {
                let (label, body) = self.looped(None, false, |generator| generator.block(None));
                Expr::Loop(label, body)
            }
            Shape::While => {
                let cond = if self.dice.percent(80) { Cond::Opaque } else { self.cond() };
                let (label, body) = self.looped(None, true, |generator| generator.block(None));
                Expr::While(label, cond, body)
            }
            Shape::Count => {
                let (label, body) = self.looped(None, true, |generator| generator.block(None));
                Expr::Count(label, body)
            }
            Shape::For => {
                let iterated = if self.dice.percent(25) {
                    self.borrow(Kind::Many).map_or(Expr::ManyCall, Expr::Drain)
                } else if self.dice.percent(20) {
                    Expr::IntoIter(Box::new(self.value(Kind::Many)))
                } else {
                    self.value(Kind::Many)
                };
                return self.for_each(iterated, stmts);
            }
            Shape::WhileLet => {
                let scrutinee = match self.dice.pick(&[(6, 0), (1, 1), (1, 2)]) {
                    0 => self.borrow(Kind::Many).map(Expr::Pop),
                    1 => self.borrow(Kind::Maybe).map(Expr::Take),
                    _ => None,
                };
                return self.while_let(scrutinee.unwrap_or(Expr::MaybeCall), stmts);
            }
            _ => {
                let Some(name) = self.borrow(Kind::Many) else { return };
                return self.while_full(name, stmts);
            }
        };
        stmts.push(Stmt::Do(looped));
    }

    fn for_each(&mut self, iterated: Expr, stmts: &mut Vec<Stmt>) {
        let swallows = self.is_careless();
        let mut pat = Pat::Wild;
        let (label, body) =
            self.looped(None, true, |generator| generator.with_item(!swallows, &mut pat));
        stmts.push(Stmt::Do(Expr::For(label, pat, Box::new(iterated), body)));
    }

    fn while_let(&mut self, scrutinee: Expr, stmts: &mut Vec<Stmt>) {
        let swallows = self.is_careless();
        let mut pat = Pat::Wild;
        let (label, body) =
            self.looped(None, true, |generator| generator.with_item(!swallows, &mut pat));
        let pat = Pat::Some(Box::new(pat));
        stmts.push(Stmt::Do(Expr::WhileLet(label, pat, Box::new(scrutinee), body)));
    }

    /// A body that a future is bound for.
    fn with_item(&mut self, is_bound: bool, pat: &mut Pat) -> Block {
        let mark = self.vars.len();
        if is_bound {
            *pat = Pat::Bind(self.declare(Kind::Future));
        }
        let mut body = self.block(None);
        if !self.is_dead {
            self.settle_down_to(mark, &mut body.stmts);
        }
        self.vars.truncate(mark);
        body
    }

    /// `while !v0.is_empty() { if let Some(f1) = v0.pop() { … } … }`
    fn while_full(&mut self, name: String, stmts: &mut Vec<Stmt>) {
        let cond = Cond::Not(Box::new(Cond::IsEmpty(name.clone())));
        let (label, body) = self.looped(None, true, |generator| {
            let mut pat = Pat::Wild;
            let then = generator.with_item(true, &mut pat);
            let pat = Pat::Some(Box::new(pat));
            let pop = Box::new(Expr::Pop(name));
            generator.is_dead = false;
            let stmts = vec![Stmt::Do(Expr::IfLet(pat, pop, None, then, None))];
            Block { stmts, value: None }
        });
        stmts.push(Stmt::Do(Expr::While(label, cond, body)));
    }

    fn let_any(&mut self, stmts: &mut Vec<Stmt>) {
        let kind = self.dice.pick(&KINDS);
        let value = self.value_or_empty(kind, true);
        let shadowed = if self.dice.percent(8) { self.shadowed(kind) } else { None };
        if let Some(name) = &shadowed
            && !self.is_careless()
            && let Some(index) = self
                .usable(Some(kind), true)
                .into_iter()
                .rfind(|index| self.vars[*index].name == *name)
        {
            // What is hidden cannot be settled later.
            self.settle(index, stmts);
        }
        let name = match shadowed {
            Some(name) => self.declare_as(name, kind),
            None => self.declare(kind),
        };
        stmts.push(let_(Pat::Bind(name), value));
    }

    fn let_pair(&mut self, stmts: &mut Vec<Stmt>) {
        let value = self.value(Kind::Pair);
        let mut part = || {
            if self.is_careless() { Pat::Wild } else { Pat::Bind(self.declare(Kind::Future)) }
        };
        let pat = Pat::Pair(Box::new([part(), part()]));
        stmts.push(let_(pat, value));
    }

    fn let_else(&mut self, stmts: &mut Vec<Stmt>) {
        let (kind, scrutinee) = self.scrutinee();
        let mut blocks = self.branches(2, |generator, branch| {
            let mut block = Block::default();
            if branch == 0 {
                generator.exit(&mut block.stmts);
            }
            block
        });
        let is_bound = !self.is_careless();
        let otherwise = blocks.remove(0);
        let name = if is_bound { Pat::Bind(self.declare(Kind::Future)) } else { Pat::Wild };
        stmts.push(Stmt::Let(full(kind, name), scrutinee, Some(otherwise)));
        // What the other branch needed is needed here.
        stmts.append(&mut blocks.remove(0).stmts);
    }

    fn if_let(&mut self, stmts: &mut Vec<Stmt>) {
        let (kind, scrutinee) = self.scrutinee();
        let second = self.is_careless().then(|| self.scrutinee());
        let is_bound = !self.is_careless();
        let otherwise = self.dice.percent(40);
        let (mut pat, mut second_pat) = (Pat::Wild, Pat::Wild);
        let mut blocks = self.branches(2, |generator, branch| match branch {
            0 if second.is_some() => {
                let mark = generator.vars.len();
                second_pat = Pat::Bind(generator.declare(Kind::Future));
                let mut block = generator.with_item(is_bound, &mut pat);
                if !generator.is_dead {
                    generator.settle_down_to(mark, &mut block.stmts);
                }
                generator.vars.truncate(mark);
                block
            }
            0 => generator.with_item(is_bound, &mut pat),
            _ if otherwise => generator.block(None),
            _ => Block::default(),
        });
        let otherwise = blocks.pop().filter(|block| !block.stmts.is_empty());
        let link = match second {
            Some((kind, second)) => Some(Link::Let(full(kind, second_pat), Box::new(second))),
            None => self.is_careless().then(|| Link::Cond(self.cond())),
        };
        let (pat, scrutinee) = (full(kind, pat), Box::new(scrutinee));
        stmts.push(Stmt::Do(Expr::IfLet(pat, scrutinee, link, blocks.remove(0), otherwise)));
    }

    /// What may hold a future, to be looked into.
    fn scrutinee(&mut self) -> (Kind, Expr) {
        let scrutinee = match self.dice.below(7) {
            0 => self.borrow(Kind::Many).map(Expr::Pop),
            1 => self.borrow(Kind::Maybe).map(Expr::Take),
            2 => return (Kind::Outcome, Expr::TryCall),
            3 => None,
            4 => match self.spend(Kind::Outcome) {
                Some(name) => return (Kind::Outcome, Expr::Var(name)),
                None => None,
            },
            _ => self.spend(Kind::Maybe).map(Expr::Var),
        };
        (Kind::Maybe, scrutinee.unwrap_or(Expr::MaybeCall))
    }

    /// `let f0; if c(1) { … f0 = …; } else { … f0 = …; }`
    fn let_later(&mut self, stmts: &mut Vec<Stmt>) {
        let name = format!("f{}", self.names);
        self.names += 1;
        let cond = self.cond();
        let mut blocks = self.branches(2, |generator, _| {
            let mut block = generator.block(Some(Kind::Future));
            let value = block.value.take();
            block.stmts.extend(value.map(|value| Stmt::Assign(name.clone(), *value)));
            block
        });
        let is_it = |stmt: &Stmt| matches!(stmt, Stmt::Assign(other, _) if *other == name);
        let is_assigned = |block: &Block| block.stmts.iter().any(is_it);
        if !blocks.iter().any(is_assigned) {
            return;
        }
        let otherwise = blocks.pop();
        stmts.push(Stmt::Declare(name.clone()));
        stmts.push(Stmt::Do(Expr::If(cond, blocks.remove(0), otherwise)));
        self.declare_as(name, Kind::Future);
    }

    /// `if c(1) { … return …; }`, or `return …;` alone.
    fn guarded_exit(&mut self, stmts: &mut Vec<Stmt>) {
        if self.dice.percent(30) && !self.targets.is_empty() {
            return self.exit(stmts);
        }
        let cond = self.cond();
        let mut blocks = self.branches(2, |generator, branch| {
            let mut block = Block::default();
            if branch == 0 {
                generator.exit(&mut block.stmts);
            }
            block
        });
        let otherwise = blocks.pop().filter(|block| !block.stmts.is_empty());
        stmts.push(Stmt::Do(Expr::If(cond, blocks.remove(0), otherwise)));
    }

    /// A `?`, alone or behind arguments that it loses.
    fn question(&mut self, stmts: &mut Vec<Stmt>) {
        if !self.may_fail() {
            return;
        }
        if self.is_careless() {
            let count = self.dice.between(1, 2);
            let futures = (0..count).map(|_| self.value(Kind::Future)).collect();
            return stmts.push(Stmt::Do(Expr::Sink(futures, true)));
        }
        if self.is_anything_live() && !self.is_careless() {
            if self.dice.percent(60) {
                return;
            }
            self.settle_down_to(self.floor, stmts);
        }
        let is_ensure = self.dice.percent(25);
        stmts.push(Stmt::Do(if is_ensure { Expr::Ensure } else { Expr::Question }));
    }

    /// A closure or an async block that takes variables with it.
    fn inner_body(&mut self, stmts: &mut Vec<Stmt>) {
        if self.place != Where::Function {
            return;
        }
        let is_lazy = self.dice.percent(60);
        let fallible = self.dice.percent(40);
        let mut taken = Vec::new();
        for _ in 0..self.dice.between(1, 2) {
            let kind = self.dice.pick(&KINDS[..4]);
            taken.extend(self.spend(kind).map(|name| (name, kind)));
        }
        if taken.is_empty() {
            return;
        }
        let place = if is_lazy { Where::Lazy { fallible } } else { Where::Closure };
        let outside = std::mem::replace(&mut self.place, place);
        let targets = std::mem::take(&mut self.targets);
        let floor = std::mem::replace(&mut self.floor, self.vars.len());
        for (name, kind) in taken {
            self.declare_as(name, kind);
        }
        let mut body = self.body(None);
        if !self.is_dead {
            self.settle_down_to(self.floor, &mut body.stmts);
        }
        self.is_dead = false;
        self.vars.truncate(self.floor);
        (self.place, self.targets, self.floor) = (outside, targets, floor);
        let (value, kind) = if is_lazy {
            (Expr::Lazy { fallible, body }, Kind::Lazy { fallible })
        } else {
            (Expr::Closure(body), Kind::Closure)
        };
        if is_lazy && self.dice.percent(30) {
            let lazy = Box::new(value);
            return stmts.push(Stmt::Do(Expr::Force { fallible, lazy }));
        }
        let name = self.declare(kind);
        stmts.push(let_(Pat::Bind(name), value));
    }

    fn assign(&mut self, stmts: &mut Vec<Stmt>) {
        let kind = self.dice.pick(&KINDS[..4]);
        let is_careless = self.is_careless();
        let is_fit = |index: &usize| {
            let var = &self.vars[*index];
            var.kind == kind && (is_careless || !var.is_live) && self.is_visible(*index)
        };
        let fit: Vec<_> = (self.floor..self.vars.len()).filter(is_fit).collect();
        if fit.is_empty() {
            return;
        }
        let index = fit[self.dice.below(fit.len())];
        let value = self.value_or_empty(kind, true);
        self.vars[index].is_live = true;
        stmts.push(Stmt::Assign(self.vars[index].name.clone(), value));
    }

    /// A value that nobody keeps.
    fn discard(&mut self, stmts: &mut Vec<Stmt>) {
        let kind = self.dice.pick(&KINDS);
        let value = self.value(kind);
        let value = match self.dice.below(3) {
            0 => Expr::Drop(Box::new(value)),
            1 if kind == Kind::Many => Expr::JoinAll(Box::new(value)),
            _ => value,
        };
        stmts.push(Stmt::Do(value));
    }

    /// `let _ = …;` and `_ = …;`, which leave a variable where it is.
    fn ignore(&mut self, stmts: &mut Vec<Stmt>) {
        let kind = self.dice.pick(&KINDS);
        let place = self.borrow(kind).filter(|_| self.dice.percent(40));
        let value = place.map_or_else(|| self.new_value(kind, false), Expr::Var);
        let is_let = self.dice.percent(50);
        stmts.push(if is_let { let_(Pat::Wild, value) } else { Stmt::Ignore(value) });
    }

    /// Settles a variable, one way or another.
    pub(super) fn settle(&mut self, index: usize, stmts: &mut Vec<Stmt>) {
        let kind = self.vars[index].kind;
        let name = self.spend_at(index);
        match kind {
            Kind::Future => {
                let other = if self.dice.percent(10) && self.may_await() {
                    self.var_of(Kind::Future)
                } else {
                    None
                };
                let settled = match other {
                    Some(other) => Stmt::Do(Expr::Join(Box::new([Expr::Var(name), *other]))),
                    None => self.settled(Expr::Var(name)),
                };
                stmts.push(settled);
            }
            Kind::Maybe | Kind::Outcome => self.settle_maybe(name, kind, stmts),
            Kind::Many => self.settle_many(name, stmts),
            Kind::Pair => self.settle_pair(name, stmts),
            Kind::Closure => stmts.push(Stmt::Do(Expr::Call(name))),
            Kind::Lazy { .. } if self.dice.percent(30) => {
                stmts.push(Stmt::Do(Expr::Spawn(var(name))));
            }
            Kind::Lazy { fallible } => {
                stmts.push(Stmt::Do(Expr::Force { fallible, lazy: var(name) }));
            }
        }
    }

    fn settle_maybe(&mut self, name: String, kind: Kind, stmts: &mut Vec<Stmt>) {
        if self.dice.percent(25) {
            return stmts.push(Stmt::Do(Expr::Sink(vec![Expr::Var(name)], false)));
        }
        if kind == Kind::Outcome && self.may_fail() && !self.is_anything_live() {
            let settled = self.settled(Expr::Try(var(name)));
            return stmts.push(settled);
        }
        let is_taken = kind == Kind::Maybe && self.dice.percent(20);
        let scrutinee = if is_taken { Expr::Take(name) } else { Expr::Var(name) };
        let future = format!("f{}", self.names);
        self.names += 1;
        let settled = self.settled(Expr::Var(future.clone()));
        let then = Block { stmts: vec![settled], value: None };
        let pat = full(kind, Pat::Bind(future));
        stmts.push(Stmt::Do(Expr::IfLet(pat, Box::new(scrutinee), None, then, None)));
    }

    fn settle_many(&mut self, name: String, stmts: &mut Vec<Stmt>) {
        if self.dice.percent(20) {
            return stmts.push(Stmt::Do(Expr::Sink(vec![Expr::Var(name)], false)));
        }
        if self.dice.percent(20) && self.may_await() {
            let all = Expr::JoinAll(var(name));
            return stmts.push(Stmt::Do(Expr::Await(Box::new(all))));
        }
        let future = format!("f{}", self.names);
        self.names += 1;
        let settled = self.settled(Expr::Var(future.clone()));
        let body = Block { stmts: vec![settled], value: None };
        let item = Pat::Bind(future);
        stmts.push(Stmt::Do(match self.dice.below(4) {
            0 => {
                let pat = Pat::Some(Box::new(item));
                Expr::WhileLet(None, pat, Box::new(Expr::Pop(name)), body)
            }
            1 => Expr::For(None, item, Box::new(Expr::Drain(name)), body),
            2 => Expr::For(None, item, Box::new(Expr::IntoIter(var(name))), body),
            _ => Expr::For(None, item, var(name), body),
        }));
    }

    fn settle_pair(&mut self, name: String, stmts: &mut Vec<Stmt>) {
        match self.dice.below(3) {
            0 => stmts.push(Stmt::Do(Expr::Sink(vec![Expr::Var(name)], false))),
            1 => {
                let names = [0, 1].map(|index| format!("f{}", self.names + index));
                self.names += 2;
                let pats = names.clone().map(Pat::Bind);
                stmts.push(let_(Pat::Pair(Box::new(pats)), Expr::Var(name)));
                for name in names {
                    let settled = self.settled(Expr::Var(name));
                    stmts.push(settled);
                }
            }
            _ => {
                for index in 0..2 {
                    let settled = self.settled(Expr::Field(name.clone(), index));
                    stmts.push(settled);
                }
            }
        }
    }
}

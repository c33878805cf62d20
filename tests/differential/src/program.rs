//! Small bodies that start tasklets and handle their futures: just so much of Rust.
//!
//! A name tells by its first letter what it holds: `f` a future, `o` an `Option` of one, `r` a
//! `Result` of one, `v` a `Vec` of them, `p` a pair of them, `g` a closure, `b` an async block.

use std::collections::BTreeSet;

pub(crate) type Name = String;

/// Printed as `'a`, `'b`, …
pub(crate) type Label = u8;

/// What a name can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Future,
    Maybe,
    Outcome,
    Many,
    Pair,
    Closure,
    /// An async block; `?` leaves it if it is fallible.
    Lazy {
        fallible: bool,
    },
}

/// `async fn body(params) -> Result<(), Failed>`, or with a future as the result.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) params: Vec<(Name, Kind)>,
    pub(crate) returns_future: bool,
    pub(crate) body: Block,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    pub(crate) stmts: Vec<Stmt>,
    pub(crate) value: Option<Box<Expr>>,
}

#[derive(Clone, Debug)]
pub(crate) enum Stmt {
    /// `let f0;`
    Declare(Name),
    /// `let pat = value;`, or with an `else`.
    Let(Pat, Expr, Option<Block>),
    Assign(Name, Expr),
    /// `_ = value;`
    Ignore(Expr),
    Do(Expr),
}

#[derive(Clone, Debug)]
pub(crate) enum Pat {
    Wild,
    Bind(Name),
    Pair(Box<[Pat; 2]>),
    Some(Box<Pat>),
    None,
    Ok(Box<Pat>),
    /// `Err(_)`
    Err,
}

/// What a chain of `if let` goes on with, behind `&&`.
#[derive(Clone, Debug)]
pub(crate) enum Link {
    Cond(Cond),
    Let(Pat, Box<Expr>),
}

#[derive(Clone, Debug)]
pub(crate) struct Arm {
    pub(crate) pat: Pat,
    pub(crate) guard: Option<Cond>,
    pub(crate) body: Block,
}

#[derive(Clone, Debug)]
pub(crate) enum Cond {
    /// `c(1)`: nobody knows.
    Opaque,
    /// `f0.done()`
    Done(Name),
    /// Or `is_ok`.
    IsSome(Name),
    /// Or `is_err`.
    IsNone(Name),
    IsEmpty(Name),
    Not(Box<Cond>),
    And(Box<[Cond; 2]>),
    Or(Box<[Cond; 2]>),
}

/// An expression; what is no value of a `Kind` is `()`.
#[derive(Clone, Debug)]
pub(crate) enum Expr {
    Var(Name),
    /// `p0.0`
    Field(Name, usize),

    // Futures.
    Start,
    /// `try_start(1)?`
    TryStart,
    /// `pass(f0)`, which gives it back.
    Pass(Box<Expr>),
    Unwrap(Box<Expr>),
    /// `r0?`
    Try(Box<Expr>),
    /// `std::mem::replace(&mut f0, f1)`
    Replace(Name, Box<Expr>),

    // A result.
    Ok(Box<Expr>),
    /// `try_start(1)`: nobody knows.
    TryCall,

    // An option, which may be empty.
    Some(Box<Expr>),
    None,
    /// `maybe(1)`: nobody knows.
    MaybeCall,
    Take(Name),
    Pop(Name),

    // A vector.
    NewVec,
    VecOf(Vec<Expr>),
    /// `many(1)`: nobody knows how many.
    ManyCall,
    /// `std::mem::take(&mut v0)`, of an option too.
    MemTake(Name),
    /// `v0.drain(..)`, in a `for`.
    Drain(Name),
    /// `v0.into_iter()`, in a `for`.
    IntoIter(Box<Expr>),

    Pair(Box<[Expr; 2]>),
    Closure(Block),
    Lazy {
        fallible: bool,
        body: Block,
    },

    // What settles its argument.
    Await(Box<Expr>),
    Defer(Box<Expr>),
    GetResult(Box<Expr>),
    /// `sink(f0, q(1)?)`, with such a `?` behind the arguments or without.
    Sink(Vec<Expr>, bool),
    /// `v0.join_all()`, which is still owed.
    JoinAll(Box<Expr>),
    /// `join!(f0, f1)`
    Join(Box<[Expr; 2]>),
    Call(Name),
    /// `b0.await`, with `?` if it is fallible.
    Force {
        fallible: bool,
        lazy: Box<Expr>,
    },

    /// `spawn(b0)`, which runs it.
    Spawn(Box<Expr>),

    // What does not.
    Drop(Box<Expr>),
    /// `look(&f0)`
    Look(Name),
    Push(Name, Box<Expr>),

    // Exits.
    /// `q(1)?`
    Question,
    /// `ensure!(c(1), "no")`
    Ensure,
    Bail,
    Panic,
    Return(Option<Box<Expr>>),
    Break(Option<Label>, Option<Box<Expr>>),
    Continue(Option<Label>),

    // Control flow.
    Block(Option<Label>, Block),
    If(Cond, Block, Option<Block>),
    /// `match n(1) { 0 => …, 1 => …, _ => … }`
    Number(Vec<Block>),
    Match(Box<Expr>, Vec<Arm>),
    /// `if let pat = value && link { … } else { … }`
    IfLet(Pat, Box<Expr>, Option<Link>, Block, Option<Block>),
    Loop(Option<Label>, Block),
    While(Option<Label>, Cond, Block),
    WhileLet(Option<Label>, Pat, Box<Expr>, Block),
    /// `for _ in 0..n(1) { … }`
    Count(Option<Label>, Block),
    For(Option<Label>, Pat, Box<Expr>, Block),
}

impl Block {
    /// Calls with every name that is assigned to in it, or replaced, however deep.
    pub(crate) fn each_assigned<'p>(&'p self, call: &mut impl FnMut(&'p Name)) {
        for stmt in &self.stmts {
            if let Stmt::Assign(name, _) = stmt {
                call(name);
            }
            if let Stmt::Let(_, _, Some(otherwise)) = stmt {
                otherwise.each_assigned(call);
            }
            stmt.value().into_iter().for_each(|value| value.each_assigned(call));
        }
        self.value.iter().for_each(|value| value.each_assigned(call));
    }

    /// The names from outside that a closure of this body captures.
    pub(crate) fn captures(&self) -> BTreeSet<&str> {
        let mut finder = Captures::default();
        finder.block(self);
        finder.found
    }

    /// Whether a closure of this body captures by value even without `move`.
    pub(crate) fn moves_all(&self) -> bool {
        let mut finder = Captures::default();
        finder.block(self);
        finder.found == finder.moved
    }
}

impl Stmt {
    pub(crate) fn value(&self) -> Option<&Expr> {
        match self {
            Stmt::Declare(_) => None,
            Stmt::Let(_, value, _)
            | Stmt::Assign(_, value)
            | Stmt::Ignore(value)
            | Stmt::Do(value) => Some(value),
        }
    }

    /// The same with another value.
    pub(crate) fn with_value(&self, value: Expr) -> Stmt {
        match self {
            Stmt::Declare(name) => Stmt::Declare(name.clone()),
            Stmt::Let(pat, _, otherwise) => Stmt::Let(pat.clone(), value, otherwise.clone()),
            Stmt::Assign(name, _) => Stmt::Assign(name.clone(), value),
            Stmt::Ignore(_) => Stmt::Ignore(value),
            Stmt::Do(_) => Stmt::Do(value),
        }
    }
}

#[derive(Default)]
struct Captures<'p> {
    bound: Vec<&'p str>,
    found: BTreeSet<&'p str>,
    /// Those that are surely moved as they are.
    moved: BTreeSet<&'p str>,
}

impl<'p> Captures<'p> {
    fn name(&mut self, name: &'p str) {
        if !self.bound.contains(&name) {
            self.found.insert(name);
        }
    }

    fn bind(&mut self, pat: &'p Pat) {
        match pat {
            Pat::Wild | Pat::None | Pat::Err => {}
            Pat::Bind(name) => self.bound.push(name),
            Pat::Pair(pats) => pats.iter().for_each(|pat| self.bind(pat)),
            Pat::Some(pat) | Pat::Ok(pat) => self.bind(pat),
        }
    }

    fn scope(&mut self, visit: impl FnOnce(&mut Self)) {
        let outside = self.bound.len();
        visit(self);
        self.bound.truncate(outside);
    }

    fn block(&mut self, block: &'p Block) {
        self.scope(|finder| {
            block.stmts.iter().for_each(|stmt| finder.stmt(stmt));
            block.value.iter().for_each(|value| finder.expr(value));
        });
    }

    fn stmt(&mut self, stmt: &'p Stmt) {
        match stmt {
            // A place that is only matched with `_` is not captured.
            Stmt::Let(Pat::Wild, Expr::Var(_), _) | Stmt::Ignore(Expr::Var(_)) => {}
            Stmt::Declare(name) => self.bound.push(name),
            Stmt::Let(pat, value, otherwise) => {
                match pat {
                    Pat::Bind(_) => self.expr(value),
                    _ => self.scrutinee(value),
                }
                otherwise.iter().for_each(|block| self.block(block));
                self.bind(pat);
            }
            Stmt::Assign(name, value) => {
                self.expr(value);
                self.name(name);
            }
            Stmt::Ignore(value) | Stmt::Do(value) => self.expr(value),
        }
    }

    fn cond(&mut self, cond: &'p Cond) {
        match cond {
            Cond::Opaque => {}
            Cond::Done(name) | Cond::IsSome(name) | Cond::IsNone(name) | Cond::IsEmpty(name) => {
                self.name(name);
            }
            Cond::Not(cond) => self.cond(cond),
            Cond::And(conds) | Cond::Or(conds) => conds.iter().for_each(|cond| self.cond(cond)),
        }
    }

    /// What patterns are held against is not always moved.
    fn scrutinee(&mut self, expr: &'p Expr) {
        match expr {
            Expr::Var(name) => self.name(name),
            _ => self.expr(expr),
        }
    }

    fn expr(&mut self, expr: &'p Expr) {
        match expr {
            Expr::Var(name) => {
                self.name(name);
                if !self.bound.contains(&name.as_str()) {
                    self.moved.insert(name);
                }
            }
            Expr::If(cond, then, otherwise) => {
                self.cond(cond);
                self.block(then);
                otherwise.iter().for_each(|block| self.block(block));
            }
            Expr::Match(value, arms) => {
                self.scrutinee(value);
                for Arm { pat, guard, body } in arms {
                    guard.iter().for_each(|guard| self.cond(guard));
                    self.binding(pat, body);
                }
            }
            Expr::IfLet(pat, value, link, then, otherwise) => {
                self.scrutinee(value);
                self.scope(|finder| {
                    finder.bind(pat);
                    finder.link(link.as_ref());
                    finder.block(then);
                });
                otherwise.iter().for_each(|block| self.block(block));
            }
            Expr::While(_, cond, body) => {
                self.cond(cond);
                self.block(body);
            }
            Expr::WhileLet(_, pat, value, body) => {
                self.scrutinee(value);
                self.binding(pat, body);
            }
            Expr::For(_, pat, value, body) => {
                self.expr(value);
                self.binding(pat, body);
            }
            _ => {
                expr.name().into_iter().for_each(|name| self.name(name));
                expr.parts().for_each(|part| self.expr(part));
                expr.blocks().into_iter().for_each(|block| self.block(block));
            }
        }
    }

    fn link(&mut self, link: Option<&'p Link>) {
        match link {
            Some(Link::Cond(cond)) => self.cond(cond),
            Some(Link::Let(pat, value)) => {
                self.scrutinee(value);
                self.bind(pat);
            }
            None => {}
        }
    }

    fn binding(&mut self, pat: &'p Pat, body: &'p Block) {
        self.scope(|finder| {
            finder.bind(pat);
            finder.block(body);
        });
    }
}

impl Expr {
    fn each_assigned<'p>(&'p self, call: &mut impl FnMut(&'p Name)) {
        if let Expr::Replace(name, _) = self {
            call(name);
        }
        self.parts().for_each(|part| part.each_assigned(call));
        self.blocks().into_iter().for_each(|block| block.each_assigned(call));
    }

    /// The name that this expression itself mentions.
    pub(crate) fn name(&self) -> Option<&Name> {
        match self {
            Expr::Var(name)
            | Expr::Field(name, _)
            | Expr::Take(name)
            | Expr::Pop(name)
            | Expr::MemTake(name)
            | Expr::Drain(name)
            | Expr::Call(name)
            | Expr::Look(name)
            | Expr::Replace(name, _)
            | Expr::Push(name, _) => Some(name),
            _ => None,
        }
    }

    /// The expressions right inside of it.
    fn parts(&self) -> impl Iterator<Item = &Expr> {
        let (one, many): (Option<&Expr>, &[Expr]) = match self {
            Expr::Pass(value)
            | Expr::Unwrap(value)
            | Expr::Some(value)
            | Expr::Await(value)
            | Expr::Defer(value)
            | Expr::GetResult(value)
            | Expr::JoinAll(value)
            | Expr::Force { lazy: value, .. }
            | Expr::Try(value)
            | Expr::Ok(value)
            | Expr::IntoIter(value)
            | Expr::Spawn(value)
            | Expr::Drop(value)
            | Expr::Replace(_, value)
            | Expr::Push(_, value)
            | Expr::Return(Some(value))
            | Expr::Break(_, Some(value))
            | Expr::Match(value, _)
            | Expr::IfLet(_, value, ..)
            | Expr::WhileLet(_, _, value, _)
            | Expr::For(_, _, value, _) => (Some(value), &[]),
            Expr::Pair(values) | Expr::Join(values) => (None, &values[..]),
            Expr::VecOf(values) | Expr::Sink(values, _) => (None, values),
            _ => (None, &[]),
        };
        let link = match self {
            Expr::IfLet(_, _, Some(Link::Let(_, value)), ..) => Some(&**value),
            _ => None,
        };
        one.into_iter().chain(link).chain(many)
    }

    /// The blocks right inside of it.
    pub(crate) fn blocks(&self) -> Vec<&Block> {
        match self {
            Expr::Closure(body)
            | Expr::Lazy { body, .. }
            | Expr::Block(_, body)
            | Expr::Loop(_, body)
            | Expr::Count(_, body)
            | Expr::While(_, _, body)
            | Expr::WhileLet(_, _, _, body)
            | Expr::For(_, _, _, body) => vec![body],
            Expr::If(_, then, otherwise) | Expr::IfLet(_, _, _, then, otherwise) => {
                [then].into_iter().chain(otherwise).collect()
            }
            Expr::Number(bodies) => bodies.iter().collect(),
            Expr::Match(_, arms) => arms.iter().map(|arm| &arm.body).collect(),
            _ => Vec::new(),
        }
    }
}

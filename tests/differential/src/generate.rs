//! Bodies by number: the same number gives the same body, on every machine.
//!
//! A generator that drew statements blindly would lose a future in nearly every body. This one
//! keeps account of what is owed, and settles it where a path ends: in each body as carefully as a
//! dice says. What rustc would refuse is left to the interpreter, which sees it.

use crate::program::{Block, Expr, Kind, Label, Name, Pat, Program, Stmt};

mod flow;
mod stmts;
mod values;

pub(crate) fn generate(number: u64) -> Program {
    let mut dice = Dice(number);
    let carelessness = [0, 0, 5, 15, 40][dice.below(5)];
    let fuel = dice.between(2, 12);
    let returns_future = dice.percent(15);
    let mut generator = Generator {
        dice,
        carelessness,
        fuel,
        returns_future,
        place: Where::Function,
        vars: Vec::new(),
        floor: 0,
        targets: Vec::new(),
        names: 0,
        labels: 0,
        is_dead: false,
    };
    let params = generator.params();
    let mut body = generator.body(returns_future.then_some(Kind::Future));
    if !generator.is_dead {
        generator.settle_down_to(0, &mut body.stmts);
    }
    Program { params, returns_future, body }
}

/// A generator of numbers that is good enough, and the same everywhere: splitmix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).expect("31 bits") % limit
    }

    fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most - least + 1)
    }

    fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    /// One of them, by weight.
    fn pick<T: Copy>(&mut self, choices: &[(usize, T)]) -> T {
        let total: usize = choices.iter().map(|(weight, _)| weight).sum();
        let mut left = self.below(total);
        for &(weight, choice) in choices {
            if left < weight {
                return choice;
            }
            left -= weight;
        }
        unreachable!("the number is below the sum of all weights")
    }
}

/// What a statement stands in, which decides what may leave it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Function,
    Closure,
    Lazy { fallible: bool },
}

struct Var {
    name: Name,
    kind: Kind,
    /// Surely there, and owed as far as the generator knows.
    is_live: bool,
    /// Made outside of a loop that we are in: once around, it would be gone.
    is_frozen: bool,
}

/// What `break` and `continue` may mean.
struct Target {
    label: Option<Label>,
    is_loop: bool,
    /// What a `break` carries.
    value: Option<Kind>,
    /// The variables from here on end with it.
    base: usize,
    /// What is live behind each `break`.
    exits: Vec<Vec<bool>>,
}

struct Generator {
    dice: Dice,
    /// In percent: how often something that is owed is forgotten.
    carelessness: usize,
    /// How many statements may still be made.
    fuel: usize,
    returns_future: bool,
    place: Where,
    vars: Vec<Var>,
    /// Variables below belong to another body.
    floor: usize,
    targets: Vec<Target>,
    names: usize,
    labels: Label,
    /// What is made now would never be reached.
    is_dead: bool,
}

impl Generator {
    fn params(&mut self) -> Vec<(Name, Kind)> {
        let count = self.dice.pick(&[(6, 0), (3, 1), (1, 2)]);
        let kinds = [
            (3, Kind::Future),
            (2, Kind::Maybe),
            (1, Kind::Outcome),
            (2, Kind::Many),
            (1, Kind::Pair),
        ];
        (0..count)
            .map(|_| {
                let kind = self.dice.pick(&kinds);
                (self.declare(kind), kind)
            })
            .collect()
    }

    fn is_careless(&mut self) -> bool {
        self.dice.percent(self.carelessness)
    }

    /// Makes a variable with a new name.
    fn declare(&mut self, kind: Kind) -> Name {
        let letter = match kind {
            Kind::Future => 'f',
            Kind::Maybe => 'o',
            Kind::Outcome => 'r',
            Kind::Many => 'v',
            Kind::Pair => 'p',
            Kind::Closure => 'g',
            Kind::Lazy { .. } => 'b',
        };
        let name = format!("{letter}{}", self.names);
        self.names += 1;
        self.declare_as(name, kind)
    }

    fn declare_as(&mut self, name: Name, kind: Kind) -> Name {
        self.vars.push(Var { name: name.clone(), kind, is_live: true, is_frozen: false });
        name
    }

    /// The name of a variable to be shadowed, if there is one of this kind.
    fn shadowed(&mut self, kind: Kind) -> Option<Name> {
        let is_fit = |var: &&Var| var.kind == kind;
        let names: Vec<_> = self.vars[self.floor..].iter().filter(is_fit).collect();
        (!names.is_empty()).then(|| names[self.dice.below(names.len())].name.clone())
    }

    /// Whether no later variable has the same name.
    fn is_visible(&self, index: usize) -> bool {
        let name = &self.vars[index].name;
        self.vars[index + 1..].iter().all(|var| var.name != *name)
    }

    /// Variables that can be used, and moved too if that is asked for.
    fn usable(&mut self, kind: Option<Kind>, to_move: bool) -> Vec<usize> {
        let may_thaw = self.dice.percent(10);
        let is_fit = |&index: &usize| {
            let var = &self.vars[index];
            let is_free = !to_move || !var.is_frozen || may_thaw;
            var.is_live
                && is_free
                && kind.is_none_or(|kind| var.kind == kind)
                && self.is_visible(index)
        };
        (self.floor..self.vars.len()).filter(is_fit).collect()
    }

    fn any_usable(&mut self, kind: Option<Kind>, to_move: bool) -> Option<usize> {
        let usable = self.usable(kind, to_move);
        (!usable.is_empty()).then(|| usable[self.dice.below(usable.len())])
    }

    /// A live variable's name; it is still live afterwards.
    fn borrow(&mut self, kind: Kind) -> Option<Name> {
        self.any_usable(Some(kind), false).map(|index| self.vars[index].name.clone())
    }

    /// A live variable's name; it is moved.
    fn spend(&mut self, kind: Kind) -> Option<Name> {
        self.any_usable(Some(kind), true).map(|index| self.spend_at(index))
    }

    fn spend_at(&mut self, index: usize) -> Name {
        self.vars[index].is_live = false;
        self.vars[index].name.clone()
    }

    fn is_anything_live(&self) -> bool {
        self.vars[self.floor..].iter().any(|var| var.is_live)
    }

    fn lives(&self) -> Vec<bool> {
        self.vars.iter().map(|var| var.is_live).collect()
    }

    fn revive(&mut self, lives: &[bool]) {
        self.vars.iter_mut().zip(lives).for_each(|(var, is_live)| var.is_live = *is_live);
    }

    /// Settles each variable from this mark on that is still owed, the newest first.
    fn settle_down_to(&mut self, mark: usize, stmts: &mut Vec<Stmt>) {
        for index in (mark.max(self.floor)..self.vars.len()).rev() {
            if self.vars[index].is_live && self.is_visible(index) && !self.is_careless() {
                self.settle(index, stmts);
            }
        }
    }

    /// A block of its own scope, with a value of this kind.
    fn block(&mut self, want: Option<Kind>) -> Block {
        let mark = self.vars.len();
        let mut block = self.body(want);
        if !self.is_dead {
            self.settle_down_to(mark, &mut block.stmts);
        }
        self.vars.truncate(mark);
        block
    }

    fn body(&mut self, want: Option<Kind>) -> Block {
        let mut stmts = Vec::new();
        let is_outermost = self.targets.is_empty() && self.place == Where::Function;
        let count = if is_outermost { self.fuel } else { self.dice.between(0, 3) };
        for _ in 0..count {
            if self.is_dead || self.fuel == 0 {
                break;
            }
            self.fuel -= 1;
            self.stmt(&mut stmts);
        }
        let value = match want {
            Some(kind) if !self.is_dead => Some(Box::new(self.value(kind))),
            _ => None,
        };
        Block { stmts, value }
    }

    fn label(&mut self) -> Option<Label> {
        let is_labelled = self.dice.percent(30) && self.labels < 26;
        is_labelled.then(|| {
            self.labels += 1;
            self.labels - 1
        })
    }

    /// Whether `?` may stand here.
    fn may_fail(&self) -> bool {
        matches!(self.place, Where::Function | Where::Lazy { fallible: true })
    }

    fn may_await(&self) -> bool {
        self.place != Where::Closure
    }
}

/// `Some(pat)` or `Ok(pat)`
fn full(kind: Kind, pat: Pat) -> Pat {
    if kind == Kind::Outcome { Pat::Ok(Box::new(pat)) } else { Pat::Some(Box::new(pat)) }
}

/// `None` or `Err(_)`
fn empty(kind: Kind) -> Pat {
    if kind == Kind::Outcome { Pat::Err } else { Pat::None }
}

/// `let pat = value;`
fn let_(pat: Pat, value: Expr) -> Stmt {
    Stmt::Let(pat, value, None)
}

fn var(name: Name) -> Box<Expr> {
    Box::new(Expr::Var(name))
}

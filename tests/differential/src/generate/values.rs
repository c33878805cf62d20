//! Expressions that have a value.

use super::{Generator, Target, empty, full, var};
use crate::program::{Arm, Block, Expr, Kind, Pat, Stmt};

#[derive(Clone, Copy)]
enum Shape {
    Start,
    TryStart,
    Pass,
    Unwrap,
    Try,
    Replace,
    Field,
    Fill,
    Opaque,
    Empty,
    Take,
    Pop,
    MemTake,
    Block,
    Labelled,
    If,
    Number,
    Match,
    Loop,
}

impl Generator {
    /// A value of this kind, of a variable or made anew.
    pub(super) fn value(&mut self, kind: Kind) -> Expr {
        self.value_or_empty(kind, false)
    }

    /// The same, or `None` or `Vec::new()`, where rustc knows what would be in it.
    pub(super) fn value_or_empty(&mut self, kind: Kind, may_be_empty: bool) -> Expr {
        if self.dice.percent(45)
            && let Some(name) = self.spend(kind)
        {
            return Expr::Var(name);
        }
        self.new_value(kind, may_be_empty)
    }

    pub(super) fn new_value(&mut self, kind: Kind, may_be_empty: bool) -> Expr {
        let simple = self.fuel < 2;
        let nested = usize::from(!simple);
        let control = [
            (2 * nested, Shape::Block),
            (nested, Shape::Labelled),
            (2 * nested, Shape::If),
            (nested, Shape::Number),
            (nested, Shape::Match),
            (nested, Shape::Loop),
        ];
        let empty = if may_be_empty { 8 } else { 0 };
        let may_try = self.may_try();
        let own: &[(usize, Shape)] = match kind {
            Kind::Future => &[
                (20, Shape::Start),
                (if may_try { 4 } else { 0 }, Shape::TryStart),
                (2 * nested, Shape::Pass),
                (nested, Shape::Unwrap),
                (if may_try { 3 } else { 0 }, Shape::Try),
                (1, Shape::Replace),
                (3, Shape::Field),
            ],
            Kind::Outcome => &[(empty, Shape::Empty), (12, Shape::Opaque)],
            Kind::Maybe => &[
                (12, Shape::Fill),
                (8, Shape::Opaque),
                (empty, Shape::Empty),
                (3, Shape::Take),
                (3, Shape::Pop),
                (1, Shape::MemTake),
            ],
            Kind::Many => {
                &[(8, Shape::Fill), (10, Shape::Opaque), (empty, Shape::Empty), (2, Shape::MemTake)]
            }
            Kind::Pair => &[(20, Shape::Fill)],
            Kind::Closure | Kind::Lazy { .. } => unreachable!("bodies are made elsewhere"),
        };
        let choices: Vec<_> = own.iter().chain(&control).copied().collect();
        let shape = self.dice.pick(&choices);
        let lives = self.lives();
        let exits: Vec<_> = self.targets.iter().map(|target| target.exits.len()).collect();
        let value = self.shaped(shape, kind);
        if !self.is_dead {
            return value;
        }
        // It leaves on all of its ways, and has no type: another one, then.
        self.is_dead = false;
        self.revive(&lives);
        for (target, count) in self.targets.iter_mut().zip(exits) {
            target.exits.truncate(count);
        }
        match kind {
            Kind::Maybe => Expr::MaybeCall,
            Kind::Outcome => Expr::TryCall,
            Kind::Many => Expr::ManyCall,
            Kind::Pair => Expr::Pair(Box::new([Expr::Start, Expr::Start])),
            _ => Expr::Start,
        }
    }

    fn shaped(&mut self, shape: Shape, kind: Kind) -> Expr {
        match shape {
            Shape::Start => Expr::Start,
            Shape::TryStart => Expr::TryStart,
            Shape::Empty if kind == Kind::Maybe => Expr::None,
            // No less vague than `None`.
            Shape::Empty if kind == Kind::Outcome => Expr::Ok(Box::new(self.value(Kind::Future))),
            Shape::Empty => Expr::NewVec,
            Shape::Opaque if kind == Kind::Maybe => Expr::MaybeCall,
            Shape::Opaque if kind == Kind::Outcome => Expr::TryCall,
            Shape::Opaque => Expr::ManyCall,
            Shape::Pass => {
                self.fuel -= 1;
                Expr::Pass(Box::new(self.value(Kind::Future)))
            }
            Shape::Unwrap => {
                self.fuel -= 1;
                Expr::Unwrap(Box::new(self.value(Kind::Maybe)))
            }
            Shape::Try => match self.spend(Kind::Outcome) {
                Some(name) => Expr::Try(var(name)),
                None => Expr::TryStart,
            },
            Shape::Replace => match self.borrow(Kind::Future) {
                Some(name) => Expr::Replace(name, Box::new(self.plain_future(true))),
                None => Expr::Start,
            },
            Shape::Field => self.field(),
            Shape::Fill => self.fill(kind),
            Shape::Take => match self.borrow(Kind::Maybe) {
                Some(name) => Expr::Take(name),
                None => Expr::MaybeCall,
            },
            Shape::Pop => match self.borrow(Kind::Many) {
                Some(name) => Expr::Pop(name),
                None => Expr::MaybeCall,
            },
            Shape::MemTake => match self.borrow(kind) {
                Some(name) => Expr::MemTake(name),
                None => self.fill(kind),
            },
            Shape::Block => Expr::Block(None, self.block(Some(kind))),
            Shape::Labelled => self.labelled(kind),
            Shape::If => {
                let cond = self.cond();
                let mut blocks = self.branches(2, |generator, _| generator.block(Some(kind)));
                let otherwise = blocks.pop();
                Expr::If(cond, blocks.remove(0), otherwise)
            }
            Shape::Number => {
                let count = self.dice.between(2, 3);
                Expr::Number(self.branches(count, |generator, _| generator.block(Some(kind))))
            }
            Shape::Match => self.match_(Some(kind)),
            Shape::Loop => self.loop_with(kind),
        }
    }

    /// One future out of a pair; the other one is moved to a variable of its own by a block around.
    fn field(&mut self) -> Expr {
        let Some(pair) = self.spend(Kind::Pair) else { return Expr::Start };
        let index = self.dice.below(2);
        let rest = Expr::Field(pair.clone(), 1 - index);
        let mut stmts = Vec::new();
        if !self.is_careless() {
            stmts.push(self.settled(rest));
        }
        Expr::Block(None, Block { stmts, value: Some(Box::new(Expr::Field(pair, index))) })
    }

    /// What is made of futures.
    fn fill(&mut self, kind: Kind) -> Expr {
        match kind {
            Kind::Maybe => Expr::Some(Box::new(self.value(Kind::Future))),
            Kind::Many => {
                let count = self.dice.between(1, 2);
                let mut futures = Vec::new();
                for _ in 0..count {
                    // A question about a value without a name cannot be put into a macro's tokens.
                    let may_leave = futures.iter().all(|future| matches!(future, Expr::Var(_)));
                    futures.push(self.plain_future(may_leave));
                }
                Expr::VecOf(futures)
            }
            Kind::Pair => {
                Expr::Pair(Box::new([self.value(Kind::Future), self.value(Kind::Future)]))
            }
            _ => Expr::Start,
        }
    }

    /// One without statements in it, which may leave by `?`.
    fn plain_future(&mut self, may_leave: bool) -> Expr {
        if self.dice.percent(50)
            && let Some(name) = self.spend(Kind::Future)
        {
            return Expr::Var(name);
        }
        if may_leave && self.may_try() && self.dice.percent(20) {
            Expr::TryStart
        } else {
            Expr::Start
        }
    }

    /// Whether a `?` loses nothing, or that does not matter.
    fn may_try(&mut self) -> bool {
        self.may_fail() && (!self.is_anything_live() || self.is_careless())
    }

    /// `'a: { … break 'a value; … value }`
    fn labelled(&mut self, kind: Kind) -> Expr {
        let label = Some(self.labels.min(25));
        self.labels += 1;
        let base = self.vars.len();
        let target = Target { label, is_loop: false, value: Some(kind), base, exits: Vec::new() };
        self.targets.push(target);
        let block = self.block(Some(kind));
        self.end_of_target(true);
        Expr::Block(label, block)
    }

    /// `loop { … break value; }`
    fn loop_with(&mut self, kind: Kind) -> Expr {
        let (label, body) = self.looped(Some(kind), false, |generator| generator.block(None));
        Expr::Loop(label, body)
    }

    /// A `match` of an option or a result.
    pub(super) fn match_(&mut self, want: Option<Kind>) -> Expr {
        let kind = self.dice.pick(&[(3, Kind::Maybe), (1, Kind::Outcome)]);
        let scrutinee = Box::new(self.value(kind));
        Expr::Match(scrutinee, self.arms(kind, want))
    }

    /// Arms for all that it can be.
    fn arms(&mut self, kind: Kind, want: Option<Kind>) -> Vec<Arm> {
        let guard = self.dice.percent(20).then(|| self.cond());
        let is_guarded = guard.is_some();
        let count = if is_guarded { 3 } else { 2 };
        let swallows = self.is_careless();
        let catches_all = self.dice.percent(30);
        let mut made = Vec::new();
        let blocks = self.branches(count, |generator, index| {
            let mark = generator.vars.len();
            let pat = if index + 1 == count {
                if catches_all { Pat::Wild } else { empty(kind) }
            } else if index == 0 && !swallows {
                full(kind, Pat::Bind(generator.declare(Kind::Future)))
            } else {
                full(kind, Pat::Wild)
            };
            made.push(pat);
            let mut block = generator.block(want);
            if !generator.is_dead {
                generator.settle_down_to(mark, &mut block.stmts);
            }
            generator.vars.truncate(mark);
            block
        });
        let mut guard = guard;
        made.into_iter()
            .zip(blocks)
            .map(|(pat, body)| Arm { pat, guard: guard.take(), body })
            .collect()
    }

    /// A statement that settles a future.
    pub(super) fn settled(&mut self, future: Expr) -> Stmt {
        let future = Box::new(future);
        let await_ = if self.may_await() { 10 } else { 0 };
        let how: fn(Box<Expr>) -> Expr = self.dice.pick(&[
            (await_, Expr::Await as fn(Box<Expr>) -> Expr),
            (2, Expr::Defer),
            (1, Expr::GetResult),
            (1, |future| Expr::Sink(vec![*future], false)),
        ]);
        Stmt::Do(how(future))
    }

    pub(super) fn var_of(&mut self, kind: Kind) -> Option<Box<Expr>> {
        self.spend(kind).map(var)
    }
}

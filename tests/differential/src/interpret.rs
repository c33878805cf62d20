//! What really happens to each future: a body is run on every path, as Rust would run it.
//!
//! A path is one answer to every question that nobody can answer (`c(1)`, `n(2)`, `maybe(3)` …). A
//! value is moved as it is in Rust, so that a future that is lost is lost in exactly one place: at
//! the end of a binding's scope, under an assignment, or with a temporary.

use std::collections::{BTreeSet, HashSet};

use crate::program::{Expr, Name, Pat, Program, Stmt};

mod exprs;
mod flow;
mod values;

use values::{Slot, Value};

/// Which paths are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Those of the program.
    Exact,
    /// Those of a reader who does not count: an option that is looked at may be empty or not, a
    /// vector that something was put in may hold more, and every closure is called. A finding that
    /// is wrong even so is a false alarm.
    Generous,
}

/// Where a future was lost.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Binding(String),
    /// A temporary of this statement.
    Statement(*const Stmt),
}

/// One loss, and all places that may be blamed for it.
pub(crate) type Loss = BTreeSet<Place>;

/// One way through a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// What each question was answered with, in the order in which they were asked.
    pub answers: Vec<u8>,
    /// How many futures were lost.
    pub lost: usize,
    /// Whether it was left where a loop goes on and on.
    pub is_cut: bool,
}

/// All paths of one program.
#[derive(Debug, Default)]
pub(crate) struct Account {
    pub(crate) losses: BTreeSet<Loss>,
    pub(crate) paths: Vec<Path>,
    pub(crate) visited: HashSet<*const Stmt>,
    /// A loop without a question: it would run forever.
    is_endless: bool,
}

const PATHS_MAX: usize = 300;
const ANSWERS_MAX: usize = 24;
/// How often a loop is gone through. Twice shows all that can happen: a loss needs one way into the
/// state before it, and one out of it.
const TURNS_MAX: usize = 2;
/// The same for a loop over what a vector really holds.
const ITEMS_MAX: usize = 6;

/// Runs a program on all of its paths. `None` if rustc would refuse it, if one of them has no end,
/// or if there are too many.
pub(crate) fn interpret(program: &Program, mode: Mode) -> Option<Account> {
    let mut account = Account::default();
    let mut script = Vec::new();
    loop {
        let mut machine = Machine::new(mode, &mut account, script);
        let end = machine.program(program);
        let Machine { at, lost, is_cut, script: mut taken, .. } = machine;
        let is_invalid = matches!(end, Err(Exit::Invalid(_)));
        taken.truncate(at);
        let answers = taken.iter().map(|answer| answer.taken).collect();
        account.paths.push(Path { answers, lost, is_cut });
        let is_endless = account.is_endless && mode == Mode::Exact;
        if is_invalid || is_endless || PATHS_MAX < account.paths.len() {
            return None;
        }
        match next(taken) {
            Some(next) => script = next,
            None => return Some(account),
        }
    }
}

/// The answers that lead to the next path, depth first.
fn next(mut script: Vec<Answer>) -> Option<Vec<Answer>> {
    while let Some(last) = script.last_mut() {
        last.taken += 1;
        if last.taken < last.of {
            return Some(script);
        }
        script.pop();
    }
    None
}

#[derive(Clone, Copy)]
struct Answer {
    taken: u8,
    of: u8,
}

/// Why an expression has no value.
enum Exit<'p> {
    Break(Option<u8>, Value<'p>),
    Continue(Option<u8>),
    /// `return`, or `?`.
    Return {
        failed: bool,
    },
    /// A panic, or a loop that was gone through often enough: what is left is not dropped.
    Abandoned,
    /// rustc would refuse the program.
    Invalid(String),
}

type Run<'p, T = Value<'p>> = Result<T, Exit<'p>>;

struct Machine<'p, 'a> {
    mode: Mode,
    account: &'a mut Account,
    script: Vec<Answer>,
    at: usize,
    lost: usize,
    is_cut: bool,
    slots: Vec<Slot<'p>>,
    /// What lives to the end of the statement at hand.
    temporaries: Vec<Value<'p>>,
    /// What the expression at hand has moved so far, and holds. To assign to it in the same breath
    /// is more than the analysis follows, and more than anybody reads.
    held: Vec<&'p str>,
    /// Slots below belong to another body.
    floor: usize,
    stmt: *const Stmt,
}

impl<'p, 'a> Machine<'p, 'a> {
    fn new(mode: Mode, account: &'a mut Account, script: Vec<Answer>) -> Machine<'p, 'a> {
        let slots = Vec::new();
        let (temporaries, held, stmt) = (Vec::new(), Vec::new(), std::ptr::null());
        let (at, lost, is_cut, floor) = (0, 0, false, 0);
        Machine { mode, account, script, at, lost, is_cut, slots, temporaries, held, floor, stmt }
    }

    fn is_generous(&self) -> bool {
        self.mode == Mode::Generous
    }

    /// Takes the next answer out of so many.
    fn choose(&mut self, of: u8) -> Run<'p, u8> {
        if self.at == self.script.len() {
            if self.at == ANSWERS_MAX {
                return self.cut();
            }
            self.script.push(Answer { taken: 0, of });
        }
        self.at += 1;
        Ok(self.script[self.at - 1].taken)
    }

    fn cut<T>(&mut self) -> Run<'p, T> {
        self.is_cut = true;
        Err(Exit::Abandoned)
    }

    fn choose_bool(&mut self) -> Run<'p, bool> {
        Ok(self.choose(2)? == 1)
    }

    fn program(&mut self, program: &'p Program) -> Run<'p, ()> {
        let params = program.params.iter();
        let params: Vec<(&Name, Value<'p>)> =
            params.map(|(name, kind)| Ok((name, self.unknown(*kind)?))).collect::<Run<'p, _>>()?;
        for (name, value) in params {
            self.declare(name, value);
        }
        let end = self.block(&program.body);
        let end = self.close(0, end);
        match end {
            Ok(_) | Err(Exit::Return { .. } | Exit::Abandoned) => Ok(()),
            Err(Exit::Break(..) | Exit::Continue(_)) => invalid("a jump to nowhere"),
            Err(invalid) => Err(invalid),
        }
    }

    fn declare(&mut self, name: &'p str, value: Value<'p>) {
        self.slots.push(Slot { name, value, is_borrowed: false });
    }

    fn slot(&mut self, name: &str) -> Run<'p, &mut Slot<'p>> {
        let visible = &mut self.slots[self.floor..];
        match visible.iter_mut().rev().find(|slot| slot.name == name) {
            Some(slot) if slot.is_borrowed => invalid(&format!("{name} is borrowed")),
            Some(slot) => Ok(slot),
            None => invalid(&format!("{name} does not exist")),
        }
    }

    /// The slot of a name that holds all of its value.
    fn whole(&mut self, name: &str) -> Run<'p, &mut Slot<'p>> {
        let slot = self.slot(name)?;
        if slot.value.has_hole() { invalid(&format!("{name} was moved")) } else { Ok(slot) }
    }

    /// Ends the scopes down to this mark: what is still there is dropped, the newest first.
    fn close<T>(&mut self, mark: usize, end: Run<'p, T>) -> Run<'p, T> {
        if let Err(Exit::Abandoned | Exit::Invalid(_)) = end {
            self.slots.truncate(mark);
            return end;
        }
        while mark < self.slots.len() {
            let slot = self.slots.pop().expect("it was counted");
            self.lose_from(slot.name, slot.value);
        }
        end
    }

    /// What a binding held is dropped.
    fn lose_from(&mut self, name: &str, value: Value<'p>) {
        self.lose(value, |_| BTreeSet::from([Place::Binding(name.to_owned())]));
    }

    /// A temporary is dropped: the statement is to blame, or the binding it was moved out of.
    fn lose_temporary(&mut self, value: Value<'p>) {
        let stmt = Place::Statement(self.stmt);
        self.lose(value, |from| {
            let from = from.map(|name| Place::Binding(name.to_owned()));
            from.into_iter().chain([stmt.clone()]).collect()
        });
    }

    fn lose(&mut self, value: Value<'p>, blame: impl Fn(Option<&str>) -> Loss) {
        value.each_future(&mut |origin| {
            self.lost += 1;
            let mut loss = blame(origin.from);
            // What a closure held may be blamed on the name that it was captured by.
            loss.extend(origin.captured.map(|name| Place::Binding(name.to_owned())));
            loss.extend(origin.passed_over.map(Place::Statement));
            if !self.account.losses.contains(&loss) {
                self.account.losses.insert(loss);
            }
        });
    }

    /// Moves the parts that a pattern binds out of a value, if it fits.
    fn bind(&mut self, pat: &'p Pat, value: &mut Value<'p>, from: Option<&'p str>) -> Run<'p, ()> {
        match (pat, value) {
            (Pat::Wild | Pat::None | Pat::Err, value) => {
                value.set_passed_over(self.stmt);
                Ok(())
            }
            (Pat::Bind(_), value) if value.has_hole() => invalid("a moved value is bound"),
            (Pat::Bind(name), value) => {
                let mut value = value.take();
                if let Some(from) = from {
                    if self.is_generous() {
                        value.fill();
                    }
                    value.set_from(from);
                }
                self.declare(name, value);
                Ok(())
            }
            (Pat::Pair(pats), Value::Pair(values)) => {
                self.bind(&pats[0], &mut values[0], from)?;
                self.bind(&pats[1], &mut values[1], from)
            }
            (Pat::Some(pat) | Pat::Ok(pat), Value::Maybe(Some(value))) => {
                self.bind(pat, value, from)
            }
            _ => invalid("a pattern of another type"),
        }
    }

    /// Whether a value that is looked at anew could as well be the other one.
    fn reconsider(&mut self, scrutinee: &Expr, value: &mut Value<'p>) -> Run<'p, ()> {
        let is_fresh =
            matches!(scrutinee, Expr::Pop(_) | Expr::Take(_) | Expr::MaybeCall | Expr::TryCall);
        if !self.is_generous() || is_fresh || !matches!(value, Value::Maybe(_)) {
            return Ok(());
        }
        if value.has_hole() {
            return invalid("a moved value is looked at");
        }
        *value = match (self.choose_bool()?, value.take()) {
            (false, _) => Value::Maybe(None),
            (true, Value::Maybe(None)) => Value::Maybe(Some(Box::new(Value::future()))),
            (true, value) => value,
        };
        Ok(())
    }
}

fn invalid<'p, T>(why: &str) -> Run<'p, T> {
    Err(Exit::Invalid(why.to_owned()))
}

//! Expressions that are no control flow.

use super::values::Value;
use super::{Exit, Machine, Run, invalid};
use crate::program::{Block, Expr, Kind};

impl<'p> Machine<'p, '_> {
    pub(super) fn expr(&mut self, expr: &'p Expr) -> Run<'p> {
        match expr {
            Expr::Var(name) => self.move_out(name),
            Expr::Field(name, index) => self.field(name, *index),
            Expr::Start => Ok(Value::future()),
            Expr::TryStart => {
                self.question()?;
                Ok(Value::future())
            }
            Expr::Try(value) => self.try_(value),
            Expr::Replace(name, value) => self.replace(name, value),
            Expr::Ok(value) | Expr::Some(value) => {
                Ok(Value::Maybe(Some(Box::new(self.expr(value)?))))
            }
            Expr::MaybeCall | Expr::TryCall => self.unknown(Kind::Maybe),
            Expr::ManyCall => self.unknown(Kind::Many),
            Expr::None => Ok(Value::Maybe(None)),
            Expr::NewVec => Ok(Value::Many(Vec::new())),
            Expr::Pass(value) | Expr::JoinAll(value) | Expr::IntoIter(value) => self.expr(value),
            Expr::VecOf(values) => Ok(Value::Many(self.exprs(values)?)),
            Expr::Pair(values) => {
                let values = self.exprs(&values[..])?;
                let values = values.try_into().unwrap_or_else(|_| unreachable!("a pair is two"));
                Ok(Value::Pair(Box::new(values)))
            }
            Expr::Unwrap(value) => self.unwrap(value),
            Expr::Take(name) => self.take(name),
            Expr::MemTake(name) => self.mem_take(name),
            Expr::Pop(name) => self.pop(name),
            Expr::Closure(body) | Expr::Lazy { body, .. } => self.capture(body),
            Expr::Await(value) | Expr::Defer(value) | Expr::GetResult(value) => {
                self.expr(value)?;
                Ok(Value::Unit)
            }
            Expr::Join(values) => {
                self.exprs(&values[..])?;
                Ok(Value::Unit)
            }
            Expr::Sink(values, question) => self.sink(values, *question),
            Expr::Drop(value) => {
                let value = self.expr(value)?;
                self.lose_temporary(value);
                Ok(Value::Unit)
            }
            Expr::Look(name) => {
                self.whole(name)?;
                Ok(Value::Unit)
            }
            Expr::Push(name, value) => self.push(name, value),
            Expr::Call(name) => {
                let body = self.move_out(name)?;
                self.call(body, false)
            }
            Expr::Force { fallible, lazy } => {
                let body = self.expr(lazy)?;
                self.call(body, *fallible)
            }
            Expr::Spawn(lazy) => {
                let body = self.expr(lazy)?;
                match self.call(body, false) {
                    Err(Exit::Return { .. }) => Ok(Value::Unit),
                    end => end,
                }
            }
            Expr::Question => self.question(),
            Expr::Ensure => match self.choose_bool()? {
                true => Ok(Value::Unit),
                false => Err(Exit::Return { failed: true }),
            },
            _ => self.flow(expr),
        }
    }

    /// Several in order. If one leaves, those before it are dropped.
    fn exprs(&mut self, exprs: &'p [Expr]) -> Run<'p, Vec<Value<'p>>> {
        let mut values = Vec::new();
        let held = self.held.len();
        for expr in exprs {
            match self.expr(expr) {
                Ok(value) => values.push(value),
                Err(exit) => {
                    self.held.truncate(held);
                    return Err(self.leave(values, exit));
                }
            }
            self.held.extend(expr.name().map(String::as_str));
        }
        self.held.truncate(held);
        Ok(values)
    }

    /// Temporaries are dropped on the way out.
    fn leave(&mut self, temporaries: Vec<Value<'p>>, exit: Exit<'p>) -> Exit<'p> {
        if !matches!(exit, Exit::Abandoned | Exit::Invalid(_)) {
            temporaries.into_iter().for_each(|value| self.lose_temporary(value));
        }
        exit
    }

    fn question(&mut self) -> Run<'p> {
        if self.choose_bool()? { Ok(Value::Unit) } else { Err(Exit::Return { failed: true }) }
    }

    fn field(&mut self, name: &'p str, index: usize) -> Run<'p> {
        match &mut self.slot(name)?.value {
            Value::Pair(values) if !values[index].has_hole() => {
                let mut value = values[index].take();
                value.set_from(name);
                Ok(value)
            }
            _ => invalid("a field that is not there"),
        }
    }

    fn unwrap(&mut self, value: &'p Expr) -> Run<'p> {
        match self.expr(value)? {
            Value::Maybe(Some(inner)) => Ok(*inner),
            Value::Maybe(None) if self.is_generous() => Ok(Value::future()),
            Value::Maybe(None) => Err(Exit::Abandoned),
            _ => invalid("what is no option is unwrapped"),
        }
    }

    /// An error inside of a result goes on. A generous reader does not remember which it was.
    fn try_(&mut self, value: &'p Expr) -> Run<'p> {
        let mut value = self.expr(value)?;
        if self.is_generous() {
            let is_ok = self.choose_bool()?;
            value.fill();
            value = if is_ok { value } else { Value::Maybe(None) };
        }
        match value {
            Value::Maybe(Some(inner)) => Ok(*inner),
            Value::Maybe(None) => Err(Exit::Return { failed: true }),
            _ => invalid("`?` on what is no result"),
        }
    }

    fn replace(&mut self, name: &'p str, value: &'p Expr) -> Run<'p> {
        self.whole(name)?;
        let index = self.index_of(name);
        self.slots[index].is_borrowed = true;
        let value = self.expr(value)?;
        self.slots[index].is_borrowed = false;
        let mut old = std::mem::replace(&mut self.slots[index].value, value);
        old.set_from(name);
        Ok(old)
    }

    fn take(&mut self, name: &'p str) -> Run<'p> {
        let is_kept = !self.is_generous() || self.choose_bool()?;
        let is_generous = self.is_generous();
        let Value::Maybe(inner) = &mut self.whole(name)?.value else {
            return invalid("`take` of what is no option");
        };
        let mut value = inner.take();
        if is_generous {
            let ghost = || Box::new(Value::future());
            value = is_kept.then(|| value.unwrap_or_else(ghost));
        }
        let mut value = Value::Maybe(value);
        value.set_from(name);
        Ok(value)
    }

    fn mem_take(&mut self, name: &'p str) -> Run<'p> {
        let is_generous = self.is_generous();
        let place = &mut self.whole(name)?.value;
        let mut value = place.take();
        *place = match value {
            Value::Maybe(_) => Value::Maybe(None),
            Value::Many(_) => Value::Many(Vec::new()),
            _ => return invalid("`mem::take` of what has no default"),
        };
        if is_generous {
            value.fill();
        }
        value.set_from(name);
        Ok(value)
    }

    /// A reader who does not count takes a vector for empty only when it says so.
    fn pop(&mut self, name: &'p str) -> Run<'p> {
        let is_some = self.is_generous() && self.choose_bool()?;
        let is_generous = self.is_generous();
        let Value::Many(items) = &mut self.whole(name)?.value else {
            return invalid("`pop` of what is no vector");
        };
        let item = match (is_generous, is_some) {
            (false, _) => items.pop(),
            (true, true) => Some(items.last().cloned().unwrap_or_else(Value::future)),
            (true, false) => {
                items.clear();
                None
            }
        };
        let mut value = Value::Maybe(item.map(Box::new));
        value.set_from(name);
        Ok(value)
    }

    fn push(&mut self, name: &'p str, value: &'p Expr) -> Run<'p> {
        self.whole(name)?;
        let index = self.index_of(name);
        self.slots[index].is_borrowed = true;
        let value = self.expr(value)?;
        self.slots[index].is_borrowed = false;
        match &mut self.whole(name)?.value {
            Value::Many(items) => items.push(value),
            _ => return invalid("`push` to what is no vector"),
        }
        Ok(Value::Unit)
    }

    fn sink(&mut self, values: &'p [Expr], question: bool) -> Run<'p> {
        let values = self.exprs(values)?;
        if question {
            self.question().map_err(|exit| self.leave(values, exit))?;
        }
        Ok(Value::Unit)
    }

    fn capture(&mut self, body: &'p Block) -> Run<'p> {
        let mut captured = Vec::new();
        for name in body.captures() {
            let mut value = self.move_out(name)?;
            value.set_captured(Some(name));
            captured.push((name, value));
        }
        // A reader looks into every body, whether or not it is called.
        if self.is_generous() && self.choose_bool()? {
            let end = self.call(Value::Body(body, captured), false);
            return Err(match end {
                Err(Exit::Invalid(why)) => Exit::Invalid(why),
                _ => Exit::Abandoned,
            });
        }
        Ok(Value::Body(body, captured))
    }

    /// Runs a closure or an async block. A failure inside of it goes on behind its `?`.
    fn call(&mut self, body: Value<'p>, fallible: bool) -> Run<'p> {
        let Value::Body(body, captured) = body else {
            return invalid("a call of what is no body");
        };
        let outside = std::mem::replace(&mut self.floor, self.slots.len());
        for (name, mut value) in captured {
            value.set_captured(None);
            self.declare(name, value);
        }
        let end = self.block(body);
        let end = self.close(self.floor, end);
        self.floor = outside;
        match end {
            Ok(_) | Err(Exit::Return { failed: false, .. }) => {
                if fallible && self.is_generous() && self.choose_bool()? {
                    return Err(Exit::Return { failed: true });
                }
                Ok(Value::Unit)
            }
            Err(Exit::Break(..) | Exit::Continue(_)) => invalid("a jump out of a body"),
            Err(exit) => Err(exit),
        }
    }
}

//! Values, and the bindings that hold them.

use super::{Machine, Run};
use crate::program::{Block, Kind, Stmt};

/// A binding.
pub(super) struct Slot<'p> {
    pub(super) name: &'p str,
    pub(super) value: Value<'p>,
    /// While a `drain` of it goes on.
    pub(super) is_borrowed: bool,
}

/// Where a future has been.
#[derive(Clone, Copy, Default)]
pub(super) struct Origin<'p> {
    /// The binding that it was moved out of.
    pub(super) from: Option<&'p str>,
    /// The binding that a closure captured it from, while it is in there.
    pub(super) captured: Option<&'p str>,
    /// A statement whose pattern has left it there.
    pub(super) passed_over: Option<*const Stmt>,
}

#[derive(Clone)]
pub(super) enum Value<'p> {
    Unit,
    /// A future that is owed.
    Future(Origin<'p>),
    /// An option, or a result.
    Maybe(Option<Box<Value<'p>>>),
    Many(Vec<Value<'p>>),
    Pair(Box<[Value<'p>; 2]>),
    /// A closure or an async block, with what it captured.
    Body(&'p Block, Vec<(&'p str, Value<'p>)>),
    /// What was here was moved out.
    Hole,
}

impl<'p> Value<'p> {
    pub(super) fn future() -> Value<'p> {
        Value::Future(Origin::default())
    }

    pub(super) fn take(&mut self) -> Value<'p> {
        std::mem::replace(self, Value::Hole)
    }

    /// Puts a future into what is empty.
    pub(super) fn fill(&mut self) {
        match self {
            Value::Maybe(inner @ None) => *inner = Some(Box::new(Value::future())),
            Value::Many(items) if items.is_empty() => items.push(Value::future()),
            _ => {}
        }
    }

    pub(super) fn has_hole(&self) -> bool {
        match self {
            Value::Hole => true,
            Value::Unit | Value::Future(_) | Value::Many(_) | Value::Body(..) => false,
            Value::Maybe(inner) => inner.as_ref().is_some_and(|inner| inner.has_hole()),
            Value::Pair(values) => values.iter().any(Value::has_hole),
        }
    }

    pub(super) fn each_future(&self, call: &mut impl FnMut(Origin<'p>)) {
        match self {
            Value::Unit | Value::Hole => {}
            Value::Future(origin) => call(*origin),
            Value::Maybe(inner) => inner.iter().for_each(|inner| inner.each_future(call)),
            Value::Many(items) => items.iter().for_each(|item| item.each_future(call)),
            Value::Pair(values) => values.iter().for_each(|value| value.each_future(call)),
            Value::Body(_, captured) => {
                captured.iter().for_each(|(_, value)| value.each_future(call));
            }
        }
    }

    fn each_origin(&mut self, call: &mut impl FnMut(&mut Origin<'p>)) {
        match self {
            Value::Unit | Value::Hole => {}
            Value::Future(origin) => call(origin),
            Value::Maybe(inner) => inner.iter_mut().for_each(|inner| inner.each_origin(call)),
            Value::Many(items) => items.iter_mut().for_each(|item| item.each_origin(call)),
            Value::Pair(values) => values.iter_mut().for_each(|value| value.each_origin(call)),
            Value::Body(_, captured) => {
                captured.iter_mut().for_each(|(_, value)| value.each_origin(call));
            }
        }
    }

    pub(super) fn set_from(&mut self, name: &'p str) {
        self.each_origin(&mut |origin| {
            *origin = Origin { from: Some(name), passed_over: None, ..*origin };
        });
    }

    pub(super) fn set_passed_over(&mut self, stmt: *const Stmt) {
        self.each_origin(&mut |origin| origin.passed_over = Some(stmt));
    }

    pub(super) fn set_captured(&mut self, name: Option<&'p str>) {
        self.each_origin(&mut |origin| origin.captured = name);
    }
}

impl<'p> Machine<'p, '_> {
    /// A value of which nobody knows what is in it: a parameter, or the result of a call.
    pub(super) fn unknown(&mut self, kind: Kind) -> Run<'p> {
        Ok(match kind {
            Kind::Maybe | Kind::Outcome => {
                let is_full = self.choose_bool()?;
                Value::Maybe(is_full.then(|| Box::new(Value::future())))
            }
            Kind::Many => {
                let of = if self.is_generous() { 2 } else { 3 };
                let count = self.choose(of)?;
                Value::Many((0..count).map(|_| Value::future()).collect())
            }
            Kind::Pair => Value::Pair(Box::new([Value::future(), Value::future()])),
            _ => Value::future(),
        })
    }

    /// Moves a whole value out of a binding. A generous reader does not keep in mind that it was
    /// empty.
    pub(super) fn move_out(&mut self, name: &'p str) -> Run<'p> {
        let mut value = self.whole(name)?.value.take();
        if self.is_generous() {
            value.fill();
        }
        value.set_from(name);
        Ok(value)
    }
}

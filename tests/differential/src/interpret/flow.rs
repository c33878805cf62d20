//! Statements, blocks, branches and loops.

use super::values::Value;
use super::{Exit, ITEMS_MAX, Machine, Run, TURNS_MAX, invalid};
use crate::program::{Arm, Block, Cond, Expr, Label, Link, Pat, Stmt};

/// What patterns are held against.
struct Scrutinee<'p> {
    /// A hole if it is a binding.
    temporary: Value<'p>,
    binding: Option<(usize, &'p str)>,
}

/// What a turn of a loop ends with.
enum Turn<'p> {
    Again,
    Broken(Value<'p>),
}

impl<'p> Machine<'p, '_> {
    pub(super) fn block(&mut self, block: &'p Block) -> Run<'p> {
        let mark = self.slots.len();
        let outside = self.stmt;
        let mut end = Ok(Value::Unit);
        for stmt in &block.stmts {
            self.stmt = stmt;
            self.account.visited.insert(stmt);
            let temporaries = self.temporaries.len();
            let done = self.statement(stmt);
            if let Err(exit) = self.end_statement(temporaries, done) {
                end = Err(exit);
                break;
            }
        }
        self.stmt = outside;
        if let (Ok(_), Some(value)) = (&end, &block.value) {
            let temporaries = self.temporaries.len();
            end = self.expr(value);
            end = self.end_statement(temporaries, end);
        }
        self.close(mark, end)
    }

    /// Drops what was kept to the end of a statement.
    fn end_statement<T>(&mut self, mark: usize, mut end: Run<'p, T>) -> Run<'p, T> {
        for temporary in self.temporaries.split_off(mark) {
            end = self.after(temporary, end);
        }
        end
    }

    fn statement(&mut self, stmt: &'p Stmt) -> Run<'p, ()> {
        match stmt {
            // A place that is only matched with `_` stays as it is.
            Stmt::Let(Pat::Wild, Expr::Var(name), None) | Stmt::Ignore(Expr::Var(name)) => {
                self.whole(name)?;
            }
            Stmt::Declare(name) => self.declare(name, Value::Hole),
            Stmt::Let(pat, value, None) => {
                let mut scrutinee = self.look_at(value)?;
                self.bind_out_of(&mut scrutinee, pat)?;
                self.lose_temporary(scrutinee.temporary);
            }
            Stmt::Let(pat, value, Some(otherwise)) => {
                let mut scrutinee = self.look_at(value)?;
                let fitted = self.bind_if_it_fits(&mut scrutinee, pat)?;
                self.lose_temporary(scrutinee.temporary);
                if !fitted {
                    self.block(otherwise)?;
                    return invalid("an `else` that does not leave");
                }
            }
            Stmt::Assign(name, value) => {
                let value = self.expr(value)?;
                if self.held.contains(&name.as_str()) {
                    return invalid("a name with two values in one expression");
                }
                let old = std::mem::replace(&mut self.slot(name)?.value, value);
                self.lose_from(name, old);
            }
            Stmt::Ignore(value) | Stmt::Do(value) => {
                let value = self.expr(value)?;
                self.lose_temporary(value);
            }
        }
        Ok(())
    }

    /// Finds or makes the value that patterns are going to be held against.
    fn look_at(&mut self, scrutinee: &'p Expr) -> Run<'p, Scrutinee<'p>> {
        let (temporary, binding) = match scrutinee {
            Expr::Var(name) => {
                self.slot(name)?;
                (Value::Hole, Some((self.index_of(name), name.as_str())))
            }
            _ => (self.expr(scrutinee)?, None),
        };
        let mut found = Scrutinee { temporary, binding };
        let mut value = self.place_of(&mut found).take();
        let end = self.reconsider(scrutinee, &mut value);
        *self.place_of(&mut found) = value;
        end?;
        Ok(found)
    }

    fn place_of<'s>(&'s mut self, scrutinee: &'s mut Scrutinee<'p>) -> &'s mut Value<'p> {
        match scrutinee.binding {
            Some((index, _)) => &mut self.slots[index].value,
            None => &mut scrutinee.temporary,
        }
    }

    /// Whether a pattern fits, by what is there and not by what can be moved.
    fn fits(&self, scrutinee: &Scrutinee<'p>, pat: &Pat) -> Run<'p, bool> {
        let value = match scrutinee.binding {
            Some((index, _)) => &self.slots[index].value,
            None => &scrutinee.temporary,
        };
        match (pat, value) {
            (Pat::Some(_) | Pat::Ok(_) | Pat::None | Pat::Err, value) if value.has_hole() => {
                invalid("it was moved")
            }
            (Pat::Some(_) | Pat::Ok(_), Value::Maybe(inner)) => Ok(inner.is_some()),
            (Pat::None | Pat::Err, Value::Maybe(inner)) => Ok(inner.is_none()),
            _ => Ok(true),
        }
    }

    /// Moves the parts that a pattern binds to where it binds them.
    fn bind_out_of(&mut self, scrutinee: &mut Scrutinee<'p>, pat: &'p Pat) -> Run<'p, ()> {
        let from = scrutinee.binding.map(|(_, name)| name);
        let mut value = self.place_of(scrutinee).take();
        let end = self.bind(pat, &mut value, from);
        *self.place_of(scrutinee) = value;
        end
    }

    fn bind_if_it_fits(&mut self, scrutinee: &mut Scrutinee<'p>, pat: &'p Pat) -> Run<'p, bool> {
        let fits = self.fits(scrutinee, pat)?;
        if fits {
            self.bind_out_of(scrutinee, pat)?;
        }
        Ok(fits)
    }

    pub(super) fn index_of(&self, name: &str) -> usize {
        let found = self.slots.iter().rposition(|slot| slot.name == name);
        found.expect("it was found before")
    }

    fn cond(&mut self, cond: &'p Cond) -> Run<'p, bool> {
        match cond {
            Cond::Opaque => self.choose_bool(),
            Cond::Done(name) => {
                self.whole(name)?;
                self.choose_bool()
            }
            Cond::IsSome(name) => Ok(!self.is_nothing(name)?),
            Cond::IsNone(name) | Cond::IsEmpty(name) => self.is_nothing(name),
            Cond::Not(cond) => Ok(!self.cond(cond)?),
            Cond::And(conds) => Ok(self.cond(&conds[0])? && self.cond(&conds[1])?),
            Cond::Or(conds) => Ok(self.cond(&conds[0])? || self.cond(&conds[1])?),
        }
    }

    fn is_nothing(&mut self, name: &'p str) -> Run<'p, bool> {
        let is_nothing = self.is_generous() && self.choose_bool()?;
        let is_generous = self.is_generous();
        match &mut self.whole(name)?.value {
            Value::Maybe(inner) if !is_generous => Ok(inner.is_none()),
            Value::Many(items) if !is_generous => Ok(items.is_empty()),
            Value::Maybe(inner) => {
                let ghost = || Box::new(Value::future());
                *inner = (!is_nothing).then(|| inner.take().unwrap_or_else(ghost));
                Ok(is_nothing)
            }
            Value::Many(items) if is_nothing => {
                items.clear();
                Ok(true)
            }
            value @ Value::Many(_) => {
                value.fill();
                Ok(false)
            }
            _ => invalid("a question that its type does not answer"),
        }
    }

    pub(super) fn flow(&mut self, expr: &'p Expr) -> Run<'p> {
        match expr {
            Expr::Bail => Err(Exit::Return { failed: true }),
            Expr::Panic => Err(Exit::Abandoned),
            Expr::Return(value) => {
                // The caller owes it now.
                self.optional(value.as_deref())?;
                Err(Exit::Return { failed: false })
            }
            Expr::Break(label, value) => {
                let value = self.optional(value.as_deref())?;
                Err(Exit::Break(*label, value))
            }
            Expr::Continue(label) => Err(Exit::Continue(*label)),
            Expr::Block(label, block) => match self.block(block) {
                Err(Exit::Break(Some(to), value)) if *label == Some(to) => Ok(value),
                end => end,
            },
            Expr::If(cond, then, otherwise) => match (self.cond(cond)?, otherwise) {
                (true, _) => self.block(then),
                (false, Some(otherwise)) => self.block(otherwise),
                (false, None) => Ok(Value::Unit),
            },
            Expr::IfLet(pat, value, link, then, otherwise) => {
                self.if_let((pat, value), link.as_ref(), then, otherwise.as_ref())
            }
            Expr::Number(blocks) => {
                let count = u8::try_from(blocks.len()).expect("there are few arms");
                let index = self.choose(count)?;
                self.block(&blocks[usize::from(index)])
            }
            Expr::Match(value, arms) => self.match_(value, arms),
            Expr::Loop(label, body) => self.looped(*label, body, |_| Ok(true)),
            Expr::While(label, cond, body) => {
                self.looped(*label, body, |machine| machine.cond(cond))
            }
            Expr::WhileLet(label, pat, value, body) => self.while_let(*label, pat, value, body),
            Expr::Count(label, body) => {
                let count = self.choose(3)?;
                let mut turns = 0..count;
                self.looped(*label, body, |_| Ok(turns.next().is_some()))
            }
            Expr::For(label, pat, value, body) => self.for_(*label, pat, value, body),
            other => invalid(&format!("{other:?} cannot stand here")),
        }
    }

    fn optional(&mut self, value: Option<&'p Expr>) -> Run<'p> {
        value.map_or(Ok(Value::Unit), |value| self.expr(value))
    }

    /// Drops what is left of a scrutinee behind the code that looked at it.
    fn after<T>(&mut self, rest: Value<'p>, end: Run<'p, T>) -> Run<'p, T> {
        if !matches!(end, Err(Exit::Abandoned | Exit::Invalid(_))) {
            self.lose_temporary(rest);
        }
        end
    }

    fn if_let(
        &mut self,
        (pat, scrutinee): (&'p Pat, &'p Expr),
        link: Option<&'p Link>,
        then: &'p Block,
        otherwise: Option<&'p Block>,
    ) -> Run<'p> {
        let mark = self.slots.len();
        let mut scrutinee = self.look_at(scrutinee)?;
        let mut second = Value::Hole;
        let holds = match (self.bind_if_it_fits(&mut scrutinee, pat)?, link) {
            (true, Some(link)) => self.link(link, &mut second),
            (fitted, _) => Ok(fitted),
        };
        let (end, is_done) = match holds {
            Ok(true) => (self.block(then), true),
            Ok(false) => (Ok(Value::Unit), false),
            Err(exit) => (Err(exit), true),
        };
        // All of the condition is dropped before the `else`.
        let end = self.close(mark, end);
        let end = self.after(second, end);
        let end = self.after(scrutinee.temporary, end);
        if is_done {
            return end;
        }
        end?;
        otherwise.map_or(Ok(Value::Unit), |otherwise| self.block(otherwise))
    }

    /// The second part of a chain, and what is left of its value.
    fn link(&mut self, link: &'p Link, rest: &mut Value<'p>) -> Run<'p, bool> {
        match link {
            Link::Cond(cond) => self.cond(cond),
            Link::Let(pat, value) => {
                let mut scrutinee = self.look_at(value)?;
                let fits = self.bind_if_it_fits(&mut scrutinee, pat)?;
                *rest = scrutinee.temporary;
                Ok(fits)
            }
        }
    }

    fn match_(&mut self, scrutinee: &'p Expr, arms: &'p [Arm]) -> Run<'p> {
        let mut scrutinee = self.look_at(scrutinee)?;
        for Arm { pat, guard, body } in arms {
            if !self.fits(&scrutinee, pat)? {
                continue;
            }
            // Nothing is moved before the guard has agreed.
            match guard.as_ref().map_or(Ok(true), |guard| self.cond(guard)) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(exit) => return self.after(scrutinee.temporary, Err(exit)),
            }
            let mark = self.slots.len();
            self.bind_out_of(&mut scrutinee, pat)?;
            let end = self.block(body);
            // Unlike that of an `if let`, it lives as long as the statement.
            self.temporaries.push(scrutinee.temporary);
            return self.close(mark, end);
        }
        invalid("no arm fits")
    }

    fn turn(&mut self, label: Option<Label>, body: &'p Block) -> Run<'p, Turn<'p>> {
        match self.block(body) {
            Ok(_) => Ok(Turn::Again),
            end => self.turned(label, end),
        }
    }

    /// Whether an exit is one of this loop.
    fn turned(&mut self, label: Option<Label>, end: Run<'p>) -> Run<'p, Turn<'p>> {
        let is_ours = |to: &Option<Label>| to.is_none() || *to == label;
        match end {
            Ok(_) => Ok(Turn::Again),
            Err(Exit::Continue(to)) if is_ours(&to) => Ok(Turn::Again),
            Err(Exit::Break(to, value)) if is_ours(&to) => Ok(Turn::Broken(value)),
            Err(exit) => Err(exit),
        }
    }

    fn looped(
        &mut self,
        label: Option<Label>,
        body: &'p Block,
        mut goes_on: impl FnMut(&mut Self) -> Run<'p, bool>,
    ) -> Run<'p> {
        for _ in 0..=TURNS_MAX {
            let answers = self.at;
            if !goes_on(self)? {
                return Ok(Value::Unit);
            }
            if let Turn::Broken(value) = self.turn(label, body)? {
                return Ok(value);
            }
            self.account.is_endless |= answers == self.at;
        }
        self.cut()
    }

    fn while_let(
        &mut self,
        label: Option<Label>,
        pat: &'p Pat,
        scrutinee: &'p Expr,
        body: &'p Block,
    ) -> Run<'p> {
        let is_counted =
            !self.is_generous() && !matches!(scrutinee, Expr::MaybeCall | Expr::TryCall);
        for _ in 0..=if is_counted { ITEMS_MAX } else { TURNS_MAX } {
            let mark = self.slots.len();
            let mut found = self.look_at(scrutinee)?;
            if !self.bind_if_it_fits(&mut found, pat)? {
                self.lose_temporary(found.temporary);
                return Ok(Value::Unit);
            }
            let end = self.block(body);
            let end = self.close(mark, end);
            let end = self.after(found.temporary, end);
            if let Turn::Broken(value) = self.turned(label, end)? {
                return Ok(value);
            }
        }
        self.account.is_endless |= is_counted;
        self.cut()
    }

    fn for_(
        &mut self,
        label: Option<Label>,
        pat: &'p Pat,
        iterated: &'p Expr,
        body: &'p Block,
    ) -> Run<'p> {
        let (value, borrowed) = match iterated {
            Expr::Drain(name) => {
                let place = &mut self.whole(name)?.value;
                let mut value = std::mem::replace(place, Value::Many(Vec::new()));
                if self.is_generous() {
                    value.fill();
                }
                let index = self.index_of(name);
                self.slots[index].is_borrowed = true;
                (value, Some((index, name)))
            }
            _ => (self.expr(iterated)?, None),
        };
        let Value::Many(mut items) = value else { return invalid("no vector is gone through") };
        items.iter_mut().for_each(|item| {
            borrowed.iter().for_each(|(_, name)| item.set_from(name));
        });
        if self.is_generous() {
            let count = self.choose(3)?;
            let like = items.pop().unwrap_or_else(Value::future);
            // One more than is gone through: the rest, if the loop is left.
            items = vec![like; usize::from(count) + 1];
        }
        let end = self.items(label, pat, &mut items, body);
        if let Some((index, _)) = borrowed {
            self.slots[index].is_borrowed = false;
        }
        self.after(Value::Many(items), end)
    }

    fn items(
        &mut self,
        label: Option<Label>,
        pat: &'p Pat,
        items: &mut Vec<Value<'p>>,
        body: &'p Block,
    ) -> Run<'p> {
        let spare = usize::from(self.is_generous());
        while spare < items.len() {
            let mut item = items.remove(0);
            let mark = self.slots.len();
            let end = self.bind(pat, &mut item, None).and_then(|()| self.block(body));
            let end = self.close(mark, end);
            let end = self.after(item, end);
            if let Turn::Broken(value) = self.turned(label, end)? {
                return Ok(value);
            }
        }
        items.clear();
        Ok(Value::Unit)
    }
}

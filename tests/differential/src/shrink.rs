//! What a body can be cut down to, so that a disagreement about it can be read.

use crate::program::{Block, Cond, Expr, Program, Stmt};

/// Every program that is one cut smaller.
///
/// Some of them rustc would refuse; the interpreter sees that.
pub(crate) fn smaller(program: &Program) -> impl Iterator<Item = Program> {
    let sites = Cutter::count(program);
    let params = (0..program.params.len()).map(|index| {
        let mut cut = program.clone();
        cut.params.remove(index);
        cut
    });
    let cuts = (0..sites).filter_map(|site| {
        let mut cut = program.clone();
        let mut cutter = Cutter { left: Some(site), has_cut: false };
        cutter.block(&mut cut.body);
        cutter.has_cut.then_some(cut)
    });
    params.chain(cuts)
}

/// Walks through a program up to one site, and cuts there.
struct Cutter {
    /// How many sites are passed before the cut; `None` behind it.
    left: Option<usize>,
    has_cut: bool,
}

impl Cutter {
    fn count(program: &Program) -> usize {
        let mut counter = Cutter { left: Some(usize::MAX), has_cut: false };
        counter.block(&mut program.body.clone());
        usize::MAX - counter.left.unwrap_or(0)
    }

    /// Whether this is the site.
    fn is_here(&mut self) -> bool {
        match self.left {
            Some(0) => {
                self.left = None;
                true
            }
            Some(left) => {
                self.left = Some(left - 1);
                false
            }
            None => false,
        }
    }

    /// If this is the site, puts something smaller there, if there is something.
    fn cut<T>(&mut self, place: &mut T, smaller: impl FnOnce(&T) -> Option<T>) {
        if self.is_here()
            && let Some(smaller) = smaller(place)
        {
            *place = smaller;
            self.has_cut = true;
        }
    }

    fn block(&mut self, block: &mut Block) {
        let mut index = 0;
        while index < block.stmts.len() {
            if self.is_here() {
                block.stmts.remove(index);
                self.has_cut = true;
                return;
            }
            for part in 0..3 {
                if self.is_here()
                    && let Some(inner) = inner_stmts(&block.stmts[index], part)
                {
                    block.stmts.splice(index..=index, inner);
                    self.has_cut = true;
                    return;
                }
            }
            self.stmt(&mut block.stmts[index]);
            if self.left.is_none() {
                return;
            }
            index += 1;
        }
        block.value.iter_mut().for_each(|value| self.expr(value));
    }

    fn stmt(&mut self, stmt: &mut Stmt) {
        match stmt {
            Stmt::Declare(_) => {}
            Stmt::Let(_, value, otherwise) => {
                self.expr(value);
                otherwise.iter_mut().for_each(|otherwise| self.block(otherwise));
            }
            Stmt::Assign(_, value) | Stmt::Ignore(value) | Stmt::Do(value) => self.expr(value),
        }
    }

    fn cond(&mut self, cond: &mut Cond) {
        self.cut(cond, |cond| match cond {
            Cond::Opaque => None,
            _ => Some(Cond::Opaque),
        });
        match cond {
            Cond::Not(cond) => self.cond(cond),
            Cond::And(conds) | Cond::Or(conds) => {
                conds.iter_mut().for_each(|cond| self.cond(cond));
            }
            _ => {}
        }
    }

    fn expr(&mut self, expr: &mut Expr) {
        self.cut(expr, simpler);
        match expr {
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
            | Expr::Replace(_, value)
            | Expr::Drop(value)
            | Expr::Push(_, value)
            | Expr::Return(Some(value))
            | Expr::Break(_, Some(value)) => self.expr(value),
            Expr::Pair(values) | Expr::Join(values) => {
                values.iter_mut().for_each(|value| self.expr(value));
            }
            Expr::VecOf(values) | Expr::Sink(values, _) => {
                values.iter_mut().for_each(|value| self.expr(value));
            }
            _ => self.flow(expr),
        }
    }

    fn flow(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Closure(body)
            | Expr::Lazy { body, .. }
            | Expr::Block(_, body)
            | Expr::Loop(_, body)
            | Expr::Count(_, body) => self.block(body),
            Expr::While(_, cond, body) => {
                self.cond(cond);
                self.block(body);
            }
            Expr::If(cond, then, otherwise) => {
                self.cond(cond);
                self.branches(then, otherwise);
            }
            Expr::IfLet(_, value, link, then, otherwise) => {
                self.expr(value);
                self.cut(link, |link| link.is_some().then_some(None));
                self.branches(then, otherwise);
            }
            Expr::Number(blocks) => blocks.iter_mut().for_each(|block| self.block(block)),
            Expr::Match(value, arms) => {
                self.expr(value);
                arms.iter_mut().for_each(|arm| self.block(&mut arm.body));
            }
            Expr::WhileLet(_, _, value, body) | Expr::For(_, _, value, body) => {
                self.expr(value);
                self.block(body);
            }
            _ => {}
        }
    }

    fn branches(&mut self, then: &mut Block, otherwise: &mut Option<Block>) {
        self.block(then);
        self.cut(otherwise, |otherwise| {
            let is_plain = otherwise.as_ref().is_some_and(|block| block.value.is_none());
            is_plain.then_some(None)
        });
        otherwise.iter_mut().for_each(|otherwise| self.block(otherwise));
    }
}

/// The statements of the nth block of a statement, to stand in its place.
fn inner_stmts(stmt: &Stmt, part: usize) -> Option<Vec<Stmt>> {
    let value = stmt.value()?;
    let block = value.blocks().into_iter().nth(part)?;
    if matches!(value, Expr::Closure(_) | Expr::Lazy { .. }) {
        return None;
    }
    let mut inner = block.stmts.clone();
    inner.extend(block.value.iter().map(|value| stmt.with_value((**value).clone())));
    Some(inner)
}

/// An expression of the same kind, with less in it.
fn simpler(expr: &Expr) -> Option<Expr> {
    let only_value = |block: &Block| {
        let value = block.value.as_deref().filter(|_| block.stmts.is_empty());
        value.cloned()
    };
    match expr {
        Expr::Pass(value) => Some((**value).clone()),
        Expr::TryStart | Expr::Field(..) | Expr::Unwrap(_) | Expr::Try(_) | Expr::Replace(..) => {
            Some(Expr::Start)
        }
        Expr::IntoIter(value) => Some((**value).clone()),
        Expr::Block(Some(_), block) => Some(Expr::Block(None, block.clone())),
        Expr::Take(_) | Expr::Pop(_) => Some(Expr::MaybeCall),
        Expr::Sink(values, true) => Some(Expr::Sink(values.clone(), false)),
        Expr::VecOf(values) if 1 < values.len() => Some(Expr::VecOf(values[1..].to_vec())),
        Expr::Block(None, block) => only_value(block),
        Expr::If(_, then, _) => only_value(then),
        Expr::Number(blocks) if 2 < blocks.len() => Some(Expr::Number(blocks[1..].to_vec())),
        Expr::Number(blocks) => only_value(&blocks[0]),
        Expr::Loop(Some(_), body) => Some(Expr::Loop(None, body.clone())),
        Expr::While(Some(_), cond, body) => Some(Expr::While(None, cond.clone(), body.clone())),
        Expr::Count(Some(_), body) => Some(Expr::Count(None, body.clone())),
        Expr::For(Some(_), pat, value, body) => {
            Some(Expr::For(None, pat.clone(), value.clone(), body.clone()))
        }
        Expr::Break(Some(_), value) => Some(Expr::Break(None, value.clone())),
        Expr::Continue(Some(_)) => Some(Expr::Continue(None)),
        _ => None,
    }
}

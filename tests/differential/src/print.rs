//! A body as the text of a function. Each statement begins on a line of its own.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use crate::program::{Arm, Block, Cond, Expr, Label, Link, Pat, Program, Stmt};

/// The text, and the first and last line of each statement, which is known by its address.
pub(crate) struct Printed {
    pub(crate) text: String,
    pub(crate) lines: HashMap<*const Stmt, (usize, usize)>,
}

pub(crate) fn print(name: &str, program: &Program) -> Printed {
    let mut assigned = HashSet::new();
    program.body.each_assigned(&mut |name| _ = assigned.insert(name.as_str()));
    let mut printer = Printer {
        program,
        assigned,
        text: String::new(),
        line: 1,
        lines: HashMap::new(),
        calls: 0,
        inside: Inside::Function,
    };
    printer.program(name);
    Printed { text: printer.text, lines: printer.lines }
}

/// What a `return` leaves.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Function,
    Closure,
    Lazy { fallible: bool },
}

struct Printer<'p> {
    program: &'p Program,
    assigned: HashSet<&'p str>,
    text: String,
    line: usize,
    lines: HashMap<*const Stmt, (usize, usize)>,
    /// Opaque calls so far: each has a number of its own.
    calls: usize,
    inside: Inside,
}

impl Printer<'_> {
    fn program(&mut self, name: &str) {
        let params: Vec<_> = self.program.params.iter().map(|(name, _)| self.typed(name)).collect();
        let output = if self.program.returns_future { "TaskletFuture<u32>" } else { "()" };
        self.put(&format!("async fn {name}({}) -> Result<{output}, Failed> {{", params.join(", ")));
        self.tail_in_ok(&self.program.body, "", 1);
        self.new_line(0);
        self.put("}");
        self.new_line(0);
    }

    fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    fn new_line(&mut self, depth: usize) {
        self.line += 1;
        let _ = write!(self.text, "\n{:indent$}", "", indent = 4 * depth);
    }

    fn call(&mut self, name: &str) {
        self.calls += 1;
        let _ = write!(self.text, "{name}({})", self.calls);
    }

    fn label(&mut self, label: Option<Label>) {
        if let Some(label) = label {
            let _ = write!(self.text, "'{}: ", letter(label));
        }
    }

    /// What is taken from, put into or assigned is `mut`.
    fn mutability(&self, name: &str) -> &'static str {
        let may_change = name.starts_with(['g', 'o', 'v']) || self.assigned.contains(name);
        if may_change { "mut " } else { "" }
    }

    /// `mut f0: TaskletFuture<u32>`
    fn typed(&self, name: &str) -> String {
        let ty = match name.as_bytes()[0] {
            b'o' => "Option<TaskletFuture<u32>>",
            b'r' => "Result<TaskletFuture<u32>, Failed>",
            b'v' => "Vec<TaskletFuture<u32>>",
            b'p' => "(TaskletFuture<u32>, TaskletFuture<u32>)",
            _ => "TaskletFuture<u32>",
        };
        format!("{}{name}: {ty}", self.mutability(name))
    }

    /// The statements, and the value as an `Ok`. Where the end is not reached, none is needed.
    fn tail_in_ok(&mut self, block: &Block, turbofish: &str, depth: usize) {
        self.stmts(&block.stmts, depth);
        // Of an async block, the type of the result has to be said once.
        let is_needed =
            self.inside != Inside::Function || !self.program.returns_future && !ends_in_exit(block);
        match &block.value {
            Some(value) => {
                self.new_line(depth);
                self.put(&format!("Ok{turbofish}("));
                self.expr(value, depth);
                self.put(")");
            }
            None if is_needed => {
                self.new_line(depth);
                self.put(&format!("Ok{turbofish}(())"));
            }
            None => {}
        }
    }

    fn stmts(&mut self, stmts: &[Stmt], depth: usize) {
        for stmt in stmts {
            self.new_line(depth);
            let first = self.line;
            self.stmt(stmt, depth);
            self.lines.insert(stmt, (first, self.line));
        }
    }

    fn block(&mut self, block: &Block, depth: usize) {
        if block.stmts.is_empty() && block.value.is_none() {
            return self.put("{}");
        }
        self.put("{");
        self.stmts(&block.stmts, depth + 1);
        if let Some(value) = &block.value {
            self.new_line(depth + 1);
            self.expr(value, depth + 1);
        }
        self.new_line(depth);
        self.put("}");
    }

    fn stmt(&mut self, stmt: &Stmt, depth: usize) {
        match stmt {
            Stmt::Declare(name) => {
                self.put("let ");
                self.pat(&Pat::Bind(name.clone()));
            }
            Stmt::Let(pat, value, otherwise) => {
                self.put("let ");
                match pat {
                    Pat::Bind(name) if is_vague(value) => self.put(&self.typed(name)),
                    _ => self.pat(pat),
                }
                self.put(" = ");
                self.expr(value, depth);
                if let Some(otherwise) = otherwise {
                    self.put(" else ");
                    self.block(otherwise, depth);
                }
            }
            Stmt::Assign(name, value) => {
                self.put(&format!("{name} = "));
                self.expr(value, depth);
            }
            Stmt::Ignore(value) => {
                self.put("_ = ");
                self.expr(value, depth);
            }
            Stmt::Do(expr) => {
                self.expr(expr, depth);
                if has_braces(expr) && !has_value(expr) {
                    return;
                }
            }
        }
        self.put(";");
    }

    fn pat(&mut self, pat: &Pat) {
        match pat {
            Pat::Wild => self.put("_"),
            Pat::Bind(name) => self.put(&format!("{}{name}", self.mutability(name))),
            Pat::None => self.put("None"),
            Pat::Err => self.put("Err(_)"),
            Pat::Some(inner) | Pat::Ok(inner) => {
                self.put(if matches!(pat, Pat::Ok(_)) { "Ok(" } else { "Some(" });
                self.pat(inner);
                self.put(")");
            }
            Pat::Pair(pats) => {
                self.put("(");
                self.pat(&pats[0]);
                self.put(", ");
                self.pat(&pats[1]);
                self.put(")");
            }
        }
    }

    fn cond(&mut self, cond: &Cond) {
        match cond {
            Cond::Opaque => self.call("c"),
            Cond::Done(name) => self.put(&format!("{name}.done()")),
            Cond::IsSome(name) if name.starts_with('r') => self.put(&format!("{name}.is_ok()")),
            Cond::IsNone(name) if name.starts_with('r') => self.put(&format!("{name}.is_err()")),
            Cond::IsSome(name) => self.put(&format!("{name}.is_some()")),
            Cond::IsNone(name) => self.put(&format!("{name}.is_none()")),
            Cond::IsEmpty(name) => self.put(&format!("{name}.is_empty()")),
            Cond::Not(cond) => {
                let is_joined = matches!(**cond, Cond::And(_) | Cond::Or(_));
                self.put(if is_joined { "!(" } else { "!" });
                self.cond(cond);
                self.put(if is_joined { ")" } else { "" });
            }
            Cond::And(conds) => self.joined_conds(conds, " && "),
            Cond::Or(conds) => self.joined_conds(conds, " || "),
        }
    }

    fn joined_conds(&mut self, conds: &[Cond; 2], operator: &str) {
        for (index, cond) in conds.iter().enumerate() {
            let is_joined = matches!(cond, Cond::And(_) | Cond::Or(_));
            self.put(if index == 0 { "" } else { operator });
            self.put(if is_joined { "(" } else { "" });
            self.cond(cond);
            self.put(if is_joined { ")" } else { "" });
        }
    }

    fn around(&mut self, before: &str, expr: &Expr, after: &str, depth: usize) {
        self.put(before);
        self.expr(expr, depth);
        self.put(after);
    }

    fn list(&mut self, before: &str, exprs: &[Expr], after: &str, depth: usize) {
        self.put(before);
        for (index, expr) in exprs.iter().enumerate() {
            self.around(if index == 0 { "" } else { ", " }, expr, "", depth);
        }
        self.put(after);
    }

    /// What must not begin with a label or a keyword: the receiver of a method.
    fn receiver(&mut self, expr: &Expr, method: &str, depth: usize) {
        let is_closed = !has_braces(expr);
        self.put(if is_closed { "" } else { "(" });
        self.expr(expr, depth);
        self.put(if is_closed { "" } else { ")" });
        self.put(method);
    }

    fn expr(&mut self, expr: &Expr, depth: usize) {
        match expr {
            Expr::Var(name) => self.put(name),
            Expr::Field(name, index) => self.put(&format!("{name}.{index}")),
            Expr::Start => self.call("start"),
            Expr::TryStart => {
                self.call("try_start");
                self.put("?");
            }
            Expr::Pass(value) => self.around("pass(", value, ")", depth),
            Expr::Unwrap(value) => self.receiver(value, ".unwrap()", depth),
            Expr::Try(value) => self.receiver(value, "?", depth),
            Expr::Replace(name, value) => {
                self.put(&format!("std::mem::replace(&mut {name}, "));
                self.around("", value, ")", depth);
            }
            Expr::Ok(value) => self.around("Ok(", value, ")", depth),
            Expr::TryCall => self.call("try_start"),
            Expr::IntoIter(value) => self.receiver(value, ".into_iter()", depth),
            Expr::Spawn(value) => self.around("spawn(", value, ")", depth),
            Expr::Some(value) => self.around("Some(", value, ")", depth),
            Expr::None => self.put("None"),
            Expr::MaybeCall => self.call("maybe"),
            Expr::Take(name) => self.put(&format!("{name}.take()")),
            Expr::Pop(name) => self.put(&format!("{name}.pop()")),
            Expr::NewVec => self.put("Vec::new()"),
            Expr::VecOf(values) => self.list("vec![", values, "]", depth),
            Expr::ManyCall => self.call("many"),
            Expr::MemTake(name) => self.put(&format!("std::mem::take(&mut {name})")),
            Expr::Drain(name) => self.put(&format!("{name}.drain(..)")),
            Expr::Pair(values) => self.list("(", &values[..], ")", depth),
            Expr::Question => {
                self.call("q");
                self.put("?");
            }
            Expr::Ensure => {
                self.put("ensure!(");
                self.call("c");
                self.put(", \"no\")");
            }
            Expr::Bail => self.put("bail!(\"no\")"),
            Expr::Panic => self.put("panic!(\"no\")"),
            _ => self.usage(expr, depth),
        }
    }

    /// What is done to a value.
    fn usage(&mut self, expr: &Expr, depth: usize) {
        match expr {
            Expr::Await(value) => self.receiver(value, ".await", depth),
            Expr::Defer(value) => self.receiver(value, ".defer()", depth),
            Expr::GetResult(value) => self.receiver(value, ".get_result()", depth),
            Expr::JoinAll(value) => self.receiver(value, ".join_all()", depth),
            Expr::Sink(values, question) => {
                let name = match values.len() + usize::from(*question) {
                    1 => "sink(",
                    2 => "sink_two(",
                    _ => "sink_three(",
                };
                self.list(name, values, if *question { ", " } else { ")" }, depth);
                if *question {
                    self.call("q");
                    self.put("?)");
                }
            }
            Expr::Join(values) => self.list("join!(", &values[..], ")", depth),
            Expr::Call(name) => self.put(&format!("{name}()")),
            Expr::Force { fallible, lazy } => {
                let method = if *fallible { ".await?" } else { ".await" };
                // An async block may be awaited as it is.
                self.around("", lazy, method, depth);
            }
            Expr::Drop(value) => self.around("drop(", value, ")", depth),
            Expr::Look(name) => self.put(&format!("look(&{name})")),
            Expr::Push(name, value) => {
                self.put(name);
                self.around(".push(", value, ")", depth);
            }
            _ => self.exit_or_flow(expr, depth),
        }
    }

    fn exit_or_flow(&mut self, expr: &Expr, depth: usize) {
        match expr {
            Expr::Return(value) => self.return_(value.as_deref(), depth),
            Expr::Break(label, value) => {
                self.put("break");
                label.iter().for_each(|label| self.put(&format!(" '{}", letter(*label))));
                if let Some(value) = value {
                    self.put(" ");
                    self.receiver(value, "", depth);
                }
            }
            Expr::Continue(label) => {
                self.put("continue");
                label.iter().for_each(|label| self.put(&format!(" '{}", letter(*label))));
            }
            Expr::Closure(body) => self.inside(Inside::Closure, |printer| {
                printer.put_move(body, "", "|| ");
                printer.block(body, depth);
            }),
            Expr::Lazy { fallible, body } => {
                self.inside(Inside::Lazy { fallible: *fallible }, |printer| {
                    printer.put_move(body, "async ", "");
                    if !*fallible {
                        return printer.block(body, depth);
                    }
                    printer.put("{");
                    printer.tail_in_ok(body, "::<_, Failed>", depth + 1);
                    printer.new_line(depth);
                    printer.put("}");
                });
            }
            Expr::Block(label, block) => {
                self.label(*label);
                self.block(block, depth);
            }
            Expr::If(cond, then, otherwise) => {
                self.put("if ");
                self.cond(cond);
                self.branches(then, otherwise.as_ref(), depth);
            }
            Expr::IfLet(pat, value, link, then, otherwise) => {
                self.put("if let ");
                self.pat(pat);
                self.around(" = ", value, "", depth);
                match link {
                    Some(Link::Cond(cond)) => {
                        self.put(" && ");
                        self.joined_conds_alone(cond);
                    }
                    Some(Link::Let(pat, value)) => {
                        self.put(" && let ");
                        self.pat(pat);
                        self.around(" = ", value, "", depth);
                    }
                    None => {}
                }
                self.branches(then, otherwise.as_ref(), depth);
            }
            Expr::Number(blocks) => self.number(blocks, depth),
            Expr::Match(value, arms) => self.arms(value, arms, depth),
            _ => self.looped(expr, depth),
        }
    }

    /// Where the body captures by value anyway, every other one is without `move`.
    fn put_move(&mut self, body: &Block, before: &str, after: &str) {
        let is_needed = self.calls.is_multiple_of(2) || !body.moves_all();
        self.put(&format!("{before}{}{after}", if is_needed { "move " } else { "" }));
    }

    /// `||` binds less than the `&&` of a chain.
    fn joined_conds_alone(&mut self, cond: &Cond) {
        let is_or = matches!(cond, Cond::Or(_));
        self.put(if is_or { "(" } else { "" });
        self.cond(cond);
        self.put(if is_or { ")" } else { "" });
    }

    fn return_(&mut self, value: Option<&Expr>, depth: usize) {
        let is_plain = matches!(self.inside, Inside::Closure | Inside::Lazy { fallible: false });
        match value {
            Some(value) if is_plain => self.around("return ", value, "", depth),
            Some(value) => self.around("return Ok(", value, ")", depth),
            None if is_plain => self.put("return"),
            None => self.put("return Ok(())"),
        }
    }

    fn inside(&mut self, inside: Inside, print: impl FnOnce(&mut Self)) {
        let outside = std::mem::replace(&mut self.inside, inside);
        print(self);
        self.inside = outside;
    }

    fn branches(&mut self, then: &Block, otherwise: Option<&Block>, depth: usize) {
        self.put(" ");
        self.block(then, depth);
        if let Some(otherwise) = otherwise {
            self.put(" else ");
            self.block(otherwise, depth);
        }
    }

    fn number(&mut self, blocks: &[Block], depth: usize) {
        self.put("match ");
        self.call("n");
        self.put(" {");
        for (index, block) in blocks.iter().enumerate() {
            self.new_line(depth + 1);
            let is_last = index + 1 == blocks.len();
            self.put(&if is_last { "_ => ".to_owned() } else { format!("{index} => ") });
            self.block(block, depth + 1);
        }
        self.new_line(depth);
        self.put("}");
    }

    fn arms(&mut self, value: &Expr, arms: &[Arm], depth: usize) {
        self.around("match ", value, " {", depth);
        for Arm { pat, guard, body } in arms {
            self.new_line(depth + 1);
            self.pat(pat);
            if let Some(guard) = guard {
                self.put(" if ");
                self.cond(guard);
            }
            self.put(" => ");
            self.block(body, depth + 1);
        }
        self.new_line(depth);
        self.put("}");
    }

    fn looped(&mut self, expr: &Expr, depth: usize) {
        match expr {
            Expr::Loop(label, body) => {
                self.label(*label);
                self.put("loop ");
                self.block(body, depth);
            }
            Expr::While(label, cond, body) => {
                self.label(*label);
                self.put("while ");
                self.cond(cond);
                self.branches(body, None, depth);
            }
            Expr::WhileLet(label, pat, value, body) => {
                self.label(*label);
                self.put("while let ");
                self.pat(pat);
                self.around(" = ", value, "", depth);
                self.branches(body, None, depth);
            }
            Expr::Count(label, body) => {
                self.label(*label);
                self.put("for _ in 0..");
                self.call("n");
                self.branches(body, None, depth);
            }
            Expr::For(label, pat, value, body) => {
                self.label(*label);
                self.put("for ");
                self.pat(pat);
                self.around(" in ", value, "", depth);
                self.branches(body, None, depth);
            }
            other => unreachable!("{other:?} is printed elsewhere"),
        }
    }
}

fn letter(label: Label) -> char {
    char::from(b'a' + label)
}

fn ends_in_exit(block: &Block) -> bool {
    let is_exit = |expr: &Expr| matches!(expr, Expr::Return(_) | Expr::Bail | Expr::Panic);
    matches!(block.stmts.last(), Some(Stmt::Do(expr)) if is_exit(expr))
}

/// Whether rustc needs to be told the type.
fn is_vague(value: &Expr) -> bool {
    match value {
        Expr::None | Expr::NewVec | Expr::Ok(_) => true,
        Expr::Block(_, block) | Expr::Loop(_, block) => block.value.as_deref().is_none_or(is_vague),
        Expr::If(..) | Expr::Number(_) | Expr::Match(..) | Expr::IfLet(..) => true,
        _ => false,
    }
}

fn has_braces(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Block(..)
            | Expr::If(..)
            | Expr::IfLet(..)
            | Expr::Number(_)
            | Expr::Match(..)
            | Expr::Loop(..)
            | Expr::While(..)
            | Expr::WhileLet(..)
            | Expr::Count(..)
            | Expr::For(..)
    )
}

/// Whether one that ends in braces has a value, so that a semicolon discards it.
fn has_value(expr: &Expr) -> bool {
    let block_has = |block: &Block| block.value.is_some();
    match expr {
        Expr::Block(_, block) => block_has(block),
        Expr::If(_, then, otherwise) | Expr::IfLet(_, _, _, then, otherwise) => {
            block_has(then) || otherwise.as_ref().is_some_and(block_has)
        }
        Expr::Number(blocks) => blocks.iter().any(block_has),
        Expr::Match(_, arms) => arms.iter().any(|arm| block_has(&arm.body)),
        // A loop's value may come from a `break` anywhere inside of it.
        Expr::Loop(..) => true,
        _ => false,
    }
}

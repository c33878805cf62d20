//! What is known while one body is read: its graph so far, and what is in scope.

use syn::Member;

use crate::flow::graph::{Graph, Node, Op, Way};
use crate::flow::local::{Binding, Debt, Done, Info, Kind};
use crate::flow::place::Anchor;
use crate::question::Subject;

/// One body: a function, a closure, or an async block.
pub(crate) struct Frame {
    pub(crate) graph: Graph,
    /// Where the code that is read now goes to.
    pub(crate) here: Node,
    pub(crate) bindings: Vec<Info>,
    pub(crate) debts: Vec<(Binding, Kind)>,
    /// The names in scope, innermost last.
    pub(crate) names: Vec<(String, Binding)>,
    pub(crate) targets: Vec<Target>,
    /// Variables of the body around this one: theirs, and what stands for it here.
    pub(crate) captured: Vec<(Binding, Binding)>,
    /// Variables whose value is in a temporary already, as an operand of what is read now: to
    /// assign to them drops nothing.
    pub(crate) pending: Vec<Binding>,
    /// Where a question about an expression of the present statement can stand.
    pub(crate) statement: Option<Anchor>,
    /// The first binding that came after that place, and cannot be named there.
    pub(crate) statement_floor: Binding,
}

/// What a `break`, a `continue`, or the `?` of a try block goes to.
pub(crate) struct Target {
    pub(crate) label: Option<String>,
    pub(crate) kind: TargetKind,
    pub(crate) end: Node,
    pub(crate) next: Node,
    /// The first binding that a `break` leaves.
    pub(crate) end_floor: Binding,
    /// The first binding that a `continue` leaves.
    pub(crate) next_floor: Binding,
    /// What becomes of the value of a `break`.
    pub(crate) tail: Tail,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum TargetKind {
    Loop,
    Block,
    Try,
}

/// What becomes of the value of a block, a branch or an arm.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tail {
    /// Somebody takes it.
    Taken,
    /// It is `()`.
    Unit,
    /// Nobody takes it: `{ … };`.
    Dropped,
    /// The same, but what stands in other branches decides its type.
    DroppedBranch,
}

impl Tail {
    /// Of one of many branches.
    pub(crate) fn of_branch(self) -> Tail {
        match self {
            Tail::Dropped => Tail::DroppedBranch,
            other => other,
        }
    }
}

impl Frame {
    pub(crate) fn new() -> Frame {
        let mut graph = Graph::new();
        // The entry is kept free, for the births of captured variables.
        let here = graph.add();
        graph.link(Graph::ENTRY, here, Way::Next);
        Frame {
            graph,
            here,
            bindings: Vec::new(),
            debts: Vec::new(),
            names: Vec::new(),
            targets: Vec::new(),
            captured: Vec::new(),
            pending: Vec::new(),
            statement: None,
            statement_floor: Binding(0),
        }
    }

    /// The binding that the next one will be.
    pub(crate) fn floor(&self) -> Binding {
        Binding(self.bindings.len())
    }

    pub(crate) fn bind(&mut self, info: Info) -> Binding {
        let binding = self.floor();
        let is_tracked = info.is_tracked();
        let is_named = info.asks.iter().any(|ask| matches!(ask.subject, Subject::Binding(_)));
        self.bindings.push(info);
        if is_tracked {
            self.add_debt(binding, Kind::Whole);
            if is_named {
                self.add_debt(binding, Kind::Handle);
            }
        }
        binding
    }

    pub(crate) fn add_debt(&mut self, binding: Binding, kind: Kind) -> Debt {
        let debt = Debt(self.debts.len());
        self.debts.push((binding, kind));
        self.bindings[binding.0].debts.push(debt);
        debt
    }

    /// The debt of one field, which with the first of them makes one for the rest.
    pub(crate) fn field_debt(&mut self, binding: Binding, member: &Member) -> Debt {
        let known =
            self.bindings[binding.0].debts.iter().copied().find(
                |debt| matches!(&self.debts[debt.0].1, Kind::Field(other) if other == member),
            );
        if let Some(debt) = known {
            return debt;
        }
        let info = &mut self.bindings[binding.0];
        info.first_field_use = info.first_field_use.or(self.statement);
        let has_rest = info.debts.iter().any(|debt| matches!(self.debts[debt.0].1, Kind::Rest));
        if !has_rest {
            self.add_debt(binding, Kind::Rest);
        }
        self.add_debt(binding, Kind::Field(member.clone()))
    }

    pub(crate) fn op(&mut self, op: Op) {
        self.graph.push(self.here, op);
    }

    pub(crate) fn done(&mut self, binding: Binding) -> &mut Done {
        &mut self.bindings[binding.0].done
    }
}

//! The control-flow graph of one body: nodes with operations on bindings, and edges between them.

use proc_macro2::Span;

use super::local::{Binding, Debt};

/// A stretch of the body without branches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Node(pub(super) usize);

#[derive(Default)]
pub(super) struct Block {
    pub(super) ops: Vec<Op>,
    pub(super) edges: Vec<Edge>,
}

/// One way from a node to the next.
#[derive(Clone, Copy)]
pub(super) struct Edge {
    pub(super) to: Node,
    pub(super) kind: Way,
}

/// Why the body goes this way.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    /// There is no other.
    Next,
    /// The condition here is true.
    True(Span),
    /// The condition here is false.
    False(Span),
    /// This match arm is taken.
    Arm(Span),
    /// This loop does not run (any more).
    Skip(Span),
}

/// What happens to the bindings, in the order of the operations in their node.
#[derive(Debug)]
pub(super) enum Op {
    /// It gets a value.
    Birth(Binding),
    /// It gets a value that holds nothing yet.
    BirthEmpty(Binding),
    /// It is emptied.
    Empty(Binding),
    /// Something is put into it.
    Put(Binding),
    /// It is moved to where somebody else owes it.
    Settle(Binding),
    /// One field of it is.
    SettleField(Debt),
    /// `&mut x` is given away.
    Lend(Binding),
    /// A pattern has taken it apart; these parts stay in their place.
    Narrow(Binding, Vec<Debt>),
    /// What it holds is dropped here, if it still owes.
    Drop(Binding, Reason),
    /// Control leaves the scope of all bindings from this one on, or the whole body.
    Leave(Option<Binding>, Reason),
}

/// How a binding is lost.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reason {
    /// The scope ends.
    End,
    Question(Span),
    Return(Span),
    Break(Span),
    Continue(Span),
    /// The macro of this name returns.
    Macro(&'static str, Span),
    /// A condition behind the binding, in the same chain, is false.
    Condition(Span),
    Overwritten(Span),
    /// Given to a function that drops or leaks it.
    Discarded(&'static str, Span),
    /// An expression whose value nobody takes.
    Statement,
    /// `let _ =`.
    Underscore,
    /// A part that a pattern does not take.
    Swallowed,
    /// Given to a macro or function that drops what is not the first to be ready.
    Loser(&'static str, Span),
    /// A closure or an async block that is never run has it.
    NeverRun(Span),
    /// A method that borrows is called on a value that nobody has.
    Temporary,
}

/// The graph of one body. The first node is the entry.
pub(super) struct Graph {
    pub(super) blocks: Vec<Block>,
}

impl Graph {
    pub(super) const ENTRY: Node = Node(0);

    pub(super) fn new() -> Graph {
        Graph { blocks: vec![Block::default()] }
    }

    pub(super) fn add(&mut self) -> Node {
        self.blocks.push(Block::default());
        Node(self.blocks.len() - 1)
    }

    pub(super) fn link(&mut self, from: Node, to: Node, kind: Way) {
        self.blocks[from.0].edges.push(Edge { to, kind });
    }

    pub(super) fn push(&mut self, node: Node, op: Op) {
        self.blocks[node.0].ops.push(op);
    }
}

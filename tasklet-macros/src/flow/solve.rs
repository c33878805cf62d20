//! The fixpoint: the state at the entry of every node that can be reached, and what is lost where.

use super::graph::{Graph, Node, Op, Reason};
use super::local::Debt;
use super::state::{Debts, State};

/// A debt that may be owed where its binding is lost.
pub(super) struct Loss {
    pub(super) debt: Debt,
    pub(super) reason: Reason,
    /// Whether it is owed there on every path that comes there.
    pub(super) always: bool,
    pub(super) node: Node,
}

/// The state at the entry of each node; `None` for one that no path comes to.
pub(super) struct Solution {
    pub(super) entries: Vec<Option<State>>,
}

/// Follows all paths until nothing new is learned.
///
/// A state only ever grows, bit by bit, so that each node is visited at most twice for each debt;
/// since nodes are numbered in the order of the source, the usual body takes two rounds.
pub(super) fn solve(graph: &Graph, debts: &Debts<'_>) -> Solution {
    let mut entries: Vec<Option<State>> = vec![None; graph.blocks.len()];
    entries[Graph::ENTRY.0] = Some(State::default());
    let mut waiting = vec![false; graph.blocks.len()];
    let mut heap = std::collections::BinaryHeap::from([std::cmp::Reverse(Graph::ENTRY)]);
    while let Some(std::cmp::Reverse(node)) = heap.pop() {
        waiting[node.0] = false;
        let Some(mut state) = entries[node.0].clone() else { continue };
        run(graph, node, &mut state, debts, |_, _| {});
        for edge in &graph.blocks[node.0].edges {
            let news = match &mut entries[edge.to.0] {
                Some(known) => known.join(&state),
                unknown => {
                    *unknown = Some(state.clone());
                    true
                }
            };
            if news && !std::mem::replace(&mut waiting[edge.to.0], true) {
                heap.push(std::cmp::Reverse(edge.to));
            }
        }
    }
    Solution { entries }
}

impl Solution {
    /// Everything that may be lost, in the order of the nodes.
    pub(super) fn losses(&self, graph: &Graph, debts: &Debts<'_>) -> Vec<Loss> {
        let mut losses = Vec::new();
        for (index, entry) in self.entries.iter().enumerate() {
            let Some(mut state) = entry.clone() else { continue };
            let node = Node(index);
            run(graph, node, &mut state, debts, |debt, (reason, always)| {
                losses.push(Loss { debt, reason, always, node });
            });
        }
        losses
    }

    /// The state at the end of a node.
    pub(super) fn exit(&self, graph: &Graph, node: Node, debts: &Debts<'_>) -> Option<State> {
        let mut state = self.entries[node.0].clone()?;
        run(graph, node, &mut state, debts, |_, _| {});
        Some(state)
    }
}

/// Carries a state through a node.
fn run(
    graph: &Graph,
    node: Node,
    state: &mut State,
    debts: &Debts<'_>,
    mut lost: impl FnMut(Debt, (Reason, bool)),
) {
    for op in &graph.blocks[node.0].ops {
        match op {
            Op::Birth(binding) => state.birth(*binding, debts),
            Op::Put(binding) => state.put(*binding, debts),
            Op::BirthEmpty(binding) | Op::Empty(binding) | Op::Settle(binding) => {
                state.settle_all(*binding, debts);
            }
            Op::SettleField(debt) => state.settle(*debt),
            Op::Lend(binding) => state.lend(*binding, debts),
            Op::Narrow(binding, parts) => state.narrow(*binding, parts, debts),
            Op::Drop(binding, reason) => {
                for debt in &debts.bindings[binding.0].debts {
                    if state.may_owe(*debt) {
                        lost(*debt, (*reason, !state.may_be_settled(*debt)));
                    }
                }
                state.settle_all(*binding, debts);
            }
            Op::Leave(from, reason) => {
                for debt in state.owed() {
                    if debts.is_left(debt, *from) {
                        lost(debt, (*reason, !state.may_be_settled(debt)));
                    }
                }
                state.leave(*from, debts);
            }
        }
    }
}

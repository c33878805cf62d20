//! From the solution to findings: which debts are lost, for what reason, and what the user reads.

use std::collections::{HashMap, HashSet};

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{Block, Ident, Member, Pat};

use super::graph::{Node, Op, Reason, Way};
use super::local::{Ask, Binding, Debt, Info, Kind};
use super::lower::Frame;
use super::message::{Message, Why};
use super::place::{Address, Questions};
use super::solve::{Loss, Solution, solve};
use super::state::{Debts, State};
use crate::question::{Question, Subject};

/// What the analysis has found, in the order of finding.
#[derive(Default)]
pub(super) struct Found {
    findings: Vec<Finding>,
    /// Parameters of closures that get a name.
    renames: Vec<(Address, Ident)>,
}

struct Finding {
    ask: Ask,
    message: Message,
}

impl Found {
    /// Something is lost. Of a binding, `why` says more than the place where it is lost.
    pub(super) fn push(&mut self, ask: Ask, reason: Reason, why: Option<Why>) {
        let message = Message { reason, why, name: ask.name.clone() };
        self.findings.push(Finding { ask, message });
    }

    /// A pattern without a name gets one, for a question to speak of it.
    pub(super) fn rename(&mut self, pat: &Pat, name: Ident) {
        self.renames.push((Address::of(pat), name));
    }

    /// How many patterns have got one.
    pub(super) fn named(&self) -> usize {
        self.renames.len()
    }

    /// The findings as questions, one for each thing that may be lost.
    pub(super) fn into_questions(self, body: &Block, questions: &mut Questions) {
        let names = self.findings.iter().filter_map(|finding| finding.ask.name.clone()).collect();
        self.renames.into_iter().for_each(|(pat, name)| questions.rename(pat, name));
        let mixed = mixed_names(body, &names);
        let mut asked = HashSet::new();
        let mut tags: HashMap<String, usize> = HashMap::new();
        for Finding { ask, message } in self.findings {
            if let Some(name) = &ask.name {
                let about = (ask.anchor, name.clone(), std::mem::discriminant(&ask.subject));
                let is_first = match &ask.subject {
                    Subject::Binding(_) | Subject::Handle(_) => asked.insert(about),
                    _ => true,
                };
                if !is_first || mixed.contains(name) {
                    continue;
                }
            }
            let Ask { anchor, subject, caret, .. } = ask;
            let mut tag = message.tag(caret.first);
            let number = tags.entry(tag.clone()).or_default();
            *number += 1;
            if *number > 1 {
                tag = format!("{tag}_{number}");
            }
            let (title, label, notes) = message.texts();
            questions.push(anchor, Question { caret, subject, tag, title, label, notes });
        }
    }
}

/// Solves one body, and reports what is lost in it. A captured variable is reported if it is this
/// body that owes it.
pub(super) fn frame(frame: &Frame, is_owed: impl Fn(Binding) -> bool, found: &mut Found) {
    if frame.debts.is_empty() {
        return;
    }
    let debts = Debts { bindings: &frame.bindings, owners: &frame.debts };
    let solution = solve(&frame.graph, &debts);
    let losses = solution.losses(&frame.graph, &debts);
    let reader = Reader { frame, debts, solution, predecessors: predecessors(frame) };
    let mut by_debt: Vec<Vec<Loss>> = frame.debts.iter().map(|_| Vec::new()).collect();
    for loss in losses {
        by_debt[loss.debt.0].push(loss);
    }
    for (index, losses) in by_debt.iter().enumerate() {
        let (binding, kind) = &frame.debts[index];
        let whole_is_lost = matches!(kind, Kind::Handle)
            && frame.bindings[binding.0].debts.first().is_some_and(|d| !by_debt[d.0].is_empty());
        let is_plain = frame.bindings[binding.0].is_plain;
        if !losses.is_empty() && !whole_is_lost && !is_plain && is_owed(*binding) {
            reader.report(*binding, kind, losses, found);
        }
    }
}

/// The ways that lead to each node.
fn predecessors(frame: &Frame) -> Vec<Vec<(Node, Way)>> {
    let mut ways: Vec<Vec<(Node, Way)>> = vec![Vec::new(); frame.graph.blocks.len()];
    for (index, block) in frame.graph.blocks.iter().enumerate() {
        for edge in &block.edges {
            ways[edge.to.0].push((Node(index), edge.kind));
        }
    }
    ways
}

struct Reader<'a> {
    frame: &'a Frame,
    debts: Debts<'a>,
    solution: Solution,
    predecessors: Vec<Vec<(Node, Way)>>,
}

impl Reader<'_> {
    fn report(&self, binding: Binding, kind: &Kind, losses: &[Loss], found: &mut Found) {
        let info = &self.frame.bindings[binding.0];
        let early = losses.iter().find(|loss| !matches!(loss.reason, Reason::End));
        let end = losses.iter().find(|loss| matches!(loss.reason, Reason::End));
        let is_never = |loss: &&Loss| loss.always && !self.is_settled_anywhere(loss.debt);
        let (reason, why) = match (early, end) {
            (_, Some(_)) if matches!(kind, Kind::Part(_)) => (Reason::Swallowed, None),
            (Some(loss), end) => match end.filter(is_never) {
                Some(end) => (Reason::End, Some(self.why(info, end))),
                None if info.is_rest_of_loop => (loss.reason, Some(Why::RestOfLoop)),
                None => (loss.reason, None),
            },
            (None, Some(end)) => (Reason::End, Some(self.why(info, end))),
            (None, None) => return,
        };
        self.asks(info, kind).into_iter().for_each(|ask| found.push(ask, reason, why));
    }

    /// Why a binding is still owed at the end of its scope.
    fn why(&self, info: &Info, loss: &Loss) -> Why {
        if self.is_settled_anywhere(loss.debt) {
            let otherwise =
                if info.done.consumed { Why::NotOnEveryPath } else { Why::OnlyBorrowed };
            return self.branch(loss).map_or(otherwise, Why::Branch);
        }
        if let Some(span) = info.captor {
            return Why::NeverRun(span);
        }
        match info.shadowed {
            Some(span) => Why::Shadowed(span),
            None if info.done.filled => Why::Filled,
            None if info.done.consumed => Why::PartNeverUsed,
            None if info.uses == 0 => Why::NeverUsed,
            None => Why::OnlyBorrowed,
        }
    }

    /// Whether the body does anything that settles this debt.
    fn is_settled_anywhere(&self, debt: Debt) -> bool {
        (0..self.frame.graph.blocks.len()).any(|node| self.is_settled_in(Node(node), debt))
    }

    fn is_settled_in(&self, node: Node, debt: Debt) -> bool {
        let (owner, kind) = &self.frame.debts[debt.0];
        self.frame.graph.blocks[node.0].ops.iter().any(|op| match op {
            Op::Settle(binding) | Op::Empty(binding) | Op::Drop(binding, _) => binding == owner,
            Op::Narrow(binding, _) => binding == owner && !matches!(kind, Kind::Part(_)),
            Op::Lend(binding) => binding == owner && !matches!(kind, Kind::Handle),
            Op::SettleField(settled) => *settled == debt,
            Op::Birth(_) | Op::BirthEmpty(_) | Op::Put(_) | Op::Leave(..) => false,
        })
    }

    /// The branch that decides: this way the debt stays, and on another it is settled.
    fn branch(&self, loss: &Loss) -> Option<Way> {
        let mut seen = HashSet::from([loss.node]);
        let mut waiting = vec![loss.node];
        while let Some(node) = waiting.pop() {
            for (before, way) in &self.predecessors[node.0] {
                let owes = |state: State| state.may_owe(loss.debt);
                if !self.state_behind(*before).is_some_and(owes) {
                    continue;
                }
                let ways = &self.frame.graph.blocks[before.0].edges;
                let mut others = ways.iter().filter(|edge| edge.to != node);
                if !matches!(way, Way::Next) && others.any(|edge| self.settles(edge.to, loss)) {
                    return Some(*way);
                }
                if seen.insert(*before) {
                    waiting.push(*before);
                }
            }
        }
        None
    }

    /// Whether the debt is settled on some path from here, before it is lost.
    fn settles(&self, from: Node, loss: &Loss) -> bool {
        let mut seen = HashSet::from([from, loss.node]);
        let mut waiting = vec![from];
        while let Some(node) = waiting.pop() {
            let Some(state) = self.state_behind(node) else { continue };
            if self.is_settled_in(node, loss.debt) {
                return true;
            }
            if state.may_owe(loss.debt) {
                let next = self.frame.graph.blocks[node.0].edges.iter().map(|edge| edge.to);
                waiting.extend(next.filter(|node| seen.insert(*node)));
            }
        }
        false
    }

    fn state_behind(&self, node: Node) -> Option<State> {
        self.solution.exit(&self.frame.graph, node, &self.debts)
    }

    /// The questions about a debt. A closure's are those about what it has captured.
    fn asks(&self, info: &Info, kind: &Kind) -> Vec<Ask> {
        match kind {
            Kind::Whole => info.asks.clone(),
            Kind::Part(ask) => vec![ask.clone()],
            Kind::Handle => {
                each_binding(info, |ask, name| Some(Ask { subject: Subject::Handle(name), ..ask }))
            }
            Kind::Field(Member::Unnamed(index)) => each_binding(info, |ask, binding| {
                let mut keep = vec![false; index.index as usize];
                keep.push(true);
                Some(Ask { subject: Subject::Positions { binding, keep, rest: false }, ..ask })
            }),
            Kind::Field(member) => each_binding(info, |ask, name| {
                let anchor = info.first_field_use?;
                Some(Ask { anchor, subject: Subject::Field(name, member.clone()), ..ask })
            }),
            Kind::Rest => each_binding(info, |ask, name| self.rest(info, ask, name)),
        }
    }

    /// The question about all positions of a tuple but those that are moved out. Of a struct,
    /// nobody can name the fields that are not mentioned.
    fn rest(&self, info: &Info, ask: Ask, binding: Ident) -> Option<Ask> {
        let moved = info.debts.iter().filter_map(|debt| match &self.frame.debts[debt.0].1 {
            Kind::Field(member) => Some(member),
            _ => None,
        });
        let positions: Option<Vec<usize>> = moved.map(position).collect();
        let positions = positions?;
        let last = positions.iter().max().copied().unwrap_or(0);
        let keep = (0..=last).map(|position| !positions.contains(&position)).collect();
        Some(Ask { subject: Subject::Positions { binding, keep, rest: true }, ..ask })
    }
}

fn position(member: &Member) -> Option<usize> {
    match member {
        Member::Unnamed(index) => Some(index.index as usize),
        Member::Named(_) => None,
    }
}

fn each_binding(info: &Info, question: impl Fn(Ask, Ident) -> Option<Ask>) -> Vec<Ask> {
    let bindings = info.asks.iter().filter_map(|ask| match &ask.subject {
        Subject::Binding(name) => question(ask.clone(), name.clone()),
        _ => None,
    });
    bindings.collect()
}

/// Names that are written in more than one place of macro expansion: two variables of one name may
/// be meant, which syntax cannot tell apart.
fn mixed_names(body: &Block, names: &HashSet<String>) -> HashSet<String> {
    fn read(
        tokens: TokenStream,
        names: &HashSet<String>,
        known: &mut HashMap<String, String>,
        mixed: &mut HashSet<String>,
    ) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => read(group.stream(), names, known, mixed),
                TokenTree::Ident(ident) => {
                    let name = ident.to_string();
                    if names.contains(&name) {
                        let context = context(ident.span());
                        let first = known.entry(name.clone()).or_insert_with(|| context.clone());
                        if *first != context {
                            mixed.insert(name);
                        }
                    }
                }
                TokenTree::Literal(_) | TokenTree::Punct(_) => {}
            }
        }
    }

    let (mut known, mut mixed) = (HashMap::new(), HashSet::new());
    if !names.is_empty() {
        read(quote::ToTokens::to_token_stream(body), names, &mut known, &mut mixed);
    }
    mixed
}

/// The expansion that a span comes from, as far as it can be seen: `#3 bytes(10..20)`.
///
/// There is no better way on stable; should the text ever change, all spans are of one kind.
fn context(span: Span) -> String {
    let text = format!("{span:?}");
    match text.split_once(' ') {
        Some((number, _)) if number.starts_with('#') => number.to_owned(),
        _ => String::new(),
    }
}

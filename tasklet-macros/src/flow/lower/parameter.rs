//! The parameters of a function: they owe from the beginning.

use std::collections::HashMap;

use proc_macro2::Span;
use quote::ToTokens as _;
use syn::visit::{self, Visit};
use syn::{Block, Ident, Pat, PatType, Receiver, ReceiverKind, Type};

use super::hole::Hole;
use super::pattern::Born;
use super::{Frame, Lowering};
use crate::flow::graph::{Op, Reason};
use crate::flow::local::{Ask, Caret, Info};
use crate::flow::message::Why;
use crate::flow::place::Anchor;
use crate::flow::report::Found;
use crate::flow::types::type_owes_nothing;
use crate::flow::visible;
use crate::question::Subject;

impl Lowering {
    pub(crate) fn new(body: &Block) -> Lowering {
        let mut words: HashMap<String, usize> = HashMap::new();
        visible::words(body.to_token_stream(), &mut |word| {
            if word.starts_with('_') {
                *words.entry(word).or_default() += 1;
            }
        });
        let once = words.into_iter().filter(|(_, count)| *count == 1);
        let lonely = once.map(|(word, _)| word).collect();
        Lowering { frames: vec![Frame::new()], found: Found::default(), lonely, conditions: 0 }
    }

    /// `self` owes if it is taken by value. One of many owners of it does not.
    pub(crate) fn receiver(&mut self, receiver: &Receiver, body: &Block) {
        let by_value = match &receiver.kind {
            ReceiverKind::Reference(..) => false,
            ReceiverKind::Typed(_, ty) => {
                let ty = ty.to_token_stream().to_string();
                ty == "Self" || ty.starts_with("Box")
            }
            _ => true,
        };
        let ident = Ident::from(receiver.self_token);
        let ask = Ask {
            anchor: Anchor::head(body),
            caret: Caret::at(ident.span()),
            subject: Subject::Binding(ident),
            name: Some("self".to_owned()),
        };
        let asks = if by_value { vec![ask] } else { Vec::new() };
        let frame = self.frame();
        let binding = frame.bind(Info { asks, ..Info::default() });
        frame.names.push(("self".to_owned(), binding));
        frame.op(Op::Birth(binding));
    }

    pub(crate) fn parameter(&mut self, typed: &PatType, body: &Block) {
        let anchor = Anchor::head(body);
        if type_owes_nothing(&typed.ty) || visible::are_conditional(&typed.attrs) {
            self.bind(&typed.pat, anchor, Born::Harmless);
            return;
        }
        match &*typed.pat {
            Pat::Wild(wild) => {
                self.unused_parameter(&typed.ty, anchor, wild.underscore_token.span, None);
            }
            // The body cannot name it: expansion gives such a parameter a name of its own.
            Pat::Ident(name) if is_unused(&name.ident, body) => {
                let known = Some(name.ident.to_string());
                self.unused_parameter(&typed.ty, anchor, name.ident.span(), known);
            }
            pat => {
                if !is_opaque(&typed.ty) {
                    self.unused_parts(pat, &typed.ty, anchor);
                }
                self.bind(pat, anchor, Born::Owed);
            }
        }
    }

    /// `_` inside the pattern of a parameter.
    fn unused_parts(&mut self, pat: &Pat, ty: &Type, anchor: Anchor) {
        for Hole { pattern, name: hole, place, .. } in self.holes(pat) {
            let subject = Subject::PartOf { ty: ty.to_token_stream(), pattern, hole };
            let ask = Ask { anchor, subject, caret: Caret::at(place), name: None };
            self.found.push(ask, Reason::Swallowed, None);
        }
    }

    fn unused_parameter(&mut self, ty: &Type, anchor: Anchor, place: Span, name: Option<String>) {
        if is_opaque(ty) {
            return;
        }
        let (reason, why) = match name {
            Some(_) => (Reason::End, Some(Why::NeverUsed)),
            None => (Reason::Swallowed, None),
        };
        let subject = Subject::Type(ty.to_token_stream());
        self.found.push(Ask { anchor, subject, caret: Caret::at(place), name }, reason, why);
    }

    /// Reads the function itself, at last. What is found comes back.
    pub(crate) fn function(mut self, block: &Block) -> Found {
        self.body(block);
        if let Some(frame) = self.frames.pop() {
            crate::flow::report::frame(&frame, |_| true, &mut self.found);
        }
        self.found
    }
}

fn is_unused(name: &Ident, body: &Block) -> bool {
    let name = name.to_string();
    name.starts_with('_') && !visible::mentions(body.to_token_stream(), &|word| word == name)
}

/// Whether a type cannot be written a second time.
fn is_opaque(ty: &Type) -> bool {
    struct Finder(bool);

    impl<'ast> Visit<'ast> for Finder {
        fn visit_type(&mut self, ty: &'ast Type) {
            self.0 |= matches!(ty, Type::ImplTrait(_) | Type::Macro(_) | Type::Infer(_));
            visit::visit_type(self, ty);
        }

        fn visit_lifetime(&mut self, lifetime: &'ast syn::Lifetime) {
            self.0 |= lifetime.ident == "_";
        }
    }

    let mut finder = Finder(false);
    finder.visit_type(ty);
    finder.0
}

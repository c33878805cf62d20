//! Which names does a body surely use, and which does it not mention at all?

use std::collections::HashSet;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Expr, ExprAssign, ExprLit, ExprPath, Ident, Item, Lit, Macro, PatIdent};

use crate::item::Body;
use crate::macros;

/// The names in one body.
#[derive(Default)]
pub(crate) struct Mentions {
    /// Read as a variable, in a place that syntax understands.
    read: HashSet<String>,
    /// Bound by a pattern, so that a mention may mean something else than the parameter.
    bound: HashSet<String>,
    /// Every word, and every text, since a format string may mention a name.
    words: HashSet<String>,
    texts: Vec<String>,
}

impl Mentions {
    pub(crate) fn of(body: &Body) -> Mentions {
        let mut mentions = Mentions::default();
        mentions.collect_words(body.tokens.stream());
        if let Some(block) = &body.block {
            mentions.visit_block(block);
        }
        mentions
    }

    /// Those of an expression.
    pub(crate) fn of_expression(expr: &Expr) -> Mentions {
        let mut mentions = Mentions::default();
        mentions.visit_expr(expr);
        mentions
    }

    /// Whether the expression may read a variable of this name from outside of it. Its words are
    /// those in macros that nobody knows.
    pub(crate) fn may_read(&self, name: &Ident) -> bool {
        let name = name.to_string();
        self.read.contains(&name) || self.words.contains(&name)
    }

    /// Whether the variable of this name from outside the body is used in it.
    pub(crate) fn surely_uses(&self, name: &Ident) -> bool {
        let name = name.to_string();
        self.read.contains(&name) && !self.bound.contains(&name)
    }

    /// Whether the body may mean this name.
    pub(crate) fn may_mean(&self, name: &Ident) -> bool {
        let name = name.to_string();
        self.words.contains(&name) || self.texts.iter().any(|text| text.contains(&name))
    }

    fn collect_words(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.collect_words(group.stream()),
                TokenTree::Ident(ident) => _ = self.words.insert(ident.to_string()),
                TokenTree::Literal(literal) => self.texts.push(literal.to_string()),
                TokenTree::Punct(_) => {}
            }
        }
    }

    /// `"{name}"` and `"{name:?}"` in an argument of a macro of std.
    fn read_format_string(&mut self, text: &str) {
        for argument in text.replace("{{", "").split('{').skip(1) {
            let end = argument.find(['}', ':']).unwrap_or(argument.len());
            self.read.insert(argument[..end].trim().to_owned());
        }
    }
}

impl<'ast> Visit<'ast> for Mentions {
    fn visit_expr_path(&mut self, path: &'ast ExprPath) {
        if let Some(name) = path.path.get_ident() {
            self.read.insert(name.to_string());
        }
    }

    /// To be assigned is not to be read.
    fn visit_expr_assign(&mut self, assign: &'ast ExprAssign) {
        if !matches!(*assign.left, Expr::Path(_)) {
            self.visit_expr(&assign.left);
        }
        self.visit_expr(&assign.right);
    }

    fn visit_pat_ident(&mut self, binding: &'ast PatIdent) {
        self.bound.insert(binding.ident.to_string());
        visit::visit_pat_ident(self, binding);
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        let Some(expressions) = macros::expressions(mac) else {
            return self.collect_words(mac.tokens.clone());
        };
        for expr in expressions {
            if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &expr {
                self.read_format_string(&text.value());
            }
            let mut inner = Mentions::default();
            inner.visit_expr(&expr);
            self.read.extend(inner.read);
            self.bound.extend(inner.bound);
            self.words.extend(inner.words);
        }
    }

    /// A nested item cannot see the parameters.
    fn visit_item(&mut self, _: &'ast Item) {}
}

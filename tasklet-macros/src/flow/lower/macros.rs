//! Macro calls: what is known of std's and of the usual ones, and silence about all others.

use syn::parse::{ParseStream, Parser as _};
use syn::{Expr, ExprLit, Lit, Macro, Pat, Token};

use super::{Lowering, Move};
use crate::flow::graph::{Op, Reason, Way};
use crate::flow::visible::words;
use crate::macros::{self, Returning};

impl Lowering {
    pub(super) fn macro_(&mut self, mac: &Macro) -> Vec<Move> {
        if let Some(returning) = macros::returning(mac) {
            self.returning(mac, returning);
            return Vec::new();
        }
        if let Some(name) = macros::drops_losers(mac) {
            self.select(mac, name);
            return Vec::new();
        }
        if macros::passes_on(mac) {
            return self.arguments(mac, |this, args| this.operands(args.iter()));
        }
        if macros::only_looks(mac) {
            if let Some(args) = macros::expressions(mac) {
                args.iter().for_each(|arg| self.place(arg));
                self.debugged(&args);
            }
            if macros::diverges(mac) {
                self.stop();
            }
            return Vec::new();
        }
        self.arguments(mac, |this, args| {
            let moves = this.operands(args.iter());
            this.settle(moves);
            Vec::new()
        })
    }

    /// A future can be shown by `{:?}`. One that is made for that is dropped then.
    fn debugged(&mut self, args: &[Expr]) {
        let shows = |arg: &Expr| match arg {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.value().contains('?'),
            _ => false,
        };
        if !args.iter().any(shows) {
            return;
        }
        for arg in args {
            if let (Expr::Call(_) | Expr::MethodCall(_), Some(ask)) = (arg, self.ask_copy(arg)) {
                self.found.push(ask, Reason::Temporary, None);
            }
        }
    }

    /// The arguments of a macro, if they can be read as expressions.
    fn arguments(
        &mut self,
        mac: &Macro,
        read: impl FnOnce(&mut Lowering, &[Expr]) -> Vec<Move>,
    ) -> Vec<Move> {
        match macros::any_expressions(mac) {
            Some(args) => read(self, &args),
            None => self.opaque(&mac.tokens),
        }
    }

    /// `bail!(…)` leaves, and `ensure!(condition, …)` leaves if the condition is false.
    fn returning(&mut self, mac: &Macro, returning: Returning) {
        let span = syn::spanned::Spanned::span(&mac.path);
        let args = macros::any_expressions(mac).unwrap_or_default();
        args.iter().for_each(|arg| self.place(arg));
        match returning {
            Returning::Always(name) => {
                self.op(Op::Leave(None, Reason::Macro(name, span)));
                self.stop();
            }
            Returning::Sometimes(name) => self.exit(Reason::Macro(name, span), None),
        }
    }

    /// `select!`: what is not the first to be ready is dropped.
    fn select(&mut self, mac: &Macro, name: &'static str) {
        let span = syn::spanned::Spanned::span(&mac.path);
        let Ok(branches) = select_branches.parse2(mac.tokens.clone()) else {
            self.opaque(&mac.tokens);
            return;
        };
        for branch in &branches {
            if let Some(Expr::Reference(polled)) = &branch.future {
                self.place(&polled.expr);
            } else if let Some(future) = &branch.future {
                self.lose_argument(future, Reason::Loser(name, span));
            }
        }
        let before = self.frame().here;
        let end = self.frame().graph.add();
        for branch in &branches {
            self.branch(before, Way::Arm(syn::spanned::Spanned::span(&branch.handler)));
            let scope = self.enter();
            // What is ready has been polled to its end: `&mut x` is used up here.
            if let Some(Expr::Reference(polled)) = &branch.future
                && let Some(binding) = self.variable(&polled.expr)
            {
                self.op(Op::Empty(binding));
            }
            self.hide_names(&branch.names);
            self.consume(&branch.handler);
            self.leave(scope);
            let frame = self.frame();
            let last = frame.here;
            frame.graph.link(last, end, Way::Next);
        }
        self.frame().here = end;
    }

    /// Names that a macro binds: they hide others, and nothing is known of them.
    pub(super) fn hide_names(&mut self, names: &[String]) {
        for name in names {
            let frame = self.frame();
            let binding = frame.bind(crate::flow::local::Info::default());
            frame.names.push((name.clone(), binding));
        }
    }
}

/// `pattern = future, if condition => handler,` or `else => handler,`.
struct SelectBranch {
    names: Vec<String>,
    future: Option<Expr>,
    handler: Expr,
}

fn select_branches(input: ParseStream<'_>) -> syn::Result<Vec<SelectBranch>> {
    let mut branches = Vec::new();
    if input.peek(syn::Ident) && input.peek2(Token![;]) {
        input.parse::<syn::Ident>()?;
        input.parse::<Token![;]>()?;
    }
    while !input.is_empty() {
        branches.push(select_branch(input)?);
        input.parse::<Option<Token![,]>>()?;
    }
    Ok(branches)
}

fn select_branch(input: ParseStream<'_>) -> syn::Result<SelectBranch> {
    let mut names = Vec::new();
    let mut future: Option<Expr> = None;
    if input.peek(Token![else]) {
        input.parse::<Token![else]>()?;
    } else if input.peek(syn::Ident) && input.peek2(Token![=>]) {
        input.parse::<syn::Ident>()?;
    } else {
        let pat = Pat::parse_multi_with_leading_vert(input)?;
        names = pattern_words(&pat);
        input.parse::<Token![=]>()?;
        future = Some(input.parse()?);
        if input.parse::<Option<Token![,]>>()?.is_some() {
            input.parse::<Token![if]>()?;
            input.parse::<Expr>()?;
        }
    }
    input.parse::<Token![=>]>()?;
    Ok(SelectBranch { names, future, handler: input.parse()? })
}

/// Every word of a pattern, its names among them.
pub(super) fn pattern_words(pat: &Pat) -> Vec<String> {
    let mut names = Vec::new();
    words(quote::ToTokens::to_token_stream(pat), &mut |word| names.push(word));
    names
}

//! A suspicion as a question to the compiler: in dead code, about a type that only it knows.
//!
//! Each question brings a trait of its own, which the answer of a type that owes does not
//! implement. So the error says exactly what was found, with the user's own names. What is asked
//! stands before the trait, where nothing of ours can hide a name of the user's.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote, quote_spanned};
use syn::{Expr, LitStr, Member};

use crate::hygiene::at;

/// How many positions a mask has: those of the longest tuple that is looked into.
const POSITIONS: usize = 12;

/// What is asked, and what the user reads if the answer is that it owes.
pub(crate) struct Question {
    /// What the error points to.
    pub(crate) caret: Caret,
    pub(crate) subject: Subject,
    /// What tells it from others: rustc names the question's trait, and would write the whole path
    /// of one of many that have the same name.
    pub(crate) tag: String,
    /// The error's first line.
    pub(crate) title: String,
    /// What stands at the caret.
    pub(crate) label: String,
    /// What to do about it.
    pub(crate) notes: Vec<String>,
}

/// The place that an error points to, from its first token to its last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caret {
    pub(crate) first: Span,
    pub(crate) last: Span,
}

impl Caret {
    pub(crate) fn at(span: Span) -> Caret {
        Caret { first: span, last: span }
    }

    pub(crate) fn over(tokens: &TokenStream) -> Caret {
        let mut spans = tokens.clone().into_iter().map(|token| token.span());
        let first = spans.next().unwrap_or_else(Span::call_site);
        Caret { first, last: spans.last().unwrap_or(first) }
    }
}

/// Whose type is asked for.
#[derive(Clone)]
pub(crate) enum Subject {
    /// A binding, at any depth.
    Binding(Ident),
    /// A binding, and only whether it is itself a handle.
    Handle(Ident),
    /// A tuple: `keep` says which of its first positions are asked about, `rest` whether those
    /// behind them are.
    Positions { binding: Ident, keep: Vec<bool>, rest: bool },
    /// A field of a binding.
    Field(Ident, Member),
    /// A copy of an expression, which is typed but never run.
    Copy(TokenStream),
    /// The part of a value that a pattern picks out with its one binding, `hole`.
    Hole { source: TokenStream, pattern: TokenStream, hole: Ident },
    /// The same of a value of a type that is written down.
    PartOf { ty: TokenStream, pattern: TokenStream, hole: Ident },
    /// A type that is written down.
    Type(TokenStream),
    /// The expression around which the question is put.
    Live,
    /// What that expression gives, if it is an iterator.
    Items,
}

/// All questions of one place, in a statement that is never run.
///
/// Output:
///
/// ```text
/// if false {
///     let k_ = K::new();
///     k_.stop();
///     let verdict_ = verdict(&x, open() as *const _);
///     {
///         #[diagnostic::on_unimplemented(message = "…", label = "…", note = "…")]
///         trait Awaited { fn type_() -> PhantomData<Self> { PhantomData } }
///         #[diagnostic::do_not_recommend]
///         impl Awaited for Fine {}
///         same(verdict_, Awaited::type_());
///     }
///     k_.end();
/// }
/// ```
///
/// Behind `stop` nothing counts as a use, a move or a borrow of `x`: the user's code means what it
/// means without us, to the compiler and to its lints.
pub(crate) fn dead_code(questions: &[Question], runtime: &TokenStream) -> TokenStream {
    let Some(first) = questions.first() else { return TokenStream::new() };
    let asked = questions.iter().map(|question| ask(question, runtime));
    quote_spanned! {at(first.caret.first)=>
        if false {
            let k_ = #runtime::K::new();
            k_.stop();
            #(#asked)*
            k_.end();
        }
    }
}

/// An expression that is run, with questions about its own type.
///
/// Output: `tie(expr, |value_| { … })`, where the closure is never called, and has the questions.
///
/// A copy would not do where the type of the expression is decided by what stands around it: the
/// copy stands elsewhere.
pub(crate) fn tied(questions: &[Question], expr: &Expr, runtime: &TokenStream) -> TokenStream {
    let Some(first) = questions.first() else { return expr.to_token_stream() };
    let place = at(first.caret.first);
    let asked = questions.iter().map(|question| ask(question, runtime));
    quote_spanned! {place=>
        #runtime::tie(#expr, |value_| {
            let k_ = #runtime::K::new();
            k_.stop();
            #(#asked)*
            k_.end();
        })
    }
}

/// What [`Subject::Live`] is, and the source of a [`Subject::Hole`] in it.
pub(crate) fn live_value(place: Span) -> TokenStream {
    quote_spanned!(at(place)=> value_)
}

/// One question, as statements.
fn ask(question: &Question, runtime: &TokenStream) -> TokenStream {
    let place = at(question.caret.first);
    match &question.subject {
        Subject::Hole { source, pattern, hole } => {
            part(question, &in_parentheses(source, place), (pattern, hole), runtime)
        }
        Subject::PartOf { ty, pattern, hole } => {
            let source = quote_spanned!(place=> #runtime::any::<#ty>());
            part(question, &source, (pattern, hole), runtime)
        }
        subject => answer(question, &verdict(subject, place, runtime), runtime),
    }
}

/// A question about the part of a value that a pattern picks out.
fn part(
    question: &Question,
    source: &TokenStream,
    (pattern, hole): (&TokenStream, &Ident),
    runtime: &TokenStream,
) -> TokenStream {
    let place = at(question.caret.first);
    let verdict = quote_spanned!(place=> #runtime::verdict(&#hole, #runtime::open() as *const _));
    let answer = answer(question, &verdict, runtime);
    // With a guard, nobody can say that the second arm is unreachable.
    quote_spanned! {place=>
        match #source {
            #pattern if #runtime::any() => { #answer }
            _ => {}
        }
    }
}

/// The expression whose type is the answer.
fn verdict(subject: &Subject, place: Span, runtime: &TokenStream) -> TokenStream {
    match subject {
        Subject::Live => {
            let value = live_value(place);
            quote_spanned!(place=> #runtime::verdict(&#value, #runtime::open() as *const _))
        }
        Subject::Items => {
            let value = live_value(place);
            quote_spanned!(place=> #runtime::verdict_items(&#value, #runtime::open() as *const _))
        }
        Subject::Binding(x) | Subject::Hole { hole: x, .. } | Subject::PartOf { hole: x, .. } => {
            quote_spanned!(place=> #runtime::verdict(&#x, #runtime::open() as *const _))
        }
        Subject::Handle(x) => {
            quote_spanned!(place=> #runtime::verdict_handle(&#x, #runtime::open() as *const _))
        }
        Subject::Positions { binding, keep, rest } => {
            let kept = keep.iter().chain(std::iter::repeat(rest)).take(POSITIONS);
            let mask = kept.map(|&keep| match keep {
                true => quote_spanned!(place=> #runtime::Keep),
                false => quote_spanned!(place=> #runtime::Skip),
            });
            quote_spanned! {place=>
                #runtime::verdict_masked(
                    &#binding, ::core::marker::PhantomData::<(#(#mask,)*)>,
                    #runtime::open() as *const _
                )
            }
        }
        Subject::Field(x, member) => {
            quote_spanned!(place=> #runtime::verdict(&#x.#member, #runtime::open() as *const _))
        }
        // Without the first branch, what stands around an expression that diverges would be
        // reported as unreachable. (A label would catch a `break` of the user's.)
        Subject::Copy(expr) => {
            let expr = as_tail(expr, place);
            quote_spanned! {place=>
                #runtime::verdict(
                    &if #runtime::any() { #runtime::any() } else { #expr },
                    #runtime::open() as *const _
                )
            }
        }
        Subject::Type(ty) => quote_spanned! {place=>
            #runtime::verdict(&#runtime::any::<#ty>(), #runtime::open() as *const _)
        },
    }
}

/// The demand that an answer be [`Fine`], and the error if it is not.
///
/// Only the call at the caret has the user's own span: the error points there, and does not speak
/// of a macro.
fn answer(question: &Question, verdict: &TokenStream, runtime: &TokenStream) -> TokenStream {
    let Question { caret, title, label, notes, .. } = question;
    let place = at(caret.first);
    let [title, label] = [title, label].map(|text| literal(text, place));
    let notes = notes.iter().map(|text| literal(text, place));
    let mut call = Group::new(Delimiter::Parenthesis, TokenStream::new());
    call.set_span(caret.last);
    let Question { tag, .. } = question;
    let awaited = Ident::new(&format!("Awaited_{tag}"), place);
    let shown = Ident::new(&awaited.to_string(), caret.first);
    let blamed = quote_spanned!(caret.first=> #shown::type_);
    let blamed = quote!(#blamed #call);
    quote_spanned! {place=>
        let verdict_ = #verdict;
        {
            #[diagnostic::on_unimplemented(message = #title, label = #label #(, note = #notes)*)]
            trait #awaited {
                fn type_() -> ::core::marker::PhantomData<Self> {
                    ::core::marker::PhantomData
                }
            }
            #[diagnostic::do_not_recommend]
            impl #awaited for #runtime::Fine {}
            #runtime::same(verdict_, #blamed);
        }
    }
}

/// A text of a message, in which braces would be the compiler's own parameters.
fn literal(text: &str, place: Span) -> LitStr {
    LitStr::new(&text.replace('{', "{{").replace('}', "}}"), place)
}

/// An expression as the end of a block, where one that begins like a statement would end early:
/// `{ 1 } + 1`.
fn as_tail(expr: &TokenStream, place: Span) -> TokenStream {
    if let Some(TokenTree::Group(group)) = sole_token(expr)
        && group.delimiter() == Delimiter::Brace
    {
        // A block of ours: nobody says that its braces are one pair too many.
        let mut block = Group::new(Delimiter::Brace, group.stream());
        block.set_span(place);
        return TokenTree::Group(block).into();
    }
    match syn::parse2(expr.clone()) {
        Ok(Expr::Binary(_) | Expr::Cast(_) | Expr::Call(_) | Expr::Index(_) | Expr::Range(_))
            if begins_like_a_statement(expr) =>
        {
            in_parentheses(expr, place)
        }
        _ => expr.clone(),
    }
}

fn sole_token(tokens: &TokenStream) -> Option<TokenTree> {
    let mut tokens = tokens.clone().into_iter();
    tokens.next().filter(|_| tokens.next().is_none())
}

fn begins_like_a_statement(expr: &TokenStream) -> bool {
    match expr.clone().into_iter().next() {
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Brace,
        Some(TokenTree::Punct(punct)) => punct.as_char() == '\'',
        Some(TokenTree::Ident(word)) => {
            ["if", "match", "loop", "while", "for", "unsafe", "const", "async"]
                .iter()
                .any(|keyword| word == *keyword)
        }
        Some(TokenTree::Literal(_)) | None => false,
    }
}

/// Our parentheses around an expression of the user's, of which no lint speaks.
fn in_parentheses(expr: &TokenStream, place: Span) -> TokenStream {
    let mut group = Group::new(Delimiter::Parenthesis, expr.clone());
    group.set_span(place);
    TokenTree::Group(group).into()
}

/// Our braces around a body of the user's.
pub(crate) fn braced(tokens: &TokenStream) -> TokenStream {
    let mut group = Group::new(Delimiter::Brace, tokens.clone());
    group.set_span(at(Caret::over(tokens).first));
    TokenTree::Group(group).into()
}

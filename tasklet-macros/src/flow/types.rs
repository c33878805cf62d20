//! What syntax alone rules out: types and expressions that cannot hold a handle. For these, no
//! question is asked, since each costs rustc some time.

use syn::{BinOp, Block, Expr, GenericArgument, PathArguments, Stmt, Type, UnOp};

use super::effect::{bare, gives_references};

/// Types without parameters that are not a handle, whoever they belong to.
const PLAIN: [&str; 24] = [
    "bool",
    "char",
    "f32",
    "f64",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "isize",
    "str",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
    "String",
    "Duration",
    "Instant",
    "PathBuf",
    "SystemTime",
    "OsString",
    "SocketAddr",
];

/// Whether no value of this type can owe.
pub(crate) fn type_owes_nothing(ty: &Type) -> bool {
    match ty {
        Type::Reference(_) | Type::Ptr(_) | Type::FnPtr(_) | Type::Never(_) => true,
        Type::Array(array) => type_owes_nothing(&array.elem),
        Type::Slice(slice) => type_owes_nothing(&slice.elem),
        Type::Tuple(tuple) => tuple.elems.iter().all(type_owes_nothing),
        Type::Paren(paren) => type_owes_nothing(&paren.elem),
        Type::Group(group) => type_owes_nothing(&group.elem),
        Type::Path(path) => path.qself.is_none() && path_owes_nothing(&path.path),
        _ => false,
    }
}

fn path_owes_nothing(path: &syn::Path) -> bool {
    const HOLDERS: [&str; 9] =
        ["Option", "Vec", "Result", "Box", "Arc", "Rc", "HashMap", "BTreeMap", "VecDeque"];

    let Some(last) = path.segments.last() else { return false };
    match &last.arguments {
        PathArguments::None => PLAIN.iter().any(|plain| last.ident == plain),
        PathArguments::AngleBracketed(_) if last.ident == "PhantomData" => true,
        PathArguments::AngleBracketed(arguments) => {
            HOLDERS.iter().any(|holder| last.ident == holder)
                && arguments.args.iter().all(|argument| match argument {
                    GenericArgument::Type(ty) => type_owes_nothing(ty),
                    _ => false,
                })
        }
        PathArguments::Parenthesized(_) => false,
    }
}

/// Whether the value of this expression cannot owe.
pub(super) fn value_owes_nothing(expr: &Expr) -> bool {
    match bare(expr) {
        Expr::Assign(_)
        | Expr::Break(_)
        | Expr::Cast(_)
        | Expr::Closure(_)
        | Expr::Continue(_)
        | Expr::ForLoop(_)
        | Expr::Let(_)
        | Expr::Lit(_)
        | Expr::Range(_)
        | Expr::RawAddr(_)
        | Expr::Reference(_)
        | Expr::Return(_)
        // An empty statement, or syntax of which nothing is known.
        | Expr::Verbatim(_)
        | Expr::While(_) => true,
        Expr::Binary(binary) => !matches!(binary.op, BinOp::BitOr(_)),
        Expr::Unary(unary) => !matches!(unary.op, UnOp::Deref(_)),
        Expr::Call(call) => {
            matches!(bare(&call.func), Expr::Path(path) if is_plain_maker(&path.path))
        }
        Expr::MethodCall(call) => {
            matches!(bare(&call.receiver), Expr::Lit(_))
                || (call.args.is_empty() && is_plain_result(&call.method.to_string()))
        }
        Expr::Array(array) => array.elems.iter().all(value_owes_nothing),
        Expr::Tuple(tuple) => tuple.elems.iter().all(value_owes_nothing),
        Expr::Repeat(repeat) => value_owes_nothing(&repeat.expr),
        Expr::Macro(mac) => crate::macros::makes_plain_value(&mac.mac),
        _ => false,
    }
}

/// Methods that are called so for what they give: a text, or an iterator over references.
fn is_plain_result(method: &str) -> bool {
    gives_references(method)
        || matches!(
            method,
            "to_lowercase"
                | "to_owned"
                | "to_string"
                | "to_uppercase"
                | "trim"
                | "trim_end"
                | "trim_start"
        )
}

/// `String::new`, `Duration::from_secs` …
fn is_plain_maker(path: &syn::Path) -> bool {
    let mut names = path.segments.iter().rev().skip(1);
    names.next().is_some_and(|owner| PLAIN.iter().any(|plain| owner.ident == plain))
}

/// Whether `let x = expr` may keep a temporary of it alive.
pub(super) fn keeps_temporaries(expr: &Expr) -> bool {
    let block = |block: &Block| match block.stmts.last() {
        Some(Stmt::Expr(tail, None)) => keeps_temporaries(tail),
        _ => false,
    };
    match bare(expr) {
        Expr::Reference(_) => true,
        Expr::Array(array) => array.elems.iter().any(keeps_temporaries),
        Expr::Tuple(tuple) => tuple.elems.iter().any(keeps_temporaries),
        Expr::Struct(literal) => {
            literal.fields.iter().any(|field| keeps_temporaries(&field.expr))
                || literal.rest.as_deref().is_some_and(keeps_temporaries)
        }
        Expr::Cast(cast) => keeps_temporaries(&cast.expr),
        Expr::Repeat(repeat) => keeps_temporaries(&repeat.expr),
        Expr::Block(inner) => block(&inner.block),
        Expr::Unsafe(inner) => block(&inner.block),
        Expr::If(branch) => {
            let otherwise = branch.else_branch.as_ref();
            block(&branch.then_branch) || otherwise.is_some_and(|(_, expr)| keeps_temporaries(expr))
        }
        Expr::Match(branches) => branches.arms.iter().any(|arm| keeps_temporaries(&arm.body)),
        // `Some(&temporary())`
        Expr::Call(call) => is_constructor(&call.func) && call.args.iter().any(keeps_temporaries),
        Expr::Macro(mac) => !crate::macros::passes_on(&mac.mac),
        _ => false,
    }
}

fn is_constructor(callee: &Expr) -> bool {
    let Expr::Path(path) = bare(callee) else { return false };
    let last = path.path.segments.last();
    last.is_some_and(|last| last.ident.to_string().starts_with(char::is_uppercase))
}

/// Whether what this iterator gives may be its receiver's: values, and not references to some.
pub(super) fn may_give_owned(expr: &Expr) -> bool {
    match bare(expr) {
        Expr::MethodCall(call) => match call.method.to_string().as_str() {
            "cloned" | "copied" | "enumerate" | "filter" | "rev" | "skip" | "skip_while"
            | "step_by" | "take" | "take_while" => may_give_owned(&call.receiver),
            method => !gives_references(method),
        },
        Expr::Reference(_) | Expr::Range(_) | Expr::Lit(_) => false,
        _ => true,
    }
}

/// Whether an iterator over this goes over references: such a loop may stop anywhere.
pub(super) fn iterates_references(expr: &Expr) -> bool {
    match bare(expr) {
        Expr::Reference(_) | Expr::Range(_) | Expr::Lit(_) => true,
        Expr::MethodCall(call) => {
            let method = call.method.to_string();
            let is_adapter = matches!(
                method.as_str(),
                "cloned"
                    | "copied"
                    | "enumerate"
                    | "filter"
                    | "map"
                    | "rev"
                    | "skip"
                    | "step_by"
                    | "take"
                    | "take_while"
                    | "skip_while"
                    | "into_iter"
            );
            gives_references(&method) || (is_adapter && iterates_references(&call.receiver))
        }
        _ => false,
    }
}

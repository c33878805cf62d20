//! What methods, functions and macros that are known by their names do to their operands.
//!
//! A name is not a type: a method of this name may be somebody else's. So a table here decides only
//! whether a question is asked; rustc answers it.

use syn::{Expr, ExprMethodCall, Path};

/// What a method does to the variable it is called on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnReceiver {
    /// Looks at it.
    Borrows,
    /// Gives access to what is in it, by which it may be emptied.
    Lends,
    /// Puts its arguments in.
    Fills,
    /// Takes all out, and gives it to the caller.
    Empties,
    /// Drops all that is in it.
    Clears,
    /// Takes it by value, as far as is known.
    Consumes,
}

/// Methods of handles and queues that take `&self` or `&mut self`.
const HANDLE_BORROWS: [&str; 10] = [
    "done",
    "state",
    "wait",
    "get_exception",
    "get_error",
    "check_success",
    "add_callback",
    "add_immediate_callback",
    "finished",
    "getq",
];

/// Methods of std's containers that take `&self` or `&mut self`, and leave all in its place.
const BORROWS: [&str; 56] = [
    "as_deref",
    "as_deref_mut",
    "as_mut",
    "as_mut_slice",
    "as_ref",
    "as_slice",
    "borrow",
    "borrow_mut",
    "capacity",
    "cmp",
    "contains",
    "contains_key",
    "eq",
    "first",
    "first_mut",
    "fmt",
    "front",
    "get",
    "hash",
    "is_empty",
    "is_err",
    "is_none",
    "is_ok",
    "is_some",
    "iter",
    "keys",
    "last",
    "len",
    "ne",
    "next",
    "next_back",
    "partial_cmp",
    "peek",
    "pop",
    "pop_back",
    "pop_first",
    "pop_front",
    "pop_last",
    "remove",
    "remove_entry",
    "reserve",
    "retain",
    "reverse",
    "shrink_to_fit",
    "sort",
    "sort_by",
    "sort_by_key",
    "sort_unstable",
    "sort_unstable_by_key",
    "split_off",
    "swap",
    "swap_remove",
    "to_string",
    "truncate",
    "values",
    "back",
];

const LENDS: [&str; 6] = ["by_ref", "front_mut", "get_mut", "iter_mut", "last_mut", "values_mut"];

const FILLS: [&str; 10] = [
    "append",
    "entry",
    "extend",
    "get_or_insert",
    "insert",
    "push",
    "push_back",
    "push_front",
    "replace",
    "set",
];

const EMPTIES: [&str; 4] = ["clone", "drain", "into_inner", "take"];

/// What `x.method(…)` does to `x`.
pub(super) fn on_receiver(method: &str) -> OnReceiver {
    if HANDLE_BORROWS.contains(&method) || BORROWS.contains(&method) {
        OnReceiver::Borrows
    } else if LENDS.contains(&method) {
        OnReceiver::Lends
    } else if FILLS.contains(&method) {
        OnReceiver::Fills
    } else if EMPTIES.contains(&method) {
        OnReceiver::Empties
    } else if method == "clear" {
        OnReceiver::Clears
    } else {
        OnReceiver::Consumes
    }
}

/// Whether a method looks at a handle, or at what may hold one, and gives back something that does
/// not.
pub(super) fn only_looks(method: &str) -> bool {
    const TESTS: [&str; 8] =
        ["is_empty", "is_err", "is_none", "is_ok", "is_some", "len", "next", "nth"];
    HANDLE_BORROWS.contains(&method) || TESTS.contains(&method)
}

/// Whether `None` of this method says that nothing is left in its receiver.
pub(super) fn none_says_empty(method: &str) -> bool {
    const POPS: [&str; 10] = [
        "getq",
        "next",
        "next_back",
        "pop",
        "pop_back",
        "pop_first",
        "pop_front",
        "pop_last",
        "take",
        "try_next",
    ];
    POPS.contains(&method)
}

/// Whether a method gives `None` or an `Err` where its receiver holds nothing that owes.
pub(super) fn looks_inside(method: &str) -> bool {
    const LOOKS: [&str; 10] = [
        "as_deref",
        "as_deref_mut",
        "as_mut",
        "as_ref",
        "back",
        "first",
        "first_mut",
        "front",
        "last",
        "last_mut",
    ];
    LOOKS.contains(&method)
}

/// Whether `true` (or `false`) of this method says that its receiver owes nothing.
pub(super) fn says_empty(method: &str) -> Option<bool> {
    match method {
        "is_empty" | "is_none" | "is_err" => Some(true),
        "is_some" | "is_ok" => Some(false),
        _ => None,
    }
}

/// Methods whose result borrows from a collection of things that are borrowed: what is iterated
/// over owes nothing.
pub(super) fn gives_references(method: &str) -> bool {
    const REFERENCES: [&str; 14] = [
        "as_bytes",
        "as_str",
        "bytes",
        "char_indices",
        "chars",
        "chunks",
        "iter",
        "iter_mut",
        "keys",
        "lines",
        "split",
        "split_whitespace",
        "values",
        "windows",
    ];
    REFERENCES.contains(&method)
}

/// Functions that drop or leak their argument, as messages name them.
pub(super) fn discards(path: &Path) -> Option<&'static str> {
    let mut names = path.segments.iter().rev().map(|segment| segment.ident.to_string());
    let last = names.next()?;
    let owner = names.next();
    match (owner.as_deref(), last.as_str()) {
        (None | Some("mem"), "drop") => Some("drop"),
        // A bare `forget` may be anybody's.
        (Some("mem"), "forget") => Some("mem::forget"),
        (Some("ManuallyDrop"), "new") => Some("ManuallyDrop::new"),
        (Some("Box"), "leak") => Some("Box::leak"),
        _ => None,
    }
}

/// Methods that drop what an iterator gives, all of it or all but one.
pub(super) fn discards_items(call: &ExprMethodCall) -> Option<&'static str> {
    match (call.method.to_string().as_str(), call.args.first().map(bare)) {
        ("count", None) => Some("count"),
        ("last", None) => Some("last"),
        ("for_each", Some(Expr::Path(path))) => discards(&path.path),
        _ => None,
    }
}

/// Functions that drop what is not ready in time.
pub(super) fn loses(path: &Path, arguments: usize) -> Option<&'static str> {
    let name = path.segments.last()?.ident.to_string();
    match (name.as_str(), arguments) {
        ("timeout", 2) => Some("timeout"),
        ("timeout_at", 2) => Some("timeout_at"),
        ("race", 2) => Some("race"),
        ("select", 2) => Some("select"),
        ("select_all", 1) => Some("select_all"),
        ("select_ok", 1) => Some("select_ok"),
        ("try_select", 2) => Some("try_select"),
        _ => None,
    }
}

/// Whether a method makes of a handle what is polled.
pub(super) fn makes_pollable(method: &str) -> bool {
    matches!(method, "into_future" | "fuse" | "boxed" | "boxed_local")
}

/// Functions of ours that leave what they wait for where it is.
pub(super) fn only_waits(path: &Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident == "wait_all")
}

/// Functions that never return.
pub(super) fn diverges(path: &Path) -> bool {
    let mut names = path.segments.iter().rev().map(|segment| segment.ident.to_string());
    let (last, owner) = (names.next(), names.next());
    matches!(
        (owner.as_deref(), last.as_deref()),
        (Some("process"), Some("exit" | "abort"))
            | (Some("panic"), Some("resume_unwind" | "panic_any"))
            | (None, Some("resume_unwind" | "panic_any" | "unreachable_unchecked"))
            | (Some("hint"), Some("unreachable_unchecked"))
    )
}

/// `None`, `Vec::new()` and their like: values that hold nothing yet.
pub(super) fn is_empty_value(expr: &Expr) -> bool {
    match bare(expr) {
        Expr::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "None"),
        Expr::Array(array) => array.elems.is_empty(),
        Expr::Repeat(repeat) => is_empty_value(&repeat.expr),
        Expr::Macro(mac) => mac.mac.path.is_ident("vec") && mac.mac.tokens.is_empty(),
        Expr::Call(call) => match bare(&call.func) {
            Expr::Path(path) => makes_empty_container(&path.path),
            _ => false,
        },
        _ => false,
    }
}

fn makes_empty_container(path: &Path) -> bool {
    let mut names = path.segments.iter().rev().map(|segment| segment.ident.to_string());
    let (Some(last), Some(owner)) = (names.next(), names.next()) else { return false };
    let is_container = matches!(
        owner.as_str(),
        "Vec"
            | "VecDeque"
            | "HashMap"
            | "BTreeMap"
            | "LinkedList"
            | "FuturesUnordered"
            | "FuturesOrdered"
            | "JoinSet"
            | "SmallVec"
            | "ArrayVec"
            | "IndexMap"
    );
    match last.as_str() {
        "new" | "with_capacity" | "with_hasher" => is_container,
        "default" => true,
        _ => false,
    }
}

/// An expression without the parentheses and invisible groups around it.
pub(super) fn bare(expr: &Expr) -> &Expr {
    match expr {
        Expr::Paren(paren) => bare(&paren.expr),
        Expr::Group(group) => bare(&group.expr),
        other => other,
    }
}

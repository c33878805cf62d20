//! All that is known of names: how compilers call what the proof looks for, and which functions
//! and types of others leave nothing behind. One file, so that a new compiler is one file's work;
//! its tests read what the installed compilers write.

#[cfg(test)]
mod tests;

/// A symbol as a person would write it, without hashes.
pub(crate) fn demangle(symbol: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(symbol))
}

/// LLVM's own functions.
pub(crate) fn is_intrinsic(symbol: &str) -> bool {
    symbol.starts_with("llvm.")
}

/// Methods of `Debug`, `Display` and their like: a table with one of these was made to format
/// something, which takes a reference.
pub(crate) fn is_formatting(symbol: &str) -> bool {
    ["3fmt5Debug3fmt", "3fmt7Display3fmt"].iter().any(|method| symbol.contains(method))
}

/// Whether a mangled symbol is a function of the formatters themselves.
pub(crate) fn is_formatter(symbol: &str) -> bool {
    symbol.contains("4core3fmt")
        && demangle(symbol).trim_start_matches('<').starts_with("core::fmt::")
}

/// Whether a type is a pointer's target that is known by such a trait alone: its drop goes through
/// a table that was made to format something.
pub(crate) fn is_formatted(of: &str) -> bool {
    // A user's trait that asks for no more than `Debug` has the same table.
    let is_stds = ["dyn core::", "dyn alloc::", "dyn std::"].iter().any(|own| of.starts_with(own));
    of.starts_with("dyn core::fmt::") || of.starts_with("dyn ") && !is_stds
}

/// The type whose drop glue a demangled function is. `drop_in_place` until 1.96, then `drop_glue`.
pub(crate) fn glue(function: &str) -> Option<&str> {
    let glue = ["core::ptr::drop_in_place::<", "core::ptr::drop_glue::<"];
    let rest = glue.iter().find_map(|glue| function.strip_prefix(glue))?;
    rest.strip_suffix('>')
}

/// Whether a mangled symbol may be drop glue: a quick look before it is demangled.
pub(crate) fn may_be_glue(symbol: &str) -> bool {
    symbol.contains("13drop_in_place") || symbol.contains("9drop_glue")
}

/// Whether a symbol is mangled in the way of all crates that are read.
pub(crate) fn is_current(symbol: &str) -> bool {
    symbol.starts_with("_R")
}

/// Whether a demangled name has a path that begins with this crate.
pub(crate) fn mentions(name: &str, crate_name: &str) -> bool {
    name.match_indices(crate_name).any(|(at, _)| {
        let is_whole = name[at + crate_name.len()..].starts_with("::");
        let before = name[..at].chars().next_back();
        is_whole && before.is_none_or(|c| matches!(c, '<' | '(' | '[' | '&' | ' ' | '*' | '{'))
    })
}

/// The functions of the runtime that every run must find something in, or nothing.
pub(crate) const CANARY: &str = "tasklet_core::__private::canary::";

/// Whether a mangled symbol is a canary's, or that of a closure or block in one.
pub(crate) fn is_canary(symbol: &str) -> bool {
    symbol.contains("6canary") && demangle(symbol).starts_with(CANARY)
}

/// The types that owe a result. What contains one of them owes as well.
const OWING: &[&str] = &[
    "tasklet_core::future::TaskletFuture",
    "tasklet_core::future::awaiting::Awaiting",
    "tasklet_core::future::awaiting::LocalAwaiting",
    "tasklet_core::future::local::LocalTaskletFuture",
    "tasklet_core::future::shared::AwaitingShared",
    "tasklet_core::future::shared::SharedFuture",
    "tasklet_core::future::timeout::TimedOut",
    "tasklet_core::future::timeout::Timeout",
    "tasklet_core::join::Join",
    "tasklet_core::join::any::WaitAny",
    "tasklet_core::queue::completion::QueueFuture",
    "tasklet_core::queue::multi::MultiFuture",
    "tasklet_core::queue::reducing::ReducingFuture",
    "tasklet_core::queue::serial::SerialQueueFuture",
];

/// Whether a type owes by itself.
pub(crate) fn owes(of: &str) -> bool {
    OWING.contains(&head(of))
}

/// Whether the compiler's own name of drop glue is that of a future it has made: of an `async`
/// function, block or closure. `drop_in_place<a::f::{async_fn_env#0}<u8>>` is.
pub(crate) fn is_coroutine(subprogram: &str) -> bool {
    let of = subprogram.split_once('<').map_or(subprogram, |(_, of)| of);
    let (mut depth, mut before, mut last) = (0, ' ', "");
    for (at, c) in of.char_indices() {
        match c {
            '{' if depth == 0 => last = &of[at..],
            '<' | '(' | '[' => depth += 1,
            '>' if before != '-' => depth -= 1,
            ')' | ']' => depth -= 1,
            _ => {}
        }
        before = c;
    }
    last.starts_with("{async_")
}

/// Whether the compiler's own name of a function is that of such a future's body.
pub(crate) fn is_coroutine_body(subprogram: &str) -> bool {
    subprogram.starts_with("{async_")
}

/// Whether a function is the body of a closure or coroutine of this type.
pub(crate) fn is_body_of(function: &str, of: &str) -> bool {
    may_be_body(function) && body(function) == body(of)
}

/// Whether a function may be the body of a closure or coroutine.
pub(crate) fn may_be_body(function: &str) -> bool {
    function.contains("::{closure#")
}

/// The name of the body of a closure or coroutine, which is that of its type, but for `f::<u8>`
/// where a type has `f<u8>`.
pub(crate) fn body(name: &str) -> String {
    name.replace("::<", "<")
}

/// Whether a function of the runtime always gives `None`: that of the expansions which tells the
/// compiler a body's type.
pub(crate) fn is_never(function: &str) -> bool {
    function.starts_with("tasklet_core::__private::never::<")
}

/// A type's path, without its arguments: `alloc::vec::Vec` of `alloc::vec::Vec<u8>`.
pub(crate) fn head(of: &str) -> &str {
    match of.strip_suffix('>') {
        Some(_) if !of.starts_with(['<', '(', '[', '&', '*']) => {
            let head = &of[..of.find('<').unwrap_or(of.len())];
            head.strip_suffix("::").unwrap_or(head)
        }
        _ => of,
    }
}

/// A type's arguments: `u8` and `String` of `Result<u8, String>`.
pub(crate) fn arguments(of: &str) -> Vec<&str> {
    let head = head(of);
    if head.len() == of.len() {
        return Vec::new();
    }
    let inside = of[head.len()..].trim_start_matches("::");
    let inside = inside.strip_prefix('<').and_then(|inside| inside.strip_suffix('>'));
    inside.map(split).unwrap_or_default()
}

/// Splits at the commas that no bracket encloses.
fn split(list: &str) -> Vec<&str> {
    let (mut depth, mut from, mut before) = (0, 0, ' ');
    let mut parts = Vec::new();
    for (at, c) in list.char_indices() {
        match c {
            '<' | '(' | '[' | '{' => depth += 1,
            // The arrow of a function's type closes nothing.
            '>' if before != '-' => depth -= 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(list[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
        before = c;
    }
    parts.push(list[from..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// What a call tells of the place that is its first argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event<'a> {
    /// A poll: if it is ready, the future of this type has no more to drop.
    Poll(&'a str),
    /// An iterator's next item, or a collection's: if there is none, what this type holds is gone.
    Next(&'a str),
    /// All that was there is taken out.
    Take,
    /// A question: if the answer is this one, there is nothing.
    Asked(i64),
    /// The same place under another name: `Pin::new(&mut place)`.
    Same,
    /// The place that the argument points to: `pin.as_mut()`.
    Inside,
}

/// What the call of a demangled function tells of its first argument.
pub(crate) fn event(function: &str) -> Option<Event<'_>> {
    if let Some(of) = implemented(function, " as core::future::future::Future>::poll") {
        return Some(Event::Poll(of));
    }
    for next in [
        " as core::iter::traits::iterator::Iterator>::next",
        " as core::iter::traits::double_ended::DoubleEndedIterator>::next_back",
    ] {
        if let Some(of) = implemented(function, next) {
            // From behind, `Skip` leaves what it skips.
            let is_behind = next.ends_with("back") || of.contains("::rev::Rev<");
            let keeps = is_behind && of.contains("::skip::Skip<");
            return (!keeps).then_some(Event::Next(of));
        }
    }
    let (of, method) = method(function)?;
    let (head, method) = (head(of), head(method));
    match (head, method) {
        ("alloc::vec::Vec", "pop")
        | ("alloc::collections::vec_deque::VecDeque", "pop_front" | "pop_back")
        | ("alloc::collections::linked_list::LinkedList", "pop_front" | "pop_back")
        | ("alloc::collections::binary_heap::BinaryHeap", "pop")
        | ("alloc::collections::btree::map::BTreeMap", "pop_first" | "pop_last") => {
            Some(Event::Next(of))
        }
        ("core::option::Option", "take") => Some(Event::Take),
        ("core::option::Option", "is_none") => Some(Event::Asked(1)),
        ("core::option::Option", "is_some") => Some(Event::Asked(0)),
        (
            "alloc::vec::Vec"
            | "alloc::collections::vec_deque::VecDeque"
            | "alloc::collections::btree::map::BTreeMap"
            | "std::collections::hash::map::HashMap",
            "is_empty",
        ) => Some(Event::Asked(1)),
        ("alloc::vec::Vec" | "alloc::collections::vec_deque::VecDeque", "drain")
            if function.ends_with("<core::ops::range::RangeFull>") =>
        {
            Some(Event::Take)
        }
        ("core::mem", "take") => Some(Event::Take),
        ("core::pin::Pin", "new" | "new_unchecked" | "get_unchecked_mut" | "get_mut") => {
            Some(Event::Same)
        }
        ("core::pin::Pin", "as_mut") => Some(Event::Inside),
        _ => None,
    }
}

/// The type that a method is of, or `core::mem::take` is for.
pub(crate) fn about(function: &str) -> Option<&str> {
    match method(function)? {
        ("core::mem", method) => arguments(method).into_iter().next(),
        (of, _) => Some(of),
    }
}

/// `T` of `<T as Trait>::method`.
fn implemented<'a>(function: &'a str, rest: &str) -> Option<&'a str> {
    function.strip_suffix(rest)?.strip_prefix('<')
}

/// `Vec<T>` and `pop` of `<Vec<T>>::pop`, `core::mem` and `take::<T>` of `core::mem::take::<T>`.
fn method(function: &str) -> Option<(&str, &str)> {
    let Some(inside) = function.strip_prefix('<') else {
        let path = head(function);
        let at = path.rfind("::")?;
        return Some((&function[..at], &function[at + 2..]));
    };
    let mut depth = 1;
    let mut before = ' ';
    for (at, c) in inside.char_indices() {
        match c {
            '<' => depth += 1,
            '>' if before != '-' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&inside[..at], inside[at + 1..].strip_prefix("::")?));
        }
        before = c;
    }
    None
}

/// Iterators and collections that hold nothing more when they have given `None`.
const EXHAUSTED: &[&str] = &[
    "alloc::vec::Vec",
    "alloc::vec::into_iter::IntoIter",
    "alloc::vec::drain::Drain",
    "alloc::collections::vec_deque::VecDeque",
    "alloc::collections::vec_deque::into_iter::IntoIter",
    "alloc::collections::vec_deque::drain::Drain",
    "alloc::collections::linked_list::LinkedList",
    "alloc::collections::linked_list::IntoIter",
    "alloc::collections::binary_heap::BinaryHeap",
    "alloc::collections::binary_heap::IntoIter",
    "alloc::collections::btree::map::BTreeMap",
    "alloc::collections::btree::map::IntoIter",
    "alloc::collections::btree::map::IntoKeys",
    "alloc::collections::btree::map::IntoValues",
    "std::collections::hash::map::IntoIter",
    "std::collections::hash::map::IntoKeys",
    "std::collections::hash::map::IntoValues",
    "std::collections::hash::map::Drain",
    "core::array::iter::IntoIter",
    "core::option::IntoIter",
    "core::result::IntoIter",
    "core::iter::sources::once::Once",
];

/// Iterators that are as empty as the iterators in them when they have given `None`.
const PASSED_ON: &[&str] = &[
    "core::iter::adapters::chain::Chain",
    "core::iter::adapters::enumerate::Enumerate",
    "core::iter::adapters::filter::Filter",
    "core::iter::adapters::filter_map::FilterMap",
    "core::iter::adapters::flatten::FlatMap",
    "core::iter::adapters::flatten::Flatten",
    "core::iter::adapters::fuse::Fuse",
    "core::iter::adapters::inspect::Inspect",
    "core::iter::adapters::map::Map",
    "core::iter::adapters::peekable::Peekable",
    "core::iter::adapters::rev::Rev",
    "core::iter::adapters::skip::Skip",
];

/// Whether a value of this type owes nothing after `None`. `may_owe` tells of any other type in it
/// (the closure of a `Map`) whether it may owe.
pub(crate) fn is_exhausted(of: &str, may_owe: &dyn Fn(&str) -> bool) -> bool {
    EXHAUSTED.contains(&head(of))
        || !may_owe(of)
        || PASSED_ON.contains(&head(of))
            && arguments(of).iter().all(|inside| is_exhausted(inside, may_owe))
}

/// The discriminant of the variant of an enum of std that holds nothing that owes, if the other one
/// does.
pub(crate) fn empty_variant(of: &str, may_owe: &dyn Fn(&str) -> bool) -> Option<i64> {
    let owing = |position: usize| arguments(of).get(position).is_some_and(|of| may_owe(of));
    match head(of) {
        "core::option::Option" => Some(0),
        "core::task::poll::Poll" => Some(1),
        // `Ok` and `Continue` come first; `Break` is the first argument of its type.
        "core::result::Result" if owing(0) != owing(1) => Some(i64::from(owing(0))),
        "core::ops::control_flow::ControlFlow" if owing(0) != owing(1) => Some(i64::from(owing(1))),
        _ => None,
    }
}

/// Futures that are as finished as those in them.
const WRAPPED: &[&str] = &[
    "alloc::boxed::Box",
    "core::panic::unwind_safe::AssertUnwindSafe",
    "core::pin::Pin",
    "tracing::instrument::Instrumented",
];

/// Futures of others that drop or give back all that was in them before they are ready.
const FINISHED: &[&str] = &[
    "core::future::ready::Ready",
    "futures_util::future::future::Map",
    "futures_util::future::future::Then",
    "futures_util::future::future::map::Map",
    "futures_util::future::join::Join",
    "futures_util::future::join::Join3",
    "futures_util::future::join::Join4",
    "futures_util::future::join::Join5",
    "futures_util::future::join_all::JoinAll",
];

/// Whether a future of this type owes nothing when it is ready. `is_coroutine` tells of a type
/// whether the compiler has made it: such a future drops what it holds before it is ready, and that
/// is looked at in its own code.
pub(crate) fn is_finished(of: &str, is_coroutine: &dyn Fn(&str) -> bool) -> bool {
    is_coroutine(of)
        || of.starts_with("tasklet_core::")
        || FINISHED.contains(&head(of))
        || WRAPPED.contains(&head(of))
            && arguments(of).first().is_some_and(|inside| is_finished(inside, is_coroutine))
}

/// Methods of std that use up the value they are called on: where they drop it at their end, it is
/// empty. What the closures do that they call is looked at, as everywhere.
const USES_UP: &[(&str, &str)] = &[
    ("alloc::vec::into_iter::IntoIter", "fold"),
    ("alloc::vec::into_iter::IntoIter", "try_fold"),
    ("alloc::collections::vec_deque::into_iter::IntoIter", "fold"),
    ("alloc::collections::vec_deque::into_iter::IntoIter", "try_fold"),
    ("hashbrown::raw::RawIntoIter", "fold"),
    ("core::array::iter::IntoIter", "fold"),
    ("core::array::iter::IntoIter", "try_fold"),
];

/// Methods of others that name a type's glue for a panic alone: a table that grows while a hasher
/// panics.
const FOR_PANICS: &[(&str, &str)] = &[("hashbrown::raw::RawTable", "reserve_rehash")];

/// Whether a method leaves nothing in what it drops, a value of type `of`.
pub(crate) fn uses_up(function: &str, of: &str) -> bool {
    let Some((itself, method)) = method(function) else { return false };
    if let Some((_, vec)) = itself.split_once(" as alloc::vec::spec_extend::SpecExtend<") {
        // Its items are moved at one go.
        return vec.strip_suffix('>').is_some_and(|last| last.ends_with(of))
            && head(of) == "alloc::vec::into_iter::IntoIter";
    }
    let itself = itself.split_once(" as ").map_or(itself, |(itself, _)| itself);
    // The guard of `[T; N]::map`, which has given all items to the closure.
    let is_map = itself.starts_with('[') && head(method) == "try_map";
    is_map && head(of) == "core::array::drain::Drain"
        || itself == of && USES_UP.contains(&(head(itself), head(method)))
}

/// Whether a function goes through all of an iterator before it drops what is left of that, so that
/// nothing is left: `collect` into the memory of a `Vec`.
pub(crate) fn exhausts(function: &str, may_owe: &dyn Fn(&str) -> bool) -> bool {
    let arguments = function.strip_prefix("alloc::vec::in_place_collect::from_iter_in_place::<");
    let arguments = arguments.and_then(|arguments| arguments.strip_suffix('>'));
    let iterator = arguments.and_then(|arguments| split(arguments).into_iter().next());
    iterator.is_some_and(|iterator| is_exhausted(iterator, may_owe))
}

/// Whether a type is a queue, which is empty when it has given `None`.
pub(crate) fn is_queue(of: &str) -> bool {
    matches!(
        head(of),
        "tasklet_core::queue::completion::QueueFuture"
            | "tasklet_core::queue::serial::SerialQueueFuture"
    )
}

/// Whether a function asks a queue for its next item.
pub(crate) fn asks_queue(function: &str) -> bool {
    method(function).is_some_and(|(queue, method)| is_queue(queue) && method == "getq")
}

/// Whether a type is the future of a queue's next item.
pub(crate) fn is_of_queue(of: &str) -> bool {
    head(of) == "tasklet_core::queue::consumer::GetQ"
}

/// Whether a function, or a closure in it, comes to glue only when it panics.
pub(crate) fn is_for_panics(function: &str) -> bool {
    let Some((itself, method)) = method(function) else { return false };
    let method = &method[..method.find("::").unwrap_or(method.len())];
    FOR_PANICS.contains(&(head(itself), method))
}

/// Whether a source file is one of the standard library's, or of what that is built from, however
/// the compiler's maker calls the folder.
pub(crate) fn is_std(file: &str) -> bool {
    const FOLDERS: [&str; 6] = [
        "library/core/src/",
        "library/alloc/src/",
        "library/std/src/",
        "library/test/src/",
        "/rustc/",
        "/rust/deps/",
    ];
    FOLDERS.iter().any(|folder| file.contains(folder))
}

/// A name without the paths of its types: `TaskletFuture<Result<u8, String>>`.
pub(crate) fn short(name: &str) -> String {
    let mut short = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(first) = rest.chars().next() {
        let end = path_end(rest);
        if end == 0 {
            short.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            short.push_str(last_of(&rest[..end]));
            rest = &rest[end..];
        }
    }
    short.replace("::<", "<")
}

/// Where the path at the beginning of a text ends: `a::b::{closure#0}` of `a::b::{closure#0}<u8>`.
fn path_end(text: &str) -> usize {
    let mut end = 0;
    while let Some(next) = text[end..].chars().next() {
        let is_word = next.is_alphanumeric() || next == '_';
        let is_step = text[end..].starts_with("::") && !text[end..].starts_with("::<");
        if is_word {
            end += next.len_utf8();
        } else if is_step && end > 0 {
            end += 2;
        } else if next == '{' && text[..end].ends_with("::") {
            end += text[end..].find('}').map_or(1, |at| at + 1);
        } else {
            break;
        }
    }
    end
}

/// The last part of a path; of a closure, the function that it is in, too.
fn last_of(path: &str) -> &str {
    let named = path.find("::{").map_or(path, |at| &path[..at]);
    named.rfind("::").map_or(path, |at| &path[at + 2..])
}

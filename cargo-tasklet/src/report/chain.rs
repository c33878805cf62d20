//! The calls between the user's line and the drop.

use crate::names;
use crate::proof::{Cause, Finding, Frame, Place};

use super::source::Sources;

/// Of so many functions of std in a row all are named.
const STD_NAMED_MAX: usize = 3;

/// Whether nobody but the authors of std can change the function.
pub(super) fn is_std(frame: &Frame) -> bool {
    frame.place.as_ref().map_or_else(|| is_name_of_std(&frame.function), is_place_of_std)
}

fn is_place_of_std(place: &Place) -> bool {
    place.file.to_str().is_some_and(names::is_std)
}

fn is_name_of_std(name: &str) -> bool {
    let path = name.trim_start_matches(['<', '&', '*']);
    ["core::", "alloc::", "std::"].iter().any(|root| path.starts_with(root))
}

/// The function that the user looks for: who owns the holder, or else the last one in code that
/// can be changed.
pub(super) fn culprit(finding: &Finding) -> Option<&Frame> {
    let via = &finding.via;
    match finding.cause {
        Cause::Held => via.first(),
        Cause::Dropped | Cause::Erased => via.iter().rev().find(|frame| !is_std(frame)),
    }
}

/// A line for each call, but for those that say nothing new.
pub(super) fn lines(via: &[Frame], sources: &Sources<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for run in via.chunk_by(|a, b| is_std(a) == is_std(b)) {
        if !is_std(&run[0]) {
            lines.extend(run.iter().map(|frame| line(frame, sources)));
        } else if run.len() <= STD_NAMED_MAX {
            lines.extend(run.iter().map(|frame| format!("`{}`", name(frame))));
        } else {
            lines.push(format!("`{}`", name(&run[0])));
            lines.push(format!("… {} more of std …", run.len() - 2));
            lines.extend(run.last().map(|frame| format!("`{}`", name(frame))));
        }
    }
    lines
}

fn line(frame: &Frame, sources: &Sources<'_>) -> String {
    let Some(place) = &frame.place else { return format!("`{}`", frame.function) };
    format!("`{}` at {}:{}", frame.function, sources.name(&place.file), place.line)
}

/// What a person calls the function; those of std without what they are generic over.
pub(super) fn name(frame: &Frame) -> String {
    if is_std(frame) { bare(&frame.function) } else { frame.function.clone() }
}

/// `<core::iter::Map<I, F> as core::iter::Iterator>::fold::<u32>` to `<Map as Iterator>::fold`.
fn bare(name: &str) -> String {
    let Some((own, rest)) = name.strip_prefix('<').and_then(split_at_closing) else {
        return without_generics(name);
    };
    let own = without_generics(own);
    let own: Vec<_> = own.split(' ').filter_map(|word| word.rsplit("::").next()).collect();
    format!("<{}>{}", own.join(" "), without_generics(rest))
}

/// What stands before the `>` that closes what was open before the text, and what after it.
fn split_at_closing(text: &str) -> Option<(&str, &str)> {
    let mut depth = 1;
    for (at, step) in brackets(text) {
        depth += step;
        if depth == 0 {
            return Some((&text[..at], &text[at + 1..]));
        }
    }
    None
}

fn without_generics(name: &str) -> String {
    let mut bare = String::new();
    let mut depth = 0;
    let mut from = 0;
    for (at, step) in brackets(name) {
        if depth == 0 {
            bare.push_str(name[from..at].trim_end_matches("::"));
        }
        depth += step;
        from = at + 1;
    }
    bare + &name[from..]
}

/// Where angle brackets are, and whether they open (1) or close (-1). That of `->` does neither.
fn brackets(text: &str) -> impl Iterator<Item = (usize, i32)> {
    text.match_indices(['<', '>']).filter_map(|(at, bracket)| match bracket {
        "<" => Some((at, 1)),
        _ if text[..at].ends_with('-') => None,
        _ => Some((at, -1)),
    })
}

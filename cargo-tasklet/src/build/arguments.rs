//! The arguments of one rustc: what the wrapper must know of them.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::record::prefix_of_file;

/// Rustc's arguments, without the program.
#[derive(Clone, Debug)]
pub(super) struct Arguments(Vec<String>);

impl Arguments {
    /// None if one is no text, and so none of cargo's for a crate of ours. A response file
    /// (`@path`, an argument a line) is read as rustc would.
    pub(super) fn new(arguments: &[OsString]) -> io::Result<Option<Arguments>> {
        let mut all = Vec::new();
        for argument in arguments {
            let Some(argument) = argument.to_str() else { return Ok(None) };
            match argument.strip_prefix('@') {
                Some(path) => all.extend(fs::read_to_string(path)?.lines().map(String::from)),
                None => all.push(argument.to_owned()),
            }
        }
        Ok(Some(Arguments(all)))
    }

    pub(super) fn crate_name(&self) -> Option<&str> {
        self.values("--crate-name").last()
    }

    /// Rustc only answers a question.
    pub(super) fn is_query(&self) -> bool {
        let is_query = |a: &String| {
            a.starts_with("--print") || ["-vV", "-V", "--version", "-h", "--help"].contains(&&**a)
        };
        self.0.iter().any(is_query)
    }

    pub(super) fn is_test(&self) -> bool {
        self.0.iter().any(|argument| argument == "--test")
    }

    pub(super) fn crate_types(&self) -> Vec<&str> {
        self.values("--crate-type").flat_map(|types| types.split(',')).collect()
    }

    /// Rustc is to write a program or a library, not only to check it.
    pub(super) fn makes_code(&self) -> bool {
        self.values("--emit").flat_map(|kinds| kinds.split(',')).any(|kind| kind == "link")
    }

    /// Nobody links it: there is no need for its object code.
    pub(super) fn is_executable(&self) -> bool {
        self.is_test() || self.crate_types() == ["bin"]
    }

    /// What the names of all its outputs begin with; none if cargo does not say so.
    pub(super) fn prefix(&self) -> Option<PathBuf> {
        let folder = self.values("--out-dir").last()?;
        let extra = self.codegen("extra-filename").unwrap_or("");
        Some(Path::new(folder).join(format!("{}{extra}", self.crate_name()?)))
    }

    /// The prefixes of the crates that it links.
    pub(super) fn externs(&self) -> Vec<PathBuf> {
        let paths = self.values("--extern").filter_map(|value| value.split_once('='));
        let paths = paths.map(|(_, path)| Path::new(path));
        paths.filter_map(|path| Some(path.parent()?.join(prefix_of_file(path)?))).collect()
    }

    /// Without the object code of an executable; rustc takes all that any `--emit` names.
    pub(super) fn without_link(mut self) -> Arguments {
        let mut is_value = false;
        for argument in &mut self.0 {
            if let Some(kinds) = argument.strip_prefix("--emit=") {
                *argument = format!("--emit={}", text_for_link(kinds));
            } else if is_value {
                *argument = text_for_link(argument);
            }
            is_value = argument == "--emit";
        }
        self
    }

    /// The profile optimises, and does not say whether assertions are checked.
    pub(super) fn has_no_assertions_by_optimising(&self) -> bool {
        self.codegen("debug-assertions").is_none() && self.is_optimised()
    }

    /// The last one counts.
    fn is_optimised(&self) -> bool {
        let levels = self.codegen_values();
        let levels =
            levels.filter_map(|(at, option)| Some((at, option.strip_prefix("opt-level=")?)));
        let short = self.0.iter().enumerate().filter(|(_, argument)| *argument == "-O");
        let short = short.map(|(at, _)| (at, "3"));
        levels.chain(short).max_by_key(|(at, _)| *at).is_some_and(|(_, level)| level != "0")
    }

    /// The last value of a codegen option; empty if it has none.
    fn codegen(&self, name: &str) -> Option<&str> {
        let options = self.codegen_values().map(|(_, option)| option);
        let options = options.map(|option| option.split_once('=').unwrap_or((option, "")));
        // Rustc takes a dash and an underscore for the same.
        let named = options.filter(|(option, _)| option.replace('_', "-") == name);
        named.map(|(_, value)| value).last()
    }

    /// `-Cname=value`, `-C name=value` and `--codegen` in both forms, and where each is.
    fn codegen_values(&self) -> impl Iterator<Item = (usize, &str)> {
        let joined = |argument: &'_ str| !argument.is_empty();
        self.0.iter().enumerate().filter_map(move |(at, argument)| {
            let value = match argument.as_str() {
                "-C" | "--codegen" => self.0.get(at + 1)?.as_str(),
                long if long.starts_with("--codegen=") => &long["--codegen=".len()..],
                short => short.strip_prefix("-C").filter(|rest| joined(rest))?,
            };
            Some((at, value))
        })
    }

    /// `--name value` and `--name=value`.
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().enumerate().filter_map(move |(at, argument)| {
            let rest = argument.strip_prefix(name)?;
            match rest.is_empty() {
                true => self.0.get(at + 1).map(String::as_str),
                false => rest.strip_prefix('='),
            }
        })
    }

    pub(super) fn into_vec(self) -> Vec<String> {
        self.0
    }
}

fn text_for_link(kinds: &str) -> String {
    kinds
        .split(',')
        .map(|kind| if kind == "link" { "llvm-ir" } else { kind })
        .collect::<Vec<_>>()
        .join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(line: &str) -> Arguments {
        let all: Vec<_> = line.split(' ').map(OsString::from).collect();
        Arguments::new(&all).expect("no file to read").expect("all is text")
    }

    #[test]
    fn the_outputs_are_named_by_crate_and_hash() {
        let all = arguments("--crate-name a --out-dir /t/deps -C extra-filename=-12");
        assert_eq!(all.prefix(), Some(PathBuf::from("/t/deps/a-12")));
        let all = arguments("--crate-name=a --out-dir=/t/deps -Cmetadata=7");
        assert_eq!(all.prefix(), Some(PathBuf::from("/t/deps/a")));
        assert_eq!(arguments("--crate-name a -o /t/a").prefix(), None);
    }

    #[test]
    fn externs_are_known_by_the_names_of_their_outputs() {
        let all = arguments(
            "--extern a=/t/deps/liba-1.rmeta --extern proc_macro --extern=priv:b=/t/libb.rlib",
        );
        assert_eq!(all.externs(), [PathBuf::from("/t/deps/a-1"), PathBuf::from("/t/b")]);
    }

    #[test]
    fn an_executable_is_not_linked() {
        let all = arguments("--emit=dep-info,link --emit link -Clink-arg=link").without_link();
        assert_eq!(
            all.into_vec(),
            ["--emit=dep-info,llvm-ir", "--emit", "llvm-ir", "-Clink-arg=link"]
        );
    }

    #[test]
    fn the_last_optimisation_level_decides_on_assertions() {
        let is_off = |line| arguments(line).has_no_assertions_by_optimising();
        assert!(is_off("-C opt-level=3"));
        assert!(is_off("-Copt-level=0 -O"));
        assert!(!is_off("-O -Copt-level=0"));
        assert!(!is_off("-C debuginfo=2"));
        assert!(!is_off("--codegen=opt-level=3 -C debug-assertions=on"));
        assert!(!is_off("-Copt-level=3 -Cdebug_assertions"));
    }

    #[test]
    fn a_response_file_is_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("with space");
        fs::write(&file, "--crate-name\na b\n--test\n").expect("a file");
        let at = OsString::from(format!("@{}", file.display()));
        let all = Arguments::new(&[at]).expect("it is there").expect("all is text");
        assert_eq!(all.crate_name(), Some("a b"));
        assert!(all.is_test());
    }
}

//! One file of LLVM's text, and what is kept of it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::Error;
use super::debug::Debug;
use super::function::{
    Block, Function, Line, Site, Unread, Use, location_of, not_understood, opcode,
};
use super::scan::{self, symbols};
use crate::names;

/// A function or global of a module: its place in `symbols`.
pub(crate) type Symbol = u32;

/// What is kept of one file.
#[derive(Debug, Default)]
pub(crate) struct Module {
    pub(crate) file: PathBuf,
    /// The names, as the linker knows them.
    pub(crate) symbols: Vec<Box<str>>,
    pub(crate) functions: Vec<Function>,
    /// The globals that other modules may name, each with the functions that stand in it.
    pub(crate) statics: Vec<(Symbol, Vec<(Symbol, Use)>)>,
    pub(crate) debug: Debug,
}

/// Reads a file.
pub(crate) fn read(file: &Path) -> Result<Module, Error> {
    let fault = |line, what| Error { file: file.to_owned(), line, what };
    let text = fs::read_to_string(file).map_err(|error| fault(None, error.to_string()))?;
    let mut reader = Reader::default();
    reader.read(&text).map_err(|unread| fault(Some(unread.line + 1), unread.what))?;
    let mut module = reader.finish();
    module.file = file.to_owned();
    Ok(module)
}

#[derive(Default)]
struct Reader<'a> {
    module: Module,
    places: HashMap<&'a str, Symbol>,
    /// What stands in a constant: the functions and other constants that it names.
    constants: HashMap<Symbol, Vec<Symbol>>,
    /// Those of them that other modules may name.
    statics: Vec<Symbol>,
}

impl<'a> Reader<'a> {
    fn read(&mut self, text: &'a str) -> Result<(), Unread> {
        let mut offset = 0;
        let mut number = 0;
        while offset < text.len() {
            let rest = &text[offset..];
            let line = &rest[..rest.find('\n').map_or(rest.len(), |at| at + 1)];
            let length = if line.starts_with("define ") {
                let length = rest.find("\n}\n").map_or(rest.len(), |at| at + 3);
                self.function(&rest[..length], offset)
                    .map_err(|unread| Unread { line: number + unread.line, ..unread })?;
                length
            } else {
                self.top(line.trim_end()).map_err(|what| Unread { line: number, what })?;
                line.len()
            };
            number += rest[..length].bytes().filter(|byte| *byte == b'\n').count();
            offset += length;
        }
        Ok(())
    }

    /// A line outside of functions.
    fn top(&mut self, line: &'a str) -> Result<(), String> {
        let Some(first) = line.bytes().next() else { return Ok(()) };
        match first {
            b';' | b'$' | b'%' | b'^' => Ok(()),
            b'!' => self.module.debug.read(line).ok_or(()),
            b'@' => self.constant(line).ok_or(()),
            _ => {
                const KNOWN: [&str; 6] = [
                    "source_filename",
                    "target ",
                    "declare ",
                    "attributes ",
                    "module asm",
                    "uselistorder",
                ];
                KNOWN.iter().any(|known| line.starts_with(known)).then_some(()).ok_or(())
            }
        }
        .map_err(|()| not_understood(line))
    }

    fn constant(&mut self, line: &'a str) -> Option<()> {
        let (name, value) = scan::name(&line[1..])?;
        let value = value.strip_prefix(" = ")?;
        // It stands in another module.
        if value.starts_with("external ") {
            return Some(());
        }
        let named: Vec<_> = symbols(value).map(|symbol| self.symbol(symbol)).collect();
        let name = self.symbol(name);
        if !value.starts_with("private ") && !value.starts_with("internal ") {
            self.statics.push(name);
        }
        self.constants.insert(name, named);
        Some(())
    }

    fn symbol(&mut self, name: &'a str) -> Symbol {
        let next = self.module.symbols.len() as Symbol;
        let symbols = &mut self.module.symbols;
        *self.places.entry(name).or_insert_with(|| {
            symbols.push(name.into());
            next
        })
    }

    fn function(&mut self, text: &'a str, offset: usize) -> Result<(), Unread> {
        let head = text.lines().next().unwrap_or_default();
        let what = || "this function has no name".to_owned();
        let name = symbols(head).next().ok_or_else(|| Unread { line: 0, what: what() })?;
        let symbol = self.symbol(name);
        let blocks = Block::all(text)?;
        let reached = Block::reached(&blocks);
        let mut sites = Vec::new();
        for (block, _) in blocks.iter().zip(&reached).filter(|(_, is_reached)| **is_reached) {
            block.lines.iter().for_each(|line| self.sites(*line, &mut sites));
        }
        let subprogram = location_of(head);
        let text = offset..offset + text.len();
        self.module.functions.push(Function { symbol, subprogram, text, sites });
        Ok(())
    }

    fn sites(&mut self, line: Line<'a>, sites: &mut Vec<Site>) {
        let Some(first) = line.text.find('@') else { return };
        let is_call =
            matches!(opcode(line.text), "call" | "invoke" | "tail" | "musttail" | "notail");
        // What is called stands before the parenthesis; all other names are operands.
        let callee = is_call.then(|| line.text.find('(')).flatten();
        let callee = callee.filter(|open| line.text[..*open].contains('@'));
        let location = location_of(line.text);
        // A table that is handed to a formatter is used for that alone.
        let is_formatter = callee.is_some()
            && symbols(&line.text[first..]).next().is_some_and(names::is_formatter);
        for (position, name) in symbols(&line.text[first..]).enumerate() {
            if names::is_intrinsic(name) {
                continue;
            }
            let how = match position {
                0 if callee.is_some() => Use::Call,
                _ if is_formatter => Use::Formatted,
                _ => Use::Taken,
            };
            let target = self.symbol(name);
            sites.push(Site { target, how, location, index: line.index });
        }
    }

    /// Names of constants are replaced by those of the functions that stand in them.
    fn finish(mut self) -> Module {
        let mut functions = std::mem::take(&mut self.module.functions);
        for function in &mut functions {
            let mut sites = Vec::with_capacity(function.sites.len());
            for site in function.sites.drain(..) {
                if self.constants.contains_key(&site.target) {
                    self.expand(site.target, &mut Vec::new(), &mut |target, how| {
                        if (site.how, how) != (Use::Formatted, Use::Formatted) {
                            sites.push(Site { target, how, ..site });
                        }
                    });
                } else {
                    let how = if site.how == Use::Formatted { Use::Taken } else { site.how };
                    sites.push(Site { how, ..site });
                }
            }
            function.sites = sites;
        }
        self.module.functions = functions;
        for name in std::mem::take(&mut self.statics) {
            let mut named = Vec::new();
            self.expand(name, &mut Vec::new(), &mut |target, how| named.push((target, how)));
            self.module.statics.push((name, named));
        }
        self.module
    }

    fn expand(&self, symbol: Symbol, seen: &mut Vec<Symbol>, found: &mut impl FnMut(Symbol, Use)) {
        if seen.contains(&symbol) {
            return;
        }
        seen.push(symbol);
        let Some(named) = self.constants.get(&symbol) else { return };
        let text = |symbol: &Symbol| &*self.module.symbols[*symbol as usize];
        // A table with more methods in it is that of some other trait, which formats, too.
        let is_formatting =
            matches!(named.as_slice(), [_, method] if names::is_formatting(text(method)));
        for (position, symbol) in named.iter().enumerate() {
            match self.constants.contains_key(symbol) {
                true => self.expand(*symbol, seen, found),
                // The glue comes first in a table.
                false if is_formatting && position == 0 => found(*symbol, Use::Formatted),
                false => found(*symbol, Use::Taken),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"; ModuleID = 'x'
source_filename = "x"
@text = private unnamed_addr constant [5 x i8] c"@no\00", align 1
@vtable.0 = private constant <{ ptr, [16 x i8], ptr }> <{ ptr @glue, [16 x i8] c"\00", ptr @m }>

; Function Attrs: uwtable
define void @f() unnamed_addr #0 !dbg !5 {
start:
  call void @"g h"(ptr @vtable.0, ptr @text), !dbg !7
  ret void
}

define void @g() !dbg !5 {
start:
  %0 = load ptr, ptr @vtable.0, align 8
  call void %0(ptr @h)
  ret void
}

declare void @h()
attributes #0 = { uwtable }
!llvm.module.flags = !{!1}
!5 = !{}
"#;

    fn module(text: &str) -> Result<Module, Unread> {
        let mut reader = Reader::default();
        reader.read(text).map(|()| reader.finish())
    }

    #[test]
    fn calls_and_addresses_are_told_apart_and_tables_are_looked_into() {
        let module = module(TEXT).ok().expect("it is understood");
        let uses = |function: usize| {
            let sites = module.functions[function].sites.iter();
            sites.map(|site| (&*module.symbols[site.target as usize], site.how)).collect::<Vec<_>>()
        };
        assert_eq!(uses(0), [("g h", Use::Call), ("glue", Use::Taken), ("m", Use::Taken)]);
        assert_eq!(uses(1), [("glue", Use::Taken), ("m", Use::Taken), ("h", Use::Taken)]);
    }

    #[test]
    fn a_line_of_another_kind_is_an_error_with_its_number() {
        let Err(unread) = module(&TEXT.replace("declare", "proclaim")) else {
            panic!("a new word")
        };
        assert_eq!(unread.line + 1, 20);
    }
}

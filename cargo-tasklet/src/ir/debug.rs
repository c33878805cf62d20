//! Where code comes from: files, subprograms, and locations with the calls that were inlined.

use std::path::{Path, PathBuf};

use super::scan::{fields, number, unescape};

/// The number of a metadata node.
pub(crate) type Meta = u32;

#[derive(Clone, Debug, Default)]
enum Node {
    /// What the proof has no use for.
    #[default]
    Other,
    File(PathBuf),
    Subprogram {
        name: String,
        file: Meta,
        line: u32,
    },
    /// A lexical block: a part of another scope, maybe of another file.
    Block {
        scope: Meta,
        file: Meta,
    },
    Location {
        line: u32,
        column: u32,
        scope: Meta,
        inlined_at: Option<Meta>,
    },
}

/// The debug information of one module.
#[derive(Debug, Default)]
pub(crate) struct Debug {
    nodes: Vec<Node>,
}

/// A place in a source, and the function that it belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot<'a> {
    /// The compiler's name of the function, with the types it was made for.
    pub(crate) name: &'a str,
    pub(crate) file: &'a Path,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl Debug {
    /// Takes a line such as `!7 = !DILocation(…)`. `None` if it has no such shape.
    pub(super) fn read(&mut self, line: &str) -> Option<()> {
        let (key, node) = line.strip_prefix('!')?.split_once(" = ")?;
        let Ok(meta) = key.parse::<usize>() else {
            // `!llvm.module.flags = !{…}` and its like.
            return Some(());
        };
        let node = node_of(node.strip_prefix("distinct ").unwrap_or(node))?;
        if self.nodes.len() <= meta {
            self.nodes.resize(meta + 1, Node::Other);
        }
        self.nodes[meta] = node;
        Some(())
    }

    fn node(&self, meta: Meta) -> &Node {
        self.nodes.get(meta as usize).unwrap_or(&Node::Other)
    }

    fn file(&self, meta: Meta) -> Option<&Path> {
        match self.node(meta) {
            Node::File(path) => Some(path),
            _ => None,
        }
    }

    /// The head of a function.
    pub(crate) fn subprogram(&self, meta: Meta) -> Option<Spot<'_>> {
        match self.node(meta) {
            Node::Subprogram { name, file, line } => {
                Some(Spot { name, file: self.file(*file)?, line: *line, column: 0 })
            }
            Node::Block { scope, .. } => self.subprogram(*scope),
            _ => None,
        }
    }

    /// A location, innermost first, then the calls through which it was inlined.
    pub(crate) fn spots(&self, location: Meta) -> Vec<Spot<'_>> {
        let mut spots = Vec::new();
        let mut next = Some(location);
        while let Some(Node::Location { line, column, scope, inlined_at }) =
            next.map(|meta| self.node(meta))
        {
            if let Some(head) = self.subprogram(*scope) {
                let file = match self.node(*scope) {
                    Node::Block { file, .. } => self.file(*file).unwrap_or(head.file),
                    _ => head.file,
                };
                spots.push(Spot { file, line: *line, column: *column, ..head });
            }
            next = *inlined_at;
        }
        spots
    }
}

fn node_of(node: &str) -> Option<Node> {
    let Some(kind) = node.strip_prefix("!DI") else {
        return node.starts_with('!').then_some(Node::Other);
    };
    let (kind, _) = kind.split_once('(')?;
    match kind {
        "Location" => location(node),
        "LexicalBlock" | "LexicalBlockFile" => {
            let (mut scope, mut file) = (None, 0);
            for (key, value) in fields(node) {
                match key {
                    "scope" => scope = meta(value),
                    "file" => file = meta(value)?,
                    _ => {}
                }
            }
            Some(Node::Block { scope: scope?, file })
        }
        "Subprogram" => {
            let (mut name, mut file, mut line) = (String::new(), 0, 0);
            for (key, value) in fields(node) {
                match key {
                    "name" => name = unescape(value),
                    "file" => file = meta(value)?,
                    "line" => line = number(value)?,
                    _ => {}
                }
            }
            Some(Node::Subprogram { name, file, line })
        }
        "File" => {
            let (mut name, mut folder) = (None, "");
            for (key, value) in fields(node) {
                match key {
                    "filename" => name = Some(value),
                    "directory" => folder = value,
                    _ => {}
                }
            }
            Some(Node::File(Path::new(&unescape(folder)).join(unescape(name?))))
        }
        _ => Some(Node::Other),
    }
}

fn location(node: &str) -> Option<Node> {
    let (mut line, mut column, mut scope, mut inlined_at) = (0, 0, None, None);
    for (key, value) in fields(node) {
        match key {
            "line" => line = number(value)?,
            "column" => column = number(value)?,
            "scope" => scope = meta(value),
            "inlinedAt" => inlined_at = Some(meta(value)?),
            _ => {}
        }
    }
    Some(Node::Location { line, column, scope: scope?, inlined_at })
}

/// The number of `!7`.
fn meta(value: &str) -> Option<Meta> {
    number(value.strip_prefix('!')?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_is_followed_through_inlined_calls() {
        let text = r#"!1 = !DIFile(filename: "src/main.rs", directory: "/p", checksumkind: CSK_MD5)
!2 = !DIFile(filename: "/rustc/abc/library/core/src/mem/mod.rs", directory: "")
!3 = distinct !DISubprogram(name: "main", scope: !9, file: !1, line: 10, unit: !8)
!4 = distinct !DISubprogram(name: "drop<u8>", scope: !9, file: !2, line: 900, unit: !8)
!5 = !DILocation(line: 12, column: 5, scope: !6)
!6 = distinct !DILexicalBlock(scope: !3, file: !1, line: 11, column: 5)
!7 = !DILocation(line: 901, column: 1, scope: !4, inlinedAt: !5)"#;
        let mut debug = Debug::default();
        text.lines().for_each(|line| debug.read(line).expect("metadata"));
        let spots = debug.spots(7);
        let seen: Vec<_> = spots.iter().map(|spot| (spot.name, spot.line, spot.column)).collect();
        assert_eq!(seen, [("drop<u8>", 901, 1), ("main", 12, 5)]);
        assert_eq!(spots[1].file, Path::new("/p/src/main.rs"));
    }
}

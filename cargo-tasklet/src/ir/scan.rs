//! Words of a line: symbols, numbers, references to metadata.

/// All `@names` of a line, without the sign and without quotes. What stands in a string is none.
pub(crate) fn symbols(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        loop {
            let at = rest.find(['@', '"'])?;
            let (found, after) = (rest.as_bytes()[at], &rest[at + 1..]);
            if found == b'"' {
                rest = &after[after.find('"')? + 1..];
                continue;
            }
            let (name, after) = name(after)?;
            rest = after;
            return Some(name);
        }
    })
}

/// A name after its sign, and what follows it.
pub(super) fn name(text: &str) -> Option<(&str, &str)> {
    if let Some(quoted) = text.strip_prefix('"') {
        return quoted.split_once('"');
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$' | '-');
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// The number at the beginning of a text.
pub(super) fn number(text: &str) -> Option<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}

/// The fields of a node such as `!DILocation(line: 1, column: 2)`, with their values. A value in
/// quotes is without them.
pub(super) fn fields(node: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = node.split_once('(').map_or("", |(_, fields)| fields);
    std::iter::from_fn(move || {
        let (key, value) = rest.split_once(": ")?;
        if let Some(quoted) = value.strip_prefix('"') {
            let (value, after) = quoted.split_once('"')?;
            rest = after.strip_prefix(", ").unwrap_or_default();
            return Some((key, value));
        }
        let end = value.bytes().position(|byte| matches!(byte, b',' | b')')).unwrap_or(value.len());
        rest = value[end..].strip_prefix(", ").unwrap_or_default();
        Some((key, &value[..end]))
    })
}

/// `\5C` and its like, as LLVM writes what is not plain.
pub(super) fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = (*first == b'\\').then(|| after.get(..2)).flatten();
        let code = code.and_then(|hex| std::str::from_utf8(hex).ok());
        match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_found_and_strings_are_not() {
        let line =
            r#"@v = constant <{ ptr, [4 x i8] }> <{ ptr @"a b", [4 x i8] c"@no\22" }>, ptr @f.1"#;
        assert_eq!(symbols(line).collect::<Vec<_>>(), ["v", "a b", "f.1"]);
    }

    #[test]
    fn fields_are_told_from_what_stands_in_a_string() {
        let node = r#"!DISubprogram(name: "odd, line: 3", scope: !1, flags: A | B, line: 7)"#;
        let all: Vec<_> = fields(node).collect();
        let expected =
            [("name", "odd, line: 3"), ("scope", "!1"), ("flags", "A | B"), ("line", "7")];
        assert_eq!(all, expected);
    }

    #[test]
    fn escapes_are_undone() {
        assert_eq!(unescape(r"C:\5Csrc\5Cmain.rs"), r"C:\src\main.rs");
    }
}

//! A source file as a list of words: what Rust's own lexer sees, without comments and texts.

use proc_macro2::{TokenStream, TokenTree};

/// An identifier, a bracket or a sign, and where it stands.
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) line: usize,
}

/// All words of a file, those inside of macros included.
pub(crate) fn words(source: &str) -> Vec<Word> {
    let mut words = Vec::new();
    collect(source.parse().expect("it lexes, since it compiles"), &mut words);
    words
}

fn collect(stream: TokenStream, words: &mut Vec<Word>) {
    for token in stream {
        let line = token.span().start().line;
        match token {
            TokenTree::Group(group) => {
                let [open, close] = match group.delimiter() {
                    proc_macro2::Delimiter::Parenthesis => ["(", ")"],
                    proc_macro2::Delimiter::Brace => ["{", "}"],
                    proc_macro2::Delimiter::Bracket => ["[", "]"],
                    proc_macro2::Delimiter::None => ["", ""],
                };
                words.push(Word { text: open.to_owned(), line });
                collect(group.stream(), words);
                words.push(Word { text: close.to_owned(), line });
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {
                words.push(Word { text: token.to_string(), line });
            }
            // A text is none of our words; it only keeps them apart.
            TokenTree::Literal(_) => words.push(Word { text: String::new(), line }),
        }
    }
}

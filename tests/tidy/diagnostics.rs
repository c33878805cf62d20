//! Which messages of the attributes no UI test has ever seen, and which no page tells.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The texts in the functions of `source` that are in none of the messages, with their functions.
/// Those of functions in `except` are none of our business.
pub(crate) fn unseen(source: &str, except: &[&str], messages: &[&str]) -> Vec<String> {
    let mut functions = Vec::new();
    collect_functions(source.parse().expect("it lexes"), &mut functions);
    assert!(functions.iter().any(|function| !function.texts.is_empty()), "there are texts");
    functions.retain(|function| !except.contains(&function.name.as_str()));
    let offences = functions.into_iter().flat_map(|Function { name, texts }| {
        let unseen = texts.into_iter().filter(|text| !is_in_one(text, messages));
        unseen.map(move |text| format!("{name}: {text:?}"))
    });
    offences.collect()
}

struct Function {
    name: String,
    texts: Vec<String>,
}

fn collect_functions(stream: TokenStream, functions: &mut Vec<Function>) {
    let mut tokens = stream.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "fn" => {
                let Some(TokenTree::Ident(name)) = tokens.next() else { continue };
                functions.push(Function { name: name.to_string(), texts: Vec::new() });
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                // The body of a function is the first block after its name; that of an `impl`
                // has functions of its own.
                let before = functions.len();
                collect_functions(group.stream(), functions);
                if functions.len() == before
                    && let Some(function) = functions.last_mut()
                {
                    collect_texts(group.stream(), &mut function.texts);
                }
            }
            _ => {}
        }
    }
}

fn collect_texts(stream: TokenStream, texts: &mut Vec<String>) {
    for token in stream {
        match token {
            TokenTree::Group(group) => collect_texts(group.stream(), texts),
            TokenTree::Literal(literal) => {
                let text = syn::parse_str::<syn::LitStr>(&literal.to_string());
                texts.extend(text.map(|text| text.value()));
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
    }
}

/// Whether one message has every part of a text between its `{placeholders}`, in order.
fn is_in_one(text: &str, messages: &[&str]) -> bool {
    messages.iter().any(|message| message.lines().any(|line| has_parts(line, text)))
}

fn has_parts(mut line: &str, text: &str) -> bool {
    parts(text).iter().all(|part| match line.find(part.as_str()) {
        Some(at) => {
            line = &line[at + part.len()..];
            true
        }
        None => false,
    })
}

/// What stands between the placeholders of a format string.
fn parts(text: &str) -> Vec<String> {
    let text = text.replace("{{", "\u{1}").replace("}}", "\u{2}");
    let pieces = text.split('{').enumerate().map(|(at, piece)| {
        let literal = if at == 0 { piece } else { piece.split_once('}').map_or("", |(_, l)| l) };
        literal.replace('\u{1}', "{").replace('\u{2}', "}")
    });
    pieces.collect()
}

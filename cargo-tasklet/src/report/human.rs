//! For a person, as rustc would say it.

use annotate_snippets::renderer::{DEFAULT_NOTE_STYLE, DEFAULT_TERM_WIDTH};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::proof::{Finding, Place, Proof};

use super::source::{Excerpt, Sources};
use super::{Options, Verdict, chain, words};

/// All of it, with colours: the stream takes them away where they are not wanted.
pub(super) fn report(proof: &Proof, options: &Options, width: Option<usize>) -> String {
    let renderer = Renderer::styled().term_width(width.unwrap_or(DEFAULT_TERM_WIDTH));
    let mut sources = Sources::new(&options.root);
    let mut text = String::new();
    for finding in &proof.findings {
        text += &Told::new(finding, &mut sources).render(&renderer);
        text += "\n\n";
    }
    for sentence in &proof.unknown {
        let (what, todo) = words::unknown(sentence);
        let title = Level::ERROR.primary_title(what);
        text += &renderer.render(&[title.element(Level::HELP.message(todo))]);
        text += "\n\n";
    }
    if !options.quiet {
        text += &summary(proof, &renderer);
        text.push('\n');
    }
    text
}

fn summary(proof: &Proof, renderer: &Renderer) -> String {
    match Verdict::of(proof) {
        Verdict::Proved => {
            let style = DEFAULT_NOTE_STYLE;
            format!("{style}proved{style:#}{}", words::proved(proof))
        }
        Verdict::Findings | Verdict::Unknown => {
            let title = Level::ERROR.primary_title(words::not_proved(proof));
            renderer.render(&[Group::with_title(title)])
        }
    }
}

/// A finding, and what the source has to say about it.
#[derive(Debug)]
pub(super) struct Told<'a> {
    finding: &'a Finding,
    pub(super) title: String,
    pub(super) label: String,
    pub(super) help: &'static [&'static str],
    file: String,
    excerpt: Option<Excerpt>,
    /// The calls between the user's line and the drop, if the label does not say it all.
    chain: Vec<String>,
    culprit: Option<Culprit>,
}

/// The last one on the way that can be changed.
#[derive(Debug)]
struct Culprit {
    title: String,
    file: String,
    excerpt: Excerpt,
}

impl<'a> Told<'a> {
    pub(super) fn new(finding: &'a Finding, sources: &mut Sources<'_>) -> Self {
        let excerpt = sources.excerpt(&finding.place);
        let chain = match finding.via.len() {
            0 | 1 => Vec::new(),
            _ => chain::lines(&finding.via, sources),
        };
        Self {
            title: words::title(finding),
            label: words::label(finding, excerpt.as_ref()),
            help: words::help(finding, excerpt.as_ref()),
            file: sources.name(&finding.place.file),
            chain,
            culprit: culprit(finding, sources),
            excerpt,
            finding,
        }
    }

    pub(super) fn render(&self, renderer: &Renderer) -> String {
        let mut groups = vec![self.primary()];
        groups.extend(self.culprit.as_ref().map(|culprit| {
            let title = Level::NOTE.secondary_title(&culprit.title);
            title.element(snippet(&culprit.excerpt, &culprit.file, None))
        }));
        renderer.render(&groups)
    }

    fn primary(&self) -> Group<'_> {
        let title = Level::ERROR.primary_title(&self.title);
        let mut group = match &self.excerpt {
            Some(excerpt) => {
                let instance = words::instance(self.finding);
                let group = title.element(snippet(excerpt, &self.file, Some(&self.label)));
                group.elements(instance.map(|instance| Level::NOTE.message(instance)))
            }
            None => {
                let place = &self.finding.place;
                let label = format!("in `{}`: {}", self.finding.function, self.label);
                title.element(origin(place, &self.file)).element(Level::NOTE.message(label))
            }
        };
        let whole = words::whole(self.finding);
        group = group.elements(whole.map(|whole| Level::NOTE.message(whole)));
        if !self.chain.is_empty() {
            let chain = format!("{}\n{}", words::CHAIN, self.chain.join("\n"));
            group = group.element(Level::NOTE.message(chain));
        }
        group.elements(self.help.iter().map(|help| Level::HELP.message(*help)))
    }
}

fn culprit(finding: &Finding, sources: &mut Sources<'_>) -> Option<Culprit> {
    let frame = chain::culprit(finding)?;
    let place = frame.place.as_ref().filter(|place| **place != finding.place)?;
    Some(Culprit {
        title: words::culprit(finding.cause, &chain::name(frame)),
        file: sources.name(&place.file),
        excerpt: sources.excerpt(place).filter(|_| !chain::is_std(frame))?,
    })
}

fn snippet<'a>(
    excerpt: &'a Excerpt,
    file: &'a str,
    label: Option<&'a str>,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let caret = AnnotationKind::Primary.span(excerpt.span.clone()).label(label);
    let opening = excerpt.opening.clone().map(|span| AnnotationKind::Context.span(span));
    let snippet = Snippet::source(&excerpt.text).line_start(excerpt.start).path(file);
    snippet.annotation(caret).annotations(opening)
}

fn origin<'a>(place: &Place, file: &'a str) -> Origin<'a> {
    let number = |n: u32| usize::try_from(n).unwrap_or(usize::MAX);
    let origin = Origin::path(file).line(number(place.line));
    match place.column {
        0 => origin,
        column => origin.char_column(number(column)),
    }
}

//! For a program: an object in each line. `docs/PROOF.md` describes them; fields may be added,
//! and keep their names.

use annotate_snippets::Renderer;
use serde::Serialize;

use crate::proof::{Cause, Finding, Frame, Place, Proof};

use super::human::Told;
use super::source::Sources;
use super::{Options, Verdict, words};

#[derive(Serialize)]
#[serde(tag = "reason", rename_all = "lowercase")]
enum Line<'a> {
    Finding(Box<FindingLine<'a>>),
    Proof(ProofLine),
}

#[derive(Serialize)]
struct FindingLine<'a> {
    #[serde(flatten)]
    place: PlaceFields,
    function: &'a str,
    cause: &'static str,
    future: &'a str,
    dropped: &'a str,
    via: Vec<FrameLine<'a>>,
    message: &'a str,
    label: &'a str,
    help: &'a [&'a str],
    rendered: String,
}

#[derive(Serialize)]
struct FrameLine<'a> {
    function: &'a str,
    #[serde(flatten)]
    place: PlaceFields,
}

/// Null where the compiler tells none.
#[derive(Default, Serialize)]
struct PlaceFields {
    file: Option<String>,
    line: Option<u32>,
    column: Option<u32>,
}

#[derive(Serialize)]
struct ProofLine {
    findings: usize,
    functions: usize,
    crates: usize,
    unknown: Vec<UnknownLine>,
    verdict: Verdict,
}

#[derive(Serialize)]
struct UnknownLine {
    message: String,
    help: String,
}

/// A line for each finding, and one for all.
pub(super) fn report(proof: &Proof, options: &Options) -> serde_json::Result<String> {
    let mut sources = Sources::new(&options.root);
    let mut text = String::new();
    for finding in &proof.findings {
        let told = Told::new(finding, &mut sources);
        let line = Line::Finding(Box::new(finding_line(finding, &told, &sources)));
        text += &serde_json::to_string(&line)?;
        text.push('\n');
    }
    text += &serde_json::to_string(&Line::Proof(proof_line(proof)))?;
    text.push('\n');
    Ok(text)
}

fn finding_line<'a>(
    finding: &'a Finding,
    told: &'a Told<'_>,
    sources: &Sources<'_>,
) -> FindingLine<'a> {
    FindingLine {
        place: place_fields(&finding.place, sources),
        function: &finding.function,
        cause: match finding.cause {
            Cause::Dropped => "dropped",
            Cause::Held => "held",
            Cause::Erased => "erased",
        },
        future: &finding.future,
        dropped: &finding.dropped,
        via: finding.via.iter().map(|frame| frame_line(frame, sources)).collect(),
        message: &told.title,
        label: &told.label,
        help: told.help,
        rendered: told.render(&Renderer::plain()) + "\n",
    }
}

fn frame_line<'a>(frame: &'a Frame, sources: &Sources<'_>) -> FrameLine<'a> {
    let place = frame.place.as_ref().map(|place| place_fields(place, sources));
    FrameLine { function: &frame.function, place: place.unwrap_or_default() }
}

fn place_fields(place: &Place, sources: &Sources<'_>) -> PlaceFields {
    PlaceFields {
        file: Some(sources.name(&place.file)),
        line: Some(place.line),
        column: Some(place.column).filter(|column| *column != 0),
    }
}

fn proof_line(proof: &Proof) -> ProofLine {
    let unknown = proof.unknown.iter().map(|sentence| {
        let (message, help) = words::unknown(sentence);
        UnknownLine { message, help: help.to_owned() }
    });
    ProofLine {
        findings: proof.findings.len(),
        functions: proof.functions,
        crates: proof.crates,
        unknown: unknown.collect(),
        verdict: Verdict::of(proof),
    }
}

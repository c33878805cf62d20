//! How long does `cargo check` take for a crate of 1,000 functions with `#[tasklet]` on each of
//! them, beside the same crate with `#[tracing::instrument]`, and with nothing?
//!
//! The crates are written to the target folder: ten functions of about thirty lines (see
//! `compile_time/module.rs`), in as many modules as it takes. What they depend on is compiled
//! before. The contenders take turns; a turn checks the whole crate, or the crate in which one
//! number in one function is another.

use std::fs;
use std::path::Path;
use std::process::Command;

use benches::goals::{COMPILE_ALL, COMPILE_EDIT, INSTRUMENT};
use benches::{Kind, Question, timed};

const TYPES: &str = include_str!("compile_time/types.rs");
const MODULE: &str = include_str!("compile_time/module.rs");
const FUNCTIONS: u64 = 1_000;
const FUNCTIONS_PER_MODULE: u64 = 10;
/// The number that an edit changes.
const EDITED: &str = "result.lines.len() > 50";

/// The same crate with other attributes.
struct Variant {
    kind: Kind,
    name: &'static str,
    package: &'static str,
    attribute: &'static str,
    /// Where `join!` and `try_join!` come from: ours join what has been started.
    joins: &'static str,
}

const VARIANTS: [Variant; 3] = [
    Variant {
        kind: Kind::Ours,
        name: "#[tasklet]",
        package: "with-tasklet",
        attribute: "#[tasklet_core::tasklet]",
        joins: "tasklet_core",
    },
    Variant {
        kind: Kind::Baseline,
        name: INSTRUMENT,
        package: "with-instrument",
        attribute: "#[tracing::instrument]",
        joins: "tokio",
    },
    Variant {
        kind: Kind::Baseline,
        name: "no attribute",
        package: "without",
        attribute: "",
        joins: "tokio",
    },
];

fn main() {
    let mut question = Question::from_args();
    let modules = question.load(FUNCTIONS / FUNCTIONS_PER_MODULE, 1);
    assert_eq!(MODULE.matches("#[measured]").count() as u64, FUNCTIONS_PER_MODULE);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compile_time");
    write_workspace(&folder, modules);

    let turns = question.load(3, 1);
    for (work, is_incremental) in [(COMPILE_ALL, false), (COMPILE_EDIT, true)] {
        let mut seconds = [const { Vec::new() }; VARIANTS.len()];
        for turn in 0..=turns {
            for (variant, seconds) in VARIANTS.iter().zip(&mut seconds) {
                edit(&folder, variant, turn);
                let elapsed = timed(|| check(&folder, variant.package, is_incremental));
                // The first turn compiles what the crate depends on.
                if turn > 0 {
                    seconds.push(elapsed.as_secs_f64());
                }
            }
        }
        for (variant, seconds) in VARIANTS.iter().zip(seconds) {
            question.keep(work, "s", variant.kind, variant.name, seconds);
        }
    }
    question.finish();
}

fn write_workspace(folder: &Path, modules: u64) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace's folder");
    let packages = VARIANTS.map(|variant| format!("{:?}", variant.package)).join(", ");
    let manifest = format!("[workspace]\nresolver = \"3\"\nmembers = [{packages}]\n");
    write(&folder.join("Cargo.toml"), &manifest);
    // The versions that this workspace has.
    let lock = fs::read_to_string(root.join("Cargo.lock")).expect("the workspace is locked");
    write(&folder.join("Cargo.lock"), &lock);
    for variant in &VARIANTS {
        let package = folder.join(variant.package);
        let core = root.join("tasklet-core");
        let manifest = format!(
            "[package]\nname = {:?}\nedition = \"2024\"\n\n[dependencies]\n\
             tasklet-core = {{ path = {core:?} }}\n\
             tokio = {{ version = \"1\", default-features = false, features = [\"macros\"] }}\n\
             tracing = \"0.1\"\n",
            variant.package
        );
        write(&package.join("Cargo.toml"), &manifest);
        let names: String = (0..modules).map(|n| format!("pub mod handlers_{n};\n")).collect();
        let joins = format!("use {}::{{join, try_join}};\n", variant.joins);
        write(&package.join("src/lib.rs"), &format!("{joins}\n{names}pub mod types;\n"));
        write(&package.join("src/types.rs"), TYPES);
        let module = MODULE.replace("#[measured]", variant.attribute);
        for n in 0..modules {
            write(&package.join(format!("src/handlers_{n}.rs")), &module);
        }
    }
}

/// Changes a number in one function, the first that there is.
fn edit(folder: &Path, variant: &Variant, turn: u64) {
    let module = MODULE.replace("#[measured]", variant.attribute);
    let edited = module.replace(EDITED, &format!("result.lines.len() > {}", 51 + turn));
    assert_ne!(module, edited, "the number is there");
    write(&folder.join(variant.package).join("src/handlers_0.rs"), &edited);
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
    fs::write(path, text).expect("a file can be written");
}

fn check(folder: &Path, package: &str, is_incremental: bool) {
    let status = Command::new(env!("CARGO"))
        .args(["check", "--quiet", "--package", package])
        .arg("--target-dir")
        .arg(folder.join("target"))
        .env("CARGO_INCREMENTAL", if is_incremental { "1" } else { "0" })
        .current_dir(folder)
        .status()
        .expect("cargo can be run");
    assert!(status.success(), "{package} is right");
}

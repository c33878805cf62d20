//! The arguments: cargo's own where it has them, so that they are known already.

use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::UNKNOWN;

/// Called by cargo, the first argument repeats the name of the subcommand.
const SUBCOMMAND: &str = "tasklet";

#[derive(Debug, Parser)]
#[command(name = "cargo tasklet", bin_name = "cargo tasklet", version)]
#[command(about = "Proves that a program drops no tasklet future without awaiting it")]
#[command(arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build the program and look for every place that may drop a tasklet future
    #[command(after_help = "Exit code: 0 proved; 1 there are such places; 2 it could not be told.")]
    Prove(Box<Options>),
}

/// The arguments of `cargo tasklet prove`.
#[derive(Args, Debug)]
pub(crate) struct Options {
    #[command(flatten)]
    pub(crate) packages: Packages,
    #[command(flatten)]
    pub(crate) targets: Targets,
    #[command(flatten)]
    pub(crate) features: Features,
    #[command(flatten)]
    pub(crate) profile: Profile,
    #[command(flatten)]
    pub(crate) manifest: Manifest,
    /// Folder for all that is built; the proof keeps to a folder of its own inside of it
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) target_dir: Option<PathBuf>,
    /// How many jobs cargo may run at once
    #[arg(short, long, value_name = "N", allow_hyphen_values = true)]
    pub(crate) jobs: Option<String>,
    /// For whom the result is written
    #[arg(long, value_enum, value_name = "FMT", default_value = "human")]
    pub(crate) message_format: Format,
    /// Whether there is colour
    #[arg(long, value_enum, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
    /// Tell nothing of the progress
    #[arg(short, long, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Let cargo tell more (-vv: still more)
    #[arg(short, long, action = ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// Which packages.
#[derive(Args, Debug)]
#[command(next_help_heading = "Package Selection")]
pub(crate) struct Packages {
    /// Package to look at; may be repeated
    #[arg(short, long = "package", value_name = "SPEC")]
    pub(crate) package: Vec<String>,
    /// All packages of the workspace
    #[arg(long, visible_alias = "all")]
    pub(crate) workspace: bool,
    /// All packages but this; may be repeated
    #[arg(long, value_name = "SPEC", requires = "workspace")]
    pub(crate) exclude: Vec<String>,
}

/// What of them.
#[derive(Args, Debug)]
#[command(next_help_heading = "Target Selection")]
pub(crate) struct Targets {
    /// The library
    #[arg(long)]
    pub(crate) lib: bool,
    /// This binary; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) bin: Vec<String>,
    /// All binaries
    #[arg(long)]
    pub(crate) bins: bool,
    /// This example; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) example: Vec<String>,
    /// All examples
    #[arg(long)]
    pub(crate) examples: bool,
    /// This test; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) test: Vec<String>,
    /// All tests, those inside of libraries and binaries too
    #[arg(long)]
    pub(crate) tests: bool,
    /// All of these
    #[arg(long)]
    pub(crate) all_targets: bool,
}

/// With what features.
#[derive(Args, Debug)]
#[command(next_help_heading = "Feature Selection")]
pub(crate) struct Features {
    /// Features to turn on, between commas or spaces; may be repeated
    #[arg(short = 'F', long, value_name = "FEATURES")]
    pub(crate) features: Vec<String>,
    /// All features
    #[arg(long)]
    pub(crate) all_features: bool,
    /// Not the default features
    #[arg(long)]
    pub(crate) no_default_features: bool,
}

/// As what profile.
#[derive(Args, Debug)]
#[command(next_help_heading = "Compilation Options")]
pub(crate) struct Profile {
    /// With the release profile's settings; what is read is unoptimised all the same
    #[arg(short, long, conflicts_with = "profile")]
    pub(crate) release: bool,
    /// With this profile's settings
    #[arg(long, value_name = "PROFILE-NAME")]
    pub(crate) profile: Option<String>,
    /// For this platform, as rustc names it
    #[arg(long, value_name = "TRIPLE")]
    pub(crate) target: Option<OsString>,
}

/// Where, and what may be fetched.
#[derive(Args, Debug)]
#[command(next_help_heading = "Manifest Options")]
pub(crate) struct Manifest {
    /// Path to Cargo.toml
    #[arg(long, value_name = "PATH")]
    pub(crate) manifest_path: Option<PathBuf>,
    /// Cargo.lock must not change
    #[arg(long)]
    pub(crate) locked: bool,
    /// The network must not be used
    #[arg(long)]
    pub(crate) offline: bool,
    /// Both --locked and --offline
    #[arg(long)]
    pub(crate) frozen: bool,
}

/// For whom the result is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a person, on the standard error stream
    Human,
    /// For a program, on the standard output: one object in each line
    Json,
}

/// Whether there is colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    /// As cargo wants to hear it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Color::Auto => "auto",
            Color::Always => "always",
            Color::Never => "never",
        }
    }

    /// Whether what is written to this stream has colour.
    pub(crate) fn is_on(self, stream: &impl IsTerminal) -> bool {
        match self {
            Color::Auto => stream.is_terminal() && env::var_os("NO_COLOR").is_none(),
            Color::Always => true,
            Color::Never => false,
        }
    }

    /// A line about the whole run on the standard error: `error: …`, as cargo writes it.
    pub(crate) fn status_line(self, label: &str, text: &str) {
        match self.is_on(&io::stderr()) {
            true => eprintln!("\x1b[1m\x1b[31m{label}\x1b[0m\x1b[1m:\x1b[0m {text}"),
            false => eprintln!("{label}: {text}"),
        }
    }

    /// A line of progress on the standard error, in cargo's columns.
    pub(crate) fn progress_line(self, verb: &str, text: &str) {
        match self.is_on(&io::stderr()) {
            true => eprintln!("\x1b[1m\x1b[32m{verb:>12}\x1b[0m {text}"),
            false => eprintln!("{verb:>12} {text}"),
        }
    }
}

/// What was asked for; or, where that was help or makes no sense, how to end.
pub(crate) fn parse() -> Result<Options, ExitCode> {
    match Cli::try_parse_from(arguments()) {
        Ok(Cli { command: Command::Prove(options) }) => Ok(*options),
        Err(error) => {
            // Nobody is left to be told that the terminal is gone.
            let _ = error.print();
            Err(if error.use_stderr() { ExitCode::from(UNKNOWN) } else { ExitCode::SUCCESS })
        }
    }
}

fn arguments() -> Vec<OsString> {
    let mut arguments: Vec<_> = env::args_os().collect();
    if arguments.get(1).is_some_and(|first| first == SUBCOMMAND) {
        arguments.remove(1);
    }
    arguments
}

/// One command line in the making: options as cargo has them.
#[derive(Debug, Default)]
struct Line(Vec<OsString>);

impl Line {
    fn flag(&mut self, name: &str, is_on: bool) {
        if is_on {
            self.0.push(name.into());
        }
    }

    fn values<T: Clone + Into<OsString>>(&mut self, name: &str, values: &[T]) {
        for value in values {
            self.0.push(name.into());
            self.0.push(value.clone().into());
        }
    }
}

impl Options {
    /// What changes which code is built: packages, targets, profile, platform.
    pub(crate) fn selection(&self) -> Vec<OsString> {
        let mut line = Line::default();
        line.values("--package", &self.packages.package);
        line.flag("--workspace", self.packages.workspace);
        line.values("--exclude", &self.packages.exclude);
        line.flag("--lib", self.targets.lib);
        line.values("--bin", &self.targets.bin);
        line.flag("--bins", self.targets.bins);
        line.values("--example", &self.targets.example);
        line.flag("--examples", self.targets.examples);
        line.values("--test", &self.targets.test);
        line.flag("--tests", self.targets.tests);
        line.flag("--all-targets", self.targets.all_targets);
        line.flag("--release", self.profile.release);
        line.values("--profile", self.profile.profile.as_slice());
        line.values("--target", self.profile.target.as_slice());
        line.0
    }

    /// What both the resolved graph and the build depend on.
    pub(crate) fn graph(&self) -> Vec<OsString> {
        let mut line = Line::default();
        line.values("--features", &self.features.features);
        line.flag("--all-features", self.features.all_features);
        line.flag("--no-default-features", self.features.no_default_features);
        line.flag("--locked", self.manifest.locked);
        line.flag("--offline", self.manifest.offline);
        line.flag("--frozen", self.manifest.frozen);
        line.0
    }

    /// What changes only how cargo goes about it.
    pub(crate) fn manner(&self) -> Vec<OsString> {
        let mut line = Line::default();
        line.values("--jobs", self.jobs.as_slice());
        line.flag("--quiet", self.quiet);
        (0..self.verbose).for_each(|_| line.flag("--verbose", true));
        line.values("--color", &[self.color.name()]);
        line.0
    }

    /// The profile's name in a manifest.
    pub(crate) fn profile_name(&self) -> &str {
        match (&self.profile.profile, self.profile.release) {
            (Some(name), _) => name,
            (None, true) => "release",
            (None, false) => "dev",
        }
    }
}

//! In rustc's place: a crate of ours leaves its text, any other is compiled as cargo says.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use super::arguments::Arguments;
use super::plan::{Ours, Plan, VARIABLE};
use super::record::Record;
use super::{Error, Role};

/// Added to the arguments of each crate of ours, at their end, where they win. A change makes what
/// an earlier version has built useless, as the name of the folder tells.
pub(super) const FLAGS: [&str; 6] = [
    "--emit=llvm-ir",
    // One manner of writing names, on every compiler.
    "-Csymbol-mangling-version=v0",
    // The calls of drop glue are there to be seen.
    "-Copt-level=0",
    "-Cno-prepopulate-passes",
    "-Cdebuginfo=line-tables-only",
    // With a number given there is one text for each unit, and those that did not change are taken
    // from the incremental cache.
    "-Ccodegen-units=64",
];
/// The runtime then has the canary in it.
const RUNTIME_FLAGS: [&str; 2] = ["--cfg", "tasklet_prove"];

/// From here on rustc's arguments are no command line of bearable length.
const LINE_BYTES_MAX: usize = 100_000;

/// Runs rustc as cargo asked for it; ends as it ends.
pub(crate) fn wrap(plan: &Plan) -> ExitCode {
    let mut line = env::args_os().skip(1);
    let Some(rustc) = line.next() else {
        eprintln!("cargo-tasklet stands in for rustc here, and cargo names no rustc");
        return ExitCode::FAILURE;
    };
    let arguments: Vec<_> = line.collect();
    let result = command(plan, rustc, arguments).and_then(become_it);
    result.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}

fn command(plan: &Plan, rustc: OsString, arguments: Vec<OsString>) -> Result<Command, Error> {
    if let Some(ours) = of_cargo(plan) {
        let read = Arguments::new(&arguments);
        let what = "cannot read the arguments of rustc".to_owned();
        let read = read.map_err(|error| Error::Io { what, error })?;
        if let Some(task) = read.and_then(|arguments| Task::new(ours, arguments)) {
            return task.command(rustc);
        }
    }
    let mut command = match &plan.wrapper {
        Some(wrapper) => {
            let mut command = Command::new(wrapper);
            command.arg(rustc);
            command
        }
        None => Command::new(rustc),
    };
    command.args(arguments);
    Ok(command)
}

/// The package that cargo compiles, if it is ours. What a build script itself compiles, to see what
/// the compiler can do, has the variables of its package, but not the crate's.
fn of_cargo(plan: &Plan) -> Option<&Ours> {
    env::var_os("CARGO_CRATE_NAME")?;
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR")?);
    plan.by_root(&root, &env::var("CARGO_PKG_NAME").ok()?)
}

/// One crate of ours to compile.
struct Task<'a> {
    ours: &'a Ours,
    arguments: Arguments,
    record: Record,
}

impl<'a> Task<'a> {
    /// None if it makes no code.
    fn new(ours: &'a Ours, arguments: Arguments) -> Option<Task<'a>> {
        let name = arguments.crate_name()?;
        let is_named = env::var("CARGO_CRATE_NAME").is_ok_and(|of_cargo| of_cargo == name);
        if !is_named || arguments.is_query() || !arguments.makes_code() {
            return None;
        }
        let is_script = name.starts_with("build_script_");
        let is_macro = arguments.crate_types().contains(&"proc-macro");
        let is_read = !(is_script || is_macro);
        let (prefix, externs) = (arguments.prefix()?, arguments.externs());
        Some(Task { ours, arguments, record: Record { prefix, is_read, externs } })
    }

    fn command(self, rustc: OsString) -> Result<Command, Error> {
        self.record.write()?;
        let mut command = Command::new(rustc);
        if !self.record.is_read {
            self.pass(&mut command)?;
            return Ok(command);
        }
        self.remove_old_text()?;
        let prefix = self.record.prefix.clone();
        let arguments = self.rewritten()?;
        give(&mut command, &prefix, arguments)?;
        Ok(command)
    }

    /// Just as cargo says.
    fn pass(self, command: &mut Command) -> Result<(), Error> {
        let prefix = self.record.prefix;
        give(command, &prefix, self.arguments.into_vec())
    }

    /// A unit of the last time that is no more would be read as part of the program.
    fn remove_old_text(&self) -> Result<(), Error> {
        let files = self.record.files();
        let files = files.map_err(|error| Error::io("read", &self.record.prefix, error))?;
        for file in files {
            fs::remove_file(&file).map_err(|error| Error::io("remove", &file, error))?;
        }
        Ok(())
    }

    fn rewritten(self) -> Result<Vec<String>, Error> {
        let has_no_assertions = self.arguments.has_no_assertions_by_optimising();
        let is_executable = self.arguments.is_executable();
        if is_executable {
            self.write_stand_in()?;
        }
        let Task { ours, arguments, .. } = self;
        let arguments = if is_executable { arguments.without_link() } else { arguments };
        let mut all = arguments.into_vec();
        all.extend(FLAGS.map(String::from));
        if has_no_assertions {
            // Arithmetic follows them where the profile says nothing of it.
            all.push("-Cdebug-assertions=off".into());
        }
        if ours.role == Role::Runtime {
            all.extend(RUNTIME_FLAGS.map(String::from));
        }
        Ok(all)
    }

    /// Were there no output, cargo would compile it anew each time.
    fn write_stand_in(&self) -> Result<(), Error> {
        let mut path = self.record.prefix.clone().into_os_string();
        path.push(env::consts::EXE_SUFFIX);
        let path = PathBuf::from(path);
        // It may be a hard link, whose other name is to keep its text until cargo makes it anew.
        let removed = fs::remove_file(&path);
        if let Err(error) = removed
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(Error::io("remove", &path, error));
        }
        fs::write(&path, self.record.text()).map_err(|error| Error::io("write", &path, error))
    }
}

/// Cargo passes a long line in a file, which has been read: so does this.
fn give(command: &mut Command, prefix: &Path, arguments: Vec<String>) -> Result<(), Error> {
    if arguments.iter().map(String::len).sum::<usize>() < LINE_BYTES_MAX {
        command.args(arguments);
        return Ok(());
    }
    let path = PathBuf::from(format!("{}.arguments", prefix.display()));
    fs::write(&path, arguments.join("\n")).map_err(|error| Error::io("write", &path, error))?;
    command.arg(format!("@{}", path.display()));
    Ok(())
}

/// This process goes on as rustc: its exit code, and a signal that ends it, are cargo's to see.
#[cfg(unix)]
fn become_it(mut command: Command) -> Result<ExitCode, Error> {
    use std::os::unix::process::CommandExt;

    let error = command.env_remove(VARIABLE).exec();
    Err(Error::io("run", Path::new(command.get_program()), error))
}

#[cfg(not(unix))]
fn become_it(mut command: Command) -> Result<ExitCode, Error> {
    let status = command.env_remove(VARIABLE).status();
    let status =
        status.map_err(|error| Error::io("run", Path::new(command.get_program()), error))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

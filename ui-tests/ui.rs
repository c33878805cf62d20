//! Compiles every program in `pass` and in `fail`, and compares what rustc says about the latter.
//!
//! `TRYBUILD=overwrite cargo test -p ui-tests` writes the messages anew; then read the difference.

#[test]
#[cfg_attr(miri, ignore = "a compiler is run for each program")]
fn programs() {
    let programs = trybuild::TestCases::new();
    programs.pass("pass/**/*.rs");
    programs.compile_fail("fail/**/*.rs");
}

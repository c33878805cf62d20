#!/bin/sh
# Finds text on which the attributes panic: guided by coverage, it goes where no test has been.
#
# ci/fuzz.sh                    each target for half a minute
# FUZZ_SECONDS=600 ci/fuzz.sh   each for ten
set -eu
cd "$(dirname "$0")/.."

toolchain=${FUZZ_TOOLCHAIN:-nightly}
seconds=${FUZZ_SECONDS:-30}
case $(rustup toolchain list) in
*"$toolchain"*) ;;
*) rustup toolchain install "$toolchain" --profile minimal ;;
esac
cargo fuzz --version > /dev/null 2>&1 || cargo install cargo-fuzz --locked

# What it finds worth keeping comes into the first directory; the programs of the other ones are what
# it begins with. There is no unsafe code in the macros, so no sanitizer slows it down.
for target in $(cargo "+$toolchain" fuzz list); do
    mkdir -p "fuzz/corpus/$target"
    cargo "+$toolchain" fuzz run --sanitizer none "$target" \
        "fuzz/corpus/$target" ui-tests/pass ui-tests/fail -- \
        -max_total_time="$seconds" -max_len=2048 -timeout=10 -dict=fuzz/rust.dict
done

#!/bin/sh
# Shows that the unsafe code and the hand-over between threads are sound, and leak nothing.
#
# ci/miri.sh          the unit tests of tasklet-core, in both of Miri's models of aliasing
# ci/miri.sh SEEDS    besides, the concurrent ones in so many interleavings (slow)
set -eu
cd "$(dirname "$0")/.."

toolchain=${MIRI_TOOLCHAIN:-nightly}
seeds=${1:-0}
case $(rustup toolchain list) in
*"$toolchain"*) ;;
*) rustup toolchain install "$toolchain" --profile minimal ;;
esac
components=$(rustup component list --toolchain "$toolchain" --installed)
case $components in
*miri*) ;;
*) rustup component add miri rust-src --toolchain "$toolchain" ;;
esac

# $1: more flags; the rest: which tests. Provenance is strict, leaks are errors; nothing needs the
# machine's clock: deadlines are counted in Miri's own time.
miri() {
    flags=$1
    shift
    MIRIFLAGS="-Zmiri-strict-provenance $flags" \
        cargo "+$toolchain" miri test -p tasklet-core --lib -- "$@"
}

for model in "" "-Zmiri-tree-borrows"; do
    miri "$model" task:: context:: batch:: --skip in_the_background
    # One thread finishes what callers have left, and lives as long as the process: Miri takes a
    # thread that is left at the end for a leak, and can only be told not to look for any.
    miri "$model -Zmiri-ignore-leaks" in_the_background
done

if [ "$seeds" -gt 0 ]; then
    set -- thread elsewhere ended driver comes_back
    miri "-Zmiri-many-seeds=0..$seeds" "$@" --skip in_the_background
    miri "-Zmiri-many-seeds=0..$seeds -Zmiri-ignore-leaks" in_the_background
fi

#!/bin/sh
# Runs whole programs under AddressSanitizer: Miri is too slow for them. What they leak counts, too.
set -eu
cd "$(dirname "$0")/.."

toolchain=${ASAN_TOOLCHAIN:-nightly}
target=x86_64-unknown-linux-gnu

# Each cell is allocated for itself (tasklet_no_pool), lest the stock hide a use after free.
export RUSTFLAGS="${RUSTFLAGS:-} -Zsanitizer=address --cfg tasklet_no_pool"

# $1: whether leaks count; the rest: what to test.
asan() {
    ASAN_OPTIONS="detect_leaks=$1:detect_stack_use_after_return=1"
    export ASAN_OPTIONS
    shift
    cargo "+$toolchain" test --target "$target" "$@"
}

asan 1 -p tasklet-core --lib --all-features
# Two tests leak on purpose: one a `?Send` tasklet whose thread has ended, which no other thread may
# drop; the other a future, with `mem::forget`.
leaks='a_body_whose_thread_is_gone a_leaked_future_is_waited_for'
set --
for leak in $leaks; do
    set -- "$@" --skip "$leak"
done
asan 1 -p tests --tests -- "$@"
# shellcheck disable=SC2086 # two words are two names
asan 0 -p tests --test it -- $leaks

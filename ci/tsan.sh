#!/bin/sh
# Runs whole programs under ThreadSanitizer: what their threads do to each other on a real machine,
# in as many orders as happen to occur. Loom (ci/loom.sh) takes small ones through all orders.
set -eu
cd "$(dirname "$0")/.."

toolchain=${TSAN_TOOLCHAIN:-nightly}
target=x86_64-unknown-linux-gnu
case $(rustup toolchain list) in
*"$toolchain"*) ;;
*) rustup toolchain install "$toolchain" --profile minimal ;;
esac
case $(rustup component list --toolchain "$toolchain" --installed) in
*rust-src*) ;;
*) rustup component add rust-src --toolchain "$toolchain" ;;
esac

# The standard library is built with it too (-Zbuild-std), lest its locks look like none. Each cell
# is allocated for itself (tasklet_no_pool): the allocator's memory is watched, a stock's is not.
export RUSTFLAGS="${RUSTFLAGS:-} -Zsanitizer=thread --cfg tasklet_no_pool"
export TSAN_OPTIONS="suppressions=$PWD/ci/tsan.txt:second_deadlock_stack=1:halt_on_error=0"

tsan() {
    cargo "+$toolchain" test -Zbuild-std --target "$target" "$@"
}

tsan -p tasklet-core --lib --all-features
tsan -p tests --test it --test drain

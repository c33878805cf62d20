#!/bin/sh
# Runs the models of the hand-over between threads, each in all orders (docs/ARCHITECTURE.md).
#
# ci/loom.sh          all models
# ci/loom.sh NAME     those whose name has this in it
set -eu
cd "$(dirname "$0")/.."

# A folder of its own: these flags build everything anew. Optimised, since the number of orders is
# what takes the time; with the debug assertions, since they are what is to be shown.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/loom"
export CARGO_PROFILE_DEV_OPT_LEVEL=2
export RUSTFLAGS="${RUSTFLAGS:-} --cfg tasklet_loom --cfg tasklet_no_pool"
cargo test -p tasklet-core --lib -- "models::${1:-}"

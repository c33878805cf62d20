#!/bin/sh
# Runs trees of tasklets at random: everything must end once, and nothing may be left.
#
# ci/soak.sh                        20 seconds, each cell allocated for itself: memory to the byte
# ci/soak.sh --seconds 600          ten minutes of it
# cargo run --release -p soak -- --seconds 600     as a server runs, with the stocks of cells
set -eu
cd "$(dirname "$0")/.."

# A folder of its own, lest the flag build everything anew twice.
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/soak"
export RUSTFLAGS="${RUSTFLAGS:-} --cfg tasklet_no_pool"
cargo run -p soak -- "$@"

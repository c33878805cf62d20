#!/bin/sh
# Puts the must-await analysis on other people's crates: nothing that the compiler says may change.
# Downloads and compiles for half an hour; docs/FOREIGN.md tells how it works and what it found.
#
# ci/foreign.sh FOLDER            all crates; FOLDER is made, and may be deleted afterwards
# ci/foreign.sh FOLDER CRATE …    those alone
set -eu
folder=${1:?"which folder may it work in?"}
shift
project=$(cd "$(dirname "$0")/.." && pwd)

cargo run --quiet --manifest-path "$project/Cargo.toml" --package foreign -- \
    "$folder" "$project" "$@"

#!/bin/sh
# Opens a bank in which everything goes wrong at random, on both databases, and checks its books.
#
# ci/bank.sh                                  a minute on each of SQLite and PostgreSQL
# ci/bank.sh --seconds 600                    ten minutes on each
# ci/bank.sh --seed 42 --crash-after 5000     PostgreSQL's server is killed now and then
set -eu
cd "$(dirname "$0")/.."

cargo build --release -p databases --bin bank
bank="${CARGO_TARGET_DIR:-target}/release/bank"
"$bank" --sqlite "$@"
"$bank" --postgres "$@"

#!/bin/sh
# Proves that the example programs drop no tasklet future without awaiting it (docs/PROOF.md).
#
# ci/prove.sh                    the guestbook, the sign-up, all small examples
# ci/prove.sh -p tests --tests   what these arguments select
set -eu
cd "$(dirname "$0")/.."

cargo build -p cargo-tasklet
tool="${CARGO_TARGET_DIR:-target}/debug/cargo-tasklet"
if [ $# -gt 0 ]; then
    exec "$tool" prove "$@"
fi
"$tool" prove -p guestbook
"$tool" prove -p signup
"$tool" prove -p examples --examples

#!/bin/sh
# Run lint and every test: those that wait for real processes beside those that compute. Argument: PYTHON.
set -u
python=$1
waiting="tests/e2e tests/drivers tests/simulators tests/lane tests/broken"
log=$(mktemp)
linted=$(mktemp)
trap 'rm -f "$log" "$linted"' EXIT

"${MAKE:-make}" --no-print-directory lint >"$linted" 2>&1 &
linting=$!

# shellcheck disable=SC2086  # the list is meant to be split
"$python" -m pytest $waiting >"$log" 2>&1 &
other=$!
ignored=$(for folder in $waiting tests/browser; do printf ' --ignore %s' "$folder"; done)
# shellcheck disable=SC2086
"$python" -m pytest $ignored
computing=$?
wait "$linting"
clean=$?
cat "$linted"
echo "Waiting for the tests of the whole shop and of drivers"
wait "$other"
real=$?
cat "$log"
echo "The browser's turn: a page is best judged on a box that does little else"
"$python" -m pytest tests/browser/test_console.py >"$log" 2>&1 &
console=$!
"$python" -m pytest tests/browser --ignore tests/browser/test_console.py
others=$?
wait "$console"
seen=$?
cat "$log"
[ "$others" = 0 ] && [ "$clean" = 0 ] && [ "$computing" = 0 ] && [ "$real" = 0 ] && [ "$seen" = 0 ]

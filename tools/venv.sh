#!/bin/sh
# Make the virtual environment, whatever a bare Debian or Ubuntu lacks. Arguments: PYTHON VENV LOCK [OPTIONS FOR PIP].
set -eu
python=$1 venv=$2 lock=$3
shift 3

command -v "$python" >/dev/null 2>&1 || python=python3
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
  echo "Aisle needs Python 3.11 or newer. Install it, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }

if [ ! -x "$venv/bin/python" ]; then
  echo "Making a virtual environment in $venv"
  # Debian splits ensurepip out of python3; an installed pip can stand in for it.
  "$python" -m venv "$venv" 2>/dev/null || {
    rm -rf "$venv"; "$python" -m venv --without-pip "$venv"; }
fi
if "$venv/bin/python" -m pip --version >/dev/null 2>&1; then pip="$venv/bin/python -m pip"
elif "$python" -m pip --version >/dev/null 2>&1; then pip="$python -m pip --python $venv/bin/python"
else
  echo "Python has no pip here. Install it first: apt install python3-venv" >&2; exit 1
fi
echo "Installing the locked dependencies (once)"
$pip install --quiet --disable-pip-version-check --require-hashes -r "$lock" "$@"
# setuptools warns at every editable installation; nobody here needs to hear it.
PYTHONWARNINGS=ignore $pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .

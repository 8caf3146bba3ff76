#!/bin/sh
# Prints the Python to set up with: the first of 3.11 or newer that can make an environment, else any Python, which then says what is missing.
found=
any=
for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
    command -v "$name" >/dev/null 2>&1 || continue
    # Starting it is the test: a name on the path may be an empty shim.
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        if "$name" -c 'import venv, ensurepip' >/dev/null 2>&1; then
            echo "$name"
            exit 0
        fi
        found=${found:-$name}
    elif "$name" -c "import sys; sys.exit(sys.version_info < (3, 6))" >/dev/null 2>&1; then
        any=${any:-$name}
    fi
done
if [ -z "$found$any" ]; then
    echo "Coign needs Python 3.11 or newer, and none was found: install it (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python)." >&2
    exit 1
fi
echo "${found:-$any}"

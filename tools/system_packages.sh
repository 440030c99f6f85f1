#!/bin/sh
# Install Debian packages that are missing, where we may; otherwise print the
# command and fail. Without names: those of tools/system_packages.txt.
set -eu
cd "$(dirname "$0")"

if [ $# -eq 0 ]; then
    # shellcheck disable=SC2046 # one package a word
    set -- $(sed 's/#.*//' system_packages.txt)
fi

# Any Chromium will do, however it came (Ubuntu has it as a snap, GitHub as Chrome).
has() {
    if [ "$1" = chromium ]; then
        for name in chromium chromium-browser google-chrome google-chrome-stable; do
            if command -v $name >/dev/null; then return 0; fi
        done
    fi
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=
for package in "$@"; do
    has "$package" || missing="$missing $package"
done
if [ -z "$missing" ]; then exit 0; fi

# Only an unattended run may use sudo unasked.
if [ "$(id -u)" = 0 ]; then
    run="env"
elif [ "${CI:-}" = true ] && sudo -n true 2>/dev/null; then
    run="sudo env"
else
    run=
fi

if [ -z "$run" ] || ! command -v apt-get >/dev/null; then
    echo "These system packages are missing:$missing" >&2
    echo "Install them, on Debian and Ubuntu by: sudo apt-get install$missing" >&2
    exit 1
fi

echo "Installing system packages:$missing" >&2
$run apt-get -q update >/dev/null
# shellcheck disable=SC2086 # one package a word
$run DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends \
    -o DPkg::Lock::Timeout=300 $missing >/dev/null </dev/null

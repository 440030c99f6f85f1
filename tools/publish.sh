#!/bin/sh
# Push the built site to a branch that serves it, gh-pages if not another.
#
#     tools/publish.sh REMOTE [BRANCH]       (DRY_RUN=1 says what it would push)
#
# The branch shares no history with the course; each commit says which one of the
# course it was built from. It only grows: JupyterHubs pull the notebooks from it.
set -eu
cd "$(dirname "$0")/.."

die() { echo "error: $*" >&2; exit 1; }

remote=${1:-} branch=${2:-gh-pages} site=_build/html
[ -n "$remote" ] || die "Where to? make publish REMOTE=origin"
[ -f "$site/index.html" ] || die "There is no $site: make site"
[ -z "$(git status --porcelain)" ] ||
    die "Files are changed or new, so no commit says what this site is. Commit them: git status"
# A name of this repository's; anything else is an address.
address=$(git remote get-url "$remote" 2>/dev/null || echo "$remote")
case $address in *:* | /*) ;; *) die "There is no remote $remote: git remote -v" ;; esac

source=$(git rev-parse --short HEAD)
export GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
GIT_AUTHOR_NAME=$(git log -1 --format=%an) GIT_AUTHOR_EMAIL=$(git log -1 --format=%ae)
GIT_COMMITTER_NAME=$GIT_AUTHOR_NAME GIT_COMMITTER_EMAIL=$GIT_AUTHOR_EMAIL

# With this repository's settings, but nothing of the site stays in it.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/objects"
objects=$(git rev-parse --path-format=absolute --git-path objects)
export GIT_ALTERNATE_OBJECT_DIRECTORIES="$objects" GIT_OBJECT_DIRECTORY="$scratch/objects"
export GIT_INDEX_FILE="$scratch/index"

touch "$site/.nojekyll" # else GitHub leaves out folders that begin with _
git --work-tree="$site" add --all --force .
last=$(git ls-remote "$address" "refs/heads/$branch" | cut -f1)
[ -z "$last" ] || git fetch --quiet --no-tags --no-write-fetch-head "$address" "refs/heads/$branch"
commit=$(git commit-tree ${last:+-p "$last"} -m "Site of $source" "$(git write-tree)")
git push ${DRY_RUN:+--dry-run} "$address" "$commit:refs/heads/$branch"

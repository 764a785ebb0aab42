#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy on every file by itself, most recently changed files first:
#   tidy.sh             every file (about 20 minutes on two cores)
#   tidy.sh SECONDS     as many as can be begun within that time; says how many were left
set -euo pipefail
cd "$(dirname "$0")/../.."
build=build/release
budget=${1:-100000}

# The compile commands of single files, and the generated headers that they include; nothing is compiled.
cmake --preset release >/dev/null
mapfile -t generated < <(ninja -C $build -t targets all | sed -n 's/^\(proto\/.*\.pb\.h\): .*/\1/p')
ninja -C $build --quiet "${generated[@]}"

mapfile -t files < <(
  { git log --format= --name-only -- 'base/*.cc' 'ledger/*.cc' 'consensus/*.cc' 'chain/*.cc' 'os/*.cc' 'storage/*.cc' 'node/*.cc' 'cli/*.cc'
    git ls-files 'base/*.cc' 'ledger/*.cc' 'consensus/*.cc' 'chain/*.cc' 'os/*.cc' 'storage/*.cc' 'node/*.cc' 'cli/*.cc'; } |
    awk '!seen[$0]++' | while read -r file; do [[ -f $file ]] && echo "$file"; done
)
done_list=$(mktemp)
trap 'rm -f "$done_list"' EXIT
export build done_list
check() {
  local out
  (($(date +%s) < stop_at)) || return 0
  if ! out=$(clang-tidy -p "$build" --quiet "$1" 2>/dev/null); then
    printf '%s\n' "$out"
    return 1
  fi
  echo "$1" >>"$done_list"
}
export -f check
export stop_at=$(($(date +%s) + budget))
printf '%s\n' "${files[@]}" | xargs -P "$(nproc)" -I{} bash -c 'check {}'
echo "clang-tidy: $(wc -l <"$done_list") of ${#files[@]} files, the rest not reached in ${budget} s"

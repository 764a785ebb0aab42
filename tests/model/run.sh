#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Checks the model of the view change with Spin (Debian: spin, gcc).
#   run.sh [SECONDS] [HEIGHTS]
# The model must hold, for a liar that leads view 0, 1 or 2, and each deliberate bug must be found. SECONDS (default
# 600) bounds each search, HEIGHTS is 2 (default) or 3. A search that does not end in its time says so: what it has
# seen holds, the rest is open. Exit code 1 where agreement fails or a bug is not found.
set -euo pipefail
seconds=${1:-600}
heights=${2:-2}
model=$(cd "$(dirname "$0")" && pwd)/agreement.pml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v spin >/dev/null || { echo "$0: install spin: apt-get install spin" >&2; exit 2; }

# search NAME FLAG... : builds and runs one variant; its report is in $work/NAME.
search() {
  local name=$1
  shift
  mkdir -p "$work/$name.d"
  (
    cd "$work/$name.d"
    spin -a "-DHEIGHTS=$heights" "$@" "$model" >/dev/null
    # States are kept as 8-byte hashes: two in ten billion may be taken for one another, so memory lasts.
    gcc -O2 -w -DSAFETY -DNOREDUCE -DVECTORSZ=512 -DHC4 -o pan pan.c
    timeout "$seconds" ./pan -m100000 -w28 >"$work/$name" 2>&1 || true
  )
}
states() { awk '/states, stored/ {s = $1} /^Depth=/ {match($0, /States= *[0-9.e+]+/); d = substr($0, RSTART + 7, RLENGTH - 7)}
  END {printf "%s", s ? s : d "+"}' "$work/$1"; }
took() { awk '/elapsed time/ {printf "%s s", $4}' "$work/$1"; }

failed=0
for view in 0 1 2; do
  search "liar_leads_$view" "-DBYZANTINE_VIEW=$view"
  if grep -q 'assertion violated' "$work/liar_leads_$view"; then
    echo "agreement FAILS where the liar leads view $view"
    failed=1
  elif grep -q 'errors: 0' "$work/liar_leads_$view"; then
    echo "agreement holds where the liar leads view $view: all $(states "liar_leads_$view") states, $(took "liar_leads_$view")"
  else
    echo "agreement holds in $(states "liar_leads_$view") states where the liar leads view $view; not all in $seconds s"
  fi
done
for bug in BASE_BY_HEIGHT START_NOT_JOURNALLED HIGHEST_DISCARDED CHECKPOINT_UNDER_BASE PREPARE_NOT_JOURNALLED; do
  search "$bug" "-D$bug"
  if grep -q 'assertion violated' "$work/$bug"; then
    echo "$bug: found after $(states "$bug") states, $(took "$bug")"
  else
    echo "$bug: NOT FOUND in $(states "$bug") states"
    failed=1
  fi
done
exit "$failed"

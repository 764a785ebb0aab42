#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Fuzzes every target, or those that are named, for so long each, with AddressSanitizer and UBSan:
#   tests/fuzz/run.sh SECONDS [TARGET...]
# What CI runs: the targets around consensus, which need few sources, a minute in all:
#   tests/fuzz/run.sh --smoke
# Needs clang. Begins with the inputs of tests/fuzz/corpus/ and those made from tests/vectors. What
# breaks a target is kept in build/fuzz/findings/.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:?usage: $0 SECONDS|--smoke [TARGET...]}
shift
if [[ "$seconds" == --smoke ]]; then
  seconds=20
  set -- consensus_codec_fuzz replica_step_fuzz vote_journal_fuzz
fi

cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --target "${@:-qc_fuzzers}" -- --quiet
python3 tests/fuzz/seed.py tests/vectors build/fuzz/corpus
cp -r tests/fuzz/corpus/. build/fuzz/corpus/
mkdir -p build/fuzz/findings

targets=("$@")
((${#targets[@]})) || targets=($(find build/fuzz/fuzz -maxdepth 1 -name '*_fuzz' -printf '%f\n' | sort))
failed=0
for target in "${targets[@]}"; do
  mkdir -p "build/fuzz/corpus/$target"
  log=build/fuzz/$target.log
  if "build/fuzz/fuzz/$target" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 \
    -max_len=65536 -entropic=0 -print_final_stats=1 -artifact_prefix="build/fuzz/findings/$target-" \
    "build/fuzz/corpus/$target" >"$log" 2>&1; then
    echo "$target: $(awk '/number_of_executed_units/ {print $2}' "$log") inputs, nothing found"
  else
    echo "$target: FAILED, see $log"
    failed=1
  fi
done
exit $failed

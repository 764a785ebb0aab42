#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# clang-tidy over the modules, on the compile commands of a build folder: tidy.sh BUILD_DIR [FILE...]
set -euo pipefail
cd "$(dirname "$0")/../.."
build=$1
shift
if (($#)); then
  files=("$@")
else
  mapfile -t files < <(git ls-files 'ledger/*.cc' 'consensus/*.cc' 'storage/*.cc' 'node/*.cc' 'cli/*.cc')
fi
printf '%s\n' "${files[@]}" | xargs -P "$(nproc)" -n 1 clang-tidy -p "$build" --quiet 2>/dev/null
echo "clang-tidy: ${#files[@]} files"

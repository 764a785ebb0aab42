#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every C++ file must be as clang-format writes it, and begin with the licence line.
set -euo pipefail
cd "$(dirname "$0")/../.."
mapfile -t files < <(git ls-files '*.cc' '*.h')
clang-format --dry-run --Werror "${files[@]}"
for file in "${files[@]}"; do
  head -n 1 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' || { echo "$file: no licence line"; exit 1; }
done
echo "format: ${#files[@]} files"

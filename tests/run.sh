#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds, and runs every test: about 20 minutes on two cores from nothing, less where
# something is built already. Prints what fails and a summary, and ends with the test runner's closing line.
set -euo pipefail
cd "$(dirname "$0")/.."
./deploy/install-packages.sh --test

werror=()
[[ "${CI:-}" == true ]] && werror=(-DQC_WERROR=ON)

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

# CTest's report without a line for every test that began or passed.
run_tests() { # build folder, options of ctest
  local folder=$1
  shift
  ctest --test-dir "$folder" --output-on-failure -j "$(nproc)" "$@" |
    grep -vE '^ *(Start +[0-9]+:|[0-9]+/[0-9]+ Test .* Passed )|^Internal ctest|^$' || [[ ${PIPESTATUS[0]} == 0 ]]
}

say "1 of 2. Unit tests of every module and the simulator, under AddressSanitizer and UBSan"
cmake --preset asan "${werror[@]}" >/dev/null
cmake --build --preset asan --target qc_sanitized_tests -- --quiet
run_tests build/asan -L "unit|simulation"

say "2 of 2. What is shipped: whole networks of real processes, the simulator, and whether it sees what is broken"
cmake --preset unity "${werror[@]}" >/dev/null
cmake --build --preset unity --target qc_shipped_tests -- --quiet
run_tests build/unity -L "checks|integration|simulation|mutation"

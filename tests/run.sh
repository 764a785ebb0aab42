#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs what is missing, builds, and runs every test. Ends with the test runner's closing line.
set -euo pipefail
cd "$(dirname "$0")/.."
./deploy/install-packages.sh --test

werror=()
[[ "${CI:-}" == true ]] && werror=(-DQC_WERROR=ON)

# The pure modules, storage and the simulator under AddressSanitizer and UBSan first (whose own code
# g++ warns about, so warnings are no errors there), then everything as it is shipped.
cmake --preset asan >/dev/null
cmake --build --preset asan --target qc_sanitized_tests -- --quiet
ctest --test-dir build/asan -L "sanitized|simulation" --output-on-failure -j "$(nproc)" | grep -v ' Passed '

cmake --preset release "${werror[@]}" >/dev/null
cmake --build --preset release -- --quiet
ctest --test-dir build/release --output-on-failure -j "$(nproc)" | grep -v ' Passed '

#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs every Debian 12 package that Quality Chain needs: to build and run (default), and to test (--test).
# Does nothing where all of them are there already. Needs root, or sudo.
set -euo pipefail

case "${1:-}" in
  "" | --test) ;;
  *) echo "usage: $0 [--test]" >&2; exit 2 ;;
esac

packages=(
  g++ cmake ninja-build ccache lld git ca-certificates python3 openssl procps
  librocksdb-dev libgrpc++-dev protobuf-compiler-grpc protobuf-compiler libprotobuf-dev
  libboost-dev libssl-dev zlib1g-dev
  libexpected-dev libfmt-dev libspdlog-dev libcli11-dev nlohmann-json3-dev libtomlplusplus-dev libutf8proc-dev
  libgtest-dev libgmock-dev libbenchmark-dev prometheus-cpp-dev
)
if [[ "${1:-}" == --test ]]; then
  packages+=(clang libclang-rt-14-dev clang-format clang-tidy golang-go golang-golang-x-mod-dev)
fi

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
((${#missing[@]})) || exit 0

as_root=()
if ((EUID != 0)); then
  command -v sudo >/dev/null || { echo "$0: run as root: apt-get install ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
echo "installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null

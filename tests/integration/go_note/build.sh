#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds go_note from Debian's golang-golang-x-mod-dev, without any network: build.sh OUTPUT
set -euo pipefail
cd "$(dirname "$0")"
export GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS=-trimpath
export GOCACHE=${GOCACHE:-$(dirname "$1")/go-cache}
go build -o "$1" main.go

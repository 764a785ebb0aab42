#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the arrows of docs/architecture.md over every #include. Prints each broken one and exits 1."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# module -> project folders it may include (itself always).
MODULES = {
    "ledger": {"quality"},
    "consensus": set(),
    "storage": {"ledger", "consensus", "quality"},
    "node": {"ledger", "consensus", "storage", "quality"},
    "cli": {"ledger", "quality"},
}
PROJECT = set(MODULES) | {"quality", "tests"}

# A library belongs to the folders listed; a prefix matches the start of the include path.
OWNERS = {
    "rocksdb/": ["storage/"],
    "grpcpp/": ["node/rpc/", "cli/"],
    "grpc/": ["node/rpc/", "cli/"],
    "absl/": [],
    "boost/asio": ["node/"],
    "boost/beast": ["node/http/"],
    "openssl/": ["ledger/", "node/", "cli/"],
    "spdlog/": ["node/log."],
    "toml++/": ["node/config."],
    "CLI/": ["cli/", "node/main.cc"],
    "nlohmann/": ["cli/", "node/"],
    "google/protobuf/": ["ledger/", "storage/", "node/", "cli/"],
}
# The pure modules: no clock, no I/O, no threads, no randomness.
IMPURE = re.compile(
    r"^(thread|mutex|shared_mutex|condition_variable|future|atomic|chrono|random|filesystem|fstream|iostream|ctime"
    r"|unistd\.h|fcntl\.h|sys/.*|netinet/.*|time\.h|stdio\.h|cstdio)$"
)
# Where the ledger may include OpenSSL: implementations, and the one private header that they share.
OPENSSL_HEADERS = {"ledger/crypto/openssl_handles.h"}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)


def violations(path: pathlib.Path):
    name = path.relative_to(ROOT).as_posix()
    module = name.split("/")[0]
    for header in INCLUDE.findall(path.read_text(encoding="utf-8")):
        folder = header.split("/")[0]
        if folder in PROJECT and "/" in header and folder != module and folder not in MODULES[module]:
            yield f"{name}: {module} must not include {header}"
        for prefix, owners in OWNERS.items():
            if header.startswith(prefix) and not any(name.startswith(owner) for owner in owners):
                yield f"{name}: {header} belongs to {', '.join(owners) or 'nobody'}"
        if module in ("ledger", "consensus") and IMPURE.match(header) and path.stem != "assert":
            yield f"{name}: {module} is pure, no <{header}>"
        if module == "ledger" and header.startswith("openssl/") and path.suffix == ".h" and name not in OPENSSL_HEADERS:
            yield f"{name}: OpenSSL only in .cc files"
        if module == "storage" and header.startswith("rocksdb/") and path.suffix == ".h":
            yield f"{name}: RocksDB only in .cc files"
        if module == "consensus" and "." in folder and "/" not in header:
            yield f"{name}: consensus includes only the standard library, not {header}"


def main() -> int:
    files = [p for m in MODULES for ext in ("*.h", "*.cc") for p in (ROOT / m).rglob(ext)]
    found = [line for path in sorted(files) for line in violations(path)]
    print("\n".join(found) if found else f"layering: {len(files)} files, every arrow as drawn")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

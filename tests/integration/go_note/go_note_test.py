#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Go's sumdb/note and sumdb/tlog read and verify our checkpoints, unchanged.

go_note_test.py GO_NOTE VECTORS
"""
import json
import pathlib
import subprocess
import sys
import tempfile

program, vectors = sys.argv[1], pathlib.Path(sys.argv[2])
checkpoint = json.loads((vectors / "formats.json").read_text(encoding="utf-8"))["checkpoint"]
note, policy = checkpoint["note"], f"log {checkpoint['log_vkey']}\n"
origin, size, root = checkpoint["text"].splitlines()


def run(policy_text, note_text):
    with tempfile.TemporaryDirectory() as folder:
        files = [pathlib.Path(folder) / name for name in ("policy", "note")]
        for file, text in zip(files, (policy_text, note_text)):
            file.write_text(text, encoding="utf-8")
        return subprocess.run([program, *files], capture_output=True, text=True, check=False)


def expect_verified(what, result):
    wanted = f"origin {origin}\nsize {size}\nroot {root}\n"
    if result.returncode != 0 or result.stdout != wanted:
        sys.exit(f"{what}: {result.returncode} {result.stdout}{result.stderr}")
    print("verified:", what)


def expect_refused(what, result):
    if result.returncode != 1 or result.stdout:
        sys.exit(f"{what} must be refused: {result.returncode} {result.stdout}{result.stderr}")
    print("refused:", what, "|", result.stderr.strip().split(": ", 2)[-1])


expect_verified("the founding note with its log's key", run(policy, note))
expect_verified("the founding note with the whole policy",
                run((vectors / "network-2.policy").read_text(encoding="utf-8"), note))
expect_refused("another size", run(policy, note.replace(f"\n{size}\n", f"\n{int(size) + 1}\n", 1)))
expect_refused("another root", run(policy, note.replace(root, "A" + root[1:], 1)))
lines = note.splitlines(keepends=True)
expect_refused("no line of the log", run(policy, "".join(lines[:4] + lines[5:])))
expect_refused("a signature with one character changed",
               run(policy, note.replace(lines[4], lines[4][:-6] + "AAAA=\n", 1)))
expect_refused("another log's key", run(policy.replace("+Act", "+Acu"), note))

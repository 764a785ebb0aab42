#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every `qc ...` command that a message of the sources or a page of the documentation names must exist: who reads it will
type it. Takes the path of qc. Prints each command that qc does not know, with its place, and exits 1."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULES = ["ledger", "consensus", "storage", "node", "cli"]
LITERALS = re.compile(r'(?:"(?:[^"\\\n]|\\.)*"\s*)+')
LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
CALL = re.compile(r"(?<![\w./:-])qc((?: +(?:--profile(?: |=)\S+|[a-z][a-z-]*))+)")
CODE = re.compile(r"```.*?```|`[^`]+`", re.DOTALL)
# Words that follow the program's name in a sentence about it.
PROSE = {"and", "is", "or", "qcnode"}


def subcommands(program, path):
    """The commands below one, from its help; empty for one that has none."""
    answer = subprocess.run([program, *path, "--help"], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise SystemExit(f"qc {' '.join(path)} --help ends with {answer.returncode}: {answer.stderr}")
    parts = re.split(r"^Subcommands:$", answer.stdout, maxsplit=1, flags=re.MULTILINE)
    found = []
    for line in parts[1].splitlines()[1:] if len(parts) == 2 else []:
        word = re.match(r"^  ([a-z][a-z-]*)\s", line)
        if word:
            found.append(word.group(1))
        elif not line.strip():
            break
    return found


def tree_of(program, path=()):
    return {word: tree_of(program, (*path, word)) for word in subcommands(program, path)}


def unknown_in(call, tree):
    """The words up to the first that is no command, or None where all are known."""
    walked = []
    for word in re.sub(r"--profile(?: |=)\S+", "", call).split():
        if not tree:
            return None
        walked.append(word)
        if word not in tree:
            return None if walked[0] in PROSE else " ".join(walked)
        tree = tree[word]
    return None


def texts_of_sources():
    for module in MODULES:
        for path in sorted((ROOT / module).rglob("*.[ch]*")):
            if path.suffix not in (".h", ".cc"):
                continue
            source = path.read_text(encoding="utf-8")
            for run in LITERALS.finditer(source):
                text = "".join(LITERAL.findall(run.group())).replace("\\n", "\n")
                yield path, source.count("\n", 0, run.start()) + 1, text


def texts_of_documents():
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "deploy").rglob("*.md"))]:
        page = path.read_text(encoding="utf-8")
        for code in CODE.finditer(page):
            yield path, page.count("\n", 0, code.start()) + 1, code.group()


def main():
    if len(sys.argv) != 2:
        raise SystemExit("usage: commands.py PATH_OF_QC")
    tree = tree_of(sys.argv[1])
    named = 0
    broken = []
    for path, line, text in [*texts_of_sources(), *texts_of_documents()]:
        for call in CALL.finditer(re.sub(r"\\\n\s*|(?<=\w)\n(?=\w)", " ", text)):
            named += 1
            wrong = unknown_in(call.group(1), tree)
            if wrong:
                broken.append(f"{path.relative_to(ROOT)}:{line}: there is no command `qc {wrong}`")
    # Fewer would mean that the search no longer finds what it is for.
    if named < 50:
        broken.append(f"only {named} commands were found in sources and documentation")
    print("\n".join(broken) if broken else f"{named} mentions of commands, all known")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks every #include against tests/checks/house.toml: which folder may include which, and whose a library is. Refuses
circles, between folders and between the files of one. With --print the table is written into docs/architecture.md; without,
it must stand there. Prints what is wrong and exits 1."""
import graphlib
import pathlib
import re
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOUSE = tomllib.loads((ROOT / "tests/checks/house.toml").read_text(encoding="utf-8"))
FOLDERS = {folder["path"]: folder for folder in HOUSE["folder"]}
LIBRARIES = HOUSE["libraries"]
PAGE = ROOT / "docs/architecture.md"
BEGIN, END = "<!-- folders: tests/checks/layering.py --print -->\n", "<!-- end of folders -->\n"
FILES_MAX = 20
GROUND = "base"

# The pure folders: no clock, no I/O, no threads, no randomness.
IMPURE = re.compile(
    r"^(thread|stop_token|mutex|shared_mutex|condition_variable|future|atomic|barrier|latch|semaphore|chrono|random"
    r"|filesystem|fstream|iostream|ctime|cstdio)$"
)
# Not code: vectors, inputs, what Python leaves behind.
DATA = re.compile(r"/tests/(vectors|fuzz/corpus)/|/__pycache__/|/go_note/")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def folder_of(path: str) -> str:
    return path.rpartition("/")[0]


def room_of(path: str) -> str:
    """A header and its source are one, with the private parts of their class."""
    stem = path.rpartition(".")[0]
    return HOUSE["rooms"].get(stem, stem)


def owners_of(header: str):
    """The folders or files that may include this library's header; nothing for one of the C++ standard library."""
    found = [prefix for prefix in LIBRARIES if header.startswith(prefix)]
    if found:
        return LIBRARIES[max(found, key=len)]
    return None if re.fullmatch(r"[a-z0-9_]+", header) else []


def may_use(name: str, owners) -> bool:
    """An owner is a file, or a folder with all that is in it."""
    return any(name == owner or name.startswith(owner + "/") for owner in owners)


def violations(name: str, includes):
    folder = FOLDERS[folder_of(name)]
    for bracket, header in includes:
        if bracket == '"':
            target = folder_of(header)
            if target not in (folder["path"], GROUND) and target not in folder["includes"]:
                yield f"{name}: {folder['path']} may not include {header}"
            continue
        owners = owners_of(header)
        if owners is not None and not may_use(name, owners):
            yield f"{name}: <{header}> belongs to {', '.join(owners) or 'nobody'}"
        if folder.get("pure") and IMPURE.match(header) and name not in HOUSE["impure"]:
            yield f"{name}: {folder['path']} is pure, no <{header}>"
        if name.endswith(".h") and header.startswith(tuple(HOUSE["headers"]["sources_only"])) and name not in HOUSE["headers"]["private"]:
            yield f"{name}: <{header}> only in .cc files"


def circles(arrows, what: str):
    try:
        graphlib.TopologicalSorter(arrows).prepare()
    except graphlib.CycleError as error:
        yield f"a circle of {what}: " + " -> ".join(reversed(error.args[1]))


def table() -> str:
    rows = ["| folder | holds | may include |\n|---|---|---|\n"]
    for path, folder in FOLDERS.items():
        below = {}
        for other in folder["includes"]:
            module, _, inside = other.partition("/")
            below.setdefault(module, []).extend([inside] if inside else [])
        words = (f"{module} ({', '.join(inside)})" if inside else module for module, inside in below.items())
        rows.append(f"| `{path}` | {folder['holds']} | {'; '.join(words)} |\n")
    return "".join(rows)


def table_of_tests() -> str:
    return "\n| folder | tests with |\n|---|---|\n" + "".join(f"| `{path}` | {what} |\n" for path, what in HOUSE["tests"].items())


def page_with_table() -> str:
    text = PAGE.read_text(encoding="utf-8")
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    return text[:begin] + table() + table_of_tests() + text[end:]


def main() -> int:
    if sys.argv[1:] == ["--print"]:
        PAGE.write_text(page_with_table(), encoding="utf-8")
        return 0
    modules = sorted({path.split("/")[0] for path in FOLDERS} - {"quality"})
    files = sorted(p.relative_to(ROOT).as_posix() for m in modules for ext in ("*.h", "*.cc") for p in (ROOT / m).rglob(ext))
    found = []
    rooms = {}
    counts = {}
    for name in files:
        if folder_of(name) not in FOLDERS:
            found.append(f"{name}: {folder_of(name)} is not in tests/checks/house.toml")
            continue
        counts[folder_of(name)] = counts.get(folder_of(name), 0) + 1
        includes = INCLUDE.findall((ROOT / name).read_text(encoding="utf-8"))
        found.extend(violations(name, includes))
        arrows = rooms.setdefault(room_of(name), set())
        arrows.update(room_of(header) for bracket, header in includes if bracket == '"')
        arrows.discard(room_of(name))
    for path in sorted(p for p in (ROOT / "tests").rglob("*") if p.is_file() and not DATA.search(p.as_posix())):
        name = path.relative_to(ROOT).as_posix()
        counts[folder_of(name)] = counts.get(folder_of(name), 0) + 1
        if not any(name.startswith(folder + "/") for folder in HOUSE["tests"]) and folder_of(name) != "tests":
            found.append(f"{name}: {folder_of(name)} is not among the tests in house.toml")
    found.extend(f"{folder}: {count} files, {FILES_MAX} at most" for folder, count in counts.items() if count > FILES_MAX)
    found.extend(f"{path}: no such folder" for path in [*FOLDERS, *HOUSE["tests"]] if not any(p == path or p.startswith(path + "/") for p in counts) and not path.startswith("quality"))
    found.extend(circles({path: folder["includes"] for path, folder in FOLDERS.items()}, "folders"))
    found.extend(circles(rooms, "files"))
    if page_with_table() != PAGE.read_text(encoding="utf-8"):
        found.append("docs/architecture.md: the table of folders is not that of house.toml; run tests/checks/layering.py --print")
    print("\n".join(found) if found else f"layering: {len(files)} files in {len(counts)} folders, every arrow as drawn")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

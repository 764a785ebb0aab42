# SPDX-License-Identifier: Apache-2.0
"""Every command helps by an example, and docs/cli.md names every command."""

import re
import unittest

import harness

DOCS = (harness.ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


def commands(path=()):
    """Every command as words, with its help: those without commands of their own."""
    text = harness.run(*path, "--help").stdout
    parts = re.split(r"^Subcommands:$", text, maxsplit=1, flags=re.MULTILINE)
    if len(parts) == 1:
        return [(path, text)]
    found = []
    for line in parts[1].splitlines()[1:]:
        word = re.match(r"^  ([a-z][a-z-]*)\s", line)
        if word:
            found += commands((*path, word.group(1)))
        elif not line.strip():
            break
    return found


class Help(unittest.TestCase):
    def test_every_command_has_an_example_and_stands_in_the_documentation(self):
        found = commands()
        self.assertGreater(len(found), 20)
        for path, text in found:
            name = "qc " + " ".join(path)
            with self.subTest(name):
                self.assertRegex(text, r"(?m)^Examples?:$")
                self.assertIn(name, DOCS)


if __name__ == "__main__":
    unittest.main()

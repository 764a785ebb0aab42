# SPDX-License-Identifier: Apache-2.0
"""The tutorial does what it says: its commands, typed one after the other into one shell."""

import os
import re
import subprocess
import tempfile
import unittest

import harness

TUTORIAL = harness.ROOT / "docs" / "tutorial.md"


def commands():
    """The code blocks after the one that builds, as one script."""
    blocks = re.findall(r"^```\n(.*?)^```$", TUTORIAL.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [b for b in blocks if "cmake --preset" not in b]


class Tutorial(unittest.TestCase):
    def test_every_command_does_what_the_text_says(self):
        with tempfile.TemporaryDirectory(prefix="qc-tutorial-") as folder:
            os.symlink(harness.ROOT / "deploy", f"{folder}/deploy")
            traps = """trap 'echo "FAILED: $BASH_COMMAND"' ERR
trap 'qc network stop ./net >/dev/null 2>&1 || true' EXIT
set -E
"""
            script = traps + "".join(commands())
            done = subprocess.run(
                ["bash", "-c", script], cwd=folder, capture_output=True, text=True, timeout=240, check=False,
                env={**os.environ, "PATH": f"{harness.BIN}:{os.environ['PATH']}"})
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, 0, said)
        self.assertEqual(said.count("exit code 0"), 1, said)
        # The forged bundle, and nothing else, is refused.
        failed = [line for line in said.splitlines() if line.startswith("FAILED: ")]
        self.assertEqual(failed, ["FAILED: qc-verify forged.qcaudit --policy net/network.policy"], said)
        self.assertEqual(said.count("exit code 1"), 1, said)
        self.assertIn("09521321001015", said)


if __name__ == "__main__":
    unittest.main()

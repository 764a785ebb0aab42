# SPDX-License-Identifier: Apache-2.0
"""A validator is restored from an older copy: of its database, of its vote journal, of neither."""

import shutil
import time

from harness import NetworkTest, certificate, main, run


class RolledBack(NetworkTest):
    base_port = 17800

    def load(self, mark, count=3):
        for i in range(count):
            self.net.submit("laboratory", [certificate(f"{mark}-{i}")])

    def log(self, node):
        return (self.net.root / "nodes" / node / "qcnode.log").read_text(encoding="utf-8")

    def wait_for_log(self, node, text, timeout=60):
        deadline = time.monotonic() + timeout
        while text not in self.log(node):
            self.assertLess(time.monotonic(), deadline, f"{node} does not say {text}")
            time.sleep(0.2)

    def folder(self, node, name):
        return next(p for p in (self.net.root / "nodes" / node).rglob(name) if p.is_dir())

    def restore(self, node, name, copy):
        folder = self.folder(node, name)
        shutil.rmtree(folder)
        shutil.copytree(copy, folder)

    def test_what_is_older_is_noticed_before_a_vote(self):
        net = self.net
        net.prepare()
        node = next(n for n in net.names if n != net.primary())

        # The database behind its journal: said, caught up, and it votes again.
        net.stop(node)
        old_ledger, old_votes = net.folder / "ledger", net.folder / "votes"
        shutil.copytree(self.folder(node, "ledger"), old_ledger)
        shutil.copytree(self.folder(node, "votes"), old_votes)
        net.start(node)
        self.load("A")
        net.wait_for_equal_heights()
        net.kill(node)
        self.restore(node, "ledger", old_ledger)
        net.start(node)
        self.wait_for_log(node, "database_behind_vote_journal")
        net.wait_for_equal_heights()
        self.load("B")
        net.wait_for_equal_heights()
        self.assertNotIn("vote_journal_lacks_own_vote", self.log(node))

        # No journal beside a database that says that there was one: it does not start.
        net.kill(node)
        votes = self.folder(node, "votes")
        aside = net.folder / "aside"
        votes.rename(aside)
        self.assertNotEqual(run("network", "start", net.root, "--node", node, check=None).returncode, 0)
        self.assertIn("it cannot know what it has promised", self.log(node))
        shutil.rmtree(votes, ignore_errors=True)
        aside.rename(votes)

        # The journal as it was long ago: the others' memory gives it away; it follows without a vote.
        self.restore(node, "votes", old_votes)
        net.start(node)
        self.wait_for_log(node, "vote_journal_lacks_own_vote")
        self.load("C")
        net.wait_for_equal_heights()
        for other in net.names:
            self.assertNotIn('"equivocation"', self.log(other))


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""One validator of five lies, in every way that tests/tools/lies.cc knows: the others go on within a few timer periods,
none of them stays behind, no client of theirs hangs, and what was acknowledged is on all of them."""

import time
import unittest

from faults import Load, equal_checkpoints, every_record_everywhere, pause, resume
from harness import Network, main

# Submissions that the clients of the honest nodes must see acknowledged while one lies.
WANTED = 12
# A timer period is 1 s and two views may be led by the liar; the machine may be busy with other things.
PATIENCE = 30
# So soon after the last acknowledgement all honest nodes must show the same, without another submission.
SETTLED = 10


# Lies that are evidence against the liar, which the others must hold afterwards.
CONTRADICTIONS = ("two_votes",)


class LyingNode(unittest.TestCase):
    """A lie that contradicts an earlier promise costs the liar its key; each of those needs a network of its own."""

    def suffer(self, base_port, *lies):
        net = Network(base_port)
        self.addCleanup(net.close)
        net.start()
        net.prepare()
        primary = net.primary()
        liar = net.names[(net.names.index(primary) + 1) % len(net.names)]
        honest = [n for n in net.names if n != liar]
        for lie in lies:
            with self.subTest(lie=lie):
                net.stop(liar)
                net.start_lying(liar, lie)
                self.suffer_one(net, liar, lie, honest)
        net.stop(liar)
        net.lying.wait(10)

    def logged(self, net, nodes, words):
        """Whether one of these nodes has logged a line with all these words since `mark` was called."""
        for node in nodes:
            lines = (net.root / "nodes" / node / "qcnode.log").read_text(encoding="utf-8").splitlines()
            if any(all(w in line for w in words) for line in lines[self.marks.get(node, 0):]):
                return True
        return False

    def mark(self, net):
        self.marks = {n: len((net.root / "nodes" / n / "qcnode.log").read_text(encoding="utf-8").splitlines())
                      for n in net.names}

    def await_logged(self, net, nodes, *words):
        deadline = time.monotonic() + PATIENCE
        while not self.logged(net, nodes, words):
            self.assertLess(time.monotonic(), deadline, f"no line with {words}")
            time.sleep(0.02)

    def lead(self, net, liar, honest):
        """Pauses the primary before it until the others turn to the liar, which then leads as long as they let it."""
        at = net.names.index(liar)
        before = net.names[at - 1]
        deadline = time.monotonic() + PATIENCE
        while next(s["primary"] for s in net.status(honest[0])) != before:
            self.assertLess(time.monotonic(), deadline, f"{before} never leads")
            current = net.status(honest[0])[0]["primary"]
            if current == liar:
                return
            self.replace(net, current, [n for n in honest if n != current])
        self.replace(net, before, [n for n in honest if n != before], f"primary={liar}")

    def replace(self, net, primary, others, *words):
        self.mark(net)
        pause(net, primary)
        try:
            self.await_logged(net, others, " view_change ", *words)
        finally:
            resume(net, primary)
        time.sleep(1)

    def suffer_one(self, net, liar, lie, honest):
        load = Load(net, interval=0.3, timeout=PATIENCE, nodes=honest)
        try:
            load.wait_for(WANTED, load.begin, PATIENCE)
            self.lead(net, liar, honest)
            took = load.wait_for(WANTED, time.monotonic(), PATIENCE)
            if lie in CONTRADICTIONS:
                self.marks = {}
                self.await_logged(net, honest, " evidence ", f"/{liar} ")
        finally:
            load.stop()
        self.assertEqual([], load.failures)
        self.assertIsNone(net.lying.poll(), "the liar has ended by itself: nothing was tried")
        records = every_record_everywhere(net, load, honest, SETTLED)
        size = equal_checkpoints(net, SETTLED, honest)[1]
        print(f"{lie}: {WANTED} submissions in {took:.1f} s once it led, slowest {load.slowest()[0]:.1f} s; {records} records "
              f"and a log of {size} on the four others", flush=True)

    def test_lies_that_keep_its_promises(self):
        self.suffer(17760, "early_stamps", "false_heights", "no_votes", "no_cosignatures", "no_batches", "unknown_batches",
                    "half", "slow", "split_proposals")

    def test_false_roots(self):
        self.suffer(17780, "false_roots")

    def test_two_proposals(self):
        self.suffer(17800, "two_proposals")

    def test_two_votes(self):
        self.suffer(17820, "two_votes")


if __name__ == "__main__":
    main()

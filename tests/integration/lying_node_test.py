# SPDX-License-Identifier: Apache-2.0
"""One validator of five lies, in every way that tests/tools/lies.cc knows: the others go on within a few timer periods,
none of them stays behind, no client of theirs hangs, and what was acknowledged is on all of them."""

import time
import unittest

from faults import Load, equal_checkpoints, every_record_everywhere
from harness import Network, main

# Submissions that the clients of the honest nodes must see acknowledged while one lies.
WANTED = 12
# A timer period is 1 s and two views may be led by the liar; the machine may be busy with other things.
PATIENCE = 30
# So soon after the last acknowledgement all honest nodes must show the same, without another submission.
SETTLED = 10


class LyingNode(unittest.TestCase):
    """A lie that contradicts an earlier promise costs the liar its key; each of those needs a network of its own."""

    def suffer(self, base_port, *lies):
        net = Network(base_port)
        self.addCleanup(net.close)
        net.start()
        net.prepare()
        liar = net.primary()
        for lie in lies:
            with self.subTest(lie=lie):
                self.suffer_one(net, liar, lie)
            net.stop(liar)

    def suffer_one(self, net, liar, lie):
        honest = [n for n in net.names if n != liar]
        net.stop(liar)
        net.start_lying(liar, lie)
        begin = time.monotonic()
        load = Load(net, interval=0.3, timeout=PATIENCE, nodes=honest)
        try:
            load.wait_for(WANTED, begin, PATIENCE)
            # The liar has been there for a while by now: once more.
            took = load.wait_for(WANTED, time.monotonic(), PATIENCE)
        finally:
            load.stop()
        self.assertEqual([], load.failures)
        records = every_record_everywhere(net, load, honest, SETTLED)
        size = equal_checkpoints(net, SETTLED, honest)[1]
        self.assertIsNone(net.lying.poll(), "the liar has ended by itself: nothing was tried")
        print(f"{lie}: {WANTED} submissions in {took:.1f} s, slowest {load.slowest()[0]:.1f} s; {records} records and a log of "
              f"{size} on the four others", flush=True)

    def test_lies_that_keep_its_promises(self):
        self.suffer(17760, "early_stamps", "false_heights", "no_votes", "no_cosignatures", "no_batches", "unknown_batches",
                    "half", "slow")

    def test_false_roots(self):
        self.suffer(17780, "false_roots")

    def test_two_proposals(self):
        self.suffer(17800, "two_proposals")

    def test_two_votes(self):
        self.suffer(17820, "two_votes")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""Validators get new voting keys, one after another, under load: the chain goes on, and a node that has lost everything
comes up over all the sets there were, however often it is killed on the way."""

import random
import shutil
import time
import unittest

from faults import Load, equal_checkpoints, every_record_everywhere, kill
from harness import Network, main, run

# A decided change is in force 17 blocks later; the load makes some ten a second.
PATIENCE = 60


class SetChange(unittest.TestCase):
    base_port = 17900

    @classmethod
    def setUpClass(cls):
        cls.net = Network(cls.base_port)
        cls.addClassCleanup(cls.net.close)
        cls.net.start()
        cls.net.prepare()

    def epoch(self, node):
        return self.net.status(node)[0].get("epoch", 0)

    def await_epoch(self, nodes, above):
        deadline = time.monotonic() + PATIENCE
        while min(self.epoch(n) for n in nodes) <= above:
            self.assertLess(time.monotonic(), deadline, f"no set after that of block {above}: {self.net.status()}")
            time.sleep(0.2)
        return self.epoch(nodes[0])

    def await_equal(self, node):
        """Until this node has what another has."""
        deadline = time.monotonic() + PATIENCE
        other = next(n for n in self.net.names if n != node)
        while True:
            status = self.net.status(node)[0]
            self.assertTrue(status["running"], (self.net.root / "nodes" / node / "qcnode.log").read_text()[-2000:])
            if status.get("certified_height") == self.net.status(other)[0]["certified_height"]:
                return
            self.assertLess(time.monotonic(), deadline, f"{node} does not come up: {status}")
            time.sleep(0.2)

    def give_new_key(self, node):
        """As the operator does: the change on the chain, then the new key in the node's place."""
        folder = self.net.root / "nodes" / node
        key = folder / "new.pem"
        run("key", "generate", key, "--algorithm", "ed25519")
        before = self.epoch(self.net.names[0])
        run("validator", "replace-key", node, "--key", key, profile=self.net.member(node))
        epoch = self.await_epoch([n for n in self.net.names if n != node], before)
        self.net.stop(node)
        key.replace(folder / "validator.pem")
        votes = folder / "data" / "votes"
        votes.rename(votes.with_name("votes-of-the-old-key"))
        self.net.start(node)
        return epoch

    def test_a_node_that_lost_everything_comes_up_over_four_sets(self):
        net = self.net
        load = Load(net, interval=0.2, timeout=PATIENCE)
        self.addCleanup(load.stop)
        epochs = [1]
        for node in net.names[:3]:
            epochs.append(self.give_new_key(node))
            run("validator", "follow", profile=net.member("laboratory"))
        load.stop()
        # The load's own profiles are told nothing: the client follows the sets by itself.
        self.assertEqual([], load.failures)
        print(f"sets from blocks {epochs}", flush=True)
        equal_checkpoints(net)
        chance = random.Random(1)
        lost = net.names[3]
        data = net.root / "nodes" / lost / "data"
        for kills in range(4):
            net.stop(lost)
            shutil.rmtree(data)
            for _ in range(kills):
                net.start(lost)
                time.sleep(chance.uniform(0, 1))
                kill(net, lost)
            net.start(lost)
            self.await_equal(lost)
            # And once more, with what it has.
            net.stop(lost)
            net.start(lost)
            self.await_equal(lost)
        # One with a new key, whose old ledger does not know it.
        renewed = net.names[0]
        net.stop(renewed)
        shutil.rmtree(net.root / "nodes" / renewed / "data" / "ledger")
        net.start(renewed)
        self.await_equal(renewed)
        deadline = time.monotonic() + PATIENCE
        while not net.status(renewed)[0].get("may_vote"):
            self.assertLess(time.monotonic(), deadline, net.status(renewed))
            time.sleep(0.2)
        every_record_everywhere(net, load, timeout=10)


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""Validators get new voting keys, one after another, under load: the chain goes on, and a node that has lost everything
comes up over all the sets there were, however often it is killed on the way; what an old set's keys certify above that
set's end is nothing to it."""

import random
import shutil
import threading
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
        # The first set's, as somebody may have kept them.
        cls.keys = cls.net.root / "old-keys"
        cls.keys.mkdir()
        for node in cls.net.names:
            shutil.copy(cls.net.root / "nodes" / node / "validator.pem", cls.keys / f"{node}.pem")

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

    def every_receipt_is_proven(self, load):
        """By the policies that somebody has who slept through all the changes."""
        profile = self.net.member("regulator")
        run("validator", "follow", profile=profile)
        policies = sorted(profile.glob("network.policy*"))
        self.assertEqual(len(policies), 4, policies)
        for receipt in load.receipts.glob("*.tlog-proof"):
            record = receipt.with_suffix(".record")
            codes = [run("receipt", "verify", receipt, "--record", record, "--policy", policy, check=None).returncode
                     for policy in policies]
            self.assertIn(0, codes, receipt)

    def offer_blocks_of_old_keys(self, lost, data):
        """The only node that answers at first goes on after each set's end with the keys of that set."""
        net = self.net
        others = [n for n in net.names if n != lost]
        liar = others[-1]
        for node in [lost, *others]:
            net.stop(node)
        shutil.rmtree(data)
        log = net.root / "nodes" / lost / "qcnode.log"
        begin = len(log.read_text(encoding="utf-8"))
        net.start_lying(liar, "old_keys", QC_OLD_KEYS=str(self.keys))
        # Returns when the node is ready, which needs an honest one.
        starting = threading.Thread(target=net.start, args=(lost,))
        starting.start()
        deadline = time.monotonic() + PATIENCE / 2
        while " bad_blocks " not in log.read_text(encoding="utf-8")[begin:]:
            self.assertLess(time.monotonic(), deadline, f"nobody complains of the liar: {net.status(lost)}")
            time.sleep(0.2)
        for node in others[:-1]:
            net.start(node)
        starting.join()
        self.await_equal(lost)
        net.stop(liar)
        net.lying.wait(10)
        net.start(liar)
        equal_checkpoints(net)

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
        self.every_receipt_is_proven(load)
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
        for node in net.names:
            log = (net.root / "nodes" / node / "qcnode.log").read_text(encoding="utf-8")
            self.assertNotIn(" bad_blocks ", log, f"{node} takes an honest peer for a liar")
        self.offer_blocks_of_old_keys(lost, data)
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

# SPDX-License-Identifier: Apache-2.0
"""Whatever happens to the primary, the others go on within a few timer periods, and it comes back and catches up."""

import time
import unittest

from faults import (JournalArchive, Load, Proxy, equal_checkpoints, every_record_everywhere, kill, pause, resume,
                    some_receipts_verify)
from harness import Network, main

# Submissions that the clients of the other nodes must see acknowledged while the fault lasts.
WANTED = 8
# A timer period is 1 s; the machine may be busy with other things.
PATIENCE = 20


class PrimaryFaults(unittest.TestCase):
    base_port = 17600

    @classmethod
    def setUpClass(cls):
        cls.net = Network(cls.base_port)
        cls.addClassCleanup(cls.net.close)
        cls.proxy = Proxy(cls.net)
        cls.addClassCleanup(cls.proxy.close)
        cls.net.start()
        cls.net.prepare()
        cls.archive = JournalArchive(cls.net)
        cls.addClassCleanup(cls.archive.stop)

    def setUp(self):
        self.load = Load(self.net, interval=1)
        self.addCleanup(self.load.stop)
        self.load.wait_for(3, self.load.begin, PATIENCE)

    def primary(self):
        """Whom most of the nodes take for it."""
        named = [s["primary"] for s in self.net.status() if s.get("primary")]
        return max(set(named), key=named.count)

    def suffer(self, what, begin, end, replaced=True):
        """A fault of the primary, from beginning to end."""
        first = self.primary()
        at = time.monotonic()
        begin(first)
        others = [n for n in self.net.names if n != first]
        try:
            soonest = self.load.wait_for(1, at + 0.5, PATIENCE, without=(first,)) + 0.5
            all_wanted = self.load.wait_for(WANTED, at + 0.5, PATIENCE + WANTED, without=(first,)) + 0.5
            if replaced:
                self.assertNotEqual(first, self.net.status(others[0])[0]["primary"], what)
        finally:
            end(first)
        height = self.net.status(others[0])[0]["certified_height"]
        healed = time.monotonic()
        while self.net.status(first)[0].get("certified_height", 0) < height:
            self.assertLess(time.monotonic() - healed, PATIENCE, f"{first} does not catch up after it was {what}")
            time.sleep(0.1)
        back = time.monotonic() - healed
        self.load.stop()
        self.assertEqual([], self.load.failures)
        checkpoint = equal_checkpoints(self.net)
        records = every_record_everywhere(self.net, self.load)
        some_receipts_verify(self.net, self.load, 40)
        print(f"primary {what}: first receipt {soonest:.1f} s after, {WANTED} submissions {all_wanted:.1f} s after; caught up "
              f"{back:.1f} s after the end; {records} records on all nodes, log {checkpoint[1]}", flush=True)

    def test_killed(self):
        self.suffer("killed", lambda n: kill(self.net, n), self.net.start)

    def test_paused(self):
        self.suffer("paused", lambda n: pause(self.net, n), lambda n: resume(self.net, n))

    def test_cut_off(self):
        def cut(node):
            self.proxy.outgoing(node, cut=True)
            self.proxy.incoming(node, cut=True)

        self.suffer("cut off", cut, self.proxy.heal)

    def test_cut_off_but_it_hears(self):
        self.suffer("not heard", lambda n: self.proxy.outgoing(n, cut=True), self.proxy.heal)

    def test_cut_off_but_it_is_heard(self):
        self.suffer("deaf", lambda n: self.proxy.incoming(n, cut=True), self.proxy.heal)

    def test_delayed(self):
        self.suffer("3 s late", lambda n: self.proxy.outgoing(n, delay_ms=3000), self.proxy.heal)

    def test_throttled(self):
        self.suffer("throttled to 1 KiB/s", lambda n: self.proxy.outgoing(n, bytes_per_second=1024), self.proxy.heal)

    def test_reset(self):
        self.suffer("reset", self.proxy.reset, lambda n: None, replaced=False)

    @classmethod
    def tearDownClass(cls):
        cls.archive.stop()
        print(cls.archive.check(), flush=True)


if __name__ == "__main__":
    main()

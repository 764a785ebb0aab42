# SPDX-License-Identifier: Apache-2.0
"""What was acknowledged is in every node's history within seconds of being back, without another submission: after all
nodes were killed within 50 ms of the answer, after a power cut that took what was not synced, and after one node was
paused around the commit. `QC_ROUNDS=60` makes a long run of it; `QC_SEED` repeats one."""

import os
import random
import threading
import time
import unittest

from faults import PowerCut, every_record_everywhere, kill, only_client_of, pause, resume
from harness import Network, certificate, main, run

ROUNDS = int(os.environ.get("QC_ROUNDS", "6"))
SEED = int(os.environ.get("QC_SEED", "1"))
BACK = 5


class Acknowledged:
    """The receipts of the run, as every_record_everywhere wants them."""

    lots = 1

    def __init__(self, folder):
        self.folder = folder

    def acknowledged_indexes(self):
        return {int(p.stem) for p in self.folder.glob("*.tlog-proof")}


class CrashRounds(unittest.TestCase):
    base_port = 17860

    @classmethod
    def setUpClass(cls):
        cls.net = Network(cls.base_port)
        cls.addClassCleanup(cls.net.close)
        cls.power = PowerCut(cls.net)
        cls.net.start()
        cls.net.prepare(lots=1)
        cls.acknowledged = Acknowledged(cls.net.folder / "receipts")

    def submit(self, number, node):
        file = self.net.folder / f"{number}.json"
        self.net.write_records(file.name, [certificate(number)])
        return run("record", "submit", file, "--receipts", self.acknowledged.folder, timeout=60,
                   profile=only_client_of(self.net, "laboratory", node))

    def kill_all(self, number, chance):
        self.submit(number, chance.choice(self.net.names))
        time.sleep(chance.uniform(0, 0.05))
        for node in chance.sample(self.net.names, len(self.net.names)):
            kill(self.net, node)
        self.start_all()

    def start_all(self):
        self.power.before_start()
        self.net.start()

    def cut_power(self, number, chance):
        """All machines at once lose what they have not synced; the note that certifies the newest block is of that."""
        self.submit(number, chance.choice(self.net.names))
        time.sleep(chance.uniform(0.2, 0.5))
        for node in self.net.names:
            kill(self.net, node)
        lost = self.power.cut(chance)
        self.assertTrue(any(path.suffix == ".log" for path in lost), f"no write-ahead log lost anything: {lost}")
        self.start_all()

    def pause_one(self, number, chance):
        paused, through = chance.sample(self.net.names, 2)
        client = threading.Thread(target=self.submit, args=(number, through))
        client.start()
        # Around the commit: it comes about 0.1 s after the client's start.
        time.sleep(chance.uniform(0, 0.2))
        pause(self.net, paused)
        time.sleep(0.8)
        resume(self.net, paused)
        client.join()

    def test_rounds(self):
        chance = random.Random(SEED)
        faults = (self.kill_all, self.cut_power, self.pause_one)
        slowest = {fault.__name__: 0.0 for fault in faults}
        for i in range(ROUNDS):
            fault = faults[i % len(faults)]
            with self.subTest(round=i, fault=fault.__name__):
                fault(f"ROUND-{SEED}-{i}", chance)
                back = time.monotonic()
                records = every_record_everywhere(self.net, self.acknowledged, timeout=BACK)
                self.assertEqual(i + 1, records)
                slowest[fault.__name__] = max(slowest[fault.__name__], time.monotonic() - back)
        print(f"{ROUNDS} rounds with seed {SEED}: every record everywhere within (s) "
              + ", ".join(f"{name} {took:.1f}" for name, took in slowest.items()), flush=True)


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""A network of five under steady load and a random fault every ten seconds; at the end everything must be as promised.

  QC_BIN=build/unity/bin python3 tests/integration/random_faults.py --minutes 10 --seed 1
  QC_BIN=build/unity/bin python3 tests/integration/random_faults.py --minutes 10 --no-faults --longest 10

A fault is: killed, paused, deaf (what the others send is cut), not heard (what it sends is cut), cut off, or slow; of the
primary in three of four cases, else of any node. Never two nodes at once, and none before the last one has caught up.
Exit code 0: every acknowledged record is on every node, all checkpoints are equal, no journal holds a double vote, and
the largest gap between two acknowledgements is at most --gap seconds. 1: not so; the network's folder is kept.
"""

import argparse
import os
import random
import sys
import time

from faults import (JournalArchive, Load, Proxy, equal_checkpoints, every_record_everywhere, kill, pause, resume,
                    some_receipts_verify)
from harness import Network

PERIOD = 10


class Nemesis:
    """Does one thing to one node at a time."""

    def __init__(self, net, proxy, chance):
        self.net = net
        self.proxy = proxy
        self.chance = chance

    def faults(self):
        net, proxy = self.net, self.proxy

        def cut_off(node):
            proxy.outgoing(node, cut=True)
            proxy.incoming(node, cut=True)

        return {
            "killed": (lambda n: kill(net, n), net.start),
            "paused": (lambda n: pause(net, n), lambda n: resume(net, n)),
            "deaf": (lambda n: proxy.incoming(n, cut=True), proxy.heal),
            "not heard": (lambda n: proxy.outgoing(n, cut=True), proxy.heal),
            "cut off": (cut_off, proxy.heal),
            "slow": (lambda n: proxy.outgoing(n, delay_ms=1500, bytes_per_second=4096), proxy.heal),
        }

    def primary(self):
        """Whom most of the nodes take for it."""
        named = [s["primary"] for s in self.net.status() if s.get("primary")]
        return max(set(named), key=named.count)

    def height(self, nodes):
        return max(self.net.status(n)[0].get("certified_height", 0) for n in nodes)

    def wait_until_caught_up(self, node, timeout=60):
        """Seconds that the node took to reach what the others had at first."""
        begin = time.monotonic()
        wanted = self.height([n for n in self.net.names if n != node])
        while self.height([node]) < wanted:
            if time.monotonic() - begin > timeout:
                raise AssertionError(f"{node} does not catch up to height {wanted} in {timeout} s")
            time.sleep(0.2)
        return time.monotonic() - begin

    def strike(self, load):
        """One fault from its beginning to the node's catching up."""
        primary = self.primary()
        node = primary if self.chance.random() < 0.75 else self.chance.choice(self.net.names)
        what = self.chance.choice(sorted(self.faults()))
        lasting = self.chance.uniform(3, 8)
        begin, end = self.faults()[what]
        at = time.monotonic()
        begin(node)
        time.sleep(lasting)
        during = load.count(since=at)
        end(node)
        back = self.wait_until_caught_up(node)
        role = "primary" if node == primary else "backup"
        print(f"{at - load.begin:6.1f} s: {role} {node} {what} for {lasting:.1f} s, {during} submissions meanwhile, "
              f"caught up in {back:.1f} s", flush=True)
        return back


def percentile(sorted_values, part):
    return sorted_values[min(len(sorted_values) - 1, int(part * len(sorted_values)))]


def settle(net, load, archive, gap_max, longest):
    """What must hold at the end; a list of what does not."""
    wrong = list(load.failures)
    gap, at = load.largest_gap()
    took = sorted(seconds for _, seconds, _ in load.acknowledged)
    slowest = load.slowest()
    if longest and slowest[0] > longest:
        wrong.append(f"a submission took {slowest[0]:.1f} s, {longest} s are allowed")
    print(f"{len(took)} submissions acknowledged; latency p50 {percentile(took, 0.5):.2f} s, p99 "
          f"{percentile(took, 0.99):.2f} s, longest {slowest[0]:.1f} s (sent at {slowest[1]:.1f} s to {slowest[2]}); largest "
          f"gap between acknowledgements {gap:.2f} s, at {at:.1f} s", flush=True)
    if gap > gap_max:
        wrong.append(f"a gap of {gap:.2f} s, {gap_max} s are allowed")
    checks = {
        "checkpoints": lambda: "equal on all nodes: {0} of size {1}, root {2}".format(*equal_checkpoints(net)),
        "records": lambda: f"{every_record_everywhere(net, load)} acknowledged, all present on all nodes",
        "receipts": lambda: some_receipts_verify(net, load, max(1, len(took) // 50)) or "a sample verifies offline",
        "journals": archive.check,
    }
    for name, check in checks.items():
        try:
            print(f"{name}: {check()}", flush=True)
        except AssertionError as failure:
            wrong.append(f"{name}: {failure}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--gap", type=float, default=10, help="allowed seconds without an acknowledgement")
    parser.add_argument("--longest", type=float, help="allowed seconds of one submission; not limited where not given")
    parser.add_argument("--no-faults", action="store_true", help="load alone")
    parser.add_argument("--interval", type=float, default=1, help="seconds between submissions of one client")
    parser.add_argument("--base-port", type=int, default=17640)
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.minutes} minutes, load average {os.getloadavg()[0]:.1f}", flush=True)
    wrong = ["the run was cut short"]
    net = Network(options.base_port)
    proxy = Proxy(net)
    archive = load = None
    try:
        net.start()
        net.prepare(lots=10)
        archive = JournalArchive(net)
        load = Load(net, lots=10, interval=options.interval)
        nemesis = Nemesis(net, proxy, random.Random(options.seed))
        count = faults = 0
        try:
            while time.monotonic() < load.begin + 60 * options.minutes:
                count += 1
                time.sleep(max(0, load.begin + PERIOD * count - time.monotonic()))
                if time.monotonic() < load.begin + 60 * options.minutes and not options.no_faults:
                    nemesis.strike(load)
                    faults += 1
            wrong = []
        except AssertionError as failure:
            wrong = [str(failure)]
        load.stop()
        archive.stop()
        print(f"{time.monotonic() - load.begin:.0f} s, {faults} faults, load average {os.getloadavg()[0]:.1f}", flush=True)
        wrong += settle(net, load, archive, options.gap, options.longest)
    finally:
        if load is not None:
            load.ending.set()
        net.close(keep=bool(wrong))
        proxy.close()
    for line in wrong:
        print(f"WRONG: {line}", flush=True)
    if wrong:
        print(f"kept: {net.folder}", flush=True)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a node is seen where its operator looks, `qc node status` and its log: a link that does not come up,
data that is damaged. And an idle network stays provably fresh."""

import json
import re
import time

from faults import client_of, only_client_of
from harness import GTIN, MAKER, NetworkTest, certificate, main, run, verify

SEEN_S = 30


class OperatorSight(NetworkTest):
    base_port = 18700

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.net.prepare()

    def configuration(self, node):
        return self.net.root / "nodes" / node / "qcnode.toml"

    def log(self, node):
        return (self.net.root / "nodes" / node / "qcnode.log").read_text(encoding="utf-8")

    def restart(self, node, old, new):
        """With another text in its configuration; back to the first at the test's end."""
        self.net.stop(node)
        file = self.configuration(node)
        text = file.read_text(encoding="utf-8")
        self.assertIn(old, text)
        file.write_text(text.replace(old, new), encoding="utf-8")

        def back():
            self.net.stop(node)
            file.write_text(text, encoding="utf-8")
            self.net.start(node)

        self.addCleanup(back)
        self.net.start(node)

    def peer_address(self, node, peer):
        return re.search(rf'name = "{peer}"\naddress = "([^"]+)"', self.configuration(node).read_text(encoding="utf-8"))[1]

    def see(self, node, peer, reason, address):
        """The reason stands in the node's status, and in its log with peer and address."""
        deadline = time.monotonic() + SEEN_S
        while True:
            seen = next(p for p in self.net.status(node)[0]["peers"] if p["name"] == peer)
            lines = [line for line in self.log(node).splitlines() if "peer_unreachable" in line and reason in line]
            if reason in seen["trouble"] and lines:
                break
            self.assertLess(time.monotonic(), deadline, f"{seen}\n{lines}")
            time.sleep(0.5)
        self.assertFalse(seen["connected"])
        self.assertIn(f"peer={peer}", lines[-1])
        self.assertIn(address, lines[-1])
        shown = run("node", "status", profile=only_client_of(self.net, "regulator", node), check=None).stdout
        self.assertIn(reason, shown)

    def test_a_wrong_address_of_a_peer_is_named(self):
        """The validator whose name sorts first dials all others."""
        node, peer, other = self.net.names[0], self.net.names[1], self.net.names[2]
        right = self.peer_address(node, peer)
        others = self.peer_address(node, other)
        for wrong, reason in ((others, f"has the TLS key of {other}"),
                              ("127.0.0.1:9", "Connection refused"),
                              ("no-such-host.invalid:7001", "cannot resolve no-such-host.invalid")):
            with self.subTest(wrong):
                self.restart(node, f'name = "{peer}"\naddress = "{right}"', f'name = "{peer}"\naddress = "{wrong}"')
                self.see(node, peer, reason, wrong)
                self.doCleanups()
        up = next(p for p in self.net.status(node)[0]["peers"] if p["name"] == peer)
        self.assertEqual("", up["trouble"], up)

    def test_damaged_data_is_complained_of(self):
        node = self.net.names[-1]
        numbers = [f"DAMAGED-{i}" for i in range(200)]
        self.net.submit("laboratory", [certificate(n, results=[{"parameter": "总迁移量", "text": f"{n} " * 150 + ".",
                                                               "verdict": "VERDICT_PASS"}]) for n in numbers])
        self.net.wait_for_equal_heights()
        self.net.stop(node)
        kept = {}
        for table in (self.net.root / "nodes" / node / "data" / "ledger").glob("*.sst"):
            kept[table] = table.read_bytes()
            if len(kept[table]) > 16_384:
                damaged = bytearray(kept[table])
                damaged[len(damaged) // 3] ^= 1
                table.write_bytes(damaged)
        self.net.start(node)

        def mend():
            self.net.stop(node)
            for table, content in kept.items():
                table.write_bytes(content)
            self.net.start(node)

        self.addCleanup(mend)
        profile = only_client_of(self.net, "regulator", node)
        refused = run("history", f"https://id.gs1.org/01/{GTIN}/10/L0", "--export", self.net.folder / "damaged.qcaudit",
                      profile=profile, check=None)
        self.assertNotEqual(0, refused.returncode)
        self.assertIn("this node's own data is damaged", refused.stderr)
        self.assertNotIn("data/ledger", refused.stderr)
        # Whoever knows the others, too, has the answer from them.
        answered = run("--json", "history", f"https://id.gs1.org/01/{GTIN}/10/L0",
                       profile=client_of(self.net, "regulator", node))
        self.assertGreaterEqual(len(json.loads(answered.stdout)["entries"]), len(numbers))
        status = self.net.status(node)[0]
        self.assertFalse(status["in_order"], status)
        self.assertRegex(status["damage"], r"^\d+ read\(s\) met data that is damaged, first: .*\.sst")
        places = [line.split("damaged_data", 1)[1] for line in self.log(node).splitlines() if "damaged_data" in line]
        self.assertTrue(places)
        self.assertEqual(len(set(places)), len(places), places)
        shown = run("node", "status", profile=profile, check=None)
        self.assertNotEqual(0, shown.returncode)
        self.assertRegex(shown.stdout, r"DAMAGED: \d+ read\(s\)")
        self.assertIn("has damaged data", run("network", "status", self.net.root, check=None).stdout)

    def test_an_idle_network_stays_fresh(self):
        """Nobody submits; every node signs the newest checkpoint anew."""
        for node in self.net.names:
            self.restart(node, "[peer]", "[limits]\ncosign_again_s = 2\n[peer]")
        time.sleep(8)
        for node in self.net.names:
            file = self.net.folder / f"idle-{node}.qcaudit"
            run("history", MAKER, "--export", file, profile=only_client_of(self.net, "regulator", node))
            verify(file, "--policy", self.net.policy, "--max-age", "6s")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""A backup validator dies under load and comes back: nothing acknowledged is lost."""

import json
import threading

from harness import GTIN, NetworkTest, certificate, main, run

BATCHES = 30


class BackupKilled(NetworkTest):
    base_port = 17200

    def test_submissions_go_on_and_the_node_catches_up(self):
        net = self.net
        net.prepare()
        primary = net.primary()
        victim = next(name for name in net.names if name != primary)
        receipts = net.folder / "receipts"
        failures = []

        def load():
            for i in range(BATCHES):
                file = net.folder / f"load-{i}.json"
                file.write_text(json.dumps([certificate(f"K-{i}-{j}") for j in range(20)]), encoding="utf-8")
                done = run("record", "submit", file, "--receipts", receipts, profile=net.member("laboratory"),
                           check=None)
                if done.returncode != 0:
                    failures.append(done.stderr)

        worker = threading.Thread(target=load)
        worker.start()
        net.submit("maker", [{"lot_registration": {"gtin": GTIN, "lot": "DURING", "production_date": "2026-02-01"}}])
        net.kill(victim)
        worker.join()
        self.assertEqual([], failures)
        self.assertFalse(net.status(victim)[0]["running"])

        net.start(victim)

        net.wait_for_equal_heights()
        proofs = sorted(receipts.glob("*.tlog-proof"))
        self.assertEqual(BATCHES * 20, len(proofs))
        # Through the node that was down, from its own copy.
        profile = json.loads((net.member("laboratory") / "profile.json").read_text(encoding="utf-8"))
        own = json.loads((net.member(victim) / "profile.json").read_text(encoding="utf-8"))
        profile["nodes"] = own["nodes"][:1]
        (net.member("laboratory") / "profile.json").write_text(json.dumps(profile), encoding="utf-8")
        history = json.loads(run("--json", "history", f"https://id.gs1.org/01/{GTIN}/10/L0",
                                 profile=net.member("laboratory")).stdout)
        indexes = {e["index"] for e in history["entries"]}
        acknowledged = {int(p.stem) for p in proofs}
        self.assertEqual(set(), acknowledged - indexes)
        for proof in proofs[::25]:
            run("receipt", "verify", proof, "--record", proof.with_suffix(".record"), "--policy", net.policy)


if __name__ == "__main__":
    main()

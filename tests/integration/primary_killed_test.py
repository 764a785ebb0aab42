# SPDX-License-Identifier: Apache-2.0
"""The primary dies under load: the others change the view and go on; it comes back and catches up."""

import json
import time

from harness import NetworkTest, certificate, main, run

AFTER_THE_KILL = 10


class PrimaryKilled(NetworkTest):
    base_port = 17400

    def test_another_primary_goes_on(self):
        net = self.net
        net.prepare()
        first = net.primary()
        receipts = net.folder / "receipts"

        net.kill(first)
        begin = time.monotonic()
        acknowledged = 0
        for i in range(AFTER_THE_KILL):
            file = net.folder / f"after-{i}.json"
            file.write_text(json.dumps([certificate(f"P-{i}-{j}") for j in range(5)]), encoding="utf-8")
            run("record", "submit", file, "--receipts", receipts, profile=net.member("laboratory"))
            acknowledged += 5
            if i == 0:
                print(f"first receipt {time.monotonic() - begin:.2f} s after the primary's death", flush=True)

        primaries = {s["primary"] for s in net.status() if s.get("running") and s.get("primary")}
        self.assertNotIn(first, primaries)
        self.assertEqual(acknowledged, len(list(receipts.glob("*.tlog-proof"))))

        net.start(first)
        net.wait_for_equal_heights()
        for proof in sorted(receipts.glob("*.tlog-proof"))[::10]:
            run("receipt", "verify", proof, "--record", proof.with_suffix(".record"), "--policy", net.policy)


if __name__ == "__main__":
    main()

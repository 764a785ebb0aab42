# SPDX-License-Identifier: Apache-2.0
"""The main job: five nodes, a laboratory's certificates, a product's history with its proof."""

import json
import subprocess

from harness import BIN, GTIN, LAB, Network, NetworkTest, certificate, main, run, verify

LOT = f"https://id.gs1.org/01/{GTIN}/10/L0"


class MainJob(NetworkTest):
    base_port = 17100

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.net.prepare()
        cls.receipts = cls.net.folder / "receipts"
        cls.net.submit("laboratory", [certificate(f"C-{i}", f"L{i % 3}") for i in range(30)],
                       "--batch", 10, "--receipts", cls.receipts)

    def test_every_node_reports_the_same_log(self):
        self.net.wait_for_equal_heights()

    def test_a_history_is_complete_and_verified(self):
        done = run("--json", "history", LOT, profile=self.net.member("maker"))
        history = json.loads(done.stdout)
        certificates = [e for e in history["entries"] if LOT in e["subjects"] and e["organisation"] == LAB]
        self.assertEqual(10, len(certificates))

    def test_every_record_has_a_receipt_that_verifies(self):
        proofs = sorted(self.receipts.glob("*.tlog-proof"))
        self.assertEqual(30, len(proofs))
        for proof in proofs:
            record = proof.with_suffix(".record")
            run("receipt", "verify", proof, "--record", record, "--policy", self.net.policy)
        run("receipt", "verify", proofs[0], "--record", proofs[1].with_suffix(".record"),
            "--policy", self.net.policy, check=1)

    def test_an_exported_bundle_verifies_with_the_stand_alone_verifier(self):
        bundle = self.net.folder / "lot.qcaudit"
        run("history", LOT, "--export", bundle, profile=self.net.member("regulator"))
        verify(bundle, "--policy", self.net.policy, "--subject", LOT)

    def test_an_absent_subject_is_proven_absent(self):
        bundle = self.net.folder / "absent.qcaudit"
        other = f"https://id.gs1.org/01/{GTIN}/10/NEVER"
        run("history", other, "--export", bundle, profile=self.net.member("regulator"))
        verify(bundle, "--policy", self.net.policy, "--subject", other)

    def test_the_verifier_links_neither_grpc_nor_rocksdb(self):
        libraries = subprocess.run(["ldd", BIN / "qc-verify"], capture_output=True, text=True, check=True).stdout
        self.assertNotIn("grpc", libraries)
        self.assertNotIn("rocksdb", libraries)


class Restart(NetworkTest):
    base_port = 17130

    def test_a_stopped_network_comes_back_with_everything_and_its_proofs_hold_without_it(self):
        self.net.prepare()
        self.net.submit("laboratory", [certificate("R-1")])
        bundle = self.net.folder / "before.qcaudit"
        run("history", LOT, "--export", bundle, profile=self.net.member("regulator"))
        self.net.wait_for_equal_heights()

        self.net.stop()

        self.assertFalse(any(s["running"] for s in self.net.status()))
        verify(bundle, "--policy", self.net.policy)
        run("history", LOT, profile=self.net.member("regulator"), check=4)

        self.net.start()

        self.net.submit("laboratory", [certificate("R-2")])
        history = json.loads(run("--json", "history", LOT, profile=self.net.member("maker")).stdout)
        issued = [e["summary"] for e in history["entries"] if e["organisation"] == LAB]
        self.assertEqual(2, len(issued))


if __name__ == "__main__":
    main()

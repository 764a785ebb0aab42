# SPDX-License-Identifier: Apache-2.0
"""The main job: five nodes, a laboratory's certificates, a product's history with its proof."""

import json
import subprocess
from random import Random

from harness import BIN, GTIN, LAB, ROOT, NetworkTest, certificate, main, run, verify

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

    def test_a_bundle_with_one_changed_byte_is_refused_or_says_the_same(self):
        bundle = self.net.folder / "whole.qcaudit"
        run("history", LOT, "--export", bundle, profile=self.net.member("regulator"))
        original = bundle.read_bytes()
        changed = self.net.folder / "changed.qcaudit"
        random = Random(20261123)
        counts = {"unreadable": 0, "refuted": 0, "same content": 0, "line of an unknown signer": 0}
        for _ in range(1000):
            data = bytearray(original)
            data[random.randrange(len(data))] ^= random.randrange(1, 256)
            changed.write_bytes(data)
            code = verify(changed, "--policy", self.net.policy, check=None).returncode
            if code in (1, 2):
                counts["refuted" if code == 1 else "unreadable"] += 1
                continue
            before, after = json.loads(original), json.loads(bytes(data))
            if before == after:
                counts["same content"] += 1
                continue
            # Nobody's line is no signature; the checkpoint's own text and a quorum must still stand.
            note = [before.pop("checkpoint"), after.pop("checkpoint")]
            self.assertEqual(before, after)
            self.assertEqual(*(text.split("\n\n")[0] for text in note))
            counts["line of an unknown signer"] += 1
        print(counts)
        self.assertEqual(1000, sum(counts.values()))

    def test_go_accepts_the_checkpoint_of_a_running_node(self):
        program = BIN / "go_note"
        if not program.exists():
            subprocess.run([ROOT / "tests/integration/go_note/build.sh", program], check=True)
        bundle = self.net.folder / "go.qcaudit"
        run("history", LOT, "--export", bundle, profile=self.net.member("regulator"))
        note = self.net.folder / "checkpoint.note"
        note.write_text(json.loads(bundle.read_text(encoding="utf-8"))["checkpoint"], encoding="utf-8")
        subprocess.run([program, self.net.policy, note], check=True)
        note.write_text(note.read_text(encoding="utf-8").replace("\n\n", "1\n\n", 1), encoding="utf-8")
        self.assertNotEqual(0, subprocess.run([program, self.net.policy, note], check=False,
                                              stderr=subprocess.DEVNULL).returncode)

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

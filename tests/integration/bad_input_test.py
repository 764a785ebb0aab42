# SPDX-License-Identifier: Apache-2.0
"""Bad input gets a clear error that says what to do, and loses nothing."""

import re
import shutil
import subprocess

from harness import BIN, DAY_MS, Network, NetworkTest, certificate, lot, main, now_ms, run, uscc


class BadRecords(NetworkTest):
    base_port = 17400

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.net.prepare()

    def refused(self, member, records, pattern, *options):
        done = self.net.submit(member, records, *options, check=None)
        self.assertIn(done.returncode, (1, 2), done.stdout + done.stderr)
        self.assertTrue(re.search(pattern, done.stderr), done.stderr)

    def test_wrong_check_digit_names_the_right_one(self):
        self.refused("maker", [lot("X1", gtin="06901234567890")], r"gtin.*2")

    def test_duplicate_certificate_number(self):
        self.net.submit("laboratory", [certificate("DUP-1")])
        self.refused("laboratory", [certificate("DUP-1", "L1")], r"number")

    def test_duplicate_in_one_submission_refuses_the_whole_of_it(self):
        self.refused("laboratory", [certificate("TWICE-0"), certificate("TWICE-1"), certificate("TWICE-1")], r"number")
        self.net.submit("laboratory", [certificate("TWICE-0")])

    def test_lot_that_was_never_registered(self):
        self.refused("laboratory", [certificate("LOT-1", "NOWHERE")], r"objects\[0\]")

    def test_issued_before_tested(self):
        now = now_ms()
        self.refused("laboratory", [certificate("TIME-1", issued_at_ms=now - 5 * DAY_MS)], r"issued_at_ms|tested_to_ms")

    def test_issued_in_the_future(self):
        self.refused("laboratory", [certificate("TIME-2", issued_at_ms=now_ms() + DAY_MS)], r"issued_at_ms")

    def test_an_enterprise_may_not_issue_certificates(self):
        self.refused("maker", [certificate("ROLE-1")], r"inspection_certificate|not allowed|may not")

    def test_a_standard_outside_the_accreditation(self):
        self.refused("laboratory", [certificate("SCOPE-1", methods=[{"standard": "GB 5009.12-2023"}])], r"accredit|scope")

    def test_an_unknown_enum_value(self):
        self.refused("laboratory", [certificate("ENUM-1", type="TYPE_GUESSING")], r"TYPE_GUESSING|type")

    def test_a_record_over_48_kib(self):
        results = [{"parameter": f"p{i}", "text": "合格" * 60, "verdict": "VERDICT_PASS"} for i in range(200)]
        self.refused("laboratory", [certificate("BIG-1", results=results)], r"48|49152|too large|large")

    def test_more_than_ten_thousand_records_under_one_signature(self):
        done = run("record", "submit", self.net.write_records("one.json", []), "--batch", 10001,
                   profile=self.net.member("laboratory"), check=2)
        self.assertIn("10000", done.stderr + done.stdout)

    def test_the_admin_key_signs_no_certificates(self):
        self.refused("laboratory", [certificate("KEY-1")], r"key", "--admin-key")

    def test_a_key_that_the_chain_does_not_know(self):
        stranger = self.net.member("stranger-key")
        shutil.copytree(self.net.member("laboratory"), stranger)
        (stranger / "signing.pem").unlink()
        run("key", "generate", stranger / "signing.pem")
        self.refused("stranger-key", [certificate("KEY-2")], r"key")

    def test_an_organisation_that_nobody_has_approved_yet(self):
        self.net.enrol("waiting", uscc("91370000MA3WA1T1N"), "enterprise", approvers=("association",), check=1)
        done = run("org", "list", profile=self.net.member("waiting"), check=4)
        self.assertIn("active", done.stderr)
        listed = run("org", "list", profile=self.net.member("regulator")).stdout
        self.assertIn("waiting for", listed)

    def test_a_csv_with_a_wrong_column_names_line_and_column(self):
        file = self.net.folder / "wrong.csv"
        file.write_text("number,gtin,lot,colour\nC-1,6901234567892,L0,red\n", encoding="utf-8")
        done = run("certificate", "submit", file, profile=self.net.member("laboratory"), check=2)
        self.assertRegex(done.stderr, r"line 1.*colour|colour.*line 1")

    def test_a_private_key_that_others_can_read(self):
        loose = self.net.member("loose")
        shutil.copytree(self.net.member("maker"), loose)
        (loose / "signing.pem").chmod(0o644)
        done = self.net.submit("loose", [lot("LOOSE")], check=None)
        self.assertNotEqual(0, done.returncode)
        self.assertIn("0600", done.stderr)

    def test_the_chain_goes_on_after_all_that(self):
        self.net.submit("laboratory", [certificate("FINE-1")])


class BadNodes(NetworkTest):
    base_port = 17430

    def start_node(self, folder):
        return subprocess.run([BIN / "qcnode", "--config", folder / "qcnode.toml"], capture_output=True, text=True,
                              timeout=60, check=False)

    def copy_of(self, name):
        copy = self.net.root / "copies" / name
        shutil.rmtree(copy, ignore_errors=True)
        copy.parent.mkdir(exist_ok=True)
        shutil.copytree(self.net.root / "nodes" / name, copy, ignore=shutil.ignore_patterns("data"))
        return copy

    def assert_refuses(self, folder, pattern):
        done = self.start_node(folder)
        self.assertNotEqual(0, done.returncode)
        self.assertTrue(re.search(pattern, done.stdout + done.stderr), done.stdout + done.stderr)

    def test_a_port_in_use(self):
        copy = self.copy_of(self.net.names[0])
        self.assert_refuses(copy, r"(?i)in use")

    def test_an_unknown_key_in_the_configuration(self):
        copy = self.copy_of(self.net.names[0])
        with open(copy / "qcnode.toml", "a", encoding="utf-8") as file:
            file.write("\n[speed]\nfast = true\n")
        self.assert_refuses(copy, r"speed")

    def test_the_data_directory_of_another_chain(self):
        self.net.wait_for_equal_heights()
        name = self.net.names[0]
        other = Network(self.base_port + 100)
        self.addCleanup(other.close)
        self.net.stop(name)
        shutil.copytree(self.net.root / "nodes" / name / "data", other.root / "nodes" / name / "data")
        self.net.start(name)
        self.assert_refuses(other.root / "nodes" / name, r"(?i)chain")

    def test_a_disk_that_is_nearly_full(self):
        copy = self.copy_of(self.net.names[0])
        with open(copy / "qcnode.toml", "a", encoding="utf-8") as file:
            file.write("\n[limits]\nspace_exit_bytes = 9000000000000000\n")
        self.assert_refuses(copy, r"(?i)space|disk|free")

    def test_a_client_without_a_certificate_is_refused_at_the_handshake(self):
        port = self.base_port + 1
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-alpn", "h2"],
                              input="x" * 64, capture_output=True, text=True, timeout=30, check=False)
        self.assertTrue(re.search(r"alert|errno|error", done.stderr), done.stderr)


if __name__ == "__main__":
    main()

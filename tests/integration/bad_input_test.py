# SPDX-License-Identifier: Apache-2.0
"""Bad input gets a clear error that says what to do, and loses nothing."""

import json
import re
import shutil
import socket
import ssl
import subprocess

from harness import BIN, DAY_MS, Network, NetworkTest, certificate, lot, main, now_ms, run, uscc

# gRPC's.
INVALID_ARGUMENT = 3
RESOURCE_EXHAUSTED = 8
UNAUTHENTICATED = 16


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
        self.refused("maker", [lot("X1", gtin="06901234567890")],
                     r'lot_registration\.gtin: check digit of "06901234567890" should be 2\b')

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

    def test_a_batch_option_of_more_than_ten_thousand(self):
        done = run("record", "submit", self.net.write_records("one.json", [certificate("BATCH-1")]), "--batch", 10001,
                   profile=self.net.member("laboratory"), check=2)
        self.assertRegex(done.stderr + done.stdout, r"--batch: .*10001 .*range\b.*\b1\b.*\b10000\b")

    def test_the_admin_key_signs_no_certificates(self):
        self.refused("laboratory", [certificate("KEY-1")],
                     r"inspection_certificate: only inspection bodies .*a key for this purpose \(OUTCOME_NOT_ALLOWED\)",
                     "--admin-key")

    def test_a_key_that_the_chain_does_not_know(self):
        stranger = self.net.member("stranger-key")
        shutil.copytree(self.net.member("laboratory"), stranger)
        (stranger / "signing.pem").unlink()
        run("key", "generate", stranger / "signing.pem")
        self.refused("stranger-key", [certificate("KEY-2")],
                     r"key [0-9a-f]{64} is not enrolled on this chain; enrol it first")

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

    def probe(self, case, records):
        """What a node answers to a client that is not `qc`."""
        file = self.net.write_records(f"probe-{case}.json", records)
        done = subprocess.run([BIN / "qc_rpc_probe", self.net.member("laboratory"), file, case], capture_output=True,
                              text=True, timeout=120, check=False)
        self.assertEqual(0, done.returncode, done.stderr)
        return json.loads(done.stdout)

    def assert_answers(self, case, code, pattern):
        answer = self.probe(case, [certificate(f"PROBE-{case}")])
        self.assertEqual(code, answer["code"], answer)
        self.assertRegex(answer["message"], pattern)
        self.net.submit("laboratory", [certificate(f"PROBE-{case}")])

    def test_a_replayed_submission_is_answered_with_its_first_outcome(self):
        first, elsewhere, again = self.probe("replay", [certificate("REPLAY-1")])
        self.assertEqual("SUBMISSION_STATE_COMMITTED", first["state"], first)
        self.assertGreater(first["height"], 0)
        self.assertEqual(first, elsewhere)
        self.assertEqual(first, again)

    def test_a_replayed_refusal_is_the_first_refusal(self):
        first, elsewhere, again = self.probe("replay", [certificate("REPLAY-2", "NOWHERE")])
        self.assertNotEqual("SUBMISSION_STATE_COMMITTED", first["state"], first)
        self.assertEqual(first, elsewhere)
        self.assertEqual(first, again)

    def test_a_submission_out_of_time(self):
        self.assert_answers("expired", INVALID_ARGUMENT, r"not_after_ms \d+ is past .*sign the submission again")

    def test_a_wrong_signature(self):
        self.assert_answers("bad-signature", UNAUTHENTICATED, r"signature is not that of key .*sign these exact bytes again")

    def test_a_truncated_submission(self):
        self.assert_answers("truncated", INVALID_ARGUMENT, r"submission")

    def test_a_submission_of_more_than_16_mib(self):
        self.assert_answers("oversized", RESOURCE_EXHAUSTED, r"larger than max")

    def test_more_than_ten_thousand_records_under_one_signature(self):
        self.assert_answers("too-many", INVALID_ARGUMENT, r"it has 10001 records, not 1\.\.10000; split it")

    def test_a_message_that_is_no_protobuf(self):
        answer = self.probe("junk", [certificate("PROBE-junk")])
        self.assertNotEqual(0, answer["code"], answer)
        self.net.submit("laboratory", [certificate("PROBE-junk")])

    def test_a_client_whose_tls_key_is_not_enrolled(self):
        stranger = self.net.member("stranger-tls")
        shutil.copytree(self.net.member("laboratory"), stranger)
        (stranger / "tls.pem").unlink()
        run("key", "generate", stranger / "tls.pem")
        done = run("org", "list", profile=stranger, check=4)
        self.assertRegex(done.stderr, r"127\.0\.0\.1:\d+: .*no active organisation has this TLS key \(qc org show\)")
        log = (self.net.root / "nodes" / self.net.names[0] / "qcnode.log").read_text(encoding="utf-8")
        self.assertRegex(log, r"rpc_handshake_refused.*(not enrolled|unknown|no key)")

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

    def first_words(self, certificate_file=None, key_file=None):
        """What a node's RPC port says first over TLS: its HTTP/2 settings, or nothing when it refuses the client. TLS 1.3
        is done for the client before the server has judged it, so that `connect` alone tells nothing."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        if certificate_file:
            context.load_cert_chain(certificate_file, key_file)
        profile = json.loads((self.net.member("regulator") / "profile.json").read_text(encoding="utf-8"))
        host, port = profile["nodes"][0]["address"].split(":")
        with socket.create_connection((host, int(port)), timeout=10) as plain:
            try:
                with context.wrap_socket(plain) as connection:
                    return connection.recv(64)
            except (ssl.SSLError, ConnectionError):
                return b""

    def test_a_client_without_a_certificate_is_refused_at_the_handshake(self):
        key = self.net.member("regulator") / "tls.pem"
        member = self.net.folder / "regulator.crt"
        subprocess.run(["openssl", "req", "-x509", "-new", "-key", key, "-subj", "/CN=regulator", "-out", member],
                       capture_output=True, timeout=30, check=True)
        self.assertNotEqual(b"", self.first_words(member, key))
        self.assertEqual(b"", self.first_words())


if __name__ == "__main__":
    main()

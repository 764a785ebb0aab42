# SPDX-License-Identifier: Apache-2.0
"""The client goes on when a node does not, and never loses what is on the chain."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time

import harness
from faults import client_of, only_client_of
from harness import GTIN, NetworkTest, certificate, main, run

LATE_S = 30


class Relay:
    """A port in front of a node that withholds what the node says after the first `limit` bytes of a connection."""

    def __init__(self, target):
        self.target = target
        self.limit = None
        self.said = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            host, port = self.target.split(":")
            far = socket.create_connection((host, int(port)))
            self.said = 0
            threading.Thread(target=self.pump, args=(near, far, False), daemon=True).start()
            threading.Thread(target=self.pump, args=(far, near, True), daemon=True).start()

    def pump(self, source, sink, back):
        try:
            while data := source.recv(1 << 16):
                if back:
                    room = None if self.limit is None else max(0, self.limit - self.said)
                    self.said += len(data)
                    data = data[:room]
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        finally:
            source.close()


class ClientFaults(NetworkTest):
    base_port = 18500

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.net.prepare()

    def pid(self, node):
        return next(s["pid"] for s in self.net.status(node))

    def test_a_proxy_of_the_environment_plays_no_part(self):
        environment = {**os.environ, "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9",
                       "grpc_proxy": "http://127.0.0.1:9"}
        for name in ("no_proxy", "NO_PROXY", "no_grpc_proxy"):
            environment.pop(name, None)
        done = subprocess.run([harness.BIN / "qc", "--profile", self.net.member("laboratory"), "org", "list"],
                              capture_output=True, text=True, env=environment, timeout=LATE_S, check=False)
        self.assertEqual(0, done.returncode, done.stderr)

    def test_a_node_that_is_not_there_is_named_with_its_own_reason(self):
        profile = only_client_of(self.net, "laboratory", self.net.names[0])
        file = profile / "profile.json"
        content = json.loads(file.read_text(encoding="utf-8"))
        content["nodes"][0]["address"] = "127.0.0.1:9"
        file.write_text(json.dumps(content), encoding="utf-8")
        for command in (("org", "list"), ("history", GTIN)):
            done = run(*command, profile=profile, check=4)
            self.assertIn("127.0.0.1:9: connection refused: does the node run?", done.stderr)
            self.assertNotIn("TLS", done.stderr)

    def test_grpc_says_nothing_of_its_own_on_standard_error(self):
        node = self.net.names[1]
        os.kill(self.pid(node), signal.SIGSTOP)
        try:
            done = run("history", GTIN, profile=client_of(self.net, "laboratory", node))
            self.assertNotRegex(done.stderr, r"\.cc:\d+\]")
        finally:
            os.kill(self.pid(node), signal.SIGCONT)

    def test_a_node_that_stops_in_mid_call_is_left_for_the_next(self):
        node = self.net.names[2]
        self.net.wait_for_equal_heights()
        height = self.net.status(node)[0]["certified_height"] + 4
        profile = client_of(self.net, "laboratory", node)
        pid = self.pid(node)
        waiting = subprocess.Popen([harness.BIN / "qc", "--profile", profile, "history", GTIN, "--min-height", str(height)],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(1.5)
        os.kill(pid, signal.SIGSTOP)
        try:
            for number in range(4):
                self.net.submit("laboratory", [certificate(f"MID-{number}")])
            output, errors = waiting.communicate(timeout=LATE_S)
        finally:
            os.kill(pid, signal.SIGCONT)
        self.assertEqual(0, waiting.returncode, errors)
        self.assertIn(f"waiting for block {height}", errors)
        self.assertIn(GTIN, output)

    def test_the_list_of_organisations_comes_from_the_next_node_when_one_stops_in_mid_answer(self):
        profile = client_of(self.net, "laboratory", self.net.names[1], "laboratory-relayed")
        file = profile / "profile.json"
        content = json.loads(file.read_text(encoding="utf-8"))
        relay = Relay(content["nodes"][0]["address"])
        self.addCleanup(relay.listener.close)
        content["nodes"][0]["address"] = relay.address
        file.write_text(json.dumps(content), encoding="utf-8")
        whole = run("org", "list", profile=profile)
        self.assertEqual("", whole.stderr)

        relay.limit = relay.said - 500
        done = run("org", "list", profile=profile)
        self.assertEqual(whole.stdout, done.stdout)
        self.assertIn(f"waiting for the list of organisations: {relay.address}: connected, but nothing came for 5 s",
                      done.stderr)

    def test_an_answer_older_than_what_was_seen_is_a_warning(self):
        node = self.net.names[3]
        profile = only_client_of(self.net, "laboratory", node)
        done = run("history", GTIN, profile=profile)
        self.assertRegex(done.stdout, r"(?m)^as of \d{4}-\d\d-\d\dT.*, block \d+$")
        seen = profile / "newest-checkpoint.json"
        newest = json.loads(seen.read_text(encoding="utf-8"))
        newest["size"] += 1000
        seen.write_text(json.dumps(newest), encoding="utf-8")
        done = run("history", GTIN, profile=profile, check=3)
        self.assertIn("what is newer is missing", done.stderr)
        self.assertEqual(newest, json.loads(seen.read_text(encoding="utf-8")))

    def certificates(self, name, count):
        return self.net.write_records(name, [certificate(f"{name}-{i}") for i in range(count)])

    def test_nothing_is_sent_where_receipts_cannot_be_kept(self):
        file = self.certificates("NOFOLDER", 1)
        for folder in ("/proc/nope", file):
            done = run("record", "submit", file, "--receipts", folder, profile=self.net.member("laboratory"), check=2)
            self.assertIn("nothing was sent", done.stderr)
        run("record", "submit", file, "--receipts", self.net.folder / "good", profile=self.net.member("laboratory"))
        self.assertEqual(1, len(list((self.net.folder / "good").glob("*.tlog-proof"))))

    def test_an_interrupted_submission_goes_on_and_loses_no_receipt(self):
        count = 200
        # Amid the answers, if the machine is not faster than that.
        for delay in (0.3, 0.1, 0.03, 0):
            file = self.certificates(f"BULK-{delay}", count)
            receipts = self.net.folder / f"bulk-{delay}"
            command = [harness.BIN / "qc", "--profile", self.net.member("laboratory"), "record", "submit", file,
                       "--batch", "5", "--receipts", receipts]
            bulk = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            deadline = time.monotonic() + LATE_S
            while len(list(receipts.glob("*.submission"))) < count // 5 and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(delay)
            bulk.kill()
            bulk.wait()
            if list(receipts.glob("*.submission")):
                break
        self.assertNotEqual([], list(receipts.glob("*.submission")), "it was killed too late to prove anything")

        done = run("record", "submit", file, "--batch", "5", "--receipts", receipts, profile=self.net.member("laboratory"))
        self.assertRegex(done.stdout, rf"{count} of {count} records certified")
        self.assertEqual(count, len(list(receipts.glob("*.tlog-proof"))))
        self.assertEqual([], list(receipts.glob("*.submission")))

    def test_receipts_are_fetched_for_what_is_on_the_chain(self):
        receipts = self.net.folder / "fetched"
        file = self.certificates("FETCH", 3)
        pids = [self.pid(name) for name in self.net.names]
        command = [harness.BIN / "qc", "--profile", self.net.member("laboratory"), "record", "submit", file,
                   "--receipts", receipts]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            sending = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(1)
            kept = list(receipts.glob("*.submission"))
            sending.kill()
            sending.wait()
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
        self.assertEqual(1, len(kept))
        run("receipt", "fetch", receipts, profile=self.net.member("laboratory"), check=3)
        signed = kept[0].read_bytes()
        run("record", "submit", file, "--receipts", receipts, profile=self.net.member("laboratory"))
        for proof in receipts.glob("*.tlog-proof"):
            proof.unlink()
        kept[0].write_bytes(signed)

        done = run("receipt", "fetch", receipts, profile=self.net.member("laboratory"))
        self.assertIn("3 record(s) certified in block", done.stdout)
        self.assertEqual(3, len(list(receipts.glob("*.tlog-proof"))))
        self.assertFalse(kept[0].exists())

    def test_a_refused_batch_names_the_record_by_its_place(self):
        self.net.submit("laboratory", [certificate("PLACE-3")])
        file = self.certificates("PLACE", 6)
        done = run("record", "submit", file, "--batch", "2", profile=self.net.member("laboratory"), check=1)
        self.assertRegex(done.stderr, rf"records 2\.\.3 .* were not added, none of them: {file}: \S*\[3\].*number")
        self.assertRegex(done.stdout, r"4 of 6 records certified, up to height [1-9]")
        subject = re.search(r"on the chain already.*; qc history (\S+) proves", done.stderr).group(1)
        self.assertIn("PLACE-3", run("history", subject, profile=self.net.member("laboratory")).stdout)

    def test_what_an_earlier_run_has_brought_onto_the_chain_is_named_with_its_receipt(self):
        receipts = self.net.folder / "again"
        call = ("record", "submit", self.certificates("AGAIN", 2), "--receipts", receipts)
        run(*call, profile=self.net.member("laboratory"))
        done = run(*call, profile=self.net.member("laboratory"))
        self.assertRegex(done.stderr, r"records 0\.\.1 .* are on the chain already as log indexes [0-9]+\.\.[0-9]+; "
                                      rf"their receipts are in {receipts}")
        self.assertNotIn("not added", done.stderr)
        self.assertRegex(done.stderr, rf"{receipts}/[0-9a-f]{{64}}\.tlog-proof is the receipt of this refusal")
        self.assertIn("0 of 2 records certified; 2 on the chain already", done.stdout)


class ChangedValidators(NetworkTest):
    """Two validators take new voting keys: too few of the founding set are left to certify by its policy."""

    base_port = 18600

    def take_new_key(self, name):
        node = self.net.root / "nodes" / name
        key = node / "new-validator.pem"
        run("key", "generate", key, "--algorithm", "ed25519")
        run("validator", "replace-key", name, "--key", key, profile=self.net.member(name))
        waiting = [1]
        while waiting:
            waiting = json.loads(run("--json", "validator", "list", profile=self.net.member(name)).stdout)["waiting"]
            time.sleep(0.5)
            self.net.submit("laboratory", [certificate(f"{name}-{time.monotonic_ns()}")])
        self.net.stop(name)
        key.replace(node / "validator.pem")
        # The votes are the old key's.
        shutil.rmtree(node / "data" / "votes")
        self.net.start(name)

    def test_a_receipt_after_the_change_is_verified_by_the_policy_that_follows(self):
        self.net.prepare()
        member = self.net.member("laboratory")
        policy = member / "network.policy"
        founding = policy.read_text(encoding="utf-8")
        for name in self.net.names[:2]:
            self.take_new_key(name)
        receipts = self.net.folder / "after"
        file = self.net.write_records("after.json", [certificate("AFTER-1")])
        done = run("record", "submit", file, "--receipts", receipts, profile=member)
        self.assertRegex(done.stdout, "1 of 1 records certified")
        record = next(receipts.glob("*.record"))
        run("receipt", "verify", record.with_suffix(".tlog-proof"), "--record", record, "--policy", policy)
        self.assertNotEqual(founding, policy.read_text(encoding="utf-8"))
        self.assertEqual(founding, (member / "network.policy.1").read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""Real networks of real processes for the integration tests: driven through `qc` as a user would."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("QC_BIN", ROOT / "build/unity/bin")).resolve()
SHARED_DATA = ROOT.parent / "shared" / "data"

GTIN = "06901234567892"
STANDARD = "GB 4806.7-2023"
CATEGORY = "food contact plastics"
DAY_MS = 86_400_000

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def uscc(first_17):
    """The code with its check character (GB 32100-2015)."""
    weights = [pow(3, i, 31) for i in range(17)]
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(first_17, weights))
    return first_17 + USCC_ALPHABET[(31 - total % 31) % 31]


LAB = uscc("52370000MA3CJ5X2Q")
MAKER = uscc("91370000MA3DK7Y4R")


def run(*arguments, check=0, profile=None, stdin=None, timeout=120, environment=None):
    """Runs `qc`; fails the test where the exit code is not `check` (None: any)."""
    command = [str(BIN / "qc")]
    if profile is not None:
        command += ["--profile", str(profile)]
    command += [str(a) for a in arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=timeout, check=False,
                          env={**os.environ, **(environment or {})})
    if check is not None and done.returncode != check:
        raise AssertionError(f"{' '.join(command)}\nexit {done.returncode}, wanted {check}\n{done.stdout}\n{done.stderr}")
    return done


def verify(*arguments, check=0):
    """Runs `qc-verify`."""
    command = [str(BIN / "qc-verify")] + [str(a) for a in arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if check is not None and done.returncode != check:
        raise AssertionError(f"{' '.join(command)}\nexit {done.returncode}, wanted {check}\n{done.stdout}\n{done.stderr}")
    return done


class Network:
    """A local network in a folder of its own; stops its processes when closed."""

    def __init__(self, base_port, organisations=5):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="qc-test-"))
        self.root = self.folder / "net"
        run("network", "init", self.root, "--organisations", organisations, "--base-port", base_port)
        self.lying = None
        self.environment = {}
        self.names = sorted(p.name for p in (self.root / "nodes").iterdir())

    def close(self, keep=False):
        run("network", "stop", self.root, check=None)
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, node=None):
        run("network", "start", self.root, *(["--node", node] if node else []), environment=self.environment)

    def start_lying(self, node, lie, **more):
        """Starts a node that lies to the others (tests/tools/lies.cc); `stop` ends it like any."""
        folder = self.root / "nodes" / node
        with open(folder / "qcnode.log", "ab") as log:
            process = subprocess.Popen([BIN / "lying_qcnode", "--config", folder / "qcnode.toml"], stdout=log, stderr=log,
                                       stdin=subprocess.DEVNULL, env={**os.environ, "QC_LIE": lie, **more},
                                       start_new_session=True)
        (folder / "qcnode.pid").write_text(f"{process.pid}\n", encoding="utf-8")
        if self.lying:
            self.lying.wait(10)
        self.lying = process

    def stop(self, node=None):
        run("network", "stop", self.root, *(["--node", node] if node else []))

    def status(self, node=None):
        done = run("--json", "network", "status", self.root, *(["--node", node] if node else []), check=None)
        return json.loads(done.stdout)

    def member(self, name):
        return self.root / "organisations" / name

    @property
    def policy(self):
        return self.root / "network.policy"

    def primary(self):
        return next(s["primary"] for s in self.status() if s.get("primary"))

    def kill(self, node):
        """SIGKILL, as a power switch would."""
        pid = next(s["pid"] for s in self.status(node))
        os.kill(pid, signal.SIGKILL)
        deadline = time.monotonic() + 10
        while self.status(node)[0]["running"]:
            if time.monotonic() > deadline:
                raise AssertionError(f"process {pid} survives SIGKILL")
            time.sleep(0.05)

    def wait_for_equal_heights(self, timeout=60):
        """Waits until every node has certified the same log; returns its size."""
        deadline = time.monotonic() + timeout
        while True:
            seen = {(s.get("certified_height"), s.get("log_size")) for s in self.status()}
            if len(seen) == 1 and None not in seen.copy().pop():
                return seen.pop()[1]
            if time.monotonic() > deadline:
                raise AssertionError(f"the nodes differ: {self.status()}")
            time.sleep(0.2)

    def enrol(self, name, code, kind, name_zh="测试有限公司", approvers=("association", "university", "regulator"), check=0):
        contract = self.folder / "contract.txt"
        contract.write_text("participation contract", encoding="utf-8")
        approver_options = [o for a in approvers for o in ("--approver", self.member(a))]
        return run("org", "enrol", self.member(name), "--code", code, "--kind", kind, "--name-zh", name_zh,
                   "--contract", contract, "--contract-version", "1", "--network", self.root / "invitation",
                   "--sponsor", self.member("platform"), *approver_options, check=check)

    def write_records(self, name, records):
        file = self.folder / name
        file.write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
        return file

    def submit(self, member, records, *options, check=0):
        file = self.write_records("records.json", records)
        return run("record", "submit", file, *options, profile=self.member(member), check=check)

    def prepare(self, lots=3):
        """A laboratory and a maker, the laboratory's accreditation, a product and some lots."""
        self.enrol("laboratory", LAB, "inspection_body")
        self.enrol("maker", MAKER, "enterprise")
        self.submit("regulator", [accreditation()])
        self.submit("maker", [product()] + [lot(f"L{i}") for i in range(lots)])


def now_ms():
    return int(time.time() * 1000)


def accreditation(number="TEST-1"):
    return {"accreditation": {
        "scheme": "CMA", "number": number, "code": LAB,
        "scope": [{"standard": STANDARD, "category": CATEGORY}],
        "valid_from": "2020-01-01", "valid_to": "2099-12-31"}}


def product(gtin=GTIN):
    return {"product_registration": {
        "gtin": gtin, "brand_owner": {"code": MAKER}, "name": {"zh": "一次性饭盒", "en": "Lunch box"},
        "category": CATEGORY, "standards": [STANDARD]}}


def lot(number, gtin=GTIN):
    return {"lot_registration": {"gtin": gtin, "lot": number, "production_date": "2026-01-05", "best_before": "2028-01-05"}}


def certificate(number, lot_number="L0", **changes):
    now = now_ms()
    body = {
        "type": "TYPE_TESTING", "number": number, "accreditation": "urn:qc:accreditation:CMA:TEST-1",
        "objects": [{"gtin": GTIN, "lot": lot_number}], "category": CATEGORY,
        "tested_from_ms": now - 2 * DAY_MS, "tested_to_ms": now - DAY_MS, "issued_at_ms": now - 1000,
        "methods": [{"standard": STANDARD}],
        "results": [{"parameter": "总迁移量", "value": "3.2", "unit": "mg/dm2", "limit": "<= 10", "verdict": "VERDICT_PASS"}],
        "verdict": "OVERALL_VERDICT_CONFORMANT",
        "signatories": [{"part": "PART_AUTHORISED", "reference": "A-001"}]}
    body.update(changes)
    return {"inspection_certificate": body}


class NetworkTest(unittest.TestCase):
    """A test case with one network for all its tests."""

    base_port = 0
    organisations = 5

    @classmethod
    def setUpClass(cls):
        cls.net = Network(cls.base_port, cls.organisations)
        cls.addClassCleanup(cls.net.close)
        cls.net.start()


def main():
    unittest.main(verbosity=2, argv=[sys.argv[0]] + sys.argv[1:])

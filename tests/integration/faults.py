# SPDX-License-Identifier: Apache-2.0
"""Faults for local networks: links through a proxy, paused and killed nodes, steady load, and what must hold after."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

from harness import BIN, GTIN, LAB, certificate, run, verify

HERE = pathlib.Path(__file__).resolve().parent
JOURNAL_CHECK = BIN / "qc_journal_check"


class Proxy:
    """The links of a network through fault_proxy.py. Made between `init` and `start`."""

    def __init__(self, net):
        self.names = net.names
        self.process = subprocess.Popen([sys.executable, str(HERE / "fault_proxy.py")], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.mutex = threading.Lock()
        configs = {name: net.root / "nodes" / name / "qcnode.toml" for name in net.names}
        texts = {name: path.read_text(encoding="utf-8") for name, path in configs.items()}
        ports = {name: int(re.search(r"\[peer\]\s+listen = \"127\.0\.0\.1:(\d+)\"", text).group(1))
                 for name, text in texts.items()}
        for near, text in texts.items():
            for far in net.names:
                if far != near:
                    port = self.command(do="listen", link=f"{near}>{far}", target=ports[far])["port"]
                    link = f'name = "{far}"\naddress = "127.0.0.1:{ports[far]}"'
                    assert link in text, f"no link to {far} in {configs[near]}"
                    text = text.replace(link, link.replace(str(ports[far]), str(port)))
            configs[near].write_text(text, encoding="utf-8")

    def command(self, **command):
        with self.mutex:
            self.process.stdin.write(json.dumps(command) + "\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()

    def set(self, sender, receiver, **fault):
        """What `sender` sends to `receiver` from now on: cut=True, delay_ms=…, bytes_per_second=…, or nothing: healed."""
        # Which of the two dials is the nodes' own affair.
        self.command(do="set", link=f"{sender}>{receiver}", direction="forward", **fault)
        self.command(do="set", link=f"{receiver}>{sender}", direction="back", **fault)

    def outgoing(self, node, **fault):
        """All that a node sends to the others."""
        for other in self.names:
            if other != node:
                self.set(node, other, **fault)

    def incoming(self, node, **fault):
        """All that the others send to a node."""
        for other in self.names:
            if other != node:
                self.set(other, node, **fault)

    def reset(self, node):
        """Every connection of a node is reset; how many there were."""
        return sum(self.command(do="reset", link=f"{a}>{b}")["closed"] for other in self.names if other != node
                   for a, b in ((node, other), (other, node)))

    def heal(self, node):
        self.outgoing(node)
        self.incoming(node)


def pid_of(net, node):
    return int((net.root / "nodes" / node / "qcnode.pid").read_text(encoding="utf-8"))


def pause(net, node):
    os.kill(pid_of(net, node), signal.SIGSTOP)


def resume(net, node):
    os.kill(pid_of(net, node), signal.SIGCONT)


def kill(net, node):
    """SIGKILL, and waits until the process is gone."""
    pid = pid_of(net, node)
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while pathlib.Path(f"/proc/{pid}/cmdline").exists() and pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
        if time.monotonic() > deadline:
            raise AssertionError(f"process {pid} survives SIGKILL")
        time.sleep(0.02)


class PowerCut:
    """Cuts off what the nodes of a network have not synced, as a power cut of all machines would: the end of every file,
    to a part of it where `torn` chances. Made before the network's first start."""

    def __init__(self, net):
        self.net = net
        self.log = net.folder / "synced"
        net.environment.update(LD_PRELOAD=str(BIN / "libqc_sync_log.so"), QC_SYNC_LOG=str(self.log))
        self.before_start()

    def files(self):
        for node in self.net.names:
            for path in (self.net.root / "nodes" / node / "data").rglob("*"):
                if path.is_file():
                    stat = path.stat()
                    yield path, (stat.st_dev, stat.st_ino), stat.st_size

    def before_start(self):
        """What is there when the nodes start is on the disk."""
        self.log.unlink(missing_ok=True)
        self.synced = {key: size for _, key, size in self.files()}

    def read_log(self):
        assert self.log.exists(), "no node has noted a sync: is libqc_sync_log.so preloaded?"
        for line in self.log.read_text(encoding="ascii").splitlines():
            what, device, inode, *size = line.split()
            key = (int(device), int(inode))
            if what == "d":
                self.synced.pop(key, None)
            else:
                self.synced[key] = int(size[0])

    def cut(self, chance):
        """With all nodes dead; returns the bytes lost by file."""
        self.read_log()
        lost = {}
        for path, key, size in list(self.files()):
            left = self.synced.get(key, 0)
            if left < size:
                # The disk may have got some of it, in order.
                left = chance.choice((left, left, chance.randrange(left, size)))
                os.truncate(path, left)
                lost[path.relative_to(self.net.root / "nodes")] = size - left
        return lost


def client_of(net, member, node, name=None):
    """A profile of a member's that knows this node first, then the others; `only_client_of` knows no others."""
    text = (net.root / "nodes" / node / "qcnode.toml").read_text(encoding="utf-8")
    address = re.search(r"\[rpc\]\s+listen = \"([^\"]+)\"", text).group(1)
    folder = net.root / "organisations" / (name or f"{member}-at-{node}")
    if not folder.exists():
        shutil.copytree(net.member(member), folder)
        file = folder / "profile.json"
        profile = json.loads(file.read_text(encoding="utf-8"))
        place = next(i for i, n in enumerate(profile["nodes"]) if n["address"] == address)
        profile["nodes"] = profile["nodes"][place:] + profile["nodes"][:place]
        file.write_text(json.dumps(profile), encoding="utf-8")
    return folder


def only_client_of(net, member, node):
    folder = net.root / "organisations" / f"{member}-only-{node}"
    if not folder.exists():
        client_of(net, member, node, folder.name)
        file = folder / "profile.json"
        profile = json.loads(file.read_text(encoding="utf-8"))
        profile["nodes"] = profile["nodes"][:1]
        file.write_text(json.dumps(profile), encoding="utf-8")
    return folder


class Load:
    """Steady submissions of certificates from one client of each node; every acknowledgement with its time."""

    def __init__(self, net, lots=3, records=2, interval=0.5, timeout=300, nodes=None):
        self.net = net
        self.lots = lots
        self.records = records
        self.interval = interval
        self.timeout = timeout
        self.receipts = net.folder / "receipts"
        # (time of the receipt, seconds it took, through which node)
        self.acknowledged = []
        self.failures = []
        self.mutex = threading.Lock()
        self.ending = threading.Event()
        self.begin = time.monotonic()
        # No two loads on one network name a certificate alike.
        self.name = f"LOAD-{int(self.begin * 1000):x}"
        self.workers = [threading.Thread(target=self.work, args=(place, node), daemon=True)
                        for place, node in enumerate(nodes or net.names)]
        for worker in self.workers:
            worker.start()

    def work(self, place, node):
        profile = client_of(self.net, "laboratory", node)
        file = self.net.folder / f"load-{node}.json"
        count = 0
        self.ending.wait(self.interval * place / len(self.net.names))
        while not self.ending.is_set():
            numbers = [f"{self.name}-{node}-{count}-{i}" for i in range(self.records)]
            file.write_text(json.dumps([certificate(n, f"L{count % self.lots}") for n in numbers]), encoding="utf-8")
            count += 1
            begin = time.monotonic()
            try:
                done = run("record", "submit", file, "--receipts", self.receipts, profile=profile, check=None,
                           timeout=self.timeout)
                failure = f"exit {done.returncode}: {done.stderr.strip()}" if done.returncode != 0 else None
            except subprocess.TimeoutExpired:
                failure = f"no answer within {self.timeout} s"
            end = time.monotonic()
            with self.mutex:
                if failure is None:
                    self.acknowledged.append((end, end - begin, node))
                else:
                    self.failures.append(f"at {begin - self.begin:.1f} s through {node}, {end - begin:.1f} s: {failure}")
            self.ending.wait(max(0, self.interval - (end - begin)))

    def stop(self):
        self.ending.set()
        for worker in self.workers:
            worker.join()

    def count(self, since=0, without=()):
        with self.mutex:
            return sum(1 for at, _, node in self.acknowledged if at > since and node not in without)

    def wait_for(self, more, since, timeout, without=()):
        """Seconds after `since` at which so many submissions were acknowledged; fails after the timeout."""
        while True:
            with self.mutex:
                times = [at for at, _, node in self.acknowledged if at > since and node not in without]
            if len(times) >= more:
                return sorted(times)[more - 1] - since
            if time.monotonic() - since > timeout:
                raise AssertionError(f"{len(times)} of {more} submissions acknowledged in {timeout} s; {self.failures}")
            time.sleep(0.05)

    def largest_gap(self):
        """(seconds, when it began): the longest time without any acknowledgement."""
        with self.mutex:
            times = [self.begin] + sorted(at for at, _, _ in self.acknowledged)
        return max((after - before, before - self.begin) for before, after in zip(times, times[1:]))

    def slowest(self):
        with self.mutex:
            return max((took, at - took - self.begin, node) for at, took, node in self.acknowledged)

    def acknowledged_indexes(self):
        return {int(p.stem) for p in self.receipts.glob("*.tlog-proof")}


def every_record_everywhere(net, load, nodes=None, timeout=0):
    """Fails unless every acknowledged record is in the history that each node shows of itself; returns their number.
    Each node has `timeout` seconds to get there without anybody submitting more."""
    indexes = load.acknowledged_indexes()
    deadline = time.monotonic() + timeout
    for node in nodes or net.names:
        lacking = indexes - indexes_at(net, node, load.lots)
        while lacking and time.monotonic() < deadline:
            time.sleep(0.2)
            lacking = indexes - indexes_at(net, node, load.lots)
        if lacking:
            raise AssertionError(f"{node} lacks acknowledged records: {sorted(lacking)}; {net.status(node)}")
    return len(indexes)


def indexes_at(net, node, lots):
    """Log indexes of the records in the histories of the test's lots, as one node shows them."""
    seen = set()
    for lot in range(lots):
        shown = run("--json", "history", f"https://id.gs1.org/01/{GTIN}/10/L{lot}",
                    profile=only_client_of(net, "laboratory", node), check=None)
        if shown.returncode == 0:
            seen |= {e["index"] for e in json.loads(shown.stdout)["entries"]}
    return seen


def some_receipts_verify(net, load, step):
    for proof in sorted(load.receipts.glob("*.tlog-proof"))[::step]:
        verify("receipt", proof, "--record", proof.with_suffix(".record"), "--policy", net.policy)


def checkpoint_of(net, node):
    """Origin, log size and root hash of the newest certified checkpoint that a node serves, verified by qc."""
    file = net.folder / f"checkpoint-of-{node}.qcaudit"
    file.unlink(missing_ok=True)
    run("history", LAB, "--export", file, profile=only_client_of(net, "laboratory", node))
    return tuple(json.loads(file.read_text(encoding="utf-8"))["checkpoint"].splitlines()[:3])


def equal_checkpoints(net, timeout=60, nodes=None):
    """The checkpoint that all nodes (or these) have, once nothing is under way; fails where two differ or one stays behind."""
    deadline = time.monotonic() + timeout
    while True:
        checkpoints = {node: checkpoint_of(net, node) for node in nodes or net.names}
        sizes = {}
        for node, (_, size, root) in checkpoints.items():
            if sizes.setdefault(size, root) != root:
                raise AssertionError(f"two logs of one size: {checkpoints}")
        if len(sizes) == 1:
            return next(iter(checkpoints.values()))
        if time.monotonic() > deadline:
            raise AssertionError(f"a node stays behind: {checkpoints}")
        time.sleep(0.2)


class JournalArchive:
    """Keeps every segment of every vote journal: a rotation drops what is settled, a check wants all of it."""

    def __init__(self, net):
        self.net = net
        self.folder = net.folder / "journals"
        self.ending = threading.Event()
        self.keep()
        self.worker = threading.Thread(target=self.work, daemon=True)
        self.worker.start()

    def keep(self):
        """A second name for each segment: what is appended later is in it, and removing the first name leaves it."""
        for node in self.net.names:
            (self.folder / node).mkdir(parents=True, exist_ok=True)
            for segment in (self.net.root / "nodes" / node / "data").glob("**/votes-*.log"):
                kept = self.folder / node / segment.name
                if not kept.exists():
                    os.link(segment, kept)

    def work(self):
        while not self.ending.wait(1):
            self.keep()

    def stop(self):
        self.ending.set()
        self.worker.join()
        self.keep()

    def check(self):
        """Runs the journal checker over all validators' journals; fails on a double vote, returns what it says."""
        done = subprocess.run([JOURNAL_CHECK] + [f"{n}={self.folder / n}" for n in sorted(self.net.names)],
                              capture_output=True, text=True, timeout=300, check=False)
        if done.returncode != 0:
            raise AssertionError(f"qc_journal_check: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done.stdout.strip()

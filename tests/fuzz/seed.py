#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the first inputs of every fuzz target from tests/vectors: seed.py VECTORS CORPUS."""
import json
import pathlib
import sys

vectors = pathlib.Path(sys.argv[1])
corpus = pathlib.Path(sys.argv[2])
formats = json.loads((vectors / "formats.json").read_text(encoding="utf-8"))


def seed(target, name, content):
    folder = corpus / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


seed("submission_fuzz", "submission", bytes.fromhex(formats["submission"]["signed_submission"]))
seed("submission_fuzz", "header", bytes.fromhex(formats["submission"]["header"]))
seed("submission_fuzz", "genesis", bytes.fromhex(formats["genesis"]["document"]))

for path in vectors.iterdir():
    content = path.read_bytes()
    if path.suffix in (".qcaudit", ".consistency", ".evidence"):
        seed("proof_files_fuzz", path.name, content)
        if len(content) < 20000:
            seed("strict_json_fuzz", path.name, content)
    if path.suffix == ".tlog-proof":
        seed("tlog_proof_fuzz", path.name, content)
    if path.suffix == ".policy":
        seed("signed_text_fuzz", path.name, content)
seed("strict_json_fuzz", "small", '{"a": [1, -2, true, null, "\\u00e9\\n"], "b": {}}')

seed("signed_text_fuzz", "note", formats["checkpoint"]["note"])
seed("signed_text_fuzz", "checkpoint", formats["checkpoint"]["text"])
seed("signed_text_fuzz", "vkey", formats["checkpoint"]["log_vkey"])
seed("signed_text_fuzz", "seal", formats["seal"]["text"])
seed("signed_text_fuzz", "origin", formats["genesis"]["origin"])
seed("signed_text_fuzz", "tile", "tile/0/x001/234.p/7")
seed("signed_text_fuzz", "entry", bytes.fromhex(formats["log"]["entries"][0]))

for i, text in enumerate(formats["subject_ids"]["canonical"] + formats["subject_ids"]["refused"]):
    seed("subject_id_fuzz", f"id-{i}", text)
for i, text in enumerate([
        "urn:epc:id:sgtin:4012345.098765.12345", "urn:epc:class:lgtin:4012345.012345.998877",
        "urn:epc:id:sscc:0614141.1234567890", "urn:epc:id:sgln:4012345.00000.0",
        "(01)06901234567892(10)L1(21)S1", "https://example.com/a/01/06901234567892/21/1?10=L1"]):
    seed("subject_id_fuzz", f"spelling-{i}", text)

records = vectors / "records.json"
if records.exists():
    for entry in json.loads(records.read_text(encoding="utf-8"))["records"]:
        seed("record_fuzz", entry["type"], bytes.fromhex(entry["bytes"]))
messages = vectors / "consensus.json"
if messages.exists():
    content = json.loads(messages.read_text(encoding="utf-8"))
    journal = b""
    for entry in content["messages"]:
        seed("consensus_codec_fuzz", "message-" + entry["kind"], b"\0" + bytes.fromhex(entry["bytes"]))
    for entry in content["journal"]:
        encoded = bytes.fromhex(entry["bytes"])
        seed("consensus_codec_fuzz", "entry-" + entry["kind"], b"\1" + encoded)
        journal += len(encoded).to_bytes(2, "big") + encoded
    seed("consensus_codec_fuzz", "journal", b"\2" + journal)
demo = vectors.parent.parent / "deploy" / "demo"
for path in sorted(demo.rglob("*")):
    format_byte = b"\1" if "epcis" in path.name else b"\0" if path.suffix == ".json" else \
        b"\3" if "sampling" in path.name else b"\2"
    if path.suffix in (".json", ".csv"):
        seed("intake_fuzz", path.parent.name + "-" + path.name, format_byte + path.read_bytes()[:8000])
for target in ("state_proof_fuzz", "merkle_fuzz"):
    for i in range(8):
        seed(target, f"ramp-{i}", bytes((7 * j + 31 * i) % 256 for j in range(240)))

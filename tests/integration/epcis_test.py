# SPDX-License-Identifier: Apache-2.0
"""Real EPCIS documents: taken in and found again with proof, or refused with the exact field."""

import json
import re
import unittest

from harness import MAKER, SHARED_DATA, NetworkTest, main, run


def gs1_check_digit(digits):
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return str(-total % 10)


def registration_of(epc):
    """A record that registers the item or lot that an EPC names; None for what needs none."""
    urn = re.fullmatch(r"urn:epc:(id:sgtin|class:lgtin):(\d+)\.(\d)(\d+)\.([^*]+)", epc)
    link = re.fullmatch(r".*/01/(\d{14})/(10|21)/(.+)", epc)
    if urn:
        digits = urn[3] + urn[2] + urn[4]
        gtin, kind, value = digits + gs1_check_digit(digits), "21" if "sgtin" in urn[1] else "10", urn[5]
    elif link:
        gtin, kind, value = link[1], link[2], link[3]
    else:
        return None
    if kind == "21":
        return {"item_registration": {"gtin": gtin, "serial": value, "production_date": "2013-01-01"}}
    return {"lot_registration": {"gtin": gtin, "lot": value, "production_date": "2013-01-01"}}


def events_of(file):
    document = json.loads(file.read_text(encoding="utf-8"))
    return document.get("epcisBody", {}).get("eventList", [])


def epcs_of(event):
    quantities = [q for kind in ("quantityList", "inputQuantityList", "outputQuantityList", "childQuantityList")
                  for q in event.get(kind, [])]
    named = [epc for kind in ("epcList", "inputEPCList", "outputEPCList", "childEPCs") for epc in event.get(kind, [])]
    return [epc for epc in named + [event.get("parentID")] + [q["epcClass"] for q in quantities] if epc]


@unittest.skipUnless((SHARED_DATA / "epcis").is_dir(), "SKIPPED: the EPCIS documents are not beside this checkout")
class Epcis(NetworkTest):
    base_port = 17300

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.net.enrol("maker", MAKER, "enterprise")

    def submit(self, file):
        return run("--json", "epcis", "submit", file, profile=self.net.member("maker"), check=None)

    def register_inputs(self, file):
        """A transformation is for who holds the goods: register them first, as their maker did."""
        for event in events_of(file):
            for epc in event.get("inputEPCList", []) + [q["epcClass"] for q in event.get("inputQuantityList", [])]:
                record = registration_of(epc)
                if record is not None:
                    self.net.submit("maker", [record], check=None)

    def assert_found(self, file, report):
        """What was taken in stands in the history of everything it names, with proof, and nothing of it is nowhere. A
        class is no subject of what happens to some of it."""
        first = report["submissions"][0]["first_log_index"]
        taken = set(range(first, first + report["records"]))
        found = set()
        for epc in sorted({epc for event in events_of(file) for epc in epcs_of(event)
                           if "*" not in epc and not re.fullmatch(r".*/01/\d{14}", epc)}):
            history = json.loads(run("--json", "history", epc, profile=self.net.member("regulator")).stdout)
            of_file = {e["index"] for e in history["entries"]} & taken
            self.assertTrue(of_file, (epc, history))
            found |= of_file
        self.assertEqual(taken, found)

    def test_valid_documents_are_taken_in_or_name_the_field_that_is_not_mapped(self):
        taken = []
        for file in sorted((SHARED_DATA / "epcis/valid").glob("*.json")):
            with self.subTest(file.name):
                self.register_inputs(file)
                done = self.submit(file)
                if done.returncode == 0:
                    taken.append(file.name)
                    report = json.loads(done.stdout)
                    self.assertEqual(report["records"], report["committed"])
                    self.assertGreater(report["records"], 0)
                    self.assert_found(file, report)
                elif file.name == "TransformationEvent_with_digitalLink.json":
                    # The goods of TransformationEvent.json in another spelling: they are used up.
                    message = json.loads(done.stdout)["submissions"][0]["message"]
                    self.assertIn("transformation.inputs[0].object", message)
                else:
                    self.assertRegex(done.stderr, r"eventList\[\d+\]\.\w+.*not mapped yet")
        self.assertIn("AggregationEvent.json", taken)
        self.assertIn("TransformationEvent.json", taken)

    def test_invalid_documents_are_refused_with_their_reason(self):
        reasons = {
            "Combination_of_events_with_missing_mandatory_fields.json": r"eventList\[\d+\]",
            "EPCISDocument_without_context.json": r"@context",
            "ObjectEvent_with_invalid_action.json": r"action",
            "ObjectEvent_with_invalid_eventTime_format.json": r"eventTime",
            "ObjectEvent_with_quantity_as_text.json": r"quantity",
            "ObjectEvent_without_identifier_list.json": r"epcList",
        }
        for file in sorted((SHARED_DATA / "epcis/invalid").glob("*.json")):
            with self.subTest(file.name):
                done = self.submit(file)
                self.assertEqual(2, done.returncode, done.stderr)
                self.assertTrue(re.search(reasons[file.name], done.stderr), done.stderr)


if __name__ == "__main__":
    main()

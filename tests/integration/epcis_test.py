# SPDX-License-Identifier: Apache-2.0
"""Real EPCIS documents: taken in and found again with proof, or refused with the exact field."""

import json
import re
import unittest

from harness import SHARED_DATA, NetworkTest, MAKER, main, run


@unittest.skipUnless((SHARED_DATA / "epcis").is_dir(), "SKIPPED: the EPCIS documents are not beside this checkout")
class Epcis(NetworkTest):
    base_port = 17300

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.net.enrol("maker", MAKER, "enterprise")

    def submit(self, file):
        return run("--json", "epcis", "submit", file, profile=self.net.member("maker"), check=None)

    def test_valid_documents_are_taken_in_or_name_the_field_that_is_not_mapped(self):
        taken = 0
        for file in sorted((SHARED_DATA / "epcis/valid").glob("*.json")):
            with self.subTest(file.name):
                done = self.submit(file)
                if done.returncode == 0:
                    taken += 1
                    report = json.loads(done.stdout)
                    self.assertEqual(report["records"], report["committed"])
                    self.assertGreater(report["records"], 0)
                else:
                    self.assertRegex(done.stderr, r"eventList\[\d+\]\.?\w*")
        self.assertGreater(taken, 0)

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

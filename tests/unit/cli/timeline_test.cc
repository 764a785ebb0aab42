// SPDX-License-Identifier: Apache-2.0
#include "cli/verify/timeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "ledger/base/canonical_protobuf.h"
#include "ledger/proof/policy.h"
#include "quality/v1/record.pb.h"
#include "quality/v1/status.pb.h"

namespace qc::cli {
namespace {

using testing::HasSubstr;

std::string vector_file(const std::string& name) {
  std::ifstream file(std::string(QC_VECTORS_DIR) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST(Timeline, SaysWhatACertificateFound) {
  quality::v1::Record record;
  auto& certificate = *record.mutable_inspection_certificate();
  certificate.set_type(quality::v1::InspectionCertificate::TYPE_TESTING);
  certificate.set_number("2026-FOOD/0017");
  certificate.set_verdict(quality::v1::OVERALL_VERDICT_NON_CONFORMANT);
  auto& object = *certificate.add_objects();
  object.set_gtin("06901234567892");
  object.set_lot("L2026A");
  certificate.add_methods()->set_standard("GB 4806.7-2023");
  certificate.add_results()->set_verdict(quality::v1::VERDICT_FAIL);

  EXPECT_EQ(summarize(record),
            "testing certificate 2026-FOOD/0017: 06901234567892 lot L2026A — non conformant; "
            "1 result(s), 1 failed; by GB 4806.7-2023");
}

TEST(Timeline, HasASentenceForEveryTypeOfRecord) {
  const auto* body = quality::v1::Record::descriptor()->FindOneofByName("body");
  for (int i = 0; i < body->field_count(); ++i) {
    quality::v1::Record record;
    record.GetReflection()->MutableMessage(&record, body->field(i));
    EXPECT_NE(summarize(record), "a record without content") << body->field(i)->name();
  }
  EXPECT_EQ(summarize({}), "a record without content");
}

TEST(Timeline, SaysWhatItCannotRead) {
  EXPECT_EQ(summarize_record("record 4 bytes"), "14 bytes that this version cannot read");
}

TEST(Timeline, ShowsARecallInTheStatusOfALot) {
  quality::v1::LotStatus status;
  status.set_registered(true);
  status.add_recalls("urn:qc:recall:91350100M000100Y43:R1");

  EXPECT_THAT(summarize_status("https://id.gs1.org/01/06901234567892/10/L2026A",
                               ledger::canonical_bytes(status)),
              HasSubstr("UNDER RECALL"));
}

TEST(Timeline, MergesTheSubjectsOfABundleByLogIndex) {
  const auto policy = ledger::NetworkPolicy::parse(vector_file("network.policy")).value();
  const ledger::VerifyReport report = ledger::verify_bundle(vector_file("example.qcaudit"), policy);

  const std::vector<TimelineEntry> timeline = timeline_of(report);

  ASSERT_EQ(timeline.size(), 5U);
  EXPECT_EQ(timeline[0].index, 4U);
  EXPECT_EQ(timeline[3].subjects.size(), 2U);
  // Counted in one history, shown in another: shown.
  EXPECT_EQ(timeline[2].index, 6U);
  EXPECT_FALSE(timeline[2].record.empty());
}

}  // namespace
}  // namespace qc::cli

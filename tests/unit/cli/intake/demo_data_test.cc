// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/intake/intake.h"
#include "ledger/name/check_digit.h"
#include "ledger/name/subject_id.h"

namespace qc::cli {
namespace {

const std::filesystem::path kDemo = std::filesystem::path(QC_VECTORS_DIR) / "../../deploy/demo";

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

nlohmann::json parties() { return nlohmann::json::parse(read_file(kDemo / "parties.json")); }

std::string code_of(const std::string& short_name) {
  const auto all = parties();
  for (const char* group : {"founders", "members"}) {
    for (const auto& party : all.at(group)) {
      if (party.at("short_name") == short_name) return party.at("code");
    }
  }
  return "";
}

Intake read_demo(const std::string& file, const std::string& submitter) {
  IntakeOptions options;
  options.organisation = code_of(submitter);
  options.claimed_time_ms = 1'795'419'543'123;
  const std::string content = read_file(kDemo / file);
  return read_intake(content, detect_format(content), options);
}

TEST(DemoData, PartiesHaveWellFormedCodes) {
  const auto all = parties();
  EXPECT_EQ(all.at("founders").size(), 5U);
  EXPECT_EQ(all.at("members").size(), 3U);
  for (const char* group : {"founders", "members"}) {
    for (const auto& party : all.at(group)) {
      EXPECT_EQ(ledger::uscc_fault(party.at("code").get<std::string>()), std::nullopt) << party;
      EXPECT_EQ(ledger::gln_fault(party.at("gln").get<std::string>()), std::nullopt) << party;
    }
  }
}

TEST(DemoData, EveryFileIsTakenInWholly) {
  struct File {
    const char* name;
    const char* submitter;
    std::size_t records;
  };
  for (const File& file :
       {File{"accreditation.json", "regulator", 1}, File{"prefix-grants.json", "association", 2},
        File{"enterprise-food/products.json", "enterprise-food", 6},
        File{"enterprise-food/lots.json", "enterprise-food", 96},
        File{"enterprise-food/packing.epcis.json", "enterprise-food", 16},
        File{"enterprise-building/products.json", "enterprise-building", 5},
        File{"enterprise-building/lots.json", "enterprise-building", 70},
        File{"laboratory/certificates.json", "laboratory", 129},
        File{"laboratory/certificates.csv", "laboratory", 94},
        File{"regulator/sampling-table.csv", "regulator", 3}}) {
    const Intake intake = read_demo(file.name, file.submitter);
    EXPECT_EQ(intake.records.size(), file.records) << file.name;
    for (const IntakeProblem& problem : intake.problems)
      ADD_FAILURE() << file.name << ": " << problem.text();
  }
}

TEST(DemoData, TheShownLotIsRegisteredAndTested) {
  std::string subject = read_file(kDemo / "subject.txt");
  subject.pop_back();
  ASSERT_TRUE(ledger::is_canonical_subject_id(subject));
  const auto lot = ledger::parse_subject_id(subject);
  ASSERT_EQ(lot->kind, ledger::SubjectKind::kLot);
  int certificates = 0;
  for (const IntakeRecord& read : read_demo("laboratory/certificates.json", "laboratory").records) {
    const auto& object = read.record.inspection_certificate().objects(0);
    certificates +=
        object.gtin() == lot->components[0] && object.lot() == lot->components[1] ? 1 : 0;
  }
  EXPECT_EQ(certificates, 3);
}

}  // namespace
}  // namespace qc::cli

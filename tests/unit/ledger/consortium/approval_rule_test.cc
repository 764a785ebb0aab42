// SPDX-License-Identifier: Apache-2.0
#include "ledger/consortium/approval_rule.h"

#include <gtest/gtest.h>

#include <vector>

#include "quality/v1/record.pb.h"

namespace qc::ledger {
namespace {

using Kinds = std::vector<std::uint32_t>;
constexpr std::uint32_t kRegulator = quality::v1::PARTY_KIND_REGULATOR;
constexpr std::uint32_t kGovernment = quality::v1::PARTY_KIND_GOVERNMENT;
constexpr std::uint32_t kAssociation = quality::v1::PARTY_KIND_ASSOCIATION;
constexpr std::uint32_t kPlatform = quality::v1::PARTY_KIND_PLATFORM;

constexpr std::string_view kUsual =
    "regulator and 2 of (government, association, university, platform)";

TEST(ApprovalRule, IsMetByTheKindsItNames) {
  const auto rule = ApprovalRule::parse(kUsual).value();

  EXPECT_TRUE(rule.satisfied_by(Kinds{kRegulator, kGovernment, kPlatform}));
  EXPECT_FALSE(rule.satisfied_by(Kinds{kGovernment, kAssociation, kPlatform}));
  EXPECT_FALSE(rule.satisfied_by(Kinds{kRegulator, kGovernment}));
  EXPECT_FALSE(rule.satisfied_by(Kinds{kRegulator, kGovernment, kGovernment}));
  EXPECT_FALSE(rule.satisfied_by(Kinds{}));
}

TEST(ApprovalRule, SaysWhatIsMissing) {
  const auto rule = ApprovalRule::parse(kUsual).value();

  EXPECT_EQ(rule.missing(Kinds{kGovernment}),
            "regulator; 1 more of (association, university, platform)");
  EXPECT_EQ(rule.missing(Kinds{kRegulator, kGovernment, kPlatform}), "");
}

TEST(ApprovalRule, BindsAndCloserThanOr) {
  const auto rule = ApprovalRule::parse("platform or regulator and government").value();

  EXPECT_TRUE(rule.satisfied_by(Kinds{kPlatform}));
  EXPECT_TRUE(rule.satisfied_by(Kinds{kRegulator, kGovernment}));
  EXPECT_FALSE(rule.satisfied_by(Kinds{kRegulator}));
}

TEST(ApprovalRule, HasOneSpelling) {
  for (const std::string_view text :
       {kUsual, std::string_view("platform or regulator and government"),
        std::string_view("(platform or regulator) and government"),
        std::string_view("2 of (regulator, platform or government, university)")}) {
    EXPECT_EQ(ApprovalRule::parse(text)->text(), text);
  }
  EXPECT_EQ(ApprovalRule::parse("( regulator )and(platform)")->text(), "regulator and platform");
}

TEST(ApprovalRule, RefusesWhatIsNoRule) {
  for (const std::string_view text :
       {"", "and", "regulator and", "regulator platform", "3 of (regulator, platform)",
        "0 of (regulator)", "1 of regulator", "(regulator", "minister", "regulator)", "1 of ()",
        "9999999999999999999999 of (regulator)"}) {
    const auto rule = ApprovalRule::parse(text);
    ASSERT_FALSE(rule.has_value()) << text;
    EXPECT_NE(rule.error().message.find("expected"), std::string::npos) << text;
  }
  EXPECT_FALSE(ApprovalRule::parse(std::string(500, '(') + "regulator").has_value());
  EXPECT_FALSE(ApprovalRule::parse(std::string(2000, ' ')).has_value());
}

}  // namespace
}  // namespace qc::ledger

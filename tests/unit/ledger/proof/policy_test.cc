// SPDX-License-Identifier: Apache-2.0
#include "ledger/proof/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/ledger/vectors/vectors.h"

namespace qc::ledger {
namespace {

using testing::HasSubstr;

std::string good_policy() { return vector_file("network.policy"); }

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

std::string line_with(const std::string& text, const std::string& what) {
  const std::size_t at = text.find(what);
  return text.substr(at, text.find('\n', at) - at + 1);
}

std::string refusal(const std::string& text) {
  const auto policy = NetworkPolicy::parse(text);
  return policy ? "accepted" : policy.error().message;
}

TEST(NetworkPolicy, ToleratesWhatTheSpecificationDoes) {
  const std::string text = good_policy();
  EXPECT_TRUE(NetworkPolicy::parse("# comment\n\n \t\n  # another\n" + text));
  EXPECT_TRUE(
      NetworkPolicy::parse(replaced(text, "witness regulator ", " \twitness\tregulator  ")));
  EXPECT_TRUE(NetworkPolicy::parse(replaced(text, "quorum validators\n", "quorum validators \n")));
  const std::string log = line_with(text, "log ");
  EXPECT_TRUE(NetworkPolicy::parse(
      replaced(text, log, log.substr(0, log.size() - 1) + " https://log.example/\n")));
}

TEST(NetworkPolicy, IgnoresOtherWitnessesAndGroups) {
  const auto policy = NetworkPolicy::parse(
      replaced(good_policy(), "group validators",
               "witness outsider some+key+of-a-new-type\ngroup others any outsider regulator\n"
               "group validators"));
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy->validators.size(), 5U);
}

TEST(NetworkPolicy, RefusesAnyOtherQuorum) {
  const std::string text = good_policy();
  EXPECT_THAT(refusal(replaced(text, "validators 4", "validators 3")),
              HasSubstr("the quorum of 5 validators is 4"));
  EXPECT_THAT(refusal(replaced(text, "validators 4", "validators 5")), HasSubstr("is 4"));
  EXPECT_THAT(refusal(replaced(text, "validators 4", "validators all")), HasSubstr("is 4"));
  EXPECT_THAT(refusal(replaced(text, "validators 4", "validators 04")), HasSubstr("is 4"));
  EXPECT_THAT(refusal(replaced(text, "quorum validators", "quorum none")),
              HasSubstr("policy line 8: the only quorum"));
  EXPECT_THAT(refusal(replaced(text, "quorum validators", "quorum regulator")),
              HasSubstr("the only quorum"));
  EXPECT_THAT(refusal(replaced(text, "quorum validators\n", "")), HasSubstr("no line \"quorum"));
  EXPECT_THAT(refusal(text + "quorum validators\n"), HasSubstr("second quorum"));
  EXPECT_THAT(refusal("quorum validators\n" + text), HasSubstr("policy line 1"));
}

TEST(NetworkPolicy, RefusesMixedNames) {
  const std::string text = good_policy();
  EXPECT_THAT(refusal(replaced(text, "witness regulator ", "witness other ")),
              HasSubstr("\"regulator\" is not defined above"));
  EXPECT_THAT(refusal(replaced(replaced(text, "witness regulator ", "witness other "),
                               "4 regulator", "4 other")),
              HasSubstr("\"other\": its key is named"));
  EXPECT_THAT(refusal(replaced(text, "4 regulator", "4 regulator regulator")),
              HasSubstr("stands twice"));
  EXPECT_THAT(refusal(line_with(text, "witness regulator") + text), HasSubstr("defined twice"));
  EXPECT_THAT(refusal(replaced(text, "witness regulator", "witness none")),
              HasSubstr("predefined"));
}

TEST(NetworkPolicy, RefusesWrongLogs) {
  const std::string text = good_policy();
  const std::string log = line_with(text, "log ");
  EXPECT_THAT(refusal(replaced(text, log, "")), HasSubstr("no log line"));
  EXPECT_THAT(refusal(log + text), HasSubstr("stands twice"));
  EXPECT_THAT(
      refusal("log " + line_with(text, "quality-chain.example/liaocheng/regulator+") + text),
      HasSubstr("type 0x01"));
  EXPECT_THAT(refusal(replaced(text, "log ", "log extra extra ")), HasSubstr("log <vkey>"));
}

TEST(NetworkPolicy, RefusesWhatIsNoPolicy) {
  const std::string text = good_policy();
  EXPECT_THAT(refusal(""), HasSubstr("does not end"));
  EXPECT_THAT(refusal(text.substr(0, text.size() - 1)), HasSubstr("does not end"));
  EXPECT_THAT(refusal(replaced(text, "\n", "\r\n")), HasSubstr("control characters"));
  EXPECT_THAT(refusal(text + "delegate x\n"), HasSubstr("begins with log"));
  EXPECT_THAT(refusal(std::string(kMaxPolicySize, '#') + "\n"), HasSubstr("256 KiB"));
}

}  // namespace
}  // namespace qc::ledger

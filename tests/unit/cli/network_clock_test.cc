// SPDX-License-Identifier: Apache-2.0
#include "cli/client/network_clock.h"

#include <gtest/gtest.h>

#include <string>

namespace qc::cli {
namespace {

using quality::v1::SubmitResponse;

constexpr std::int64_t kMinuteMs = 60'000;

SubmitResponse refused_submission(const std::string& message) {
  SubmitResponse answer;
  answer.set_state(quality::v1::SUBMISSION_STATE_REFUSED);
  answer.set_message(message);
  return answer;
}

SubmitResponse rejected_record(quality::v1::OutcomeCode code, const std::string& message) {
  SubmitResponse answer;
  answer.set_state(quality::v1::SUBMISSION_STATE_REJECTED);
  answer.mutable_receipt()->mutable_outcome()->set_code(code);
  answer.set_message(message);
  return answer;
}

std::string told(std::int64_t ahead_ms, SubmitResponse answer) {
  name_wrong_clock(ahead_ms, answer);
  return answer.message();
}

TEST(NetworkClock, IsNamedInPlaceOfATimeThatNobodyChose) {
  const SubmitResponse late = refused_submission(
      "not_after_ms 1795799128956 is more than the replay window of 3600000 ms ahead; choose an "
      "earlier time");
  const SubmitResponse past = refused_submission(
      "not_after_ms 1795791928956 is past (now 1795799128956); sign the submission again with a "
      "later time");

  EXPECT_EQ(told(120 * kMinuteMs, late),
            "this machine's clock is 2 h 0 min ahead of the network's: set it right, then give the "
            "same command again");
  EXPECT_EQ(told(-120 * kMinuteMs + 3, past),
            "this machine's clock is 2 h 0 min behind the network's: set it right, then give the "
            "same command again");
}

TEST(NetworkClock, IsNamedBesideTheRuleThatARecordBreaks) {
  const SubmitResponse answer =
      rejected_record(quality::v1::OUTCOME_WRONG_TIME, "record 0: claimed_time_ms: in the future");

  EXPECT_EQ(told(50 * kMinuteMs, answer),
            "record 0: claimed_time_ms: in the future; this machine's clock is 50 min ahead of the "
            "network's");
}

TEST(NetworkClock, IsNotBlamedForWhatItDidNotDo) {
  const SubmitResponse other =
      rejected_record(quality::v1::OUTCOME_DUPLICATE, "record 0: number: on the chain already");
  const SubmitResponse time =
      rejected_record(quality::v1::OUTCOME_WRONG_TIME, "record 0: issued_at_ms: in the future");
  const SubmitResponse unknown_key = refused_submission("key 00 is not enrolled on this chain");

  EXPECT_EQ(told(120 * kMinuteMs, other), "record 0: number: on the chain already");
  EXPECT_EQ(told(120 * kMinuteMs, unknown_key), "key 00 is not enrolled on this chain");
  EXPECT_EQ(told(kMinuteMs - 1, time), "record 0: issued_at_ms: in the future");
  EXPECT_EQ(told(1 - kMinuteMs, time), "record 0: issued_at_ms: in the future");
}

TEST(NetworkClock, IsTheMedianOfTheNodes) {
  EXPECT_EQ(median_ms({}), std::nullopt);
  EXPECT_EQ(median_ms({7}), 7);
  EXPECT_EQ(median_ms({5, -90'000'000, 3, 8, 4}), 4);
  EXPECT_EQ(median_ms({9, 2}), 2);
}

}  // namespace
}  // namespace qc::cli

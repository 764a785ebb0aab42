// SPDX-License-Identifier: Apache-2.0
#include "node/peer/link_trouble.h"

#include <gtest/gtest.h>

namespace qc::node {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Instant = LinkTrouble::Clock::time_point;

constexpr Instant kBegin{std::chrono::hours(1)};

TEST(LinkTrouble, IsLoggedOnceItHasLasted) {
  LinkTrouble trouble;

  EXPECT_FALSE(trouble.failed("refused", kBegin));
  EXPECT_FALSE(trouble.failed("refused", kBegin + seconds(4)));
  EXPECT_TRUE(trouble.failed("refused", kBegin + seconds(6)));
  EXPECT_FALSE(trouble.failed("refused", kBegin + seconds(8)));
  EXPECT_EQ(trouble.reason(), "refused");
}

TEST(LinkTrouble, IsLoggedEverMoreRarelyButNeverForgotten) {
  LinkTrouble trouble;
  int lines = 0;
  for (int second = 0; second < 6 * 3600; second += 2) {
    lines += trouble.failed("refused", kBegin + seconds(second)) ? 1 : 0;
  }

  // 5 s, then 30 s, 1, 2, 4, 8 min later, then every 10 min.
  EXPECT_GE(lines, 6 * 6);
  EXPECT_LE(lines, 6 * 6 + 6);
}

TEST(LinkTrouble, AnotherReasonIsLoggedSoonerAndAlternatingOnesDoNotFillTheLog) {
  LinkTrouble trouble;
  trouble.failed("refused", kBegin);
  ASSERT_TRUE(trouble.failed("refused", kBegin + minutes(1)));
  ASSERT_TRUE(trouble.failed("refused", kBegin + minutes(2)));
  EXPECT_FALSE(trouble.failed("refused", kBegin + minutes(2) + seconds(40)));
  EXPECT_TRUE(trouble.failed("no such host", kBegin + minutes(2) + seconds(40)));

  int lines = 0;
  for (int second = 0; second < 600; second += 2) {
    const std::string reason = second % 4 == 0 ? "refused" : "no such host";
    lines += trouble.failed(reason, kBegin + minutes(10) + seconds(second)) ? 1 : 0;
  }
  EXPECT_LE(lines, 20);
}

TEST(LinkTrouble, IsOverWithTheLink) {
  LinkTrouble trouble;
  trouble.failed("refused", kBegin);
  trouble.failed("refused", kBegin + seconds(6));

  trouble.over();

  EXPECT_EQ(trouble.reason(), "");
  EXPECT_FALSE(trouble.failed("refused", kBegin + seconds(8)));
}

TEST(RefusedCallers, TheFirstOfEachKindIsLogged) {
  RefusedCallers callers;

  EXPECT_TRUE(callers.refused("10.0.0.1", "another key", kBegin));
  EXPECT_FALSE(callers.refused("10.0.0.1", "another key", kBegin + seconds(2)));
  EXPECT_TRUE(callers.refused("10.0.0.2", "another key", kBegin + seconds(2)));
  EXPECT_TRUE(callers.refused("10.0.0.1", "another chain", kBegin + seconds(2)));
}

TEST(RefusedCallers, AFloodOfAddressesDoesNotFillTheLog) {
  RefusedCallers callers;
  int lines = 0;
  for (int i = 0; i < 10'000; ++i) {
    lines += callers.refused("10.0.0." + std::to_string(i), "another key", kBegin) ? 1 : 0;
  }

  EXPECT_LE(lines, 65);
  EXPECT_TRUE(callers.refused("10.0.0.1", "another chain", kBegin + std::chrono::hours(1)));
}

TEST(LinkError, SaysWhoseKeyIsMeant) {
  const std::string alert = "TLS handshake: tlsv1 alert unknown ca (SSL routines)";

  EXPECT_NE(explain_link_error(alert, true).find("keys.node_tls"), std::string::npos);
  EXPECT_NE(explain_link_error(alert, false).find("expects another node"), std::string::npos);
  EXPECT_EQ(explain_link_error("Connection refused", true), "Connection refused");
}

}  // namespace
}  // namespace qc::node

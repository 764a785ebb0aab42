// SPDX-License-Identifier: Apache-2.0
#include "cli/client/node_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace qc::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kNow = 1'795'419'543'000;

quality::v1::GetStatusResponse voting_node() {
  quality::v1::GetStatusResponse status;
  status.set_chain_id("net.example/00");
  status.set_name("net.example/association");
  status.set_version("0.2.0");
  status.set_role("validator");
  status.set_may_vote(true);
  status.set_validators(5);
  status.set_quorum(4);
  status.set_view(3);
  status.set_view_begun(true);
  status.set_primary("government");
  status.set_certified_height(120);
  status.set_window(16);
  status.set_started_at_ms(kNow - 3'600'000);
  status.mutable_freshness()->set_now_ms(kNow);
  status.mutable_freshness()->set_current_as_of_ms(kNow);
  auto& change = *status.mutable_last_view_change();
  change.set_from(2);
  change.set_to(3);
  change.set_cause("link_down");
  change.set_at_ms(kNow - 90'000);
  auto& peer = *status.add_peers();
  peer.set_name("university");
  peer.set_address("127.0.0.1:7102");
  peer.set_certified_height(113);
  peer.set_lag_blocks(7);
  peer.set_silent_ms(65'000);
  return status;
}

TEST(NodeStatus, TellsPeopleWhatTheyHaveToKnow) {
  const std::string text = format_status(voting_node());

  EXPECT_THAT(text, HasSubstr("association: validator of net.example/00"));
  EXPECT_THAT(text, HasSubstr("3, primary government"));
  EXPECT_THAT(text, HasSubstr("2 to 3 at 2026-11-"));
  EXPECT_THAT(text, HasSubstr("(90 s ago), cause link_down"));
  EXPECT_THAT(text, HasSubstr("121 to 136"));
  EXPECT_THAT(text, HasSubstr("up 1 h 0 min"));
  EXPECT_THAT(text, HasSubstr("university  DOWN        113      7  65 s ago     127.0.0.1:7102"));
  EXPECT_THAT(text, Not(HasSubstr("STALE")));
}

TEST(NodeStatus, AStaleAnswerSaysHowOldItIsAndWhy) {
  quality::v1::GetStatusResponse status = voting_node();
  status.mutable_freshness()->set_stale(true);
  status.mutable_freshness()->set_current_as_of_ms(kNow - 35'000);
  status.mutable_freshness()->set_reason("3 of 5 validators can be reached");

  EXPECT_THAT(format_status(status), HasSubstr("(35 s ago): 3 of 5 validators can be reached"));
  EXPECT_THAT(stale_mark(status.freshness()), HasSubstr("STALE, as of 2026-11-"));
  EXPECT_EQ(stale_mark(voting_node().freshness()), "");
  EXPECT_FALSE(in_order(status));
}

TEST(NodeStatus, OnlyAnObserverIsInOrderWithoutAVote) {
  quality::v1::GetStatusResponse status = voting_node();
  EXPECT_TRUE(in_order(status));
  status.set_may_vote(false);
  EXPECT_FALSE(in_order(status));
  status.set_role("observer");
  status.set_refusal("this node is an observer");
  EXPECT_TRUE(in_order(status));
  status.set_role("validator");
  status.set_may_vote(true);
  EXPECT_FALSE(in_order(status)) << "it refuses submissions";
}

TEST(NodeStatus, JsonHasWhatTheTableHas) {
  const nlohmann::ordered_json json = status_json(voting_node());

  EXPECT_EQ(json["last_view_change"]["cause"], "link_down");
  EXPECT_EQ(json["peers"][0]["lag_blocks"], 7);
  EXPECT_EQ(json["peers_connected"], 0);
  EXPECT_EQ(json["freshness"]["stale"], false);
}

}  // namespace
}  // namespace qc::cli

// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <optional>

#include "consensus/facts/progress_timer.h"
#include "tests/unit/consensus/replica_fixture.h"
#include "tests/unit/consensus/test_authenticator.h"

namespace qc::consensus {
namespace {

/// Validator 3 of four watches what the primaries do.
class ProgressTest : public ReplicaFixture {
 protected:
  ProgressTest() : ReplicaFixture(ReplicaIndex{3}) { config_.turn_blocks = 5; }

  /// A batch is here and a quorum says that it has it.
  void acknowledged(Replica& replica, std::uint8_t batch) {
    hold(replica, batch);
    for (const std::uint16_t peer : std::initializer_list<std::uint16_t>{0, 1, 2}) {
      receive(replica, peer, BatchAck{{digest_of(batch)}});
    }
  }
  /// The primary's next block is committed and executed.
  Actions order(Replica& replica, std::uint8_t batch) {
    Proposal next{Height{height_ + 1}, parent_, kWallMs + height_, {digest_of(batch)}};
    receive(replica, config_.epoch.primary(replica.status().view).value,
            pre_prepare(next, replica.status().view));
    const View view = replica.status().view;
    Actions last;
    for (const std::uint16_t voter : std::initializer_list<std::uint16_t>{0, 1, 2}) {
      last = receive(replica, voter, vote(Phase::kCommit, next, voter, view));
    }
    EXPECT_EQ(last.deliver.size(), 1U);
    ++height_;
    parent_ = digest(next);
    Actions executed = step(replica, Executed{Height{height_}, std::to_string(height_), "c", {}});
    step(replica, CheckpointCertified{{Height{height_}, parent_, std::to_string(height_), "p"}});
    last.views_left.insert(last.views_left.end(), executed.views_left.begin(),
                           executed.views_left.end());
    return last;
  }
  /// The peers answer the status that it has just sent, so much later.
  void answer_status(Replica& replica, std::int64_t ms) {
    now_.monotonic = now_.monotonic.plus(config_.status_interval);
    const std::vector<Status> statuses = sent<Status>(step(replica, Tick{}));
    ASSERT_EQ(statuses.size(), 1U);
    now_.monotonic = now_.monotonic.plus(Duration::milliseconds(ms));
    for (const std::uint16_t peer : std::initializer_list<std::uint16_t>{0, 1, 2}) {
      receive(replica, peer, Echo{statuses.front().mark});
    }
  }
  /// How long it waits for a primary that does nothing.
  std::int64_t patience_ms(Replica& replica) {
    acknowledged(replica, 250);
    for (std::int64_t waited = 0; waited < 60'000; waited += 50) {
      if (!wait(replica, 50).views_left.empty()) {
        return waited + 50;
      }
    }
    return 60'000;
  }

  std::uint64_t height_ = 0;
  Digest parent_{};
};

TEST_F(ProgressTest, APrimaryThatLeavesABatchOutWhileItOrdersLaterOnesIsLeft) {
  Replica replica = make();
  acknowledged(replica, 1);
  std::vector<ViewLeft> left;
  for (std::uint8_t batch = 2; batch < 12 && left.empty(); ++batch) {
    acknowledged(replica, batch);
    left = order(replica, batch).views_left;
    if (left.empty()) {
      left = wait(replica, 400).views_left;
    }
  }

  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left.front().cause, ViewChangeCause::kCensorship);
  EXPECT_EQ(replica.status().view, View{1});
}

TEST_F(ProgressTest, ABatchThatComesInItsTurnAccusesNobody) {
  Replica replica = make();
  for (std::uint8_t batch = 1; batch <= 20; ++batch) {
    acknowledged(replica, batch);
  }
  for (std::uint8_t batch = 1; batch <= 20; ++batch) {
    // A backlog of more than three base timers, in order but for neighbours.
    const auto swapped = static_cast<std::uint8_t>(batch % 2 == 1 ? batch + 1 : batch - 1);
    EXPECT_TRUE(order(replica, swapped).views_left.empty());
    EXPECT_TRUE(wait(replica, 400).views_left.empty()) << "batch " << int{batch};
  }
}

TEST_F(ProgressTest, ABatchThatNoQuorumHasAcknowledgedMayWait) {
  Replica replica = make();
  hold(replica, 1);
  receive(replica, 0, BatchAck{{digest_of(1)}});
  for (std::uint8_t batch = 2; batch < 14; ++batch) {
    acknowledged(replica, batch);
    EXPECT_TRUE(order(replica, batch).views_left.empty());
    EXPECT_TRUE(wait(replica, 400).views_left.empty());
  }
}

TEST_F(ProgressTest, APrimaryThatOrdersLessThanHalfOfTheOthersIsLeft) {
  Replica replica = make();
  std::uint8_t batch = 0;
  const auto take_turn = [&](std::int64_t pace_ms) {
    std::optional<ViewChangeCause> cause;
    for (int block = 0; block <= 5; ++block) {
      ++batch;
      acknowledged(replica, static_cast<std::uint8_t>(batch + 1));
      const Actions actions = order(replica, batch);
      if (!actions.views_left.empty()) {
        cause = actions.views_left.front().cause;
      }
      now_.monotonic = now_.monotonic.plus(Duration::milliseconds(pace_ms));
    }
    return cause;
  };
  const auto next_view = [&](std::uint64_t view) {
    for (const std::uint16_t voter : std::initializer_list<std::uint16_t>{0, 1, 2}) {
      change(replica, voter, View{view});
    }
    NewView new_view{View{view}, {}, {}, {}, {}};
    const CertifiedPoint point{Height{height_}, parent_};
    for (const std::uint16_t voter : std::initializer_list<std::uint16_t>{0, 1, 2}) {
      new_view.headers.push_back(header_of(config_.epoch, voter, View{view}, {}, point));
    }
    new_view.checkpoint =
        CertifiedCheckpoint{Height{height_}, parent_, std::to_string(height_), "p"};
    TestAuthenticator primary(config_.epoch.primary(View{view}));
    new_view.signature = primary.sign(new_view_statement_bytes(config_.epoch, new_view));
    receive(replica, config_.epoch.primary(View{view}).value, new_view);
    ASSERT_TRUE(replica.status().view_installed);
  };
  acknowledged(replica, 1);
  EXPECT_EQ(take_turn(10), std::nullopt);
  next_view(1);
  EXPECT_EQ(take_turn(12), std::nullopt);
  next_view(3);

  EXPECT_EQ(config_.epoch.primary(View{3}), ReplicaIndex{0});
  EXPECT_EQ(take_turn(40), ViewChangeCause::kTooSlow);
}

TEST_F(ProgressTest, TheTimerFollowsTheRoundTripsOfAQuorum) {
  Replica replica = make();
  EXPECT_EQ(patience_ms(replica), 1'000) << "nothing is measured yet";

  journal_.clear();
  Replica fast = make();
  answer_status(fast, 5);
  EXPECT_EQ(patience_ms(fast), 500) << "the least";

  journal_.clear();
  Replica slow = make();
  answer_status(slow, 300);
  EXPECT_EQ(patience_ms(slow), 1'250);

  journal_.clear();
  Replica slowest = make();
  answer_status(slowest, 1'900);
  EXPECT_EQ(patience_ms(slowest), 5'000);
}

TEST_F(ProgressTest, LateAndInventedEchoesMeasureNothing) {
  Replica replica = make();
  now_.monotonic = now_.monotonic.plus(config_.status_interval);
  const std::vector<Status> statuses = sent<Status>(step(replica, Tick{}));
  ASSERT_EQ(statuses.size(), 1U);
  receive(replica, 0, Echo{statuses.front().mark});
  receive(replica, 1, Echo{statuses.front().mark + 2});
  receive(replica, 1, Echo{0});

  EXPECT_EQ(patience_ms(replica), 1'000) << "one peer and itself are no quorum";
}

TEST_F(ProgressTest, AStatusIsEchoedAtOnce) {
  Replica replica = make();
  Status status;
  status.mark = 99;

  const std::vector<Echo> echoes = sent<Echo>(receive(replica, 0, status));

  ASSERT_EQ(echoes.size(), 1U);
  EXPECT_EQ(echoes.front().mark, 99U);
}

TEST_F(ProgressTest, APrimaryWithoutALinkGetsLittleTime) {
  Replica replica = make();
  step(replica, LinkDown{ReplicaIndex{1}});

  EXPECT_LE(patience_ms(replica), 250);
}

TEST_F(ProgressTest, ItsOwnLaggingExecutionAccusesNobody) {
  Replica replica = make();
  acknowledged(replica, 1);
  acknowledged(replica, 2);
  const Proposal first = proposal(1, {}, 1);
  receive(replica, 1, pre_prepare(first));
  for (const std::uint16_t voter : std::initializer_list<std::uint16_t>{0, 1, 2}) {
    receive(replica, voter, vote(Phase::kCommit, first, voter));
  }

  EXPECT_TRUE(wait(replica, 30'000).views_left.empty());
  step(replica, Executed{Height{1}, "one", "c", {}});
  EXPECT_FALSE(wait(replica, 1'000).views_left.empty()) << "now the primary is what it waits for";
}

TEST(ProgressTimer, DoublesUpToItsCapAndIsBackAtTheBaseAfterACommit) {
  ProgressTimer timer(Duration::milliseconds(1'000), Duration::milliseconds(30'000));
  const auto length = [&timer] {
    timer.restart();
    timer.run_while(true, Time{});
    return timer.ends()->ns / 1'000'000;
  };
  std::vector<std::int64_t> lengths;
  for (int i = 0; i < 8; ++i) {
    lengths.push_back(length());
    timer.next_view();
  }
  EXPECT_EQ(lengths, (std::vector<std::int64_t>{1'000, 2'000, 4'000, 8'000, 16'000, 30'000, 30'000,
                                                30'000}));
  for (int i = 0; i < 100'000; ++i) {
    timer.next_view();
  }
  EXPECT_EQ(length(), 30'000);

  timer.progress();

  EXPECT_EQ(length(), 1'000);
}

}  // namespace
}  // namespace qc::consensus

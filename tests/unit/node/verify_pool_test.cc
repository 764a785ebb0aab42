// SPDX-License-Identifier: Apache-2.0
#include "node/pipeline/verify_pool.h"

#include <gtest/gtest.h>

#include <future>
#include <string>

namespace qc::node {
namespace {

using Lane = VerifyPool::Lane;

/// Keeps the pool's only thread busy until it is let go.
class Blocker {
 public:
  explicit Blocker(VerifyPool& pool) {
    std::shared_future<void> go = go_.get_future().share();
    EXPECT_TRUE(pool.post(Lane::kPeers, [this, go] {
      running_.set_value();
      go.wait();
    }));
    running_.get_future().wait();
  }
  void let_go() { go_.set_value(); }

 private:
  std::promise<void> running_;
  std::promise<void> go_;
};

TEST(VerifyPool, RefusesWhenALaneIsFullAndKeepsTheOtherOpen) {
  VerifyPool pool({.threads = 1, .queue_max = 1});
  Blocker blocker(pool);

  EXPECT_TRUE(pool.post(Lane::kClients, [] {}));
  EXPECT_FALSE(pool.post(Lane::kClients, [] {}));
  EXPECT_TRUE(pool.post(Lane::kPeers, [] {}));
  blocker.let_go();
}

TEST(VerifyPool, TakesWhatPeersSentBeforeWhatClientsSent) {
  std::string order;
  {
    VerifyPool pool({.threads = 1, .queue_max = 8});
    Blocker blocker(pool);
    std::promise<void> done;
    ASSERT_TRUE(pool.post(Lane::kClients, [&] {
      order += "client ";
      done.set_value();
    }));
    ASSERT_TRUE(pool.post(Lane::kPeers, [&] { order += "peer "; }));
    blocker.let_go();
    done.get_future().wait();
  }
  EXPECT_EQ(order, "peer client ");
}

TEST(VerifyPool, TakesNothingAfterItHasStopped) {
  VerifyPool pool({.threads = 2, .queue_max = 8});
  pool.stop();

  EXPECT_FALSE(pool.post(Lane::kPeers, [] {}));
}

}  // namespace
}  // namespace qc::node

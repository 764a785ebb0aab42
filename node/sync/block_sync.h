// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "chain/block_range.h"
#include "ledger/consortium/validator_set.h"
#include "ledger/crypto/network.h"
#include "node/base/damage_notes.h"
#include "node/base/log.h"
#include "node/execution/executor.h"
#include "node/peer/peer_network.h"
#include "node/sync/block_server.h"
#include "quality/peer/v1/peer.pb.h"
#include "storage/store.h"

namespace qc::node {

/// Gives certified blocks to those who lack them, and fetches those that this node lacks: a range
/// at a time from one peer after another, every range checked against its seals and the quorum's
/// cosignatures before the executor sees it. A peer that sends anything else loses its link and is
/// not asked for a while.
///
/// One thread, for both directions.
class BlockSync {
 public:
  struct Options {
    ledger::Network network;
    ledger::ValidatorSet validators;
    /// This node's place, or nothing.
    std::optional<chain::PeerId> self;
    /// A range is cut at about so many bytes.
    std::size_t range_bytes = std::size_t{8} << 20;
    std::chrono::milliseconds answer_wait{10'000};
    std::chrono::milliseconds ban{30'000};
  };

  BlockSync(Options options, storage::Store& store, Executor& executor, DamageNotes& damage);
  /// As stop().
  ~BlockSync();
  BlockSync(const BlockSync&) = delete;
  BlockSync& operator=(const BlockSync&) = delete;
  BlockSync(BlockSync&&) = delete;
  BlockSync& operator=(BlockSync&&) = delete;

  /// Begins. `network` must outlive this.
  void run(PeerNetwork& network);
  void stop();

  // From any thread.
  /// Blocks up to `to` are certified somewhere; `peers` say that they have them.
  void want(std::uint64_t to, std::vector<chain::PeerId> peers);
  /// A peer's request; at most one of each peer waits.
  void serve(chain::PeerId peer, std::string request);
  /// A peer's answer; dropped unless it was asked.
  void answer(chain::PeerId peer, std::string body);

 private:
  struct Answer {
    chain::PeerId peer = 0;
    std::string body;
  };
  /// What is being fetched.
  struct Fetch {
    std::uint64_t to = 0;
    std::vector<chain::PeerId> peers;
  };
  /// Whom we wait for.
  struct Asked {
    chain::PeerId peer = 0;
    std::uint64_t from = 0;
    std::chrono::steady_clock::time_point until;
  };

  /// A range that the executor was given.
  struct Unexecuted {
    /// Of its last block.
    std::uint64_t height = 0;
    std::size_t bytes = 0;
  };

  /// Whether as much as may wait for the executor does, blocks up to `fetched` having been given.
  bool executor_is_behind(std::uint64_t fetched);
  void work();
  void take_answer(const Answer& answer);
  void fetch_more();
  std::optional<chain::PeerId> next_peer();
  void punish(chain::PeerId peer, const std::string& why);
  ledger::Result<chain::ChainEdge> local_edge() const;

  const Options options_;
  const chain::BlockRangeCheck check_;
  const BlockServer server_;
  storage::Store& store_;
  Executor& executor_;
  PeerNetwork* network_ = nullptr;

  // Of the thread alone.
  std::optional<Asked> asked_;
  std::optional<chain::ChainEdge> edge_;
  std::deque<Unexecuted> unexecuted_;
  std::size_t unexecuted_bytes_ = 0;
  std::map<chain::PeerId, std::chrono::steady_clock::time_point> banned_;
  std::size_t turn_ = 0;
  LogLimiter punished_log_{1};

  std::mutex mutex_;
  std::condition_variable wake_;
  std::map<chain::PeerId, std::string> requests_;
  std::deque<Answer> answers_;
  std::optional<chain::PeerId> expected_;
  Fetch fetch_;
  bool stopped_ = false;
  std::jthread thread_;
};

}  // namespace qc::node

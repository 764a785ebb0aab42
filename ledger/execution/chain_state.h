// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>

#include "base/digest.h"
#include "ledger/base/result.h"
#include "ledger/crypto/network.h"
#include "ledger/execution/block.h"
#include "ledger/execution/chain_head.h"
#include "ledger/execution/replay_window.h"
#include "ledger/log/merkle_log.h"
#include "ledger/state/state_tree.h"
#include "ledger/state/state_view.h"

namespace qc::ledger {

/// The chain as the executor holds it: a store that serves the state up to some height, and on top
/// of it the blocks executed since. One object, one thread (the executor's); it holds at most as
/// many blocks as the consensus window.
///
/// The two stores must outlive it. They must serve every change of the blocks up to the height last
/// passed to certified() (or that of the head at construction), and may at any moment already serve
/// later ones: what is executed here lies on top, so it makes no difference.
class ChainState {
 public:
  /// More executed blocks than this on top of the store are refused by execute: the consensus
  /// window keeps them below it.
  static constexpr std::size_t kMaxUncertifiedBlocks = 64;

  /// `replay` holds the hashes in use at `head`.
  ChainState(Network network, ChainHead head, ReplayWindow replay, const StateView& state,
             const NodeStore& nodes);
  ~ChainState();
  ChainState(const ChainState&) = delete;
  ChainState& operator=(const ChainState&) = delete;
  ChainState(ChainState&&) = delete;
  ChainState& operator=(ChainState&&) = delete;

  const Network& network() const { return network_; }
  const ChainHead& head() const { return head_; }
  /// The state after the head, for other readers of the same thread.
  const StateView& state() const;

  /// Executes the next block and makes it the head. kInvalidArgument if its height is not the
  /// head's plus one or its time not later than the head's (consensus lets neither through),
  /// kResourceExhausted beyond kMaxUncertifiedBlocks, else only what the stores report. After an
  /// error nothing has changed.
  Result<std::shared_ptr<const ExecutedBlock>> execute(const Block& block);

  /// The stores now serve everything up to `height`: lets go of the blocks up to there.
  void certified(std::uint64_t height);

  /// Executed blocks that are still held here.
  std::size_t uncertified_blocks() const { return blocks_.size(); }

 private:
  class Overlay;

  Network network_;
  ChainHead head_;
  ReplayWindow replay_;
  std::deque<std::shared_ptr<const ExecutedBlock>> blocks_;
  std::unique_ptr<Overlay> overlay_;
};

}  // namespace qc::ledger

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "chain/block_store.h"
#include "consensus/message/messages.h"
#include "ledger/execution/chain_state.h"
#include "ledger/execution/founding.h"
#include "ledger/log/merkle_log.h"
#include "quality/peer/v1/peer.pb.h"

namespace qc::simulation {

/// What a node's database is, held in memory with a disk's ways: a block is durable in one piece
/// once committed; what follows from blocks is written behind, lies below them after a crash, and
/// comes back by executing again.
class MemoryStore final : public chain::BlockStore {
 public:
  /// A block as it is kept: quality.peer.v1.Block, which is what others fetch.
  using StoredBlock = quality::peer::v1::Block;

  /// The certified checkpoint of a height.
  struct Note {
    std::uint64_t height = 0;
    std::string text;
  };

  explicit MemoryStore(const ledger::Genesis& genesis);

  /// Of an executed block.
  static StoredBlock stored(const ledger::Block& block, const std::string& proposal_bytes,
                            const ledger::ExecutedBlock& executed);

  /// kResourceExhausted where the disk is full: nothing has changed.
  ledger::Result<void> commit(const ledger::Block& block, const std::string& proposal_bytes,
                              const ledger::ExecutedBlock& executed) override;
  ledger::Result<void> apply(std::span<const chain::ExecutedPtr> blocks,
                             const std::string& note) override;
  Newest newest() const override;
  ledger::Result<chain::CheckpointProof> newest_proof() const override;
  /// Told of every block that is to be made durable.
  std::function<void(const ledger::ExecutedBlock&)> on_commit;

  /// What was written behind reaches the disk.
  void flush() { flushed_ = live_; }
  /// A crash: what was written behind and not flushed is gone.
  void crash() { live_ = flushed_; }
  /// All that follows from blocks is lost.
  void lose_derived() { live_ = flushed_ = founded_; }
  /// An older copy of the database takes its place, without the newest blocks.
  void roll_back(std::uint64_t blocks);
  void set_full(bool full) { full_ = full; }
  bool full() const { return full_; }

  std::uint64_t durable_height() const { return blocks_.size(); }
  /// Of 1 .. durable_height().
  const StoredBlock& block(std::uint64_t height) const { return blocks_[height - 1]; }
  /// The newest checkpoint that certifies a block of this store; written before what follows from
  /// the block, so it may be of a greater height than applied() after a crash.
  const Note& note() const { return note_; }

  /// The chain as far as it was applied: where a restart begins to execute again.
  const ledger::ChainHead& applied() const { return live_.head; }
  const ledger::ReplayWindow& replay() const { return live_.replay; }
  const ledger::StateView& state() const override { return state_; }
  const ledger::NodeStore& nodes() const { return nodes_; }
  const ledger::MerkleTree& log() const { return live_.log; }
  const std::string& seal_text() const { return live_.seal_text; }

 private:
  struct Derived {
    ledger::ChainHead head;
    ledger::ReplayWindow replay;
    std::map<Digest, std::string> values;
    ledger::MemoryNodeStore nodes;
    ledger::MerkleTree log;
    std::string seal_text;

    void add(const ledger::ExecutedBlock& block);
  };
  /// Reads what is live at the moment, as a store's views do.
  struct LiveState final : ledger::StateView {
    explicit LiveState(const Derived* of) : live(*of) {}
    ledger::Result<std::optional<std::string>> value(const Digest& key) const override;
    const Derived& live;
  };
  struct LiveNodes final : ledger::NodeStore {
    explicit LiveNodes(const Derived* of) : live(*of) {}
    ledger::Result<void> read(std::span<const std::string> keys,
                              std::span<std::string> bundles) const override {
      return live.nodes.read(keys, bundles);
    }
    const Derived& live;
  };

  std::vector<StoredBlock> blocks_;
  Derived founded_;
  Derived flushed_;
  Derived live_;
  /// All notes, for older copies of the database.
  std::map<std::uint64_t, std::string> notes_;
  Note note_;
  bool full_ = false;
  LiveState state_{&live_};
  LiveNodes nodes_{&live_};
};

}  // namespace qc::simulation

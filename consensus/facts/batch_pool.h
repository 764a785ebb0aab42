// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "consensus/message/config.h"
#include "consensus/message/events.h"
#include "consensus/message/types.h"

namespace qc::consensus {

/// Which batches exist, who acknowledged them, which may be proposed and which must be fetched.
/// Holds digests, never bytes.
///
/// Bounds: a held batch counts against its author's quota unless a proposal wants it; an
/// acknowledgement of an unknown batch counts against the quota of whoever sent it; wanted batches
/// are those of proposals in play and available ones.
class BatchPool {
 public:
  enum class Stored : std::uint8_t { kNew, kKnown, kOrdered, kRefused };

  BatchPool(const Config& config, Quorum quorum);

  // ---- what exists
  /// Whether a batch would be taken: wanted, or new and within its author's quota.
  bool accepts(const Digest& digest, ReplicaIndex author, std::size_t bytes) const;
  Stored store(const BatchStored& batch, Time now);
  bool holds(const Digest& digest) const { return held_.contains(digest); }
  /// Somebody holds a batch.
  void acknowledge(ReplicaIndex from, const Digest& digest, Time now);
  /// Everything that a validator holds unordered, by its status: acknowledges these, and takes back
  /// what it acknowledged once and has no more (a crash may lose a batch that was not synced yet).
  /// A full list takes nothing back.
  void acknowledge_exactly(ReplicaIndex from, const std::vector<Digest>& batches, Time now);
  bool ordered(const Digest& digest) const { return ordered_.contains(digest); }

  // ---- proposing
  /// Available, held, neither ordered nor claimed by a proposal in play; those that became
  /// available first come first, whenever their bytes came; within the block's limits.
  std::vector<Digest> choose() const;
  std::size_t ready_count() const { return ready_.size(); }
  std::size_t ready_bytes() const { return ready_bytes_; }
  /// Since when the oldest of them is ready here.
  std::optional<Time> ready_since() const;

  // ---- what proposals do to batches
  /// A proposal in play names them: not proposed again, kept whatever expires, fetched if missing.
  void claim(const std::vector<Digest>& batches, Time now);
  /// A certificate of an earlier view names them: kept whatever expires and fetched if missing, but
  /// free to be proposed again.
  void retain(const std::vector<Digest>& batches, Time now);
  /// The proposals that claimed or retained them are no longer in play.
  void release_claims(Time now);
  bool holds_all(const std::vector<Digest>& batches) const;
  /// A committed block orders them.
  void order(const std::vector<Digest>& batches, Height height, std::uint64_t block_time_ms);
  void order(const OrderedBatch& batch, Height height);
  /// Blocks up to here are certified: their batches need not be kept for ordering. Returns those
  /// held.
  std::vector<Digest> settle(Height certified);
  /// Drops what was taken beyond its author's quota and no proposal names any more. Returns it.
  std::vector<Digest> drop_beyond_quota();
  /// Drops what expired by block time, ordered marks beyond the replay window included, and unknown
  /// batches that nobody mentions any more. Returns the held ones dropped.
  std::vector<Digest> expire(std::uint64_t block_time_ms, Time now);

  // ---- what the next epoch goes on with
  /// What was ordered within the replay window, ascending by time.
  std::vector<OrderedBatch> ordered_batches() const {
    return {ordered_by_time_.begin(), ordered_by_time_.end()};
  }
  /// Held and not ordered, oldest first.
  std::vector<BatchStored> open_batches() const;
  // ---- fair order
  /// A block is delivered that names these: it overtakes every batch held here, unordered, that a
  /// quorum had acknowledged before a quorum did one of these (if it has).
  void overtake(const std::vector<Digest>& block, Time now);
  /// When the batch was first overtaken that has waited longest since, if one waits.
  std::optional<Time> overtaken_since() const;
  /// Another primary gets its chance: nothing counts as overtaken.
  void forgive();
  /// Bytes of those of these batches that are held.
  std::size_t bytes_of(const std::vector<Digest>& batches) const;

  // ---- what must be said and asked
  /// Held and not ordered, oldest first: for a status.
  std::vector<Digest> open(std::size_t count_max) const;
  std::size_t open_of(ReplicaIndex author) const { return usage_[author.value].batches; }
  std::size_t open_count() const { return by_age_.size(); }
  /// Own batches that fewer than a quorum acknowledged and that were not sent for a resend
  /// interval: to whom each must go.
  std::map<ReplicaIndex, std::vector<Digest>> unacknowledged(ReplicaIndex self, Time now);
  /// Wanted batches that are due to be asked for: whom for what. Where nobody is known to hold one,
  /// the validators in turn.
  std::map<ReplicaIndex, std::vector<Digest>> due_fetches(std::optional<ReplicaIndex> self,
                                                          Time now);
  /// When the next fetch is due.
  std::optional<Time> next_fetch() const;

  std::size_t held_count() const { return held_.size(); }
  std::size_t held_bytes() const;
  /// Batches that are known by acknowledgement, and wanted ones that are not held.
  std::size_t known_count() const { return holders_.size(); }
  std::size_t wanted_count() const { return wanted_.size(); }

 private:
  struct Holders {
    std::bitset<kValidatorsMax> who;
    /// When somebody last said so.
    Time told;
    /// Its turn among all batches to be acknowledged by f + 1, and by q; 0: not yet.
    std::uint64_t available_turn = 0;
    std::uint64_t quorum_turn = 0;
  };
  struct Held {
    ReplicaIndex author;
    std::size_t bytes = 0;
    std::uint64_t expires_at_ms = 0;
    std::uint64_t arrival = 0;
    Time stored;
    /// When it was last sent, if it is an own batch.
    Time sent;
    std::optional<Height> ordered_at;
    /// Taken though its author's quota was full.
    bool beyond_quota = false;
    /// Its key in `ready_`, while it is there.
    std::uint64_t ready_turn = 0;
    std::optional<Time> overtaken;
  };
  struct Want {
    Time due;
    std::size_t attempts = 0;
  };
  struct Usage {
    std::size_t batches = 0;
    std::size_t bytes = 0;
  };

  /// Looks again at whether a batch may be proposed, or must be fetched.
  void refresh(const Digest& digest, Time now);
  void unready(Held& held);
  void count_turns(Holders& holders);
  void want(const Digest& digest, Time due) { wanted_.try_emplace(digest, Want{due, 0}); }
  void want_soon(const Digest& digest, Time now);
  bool pinned(const Digest& digest) const {
    return claimed_.contains(digest) || retained_.contains(digest);
  }
  bool within_quota(ReplicaIndex author, std::size_t bytes) const;
  /// A batch stops being unknown: its acknowledgements no longer count against those who sent them.
  void count_known(const Digest& digest);
  /// A held batch stops waiting to be ordered.
  void close(Held& held);
  void drop(const Digest& digest);
  std::optional<ReplicaIndex> whom_to_ask(const Digest& digest, std::size_t attempt,
                                          std::optional<ReplicaIndex> self) const;

  const Config& config_;
  Quorum quorum_;
  std::map<Digest, Held> held_;
  /// Held and unordered by arrival; and of these what may be proposed by turn, with the time since
  /// when.
  std::map<std::uint64_t, Digest> by_age_;
  std::map<std::uint64_t, std::pair<Digest, Time>> ready_;
  std::size_t ready_bytes_ = 0;
  std::map<Digest, Holders> holders_;
  /// How many unknown batches each validator's acknowledgements made us remember.
  std::vector<std::size_t> unknown_acks_;
  std::vector<Usage> usage_;
  std::set<Digest> claimed_;
  std::set<Digest> retained_;
  std::map<Digest, Want> wanted_;
  std::map<Digest, std::uint64_t> ordered_;
  std::deque<OrderedBatch> ordered_by_time_;
  /// Ordered ones that are still held, by height.
  std::deque<std::pair<Height, Digest>> unsettled_;
  std::uint64_t arrivals_ = 0;
  std::uint64_t turns_ = 0;
  std::size_t bytes_beyond_quota_ = 0;
};

}  // namespace qc::consensus

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "consensus/message/actions.h"
#include "consensus/message/authenticator.h"
#include "consensus/message/config.h"
#include "consensus/message/events.h"
#include "consensus/message/journal.h"
#include "consensus/message/messages.h"
#include "consensus/message/types.h"
#include "consensus/replica/status.h"

namespace qc::consensus {

/// One validator's part in the agreement, as a pure state machine: same events, same actions, on
/// every machine.
///
/// The host owns the clock, the links, the disk and the keys. It makes one Replica per epoch, calls
/// `start` once and then `step` for every event, from one thread at a time, and carries out the
/// actions as `Actions` says. When `ReplicaStatus::epoch_ended` it carries out what is left of the
/// old one's actions, then makes the next with the old one's `journal()` and `ordered_batches()`,
/// and tells it of links and of `open_batches()` again. Whatever peers send, memory is bounded by
/// the window, the number of validators and the quotas in Config. Safety rests on `persist` being
/// durable before messages leave, on nothing else that a host does; in particular not on clocks.
class Replica {
 public:
  /// `journal` is the fold of everything that was ever made durable with this voting key.
  /// `authenticator` must outlive the replica. `config.epoch.validators` must be at least 1 and
  /// `config.self`, if any, below it. `ledger` stands at `config.epoch.first_height` - 1,
  /// certified, or higher. Where the journal is of a later epoch, the ledger has been rolled back:
  /// then the replica follows like an observer, and the journal stays as it is for the replica of
  /// its epoch.
  Replica(Config config, const LedgerPosition& ledger, RecoveredState journal,
          Authenticator& authenticator);
  Replica(const Replica&) = delete;
  Replica& operator=(const Replica&) = delete;
  Replica(Replica&&) noexcept;
  Replica& operator=(Replica&&) noexcept;
  ~Replica();

  /// Takes up its duties: enters the epoch in the journal if it is new, says again what it said
  /// before a restart.
  Actions start(const Now& now);
  Actions step(const Now& now, Event event);

  /// Asked before the signatures of a message are checked. Cheap; changes nothing.
  Interest interest(ReplicaIndex from, const Message& message) const;
  /// Whether a batch that a peer sends should be verified and stored: not known yet and wanted by a
  /// proposal, or within its author's quota.
  bool wants_batch(const Digest& digest, ReplicaIndex author, std::size_t bytes) const;

  ReplicaStatus status() const;
  ReplicaUsage usage() const;
  /// What the journal says, for a rotated journal file (`entries()`) and the next epoch's replica.
  const RecoveredState& journal() const;
  /// What the blocks of the replay window ordered, ascending by time: for the next epoch's
  /// LedgerPosition.
  std::vector<OrderedBatch> ordered_batches() const;
  /// The batches held that no block has ordered, oldest first; the authors are of this epoch's set.
  std::vector<BatchStored> open_batches() const;

 private:
  class Engine;
  /// The journal, where it is of a later epoch than this replica.
  std::optional<RecoveredState> later_journal_;
  std::unique_ptr<Engine> engine_;
};

}  // namespace qc::consensus

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "consensus/message/actions.h"
#include "consensus/message/types.h"

namespace qc::consensus {

/// What to do with a message whose signature is not yet checked.
enum class Interest : std::uint8_t {
  /// Nobody needs it: too old, too far ahead, known already, or impossible.
  kDrop,
  kVerify,
  /// It may matter soon (a later view, above the window). It may be dropped too: everything is sent
  /// again.
  kLater,
};

/// What the operator and the metrics see.
struct ReplicaStatus {
  View view;
  /// Whether the view has begun here; false while its NewView is awaited.
  bool view_installed = false;
  ReplicaIndex primary;
  bool is_primary = false;
  /// The last view that was left since the replica was made.
  std::optional<ViewLeft> last_view_change;
  /// False for an observer, while the ledger is below what the journal holds certified, while
  /// `proving`, after a halt and with a key given up.
  bool may_vote = false;
  /// The ledger is below what the journal holds certified: the database was rolled back.
  bool behind_journal = false;
  /// The peers have not said yet what they hold of this replica's promises.
  bool proving = false;
  /// The voting key has forgotten promises and signs nothing any more.
  bool key_given_up = false;
  bool halted = false;
  /// The last height of the epoch is certified here: the host makes the next epoch's replica.
  bool epoch_ended = false;
  Height executed;
  Height delivered;
  Height certified;
  /// The greatest height with a prepared certificate in this view.
  Height prepared;
  /// The (f + 1)-th largest certified height of the peers: at least one correct replica is there.
  Height peers_certified;
  std::size_t proposals_in_flight = 0;
  std::size_t batches_held = 0;
  std::size_t batches_available = 0;
  /// Own batches that are not ordered yet. The host makes no new one while this is at
  /// `author_batches_max`.
  std::size_t own_batches_open = 0;
  /// Whether there is work (consensus.md, Terms).
  bool has_work = false;
  /// Whether the primary, or a view that is awaited, is being timed.
  bool progress_timer_runs = false;
  /// How many views were left since the last commit.
  std::uint64_t progress_timeouts = 0;
};

/// What a replica holds of what others sent, each bounded by the window, the number of validators
/// and the quotas in Config.
struct ReplicaUsage {
  /// Heights of this view and the next at which anything is held.
  std::size_t heights = 0;
  std::size_t votes = 0;
  std::size_t proposals = 0;
  std::size_t cosignatures = 0;
  /// Batches that somebody acknowledged and that are not ordered; and those that are asked for.
  std::size_t batches_known = 0;
  std::size_t batches_wanted = 0;
  std::size_t batch_bytes_held = 0;
};

}  // namespace qc::consensus

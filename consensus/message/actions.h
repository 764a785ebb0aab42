// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "consensus/message/equivocation.h"
#include "consensus/message/journal.h"
#include "consensus/message/messages.h"
#include "consensus/message/types.h"

namespace qc::consensus {

// What a replica wants done.

struct Outgoing {
  /// Nothing: to every other validator and to observers.
  std::optional<ReplicaIndex> to;
  Message message;
};

/// The host sends the bytes of those of these batches that it holds.
struct SendBatches {
  /// Nothing: to every other validator.
  std::optional<ReplicaIndex> to;
  std::vector<Digest> batches;
};

/// A committed proposal, all of whose batches the host has stored.
struct Delivery {
  Proposal proposal;
  Digest digest{};
};

struct Cosignature {
  ReplicaIndex voter;
  std::string cosignature;
};

/// A quorum cosigned the checkpoint that this replica computed too, with stamps that count: the
/// host makes the note and the proof of it, stores them and reports `CheckpointCertified`. It must
/// not refuse any of the votes: they are counted once.
struct Certifiable {
  Height height;
  Digest proposal{};
  std::string checkpoint;
  /// In ascending order of voter, at least a quorum.
  std::vector<Cosignature> votes;
};

/// A certified checkpoint of an executed height that the host did not make itself: a peer or the
/// journal had it. The host stores it, where its store has none of this height yet; nothing is
/// reported back.
struct StoreCertified {
  CertifiedCheckpoint checkpoint;
};

/// The host fetches, checks and executes the blocks `from` .. `to` and reports `Synced`. Asked
/// again while it is not done.
struct FetchBlocks {
  Height from;
  /// The greatest height that is known to be certified somewhere.
  Height to;
  /// Who claims to have them.
  std::vector<ReplicaIndex> peers;
};

/// Why a replica left a view.
enum class ViewChangeCause : std::uint8_t {
  /// The progress timer ended.
  kTimeout = 1,
  /// The link to the primary is down, and the short timer for that ended.
  kLinkDown = 2,
  /// The primary of the installed view contradicted itself.
  kEquivocation = 3,
  /// f + 1 others are in later views.
  kOthersLeft = 4,
  /// A later view had begun already: its NewView arrived.
  kViewBegun = 5,
  /// A batch that a quorum acknowledged was overtaken for too long.
  kCensorship = 6,
  /// The primary ordered less than half of what the others did in their last turns.
  kTooSlow = 7,
};
/// The greatest value of ViewChangeCause; 0 is none.
inline constexpr std::size_t kViewChangeCauses = 7;

/// A replica went from one view to another.
struct ViewLeft {
  View from;
  View to;
  ViewChangeCause cause = ViewChangeCause::kTimeout;
  /// The host's wall clock then (Now::wall_ms).
  std::uint64_t wall_ms = 0;

  friend bool operator==(const ViewLeft&, const ViewLeft&) = default;
};

/// Why a replica must not go on. An operator has to look.
struct Halt {
  enum class Reason : std::uint8_t {
    /// A quorum certified another checkpoint than this replica computed: a bug in execution or a
    /// bad disk.
    kCheckpointDiffers = 1,
    /// A quorum committed another block at a height that is executed here.
    kBlockDiffers = 2,
    /// The ledger's own checkpoint is not the one that the journal says was cosigned at that
    /// height.
    kJournalDiffers = 3,
  };
  Reason reason = Reason::kCheckpointDiffers;
  Height height;
  std::string own;
  std::string others;
};

/// A peer showed a promise of this replica that its journal lacks (`KeyGivenUp`).
struct ForgottenPromise {
  ReplicaIndex shown_by;
  View view;
  /// Of the vote; genesis where it is a view change.
  Height height;

  friend bool operator==(const ForgottenPromise&, const ForgottenPromise&) = default;
};

/// What one step asks for, **to be done in the order of the fields**. Nothing may be sent before
/// `persist` is durable; the entries of several steps may share one sync as long as the messages of
/// all of them wait for it. A host that cannot make `persist` durable must stop: the replica
/// already counts on it.
struct Actions {
  std::vector<JournalEntry> persist;
  std::vector<Outgoing> send;
  std::vector<SendBatches> send_batches;
  /// When a Tick is due at the latest. Replaces what the step before said.
  std::optional<Time> next_tick;
  /// In height order without gaps, each height once in a process life, never below what is
  /// executed.
  std::vector<Delivery> deliver;
  std::vector<Certifiable> certify;
  std::vector<StoreCertified> store_certified;
  std::optional<FetchBlocks> fetch_blocks;
  /// Batches that need not be kept for ordering any more: ordered and certified, expired, or
  /// refused.
  std::vector<Digest> forget_batches;
  /// Contradictions of validators, each once in a process life, at most
  /// `Contradictions::kPerValidatorMax` of one validator: to be stored for whoever asks.
  std::vector<Equivocation> evidence;
  /// The views that this step left, in order; nothing to do about, but to be told.
  std::vector<ViewLeft> views_left;
  std::optional<ForgottenPromise> forgotten;
  std::optional<Halt> halt;
};

}  // namespace qc::consensus

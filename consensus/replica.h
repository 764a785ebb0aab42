// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "consensus/authenticator.h"
#include "consensus/config.h"
#include "consensus/equivocation.h"
#include "consensus/journal.h"
#include "consensus/messages.h"
#include "consensus/types.h"

namespace qc::consensus {

// ---- what happens to a replica

/// A peer's message, verified: signatures inside are good (`verify_message`, verifier.h),
/// cosignatures and the proof of a certified checkpoint too (by the host), and `from` is who is at
/// the other end of the authenticated link.
struct MessageReceived {
  ReplicaIndex from;
  Message message;
  /// Of a CheckpointVote: the stamp that its cosignature signs, unix seconds. One that is older
  /// than the block's time certifies nothing (formats.md, Checkpoint) and is not counted.
  std::uint64_t cosigned_s = 0;
};

/// The host has verified a batch and stored it: from a peer, from its own mempool (`author` is
/// self) or found on disk after a restart. The replica acknowledges it to everybody unless the
/// author's quota is full.
struct BatchStored {
  Digest digest{};
  ReplicaIndex author;
  std::size_t bytes = 0;
  /// When the last of its submissions expires, unix milliseconds of block time; afterwards it is
  /// dropped.
  std::uint64_t expires_at_ms = 0;
};

/// A delivered block is executed and durable.
struct Executed {
  Height height;
  /// The checkpoint body after it, and this replica's cosignature of it (empty for an observer).
  std::string checkpoint;
  std::string cosignature;
  /// Set from the block on that decides a change of the validator set: the height from which the
  /// next set votes.
  std::optional<Height> next_epoch;
};

/// The host holds a certified checkpoint with its proof, e.g. made from `Actions::certify`.
struct CheckpointCertified {
  CertifiedCheckpoint checkpoint;
};

/// The host has fetched, checked and executed blocks up to here by itself, `checkpoint` being the
/// certified one of that height.
struct Synced {
  BlockPoint block;
  CertifiedCheckpoint checkpoint;
  /// The batches that the fetched blocks ordered.
  std::vector<OrderedBatch> ordered;
  std::optional<Height> next_epoch;
};

/// An authenticated link to a peer is up: it gets a status at once.
struct LinkUp {
  ReplicaIndex peer;
};
struct LinkDown {
  ReplicaIndex peer;
};

/// Time has passed; due at `Actions::next_tick` at the latest, harmless at any time.
struct Tick {};

using Event = std::variant<MessageReceived, BatchStored, Executed, CheckpointCertified, Synced,
                           LinkUp, LinkDown, Tick>;

// ---- what a replica wants done

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

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "consensus/facts/batch_pool.h"
#include "consensus/facts/checkpoints.h"
#include "consensus/facts/contradictions.h"
#include "consensus/facts/peers.h"
#include "consensus/facts/progress_timer.h"
#include "consensus/facts/promises.h"
#include "consensus/facts/proposal_chain.h"
#include "consensus/facts/round.h"
#include "consensus/facts/safety_rules.h"
#include "consensus/facts/turns.h"
#include "consensus/facts/view_changes.h"
#include "consensus/replica/replica.h"

namespace qc::consensus {

/// The inside of a Replica: hands each event to the type that it concerns and lets the replica do
/// whatever has become possible. Its files: engine.cc (events), interest.cc, upkeep.cc (timers),
/// ordering.cc (propose, accept, vote, deliver), view_change.cc, view_base.cc, progress.cc (giving
/// up on primaries), catch_up.cc (checkpoints, status, answers, block sync).
class Replica::Engine {
 public:
  Engine(Config config, const LedgerPosition& ledger, RecoveredState journal,
         Authenticator& authenticator);

  Actions start(const Now& now);
  Actions step(const Now& now, Event event);
  Interest interest(ReplicaIndex from, const Message& message) const;
  bool wants_batch(const Digest& digest, ReplicaIndex author, std::size_t bytes) const {
    return pool_.accepts(digest, author, bytes);
  }
  ReplicaStatus status() const;
  ReplicaUsage usage() const;
  std::vector<OrderedBatch> ordered_batches() const { return pool_.ordered_batches(); }
  std::vector<BatchStored> open_batches() const { return pool_.open_batches(); }
  const RecoveredState& journal() const { return rules_.journal(); }

 private:
  // engine.cc: events
  void on(const MessageReceived& event);
  void on(const BatchStored& event);
  void on(const Executed& event);
  void on(const CheckpointCertified& event);
  void on(const Synced& event);
  void on(const LinkUp& event);
  void on(const LinkDown& event);
  void on(const Tick& event);
  void on_message(ReplicaIndex from, const PrePrepare& message);
  void on_message(ReplicaIndex from, const Vote& message);
  void on_checkpoint_vote(ReplicaIndex from, const CheckpointVote& message,
                          std::uint64_t cosigned_s);
  void on_message(ReplicaIndex from, const CertifiedCheckpoint& message);
  void on_message(ReplicaIndex from, const BatchAck& message);
  void on_message(ReplicaIndex from, const FetchBatches& message);
  void on_message(ReplicaIndex from, const Status& message);
  void on_message(ReplicaIndex from, const ViewChange& message);
  void on_message(ReplicaIndex from, const NewView& message);
  void on_message(ReplicaIndex from, const FetchProposals& message);
  void on_message(ReplicaIndex from, const ProposalFetched& message);
  void on_message(ReplicaIndex from, const Echo& message);
  void on_message(ReplicaIndex from, const AskPromises& message);
  void on_message(ReplicaIndex from, const PromisesHeld& message);
  // interest.cc
  Interest interest_in(const PrePrepare& message) const;
  Interest interest_in(const Vote& message) const;
  Interest interest_in(ReplicaIndex from, const CheckpointVote& message) const;
  Interest interest_in(const CertifiedCheckpoint& message) const;
  Interest interest_in(ReplicaIndex from, const ViewChange& message) const;
  Interest interest_in(const NewView& message) const;
  Interest interest_in_height(View view, Height height) const;
  Interest interest_in_second(const PrePrepare& message, const HeightSlot& slot) const;
  // engine.cc: the rest
  void report(Equivocation evidence);
  void enter_epoch();
  bool epoch_ended() const;
  // upkeep.cc
  void run_timers();
  bool may_serve(ReplicaIndex peer, std::size_t bytes);
  void resend();
  void resend_signed();
  void resend_view();
  void resend_slot(Height height, const HeightSlot& slot);
  void fetch_missing();
  Time next_tick() const;
  void broadcast(Message message) {
    actions_.send.push_back(Outgoing{std::nullopt, std::move(message)});
  }
  void send(ReplicaIndex to, Message message) {
    actions_.send.push_back(Outgoing{to, std::move(message)});
  }
  void halt(Halt::Reason reason, Height height, std::string own, std::string others);

  // ordering.cc
  void advance();
  bool propose();
  std::optional<BlockPoint> parent_to_propose_on() const;
  bool worth_proposing(std::size_t in_flight) const;
  static bool is_well_formed(const Proposal& proposal);
  bool accept(const PrePrepare& pre_prepare);
  bool prepare_next();
  bool may_prepare_base(const Proposal& proposal, const Digest& digest);
  bool may_prepare(const Proposal& proposal, const Digest& digest);
  bool payload_is_fresh(const Proposal& proposal) const;
  bool time_is_acceptable(const Proposal& proposal);
  bool commit_next();
  bool keep_ancestors(const Proposal& proposal);
  bool deliver_committed();
  bool deliver(const Digest& digest, const Proposal& proposal);
  void count_own(const Vote& vote);
  bool in_play(Height height) const;
  bool is_primary() const;
  bool has_work() const;
  void restore_round();
  void restore_certificates();

  // view_change.cc
  void follow_views();
  void enter_view(View view, ViewChangeCause cause);
  std::set<std::pair<Height, Digest>> keep_certified();
  void send_view_change();
  void send_new_view(ReplicaIndex peer, View at_most);
  bool usable(const ViewChange& change);
  bool holds_path(Height height, const Digest& digest);
  void make_new_view();
  void install(const NewView& new_view);
  bool contradicts(const ViewStart& start) const;
  // view_base.cc
  std::optional<Height> base_height() const;
  void begin_base();
  bool propose_base();
  std::vector<std::pair<Height, Digest>> missing_proposals() const;
  void fetch_proposals();
  // progress.cc
  void watch_progress();
  void run_progress_timer();
  bool lags() const;
  std::optional<Time> censorship_ends() const;
  void judge_primary(const Proposal& delivered);

  // catch_up.cc
  void begin_checkpoints();
  void cosign(const BlockPoint& block, const std::string& checkpoint,
              const std::string& cosignature);
  void certify();
  void adopt(const CertifiedCheckpoint& checkpoint);
  /// Adopts one that the host's store may lack.
  void adopt_foreign(const CertifiedCheckpoint& checkpoint);
  void begin_proving();
  void ask_promises();
  bool speaks() const;
  void refresh_vote_permission();
  bool behind_journal() const;
  Status make_status() const;
  void answer(ReplicaIndex peer, const Status& status);
  void answer_slot(ReplicaIndex peer, Height height, const HeightSlot& slot, const HeldVotes* held);
  void answer_votes(ReplicaIndex peer, Height height, Phase phase, const VoteSet& votes,
                    const std::vector<std::uint8_t>* held);
  void sync_blocks();
  Height sync_goal() const;

  Config config_;
  Quorum quorum_;
  Authenticator& authenticator_;
  SafetyRules rules_;
  Round round_;
  /// What comes of the next view before this replica enters it.
  Round next_round_;
  ViewChanges view_changes_;
  ProposalChain chain_;
  BatchPool pool_;
  Checkpoints checkpoints_;
  Contradictions contradictions_;
  Peers peers_;
  HeardPromises heard_;
  Proving proving_;
  ProgressTimer progress_timer_;
  Turns turns_;

  BlockPoint executed_;
  BlockPoint delivered_;
  BlockPoint certified_;
  CertifiedCheckpoint certified_checkpoint_;
  /// The ledger's checkpoint and own cosignature at the start, until `start` has used them.
  CheckpointVote initial_;
  /// A checkpoint known to be certified above what is executed here.
  std::optional<CertifiedCheckpoint> target_;
  std::optional<Height> next_epoch_;
  /// The greatest height that the host was asked to make a certified checkpoint of.
  Height certify_asked_;
  bool halted_ = false;
  /// A proposal waits for this replica's clock.
  bool clock_waits_ = false;

  /// The newest NewView that was installed here.
  std::optional<NewView> new_view_;
  /// The view that own view changes were last sent for, and when.
  View announced_;
  Time view_change_sent_;
  Time new_view_sent_;
  /// The view is to be left at the next opportunity, and why.
  std::optional<ViewChangeCause> leave_view_;
  std::optional<ViewLeft> last_view_change_;
  /// The chain down from the view's base is here (or there is none).
  bool base_ready_ = false;
  std::size_t fetch_turn_ = 0;
  std::optional<Time> proposals_due_;

  Time status_due_;
  /// The mark of the last status to everybody, and when it left.
  std::uint64_t status_mark_ = 0;
  Time status_marked_;
  Time resend_due_;
  Time cosignature_sent_;
  Time sync_due_;
  /// Since when the others are known to be ahead while nothing is delivered here.
  std::optional<Time> behind_since_;

  Now now_;
  Actions actions_;
};

}  // namespace qc::consensus

// SPDX-License-Identifier: Apache-2.0
#include "consensus/engine.h"

#include <algorithm>
#include <utility>

#include "consensus/assert.h"
#include "consensus/mutation.h"
#include "consensus/statement.h"

namespace qc::consensus {

Replica::Engine::Engine(Config config, const LedgerPosition& ledger, RecoveredState journal,
                        Authenticator& authenticator)
    : config_(std::move(config)),
      quorum_(config_.epoch.quorum()),
      authenticator_(authenticator),
      rules_(config_.epoch, config_.self, std::move(journal), authenticator),
      round_(rules_.journal().view(), quorum_),
      next_round_(rules_.journal().view().next(), quorum_),
      view_changes_(quorum_),
      pool_(config_, quorum_),
      checkpoints_(quorum_),
      contradictions_(quorum_),
      peers_(quorum_),
      progress_timer_(config_.progress_timeout, config_.progress_timeout_max),
      executed_(ledger.executed),
      delivered_(ledger.executed),
      certified_(ledger.certified_block),
      certified_checkpoint_(ledger.certified),
      initial_{ledger.executed.height, ledger.checkpoint, ledger.cosignature},
      next_epoch_(ledger.next_epoch) {
  QC_CONSENSUS_ASSERT(config_.epoch.validators >= 1 && config_.epoch.validators <= kValidatorsMax);
  QC_CONSENSUS_ASSERT(!config_.self || config_.self->value < config_.epoch.validators);
  QC_CONSENSUS_ASSERT(config_.window >= 1 && config_.window <= kWindowMax);
  QC_CONSENSUS_ASSERT(certified_.height.next() >= config_.epoch.first_height);
  chain_.settle(certified_);
  chain_.settle(executed_);
  for (const OrderedBatch& batch : ledger.ordered) {
    pool_.order(batch, executed_.height);
  }
}

Actions Replica::Engine::start(const Now& now) {
  now_ = now;
  actions_ = Actions{};
  enter_epoch();
  begin_checkpoints();
  if (!halted_) {
    restore_round();
    status_due_ = now.monotonic;
    resend_due_ = now.monotonic.plus(config_.resend_interval);
    advance();
    run_timers();
  }
  return std::move(actions_);
}

void Replica::Engine::enter_epoch() {
  const bool entered =
      journal().epoch() == EpochEntered{config_.epoch.first_height, config_.epoch.set_hash};
  if (!entered && certified_.height > Height{}) {
    // What settles the votes of the epoch before is in the journal before they are dropped.
    rules_.hold(certified_checkpoint_, actions_.persist);
  }
  rules_.enter_epoch(actions_.persist);
  round_ = Round(journal().view(), quorum_);
  next_round_ = Round(journal().view().next(), quorum_);
}

bool Replica::Engine::epoch_ended() const {
  return next_epoch_ && certified_.height.next() >= *next_epoch_;
}

Actions Replica::Engine::step(const Now& now, Event event) {
  now_ = now;
  actions_ = Actions{};
  if (halted_) {
    return std::move(actions_);
  }
  std::visit([this](const auto& alternative) { on(alternative); }, event);
  if (!halted_) {
    advance();
  }
  if (!halted_) {
    run_timers();
  }
  return std::move(actions_);
}

void Replica::Engine::halt(Halt::Reason reason, Height height, std::string own,
                           std::string others) {
  halted_ = true;
  rules_.allow_votes(false);
  actions_.halt = Halt{reason, height, std::move(own), std::move(others)};
}

// ---- events

void Replica::Engine::on(const MessageReceived& event) {
  if (event.from.value >= quorum_.validators() || event.from == config_.self) {
    return;
  }
  std::visit([&](const auto& message) { on_message(event.from, message); }, event.message);
}

void Replica::Engine::on(const BatchStored& event) {
  if (event.author.value >= quorum_.validators()) {
    return;
  }
  switch (pool_.store(event, now_.monotonic)) {
    case BatchPool::Stored::kOrdered:
    case BatchPool::Stored::kRefused:
      actions_.forget_batches.push_back(event.digest);
      return;
    case BatchPool::Stored::kNew:
    case BatchPool::Stored::kKnown:
      break;
  }
  if (!config_.self) {
    return;
  }
  pool_.acknowledge(*config_.self, event.digest, now_.monotonic);
  if (event.author == config_.self) {
    // The bytes go first: an acknowledgement of what nobody else has would only make the others ask
    // for it.
    actions_.send_batches.push_back(SendBatches{std::nullopt, {event.digest}});
  }
  broadcast(BatchAck{{event.digest}});
}

void Replica::Engine::on(const Executed& event) {
  const std::optional<BlockPoint> block = chain_.settled(event.height);
  if (event.height <= executed_.height || event.height > delivered_.height || !block) {
    return;
  }
  executed_ = *block;
  next_epoch_ = event.next_epoch;
  cosign(*block, event.checkpoint, event.cosignature);
  refresh_vote_permission();
}

void Replica::Engine::on(const CheckpointCertified& event) { adopt(event.checkpoint); }

void Replica::Engine::on(const Synced& event) {
  if (event.block.height > executed_.height) {
    executed_ = event.block;
    chain_.settle(event.block);
    if (event.block.height > delivered_.height) {
      delivered_ = event.block;
      behind_since_.reset();
    }
    for (const OrderedBatch& batch : event.ordered) {
      pool_.order(batch, event.block.height);
    }
    checkpoints_.computed(event.block, event.checkpoint.checkpoint);
    next_epoch_ = event.next_epoch;
    progress_timer_.progress();
  }
  adopt(event.checkpoint);
  refresh_vote_permission();
}

void Replica::Engine::on(const LinkUp& event) {
  if (event.peer.value < quorum_.validators()) {
    peers_.at(event.peer).link_up = true;
    peers_.at(event.peer).link_down.reset();
    send(event.peer, make_status());
  }
}

void Replica::Engine::on(const LinkDown& event) {
  if (event.peer.value < quorum_.validators()) {
    peers_.at(event.peer).link_up = false;
    peers_.at(event.peer).link_down = now_.monotonic;
  }
}

void Replica::Engine::on(const Tick& /*event*/) {}

// ---- messages

void Replica::Engine::on_message(ReplicaIndex /*from*/, const PrePrepare& message) {
  if (interest_in(message) != Interest::kVerify) {
    return;
  }
  if (message.view == round_.view()) {
    accept(message);
  } else if (is_well_formed(message.proposal)) {
    const Digest digest = proposal_digest(message.proposal, authenticator_);
    if (next_round_.offer(message, digest) == Round::Offer::kConflict) {
      const PrePrepare& first = *next_round_.find(message.proposal.height)->pre_prepare;
      report(equivocation_of(config_.epoch, authenticator_, first, message));
    }
  }
}

void Replica::Engine::on_message(ReplicaIndex /*from*/, const Vote& message) {
  if (interest_in(message) != Interest::kVerify) {
    return;
  }
  Round& round = message.view == round_.view() ? round_ : next_round_;
  const std::optional<Vote> held = round.vote_of(message);
  if (!held) {
    round.add(message);
  } else if (held->digest != message.digest) {
    report(equivocation_of(config_.epoch, *held, message));
  }
}

void Replica::Engine::on_message(ReplicaIndex from, const CheckpointVote& message) {
  if (interest_in(from, message) != Interest::kVerify) {
    return;
  }
  const CheckpointVote* held = checkpoints_.vote(from, message.height);
  if (held == nullptr) {
    checkpoints_.add(from, message);
    certify();
  } else if (held->checkpoint != message.checkpoint) {
    report(equivocation_of(config_.epoch, from, *held, message));
  }
}

void Replica::Engine::on_message(ReplicaIndex from, const CertifiedCheckpoint& message) {
  Peers::Peer& peer = peers_.at(from);
  peer.certified = std::max(peer.certified, message.height);
  adopt(message);
}

void Replica::Engine::on_message(ReplicaIndex from, const BatchAck& message) {
  for (const Digest& batch : message.batches) {
    pool_.acknowledge(from, batch, now_.monotonic);
  }
}

void Replica::Engine::on_message(ReplicaIndex from, const FetchBatches& message) {
  actions_.send_batches.push_back(SendBatches{from, message.batches});
}

void Replica::Engine::on_message(ReplicaIndex from, const Status& message) {
  Peers::Peer& peer = peers_.at(from);
  peer.certified = std::max(peer.certified, message.certified);
  peer.view = std::max(peer.view, message.view);
  pool_.acknowledge_exactly(from, message.acknowledged, now_.monotonic);
  answer(from, message);
}

void Replica::Engine::report(Equivocation evidence) {
  if (!contradictions_.add(evidence)) {
    return;
  }
  // A primary that contradicts itself must not go on as one.
  if (evidence.culprit == config_.epoch.primary(round_.view()) && evidence.view == round_.view() &&
      rules_.installed() && evidence.kind != Equivocation::Kind::kCheckpoint) {
    leave_view_ = ViewChangeCause::kEquivocation;
  }
  actions_.evidence.push_back(std::move(evidence));
}

// ---- interest

Interest Replica::Engine::interest(ReplicaIndex from, const Message& message) const {
  if (halted_) {
    return Interest::kDrop;
  }
  if (const auto* pre_prepare = std::get_if<PrePrepare>(&message)) {
    return interest_in(*pre_prepare);
  }
  if (const auto* vote = std::get_if<Vote>(&message)) {
    return interest_in(*vote);
  }
  if (const auto* checkpoint_vote = std::get_if<CheckpointVote>(&message)) {
    return interest_in(from, *checkpoint_vote);
  }
  if (const auto* certified = std::get_if<CertifiedCheckpoint>(&message)) {
    return interest_in(*certified);
  }
  if (const auto* view_change = std::get_if<ViewChange>(&message)) {
    return interest_in(from, *view_change);
  }
  if (const auto* new_view = std::get_if<NewView>(&message)) {
    return interest_in(*new_view);
  }
  return Interest::kVerify;
}

Interest Replica::Engine::interest_in_height(View view, Height height) const {
  if (view == round_.view() && height == base_height()) {
    // Whatever is certified here: the others may need this replica's vote for it.
    return Interest::kVerify;
  }
  if (view < round_.view() || height <= certified_.height) {
    return Interest::kDrop;
  }
  // What comes of the next view before its NewView is kept for it.
  return view > round_.view().next() || !in_play(height) ? Interest::kLater : Interest::kVerify;
}

Interest Replica::Engine::interest_in(ReplicaIndex from, const ViewChange& message) const {
  if (message.header.voter.value >= quorum_.validators() || from.value >= quorum_.validators()) {
    return Interest::kDrop;
  }
  // One for a view that has begun here is answered with its NewView, not too often.
  const std::optional<Time>& sent = peers_.at(from).new_view_sent;
  const bool begun = new_view_ && message.header.view <= new_view_->view;
  const bool answered = sent && now_.monotonic < sent->plus(config_.answer_interval);
  return view_changes_.is_newer(message) || (begun && !answered) ? Interest::kVerify
                                                                 : Interest::kDrop;
}

Interest Replica::Engine::interest_in(const NewView& message) const {
  const bool has_one = rules_.installed() && !mutated(Mutation::kSecondNewView);
  if (message.view != round_.view() || !has_one) {
    return message.view < round_.view() ? Interest::kDrop : Interest::kVerify;
  }
  // The view has begun. Another beginning of it is evidence, wanted once.
  const bool other = new_view_ && new_view_->view == message.view &&
                     new_view_->headers != message.headers &&
                     contradictions_.news(Equivocation::Kind::kNewView,
                                          config_.epoch.primary(message.view), message.view, {});
  return other ? Interest::kVerify : Interest::kDrop;
}

Interest Replica::Engine::interest_in(const PrePrepare& message) const {
  const Interest interest = interest_in_height(message.view, message.proposal.height);
  if (interest != Interest::kVerify) {
    return interest;
  }
  const Round& round = message.view == round_.view() ? round_ : next_round_;
  const HeightSlot* slot = round.find(message.proposal.height);
  if (slot == nullptr || !slot->pre_prepare) {
    return Interest::kVerify;
  }
  return slot->pre_prepare->proposal == message.proposal ? Interest::kDrop
                                                         : interest_in_second(message, *slot);
}

Interest Replica::Engine::interest_in_second(const PrePrepare& message,
                                             const HeightSlot& slot) const {
  // A second proposal at a height is what a quorum voted for, or evidence that is wanted once.
  const bool wanted = slot.decided()
                          ? slot.decided() == proposal_digest(message.proposal, authenticator_)
                          : contradictions_.news(Equivocation::Kind::kPrePrepare,
                                                 config_.epoch.primary(message.view), message.view,
                                                 message.proposal.height);
  return wanted ? Interest::kVerify : Interest::kDrop;
}

Interest Replica::Engine::interest_in(const Vote& message) const {
  if (message.voter.value >= quorum_.validators() || message.phase == Phase::kPrePrepare) {
    return Interest::kDrop;
  }
  const Interest interest = interest_in_height(message.view, message.height);
  const Round& round = message.view == round_.view() ? round_ : next_round_;
  const HeightSlot* slot = round.find(message.height);
  if (interest != Interest::kVerify || slot == nullptr) {
    return interest;
  }
  if (const std::optional<Vote> held = round.vote_of(message)) {
    // A vote for something else is evidence, wanted once.
    const Equivocation::Kind kind = message.phase == Phase::kPrepare ? Equivocation::Kind::kPrepare
                                                                     : Equivocation::Kind::kCommit;
    const bool evidence = held->digest != message.digest &&
                          contradictions_.news(kind, message.voter, message.view, message.height);
    return evidence ? Interest::kVerify : Interest::kDrop;
  }
  // q of n votes are enough: the others need not even be verified.
  const VoteSet& votes = message.phase == Phase::kPrepare ? slot->prepares : slot->commits;
  return votes.decided() ? Interest::kDrop : Interest::kVerify;
}

Interest Replica::Engine::interest_in(ReplicaIndex from, const CheckpointVote& message) const {
  if (message.height <= certified_.height || from.value >= quorum_.validators()) {
    return Interest::kDrop;
  }
  if (const CheckpointVote* held = checkpoints_.vote(from, message.height)) {
    const bool evidence =
        held->checkpoint != message.checkpoint &&
        contradictions_.news(Equivocation::Kind::kCheckpoint, from, View{}, message.height);
    return evidence ? Interest::kVerify : Interest::kDrop;
  }
  return in_play(message.height) ? Interest::kVerify : Interest::kLater;
}

Interest Replica::Engine::interest_in(const CertifiedCheckpoint& message) const {
  const bool known =
      message.height <= certified_.height || (target_ && message.height <= target_->height);
  return known ? Interest::kDrop : Interest::kVerify;
}

// ---- timers

void Replica::Engine::run_timers() {
  const Time now = now_.monotonic;
  watch_progress();
  if (halted_) {
    return;
  }
  if (now >= status_due_) {
    status_due_ = now.plus(config_.status_interval);
    broadcast(make_status());
    std::vector<Digest> expired = pool_.expire(delivered_.time_ms, now);
    actions_.forget_batches.insert(actions_.forget_batches.end(), expired.begin(), expired.end());
  }
  if (now >= resend_due_) {
    // Half the interval, so that nothing waits longer than one and a half.
    resend_due_ = now.plus(Duration{config_.resend_interval.ns / 2});
    resend();
  }
  fetch_missing();
  fetch_proposals();
  sync_blocks();
  actions_.next_tick = next_tick();
}

void Replica::Engine::resend() {
  const Time now = now_.monotonic;
  if (!config_.self) {
    return;
  }
  resend_view();
  for (auto& [height, slot] : round_.slots()) {
    const bool needed = height > certified_.height || has_work();
    if (needed && now >= slot.sent.plus(config_.resend_interval)) {
      slot.sent = now;
      resend_slot(height, slot);
    }
  }
  const std::optional<CheckpointSigned>& cosigned = journal().cosigned();
  if (cosigned && cosigned->height > certified_.height &&
      now >= cosignature_sent_.plus(config_.resend_interval)) {
    cosignature_sent_ = now;
    broadcast(CheckpointVote{cosigned->height, cosigned->checkpoint, cosigned->cosignature});
  }
  for (auto& [peer, batches] : pool_.unacknowledged(*config_.self, now)) {
    actions_.send_batches.push_back(SendBatches{peer, std::move(batches)});
  }
}

void Replica::Engine::resend_view() {
  const Time now = now_.monotonic;
  if (!rules_.installed() && now >= view_change_sent_.plus(config_.resend_interval)) {
    send_view_change();
  }
  const bool began_it = is_primary() && new_view_ && new_view_->view == round_.view();
  if (began_it && has_work() && now >= new_view_sent_.plus(config_.resend_interval)) {
    new_view_sent_ = now;
    broadcast(*new_view_);
  }
}

void Replica::Engine::resend_slot(Height height, const HeightSlot& slot) {
  if (is_primary() && slot.pre_prepare) {
    broadcast(*slot.pre_prepare);
  }
  for (const Phase phase : {Phase::kPrepare, Phase::kCommit}) {
    const VoteSet& votes = phase == Phase::kPrepare ? slot.prepares : slot.commits;
    if (const std::optional<Vote> own = votes.vote(*config_.self, phase, round_.view(), height)) {
      broadcast(*own);
    }
  }
}

void Replica::Engine::fetch_missing() {
  for (auto& [peer, batches] : pool_.due_fetches(config_.self, now_.monotonic)) {
    send(peer, FetchBatches{std::move(batches)});
  }
}

Time Replica::Engine::next_tick() const {
  Time next = std::min(status_due_, resend_due_);
  const auto consider = [&next](const std::optional<Time>& time) {
    if (time) {
      next = std::min(next, *time);
    }
  };
  consider(pool_.next_fetch());
  consider(progress_timer_.ends());
  consider(proposals_due_);
  if (behind_since_) {
    consider(std::max(sync_due_, now_.monotonic.plus(config_.fetch_interval)));
  }
  if (is_primary() && pool_.ready_since()) {
    const Time filled = pool_.ready_since()->plus(config_.fill_wait);
    if (filled > now_.monotonic) {
      consider(filled);
    }
  }
  if (clock_waits_) {
    consider(now_.monotonic.plus(config_.fetch_interval));
  }
  return next;
}

// ---- status

ReplicaStatus Replica::Engine::status() const {
  ReplicaStatus status;
  status.view = round_.view();
  status.view_installed = rules_.installed();
  status.primary = config_.epoch.primary(round_.view());
  status.is_primary = is_primary();
  status.last_view_change = last_view_change_;
  status.may_vote = rules_.may_vote();
  status.halted = halted_;
  status.epoch_ended = epoch_ended();
  status.executed = executed_.height;
  status.delivered = delivered_.height;
  status.certified = certified_.height;
  status.prepared = certified_.height;
  for (const auto& [height, slot] : round_.slots()) {
    status.prepared = slot.prepares.decided() ? std::max(status.prepared, height) : status.prepared;
    status.proposals_in_flight += slot.pre_prepare && height > delivered_.height ? 1U : 0U;
  }
  status.peers_certified = peers_.certified();
  status.batches_held = pool_.held_count();
  status.batches_available = pool_.ready_count();
  status.own_batches_open = config_.self ? pool_.open_of(*config_.self) : 0;
  status.has_work = has_work();
  status.progress_timer_runs = progress_timer_.runs();
  status.progress_timeouts = progress_timer_.views();
  return status;
}

}  // namespace qc::consensus

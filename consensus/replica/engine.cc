// SPDX-License-Identifier: Apache-2.0
#include "consensus/replica/engine.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "consensus/base/mutation.h"
#include "consensus/message/statement.h"

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
      heard_(quorum_),
      proving_(quorum_),
      progress_timer_(config_.progress_timeout, config_.progress_timeout_max),
      turns_(quorum_, config_.turn_blocks),
      executed_(ledger.executed),
      delivered_(ledger.executed),
      certified_(ledger.certified_block),
      certified_checkpoint_(ledger.certified),
      initial_{ledger.executed.height, ledger.checkpoint, ledger.cosignature},
      next_epoch_(ledger.next_epoch) {
  QC_ASSERT(config_.epoch.validators >= 1 && config_.epoch.validators <= kValidatorsMax);
  QC_ASSERT(!config_.self || config_.self->value < config_.epoch.validators);
  QC_ASSERT(config_.window >= 1 && config_.window <= kWindowMax);
  QC_ASSERT(certified_.height.next() >= config_.epoch.first_height);
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
  begin_proving();
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
  if (const auto* vote = std::get_if<CheckpointVote>(&event.message)) {
    on_checkpoint_vote(event.from, *vote, event.cosigned_s);
    return;
  }
  std::visit(
      [&](const auto& message) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(message)>, CheckpointVote>) {
          on_message(event.from, message);
        }
      },
      event.message);
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
    turns_.interrupt();
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
    if (proving_.asking()) {
      send(event.peer, AskPromises{proving_.life()});
    }
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
  heard_.add(message, proposal_digest(message.proposal, authenticator_), config_.epoch);
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
  heard_.add(message);
  Round& round = message.view == round_.view() ? round_ : next_round_;
  const std::optional<Vote> held = round.vote_of(message);
  if (!held) {
    round.add(message);
  } else if (held->digest != message.digest) {
    report(equivocation_of(config_.epoch, *held, message));
  }
}

void Replica::Engine::on_checkpoint_vote(ReplicaIndex from, const CheckpointVote& message,
                                         std::uint64_t cosigned_s) {
  if (interest_in(from, message) != Interest::kVerify) {
    return;
  }
  const CheckpointVote* held = checkpoints_.vote(from, message.height);
  if (held == nullptr) {
    checkpoints_.add(from, message, cosigned_s);
    certify();
  } else if (held->checkpoint != message.checkpoint) {
    report(equivocation_of(config_.epoch, from, *held, message));
  }
}

void Replica::Engine::on_message(ReplicaIndex from, const CertifiedCheckpoint& message) {
  Peers::Peer& peer = peers_.at(from);
  peer.certified = std::max(peer.certified, message.height);
  adopt_foreign(message);
}

void Replica::Engine::on_message(ReplicaIndex from, const BatchAck& message) {
  for (const Digest& batch : message.batches) {
    pool_.acknowledge(from, batch, now_.monotonic);
  }
}

void Replica::Engine::on_message(ReplicaIndex from, const FetchBatches& message) {
  // A few bytes must not make this replica send gigabytes; who asks too much asks again.
  SendBatches wanted{from, {}};
  for (const Digest& batch : message.batches) {
    if (pool_.holds(batch) && may_serve(from, pool_.bytes_of({batch}))) {
      wanted.batches.push_back(batch);
    }
  }
  if (!wanted.batches.empty()) {
    actions_.send_batches.push_back(std::move(wanted));
  }
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

// ---- status

ReplicaStatus Replica::Engine::status() const {
  ReplicaStatus status;
  status.view = round_.view();
  status.view_installed = rules_.installed();
  status.primary = config_.epoch.primary(round_.view());
  status.is_primary = is_primary();
  status.last_view_change = last_view_change_;
  status.may_vote = rules_.may_vote();
  status.behind_journal = behind_journal();
  status.proving = proving_.asking();
  status.key_given_up = journal().given_up();
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

ReplicaUsage Replica::Engine::usage() const {
  ReplicaUsage usage;
  for (const Round* round : {&round_, &next_round_}) {
    usage.heights += round->slots().size();
    for (const auto& [height, slot] : round->slots()) {
      usage.votes += slot.prepares.size() + slot.commits.size();
    }
  }
  usage.proposals = chain_.size();
  usage.cosignatures = checkpoints_.votes();
  usage.batches_known = pool_.known_count();
  usage.batches_wanted = pool_.wanted_count();
  usage.batch_bytes_held = pool_.held_bytes();
  return usage;
}

}  // namespace qc::consensus

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "consensus/base/mutation.h"
#include "consensus/replica/engine.h"

namespace qc::consensus {

// ---- checkpoints

void Replica::Engine::begin_checkpoints() {
  const std::optional<CheckpointHeld>& held = journal().certified();
  if (held && held->checkpoint.height > certified_.height) {
    const CertifiedCheckpoint& checkpoint = held->checkpoint;
    if (checkpoint.height < executed_.height) {
      // It was executed here and compared when it was journalled; the ledger merely stored the
      // certificate later.
      certified_ = BlockPoint{checkpoint.height, checkpoint.proposal, 0};
      certified_checkpoint_ = checkpoint;
      chain_.settle(certified_);
      actions_.store_certified.push_back(StoreCertified{checkpoint});
    } else {
      target_ = checkpoint;
    }
  }
  rules_.set_certified(certified_);
  certify_asked_ = certified_.height;
  const CheckpointVote initial = std::exchange(initial_, {});
  const std::optional<CheckpointSigned>& cosigned = journal().cosigned();
  if (cosigned && cosigned->height == executed_.height &&
      cosigned->checkpoint != initial.checkpoint) {
    halt(Halt::Reason::kJournalDiffers, executed_.height, initial.checkpoint, cosigned->checkpoint);
    return;
  }
  cosign(executed_, initial.checkpoint, initial.cosignature);
  refresh_vote_permission();
}

void Replica::Engine::cosign(const BlockPoint& block, const std::string& checkpoint,
                             const std::string& cosignature) {
  checkpoints_.computed(block, checkpoint);
  std::optional<CheckpointVote> vote;
  if (config_.self && !cosignature.empty()) {
    vote = rules_.cosign(CheckpointVote{block.height, checkpoint, cosignature}, actions_.persist);
    const std::optional<CheckpointSigned>& cosigned = journal().cosigned();
    if (!vote && cosigned && cosigned->height == block.height) {
      // Cosigned in an earlier life; the same body, or the ledger does not repeat itself.
      if (cosigned->checkpoint != checkpoint) {
        halt(Halt::Reason::kJournalDiffers, block.height, checkpoint, cosigned->checkpoint);
        return;
      }
      vote = CheckpointVote{cosigned->height, cosigned->checkpoint, cosigned->cosignature};
    }
  }
  if (vote && vote->height > certified_.height) {
    // The host never stamps below the block's time.
    checkpoints_.add(*config_.self, *vote, block.time_ms / 1000);
    cosignature_sent_ = now_.monotonic;
    if (speaks()) {
      broadcast(*vote);
    }
  }
  if (target_ && target_->height <= executed_.height) {
    adopt_foreign(CertifiedCheckpoint(*target_));
  }
  certify();
}

void Replica::Engine::certify() {
  if (halted_) {
    return;
  }
  std::optional<Certifiable> found =
      checkpoints_.certifiable(std::max(certified_.height, certify_asked_));
  if (!found) {
    return;
  }
  const std::string& own = *checkpoints_.own(found->height);
  if (own != found->checkpoint) {
    halt(Halt::Reason::kCheckpointDiffers, found->height, own, found->checkpoint);
    return;
  }
  certify_asked_ = found->height;
  actions_.certify.push_back(*std::move(found));
}

void Replica::Engine::adopt(const CertifiedCheckpoint& checkpoint) {
  if (checkpoint.height <= certified_.height || halted_) {
    return;
  }
  if (checkpoint.height > executed_.height) {
    if (!target_ || checkpoint.height > target_->height) {
      target_ = checkpoint;
    }
    return;
  }
  const std::string* own = checkpoints_.own(checkpoint.height);
  const std::optional<BlockPoint> block = chain_.settled(checkpoint.height);
  if (own == nullptr || !block) {
    // Executed in an earlier life: the next checkpoint above will do.
    return;
  }
  if (*own != checkpoint.checkpoint) {
    halt(Halt::Reason::kCheckpointDiffers, checkpoint.height, *own, checkpoint.checkpoint);
    return;
  }
  certified_ = *block;
  certified_checkpoint_ = checkpoint;
  rules_.hold(checkpoint, actions_.persist);
  rules_.set_certified(certified_);
  round_.erase_through(certified_.height, base_height());
  next_round_.erase_through(certified_.height, std::nullopt);
  checkpoints_.erase_through(certified_.height);
  chain_.erase_below(certified_.height);
  const std::vector<Digest> settled = pool_.settle(certified_.height);
  actions_.forget_batches.insert(actions_.forget_batches.end(), settled.begin(), settled.end());
  if (target_ && target_->height <= certified_.height) {
    target_.reset();
  }
}

void Replica::Engine::adopt_foreign(const CertifiedCheckpoint& checkpoint) {
  const Height before = certified_.height;
  adopt(checkpoint);
  if (certified_.height > before) {
    actions_.store_certified.push_back(StoreCertified{checkpoint});
  }
}

bool Replica::Engine::behind_journal() const {
  const std::optional<CheckpointHeld>& held = journal().certified();
  return held && held->checkpoint.height > executed_.height;
}

void Replica::Engine::refresh_vote_permission() {
  // A ledger below what the journal holds certified was rolled back: nothing is voted until it is
  // executed again.
  const bool caught_up = !behind_journal() || mutated(Mutation::kVotesBeforeReexecution);
  rules_.allow_votes(!halted_ && caught_up && !proving_.asking());
}

// ---- the proof that the journal is whole

void Replica::Engine::begin_proving() {
  // What the peers signed and this replica's journal kept is part of what it can tell them.
  const auto hear = [this](const CertificateMade& made) {
    const PreparedCertificate& certificate = made.certificate;
    for (const SignedBy& prepare : certificate.prepares) {
      heard_.add(Vote{Phase::kPrepare, certificate.view, certificate.height, certificate.digest,
                      prepare.voter, prepare.signature});
    }
  };
  if (journal().highest_certificate()) {
    hear(*journal().highest_certificate());
  }
  for (const auto& [height, made] : journal().certificates()) {
    hear(made);
  }
  if (config_.self && config_.prove_journal && !journal().given_up() &&
      !mutated(Mutation::kJournalNotProved)) {
    // The two clocks together do not come back, at least not to where they were.
    proving_.begin(now_.wall_ms ^ static_cast<std::uint64_t>(now_.monotonic.ns));
    ask_promises();
  }
}

bool Replica::Engine::speaks() const {
  // Not even what the journal says is repeated before it is known to be whole: it may be older than
  // what this key said last.
  return config_.self && !proving_.asking() && !journal().given_up();
}

void Replica::Engine::ask_promises() {
  if (proving_.asking()) {
    broadcast(AskPromises{proving_.life()});
  }
}

void Replica::Engine::on_message(ReplicaIndex from, const AskPromises& message) {
  // A few bytes ask for many; who asks too often asks again.
  std::optional<Time>& told = peers_.at(from).promises_told;
  if (told && now_.monotonic < told->plus(config_.answer_interval)) {
    return;
  }
  told = now_.monotonic;
  send(from, heard_.of(from, message.life));
}

void Replica::Engine::on_message(ReplicaIndex from, const PromisesHeld& message) {
  const auto foreign = [this](const Vote& vote) { return vote.voter != config_.self; };
  if (!proving_.awaits(from, message.life) || std::ranges::any_of(message.votes, foreign) ||
      (message.view_change && message.view_change->voter != config_.self)) {
    return;
  }
  const auto forgotten = std::ranges::find_if(
      message.votes, [this](const Vote& vote) { return journal().lacks(vote); });
  if (forgotten != message.votes.end()) {
    actions_.forgotten = ForgottenPromise{from, forgotten->view, forgotten->height};
  } else if (message.view_change && journal().lacks(*message.view_change)) {
    actions_.forgotten = ForgottenPromise{from, message.view_change->view, {}};
  }
  if (actions_.forgotten) {
    rules_.give_up(actions_.persist);
    proving_.end();
  } else {
    proving_.answered(from);
  }
  if (speaks()) {
    // What was held back leaves now.
    const Time before{now_.monotonic.ns - config_.resend_interval.ns};
    for (auto& [height, slot] : round_.slots()) {
      slot.sent = before;
    }
    cosignature_sent_ = before;
    resend_due_ = now_.monotonic;
  }
  refresh_vote_permission();
}

// ---- status and its answers

Status Replica::Engine::make_status() const {
  Status status{
      round_.view(), certified_.height, {}, round_.held_above(certified_.height, kWindowMax)};
  if (config_.self) {
    status.acknowledged = pool_.open(kDigestListMax);
  }
  return status;
}

void Replica::Engine::answer(ReplicaIndex peer, const Status& status) {
  std::optional<Time>& answered = peers_.at(peer).answered;
  if (answered && now_.monotonic < answered->plus(config_.answer_interval)) {
    return;
  }
  answered = now_.monotonic;
  if (status.mark != 0) {
    send(peer, Echo{status.mark});
  }
  if (status.certified < certified_.height && !certified_checkpoint_.proof.empty()) {
    send(peer, certified_checkpoint_);
  }
  if (status.view < round_.view()) {
    send_new_view(peer, status.view.next());
  }
  if (status.view != round_.view()) {
    return;
  }
  for (const auto& [height, slot] : round_.slots()) {
    if (height <= status.certified || height > status.certified.plus(config_.window)) {
      continue;
    }
    const auto held = std::ranges::find(status.votes, height, &HeldVotes::height);
    answer_slot(peer, height, slot, held == status.votes.end() ? nullptr : &*held);
  }
}

void Replica::Engine::answer_slot(ReplicaIndex peer, Height height, const HeightSlot& slot,
                                  const HeldVotes* held) {
  const bool lacks_any = held == nullptr || held->proposal == Digest{};
  const bool holds_wrong =
      held != nullptr && held->proposal != slot.digest && slot.decided() == slot.digest;
  if (slot.pre_prepare && (lacks_any || holds_wrong) && (!is_primary() || speaks())) {
    send(peer, *slot.pre_prepare);
  }
  answer_votes(peer, height, Phase::kPrepare, slot.prepares,
               held == nullptr ? nullptr : &held->prepares);
  answer_votes(peer, height, Phase::kCommit, slot.commits,
               held == nullptr ? nullptr : &held->commits);
}

void Replica::Engine::answer_votes(ReplicaIndex peer, Height height, Phase phase,
                                   const VoteSet& votes, const std::vector<std::uint8_t>* held) {
  for (std::size_t i = 0; i < quorum_.validators(); ++i) {
    const ReplicaIndex voter = replica_at(i);
    if (voter == peer || (voter == config_.self && !speaks()) ||
        (held != nullptr && marked(*held, voter))) {
      continue;
    }
    if (const std::optional<Vote> vote = votes.vote(voter, phase, round_.view(), height)) {
      send(peer, *vote);
    }
  }
}

// ---- block sync

Height Replica::Engine::sync_goal() const {
  return target_ ? std::max(target_->height, peers_.certified()) : peers_.certified();
}

void Replica::Engine::sync_blocks() {
  const Height goal = sync_goal();
  if (goal <= delivered_.height) {
    behind_since_.reset();
    return;
  }
  const Time now = now_.monotonic;
  if (!behind_since_) {
    behind_since_ = now;
  }
  // A little behind is usually made good by votes that are on their way. Far behind, no vote can
  // help.
  const bool out_of_window = goal > certified_.height.plus(config_.window);
  const bool stuck = now >= behind_since_->plus(Duration{config_.resend_interval.ns / 2});
  if ((!out_of_window && !stuck) || now < sync_due_) {
    return;
  }
  sync_due_ = now.plus(config_.resend_interval);
  actions_.fetch_blocks = FetchBlocks{delivered_.height.next(), goal, peers_.at_least(goal)};
}

}  // namespace qc::consensus

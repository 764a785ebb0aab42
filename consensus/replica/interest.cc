// SPDX-License-Identifier: Apache-2.0
#include "consensus/base/mutation.h"
#include "consensus/message/statement.h"
#include "consensus/replica/engine.h"

namespace qc::consensus {

// What is asked before a signature is checked: whether the message is still needed.

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
  if (const auto* promises = std::get_if<PromisesHeld>(&message)) {
    return proving_.awaits(from, promises->life) ? Interest::kVerify : Interest::kDrop;
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
  if (message.height <= certify_asked_) {
    // The host has those of a quorum already.
    return Interest::kDrop;
  }
  return in_play(message.height) ? Interest::kVerify : Interest::kLater;
}

Interest Replica::Engine::interest_in(const CertifiedCheckpoint& message) const {
  const bool known =
      message.height <= certified_.height || (target_ && message.height <= target_->height);
  return known ? Interest::kDrop : Interest::kVerify;
}

}  // namespace qc::consensus

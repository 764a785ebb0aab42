// SPDX-License-Identifier: Apache-2.0
#include "consensus/facts/safety_rules.h"

#include <algorithm>
#include <utility>

#include "consensus/base/mutation.h"
#include "consensus/message/statement.h"

namespace qc::consensus {
namespace {

bool left_out_on_purpose(const JournalEntry& entry) {
  return (mutated(Mutation::kStartNotJournalled) &&
          std::holds_alternative<NewViewInstalled>(entry)) ||
         (mutated(Mutation::kCertificateNotJournalled) &&
          std::holds_alternative<CertificateMade>(entry)) ||
         (mutated(Mutation::kJournalSkipped) && (std::holds_alternative<PrepareMade>(entry) ||
                                                 std::holds_alternative<ProposalMade>(entry)));
}

}  // namespace

SafetyRules::SafetyRules(const Epoch& epoch, std::optional<ReplicaIndex> self,
                         RecoveredState journal, Authenticator& authenticator)
    : epoch_(epoch), self_(self), journal_(std::move(journal)), authenticator_(authenticator) {
  load_start();
}

void SafetyRules::load_start() {
  start_ = journal_.installed()
               ? journal_.installed()->start
               : ViewStart{.start = epoch_.first_height, .base = std::nullopt, .parent = {}};
}

void SafetyRules::enter_epoch(std::vector<JournalEntry>& persist) {
  const EpochEntered entered{epoch_.first_height, epoch_.set_hash};
  if (journal_.epoch() != entered) {
    record(entered, persist);
  }
  load_start();
  for (const auto& [height, made] : journal_.certificates()) {
    if (made.certificate.view == journal_.view()) {
      last_commit_ = height;
    }
  }
}

void SafetyRules::give_up(std::vector<JournalEntry>& persist) {
  if (!journal_.given_up()) {
    record(KeyGivenUp{}, persist);
  }
}

bool SafetyRules::enter_view(View view, std::vector<JournalEntry>& persist) {
  if (view <= journal_.view()) {
    return false;
  }
  record(ViewEntered{view}, persist);
  last_commit_.reset();
  load_start();
  return true;
}

bool SafetyRules::install(const ViewStart& start, std::vector<JournalEntry>& persist) {
  const bool again =
      mutated(Mutation::kSecondNewView) && journal_.view() > View{} && start != start_;
  if (installed() && !again) {
    return false;
  }
  record(NewViewInstalled{journal_.view(), start}, persist);
  load_start();
  return true;
}

std::optional<ViewChangeHeader> SafetyRules::view_change(const CertifiedPoint& checkpoint) {
  if (!may_vote() || installed()) {
    return std::nullopt;
  }
  ViewChangeHeader header{journal_.view(), checkpoint, {}, *self_, {}};
  if (const std::optional<CertificateMade>& highest = journal_.highest_certificate()) {
    const PreparedCertificate& certificate = highest->certificate;
    header.prepared = PreparedPoint{certificate.view, certificate.height, certificate.digest};
  }
  header.signature = authenticator_.sign(view_change_statement_bytes(epoch_, header));
  return header;
}

std::optional<NewView> SafetyRules::new_view(NewView unsigned_new_view,
                                             std::vector<JournalEntry>& persist) {
  if (journal_.new_view_made()) {
    return journal_.new_view_made()->new_view;
  }
  const View view = journal_.view();
  if (!may_vote() || view == View{} || unsigned_new_view.view != view ||
      epoch_.primary(view) != *self_) {
    return std::nullopt;
  }
  unsigned_new_view.signature =
      authenticator_.sign(new_view_statement_bytes(epoch_, unsigned_new_view));
  record(NewViewMade{unsigned_new_view}, persist);
  return unsigned_new_view;
}

void SafetyRules::keep(const Digest& digest, const Proposal& proposal,
                       std::vector<JournalEntry>& persist) {
  if (!journal_.keeps(proposal.height, digest)) {
    record(AncestorKept{digest, proposal}, persist);
  }
}

std::optional<PrePrepare> SafetyRules::propose(const Proposal& proposal, const Digest& digest,
                                               std::vector<JournalEntry>& persist) {
  const auto made = journal_.proposals().find(proposal.height);
  if (made != journal_.proposals().end()) {
    return made->second;
  }
  const View view = journal_.view();
  if (!may_vote() || !installed() || epoch_.primary(view) != *self_ ||
      !in_order(proposal, digest)) {
    return std::nullopt;
  }
  const VoteStatement statement{Phase::kPrePrepare, view, proposal.height, digest};
  PrePrepare pre_prepare{view, proposal,
                         authenticator_.sign(vote_statement_bytes(epoch_, statement))};
  record(ProposalMade{pre_prepare}, persist);
  return pre_prepare;
}

std::optional<Vote> SafetyRules::prepare(const Proposal& proposal, const Digest& digest,
                                         std::vector<JournalEntry>& persist) {
  if (!may_vote() || !installed() || !in_order(proposal, digest)) {
    return std::nullopt;
  }
  record(PrepareMade{journal_.view(), proposal.height, digest}, persist);
  return sign(Phase::kPrepare, proposal.height, digest);
}

std::optional<Vote> SafetyRules::commit(const PreparedCertificate& certificate,
                                        const Proposal& proposal,
                                        std::vector<JournalEntry>& persist) {
  if (!may_vote() || !installed() || certificate.view != journal_.view() ||
      !commit_is_next(certificate.height) || proposal.height != certificate.height ||
      certificate.prepares.size() < epoch_.quorum().certificate()) {
    return std::nullopt;
  }
  last_commit_ = certificate.height;
  record(CertificateMade{certificate, proposal}, persist);
  return sign(Phase::kCommit, certificate.height, certificate.digest);
}

std::optional<CheckpointVote> SafetyRules::cosign(const CheckpointVote& vote,
                                                  std::vector<JournalEntry>& persist) {
  if (!self_ || journal_.given_up() || vote.cosignature.empty()) {
    return std::nullopt;
  }
  const std::optional<CheckpointSigned>& last = journal_.cosigned();
  if (last && vote.height <= last->height) {
    return std::nullopt;
  }
  record(CheckpointSigned{vote.height, vote.checkpoint, vote.cosignature}, persist);
  return vote;
}

void SafetyRules::hold(const CertifiedCheckpoint& checkpoint, std::vector<JournalEntry>& persist) {
  record(CheckpointHeld{checkpoint}, persist);
}

bool SafetyRules::follows_certified(Height height) const {
  // In view 0 the block below the epoch's first height is the certified one when the first height
  // is voted on. A base is the only thing that may be voted on at its own height.
  const bool inside_view = height > start_.start || (height == start_.start && !start_.base) ||
                           mutated(Mutation::kCheckpointUnderBase);
  return inside_view && height == certified_.height.next();
}

bool SafetyRules::prepare_is_next(Height height) const {
  const std::optional<PrepareMade>& last = journal_.last_prepare();
  if (!last) {
    // A base is voted on even where its height is certified already: the others may need the vote.
    return height == start_.start || follows_certified(height);
  }
  return height > last->height && (height == last->height.next() || follows_certified(height));
}

bool SafetyRules::commit_is_next(Height height) const {
  if (!last_commit_) {
    return height == start_.start || follows_certified(height);
  }
  return height > *last_commit_ && (height == last_commit_->next() || follows_certified(height));
}

std::vector<Vote> SafetyRules::votes() {
  std::vector<Vote> votes;
  if (!self_ || journal_.given_up()) {
    return votes;
  }
  for (const auto& [height, digest] : journal_.prepares()) {
    votes.push_back(sign(Phase::kPrepare, height, digest));
  }
  for (const auto& [height, made] : journal_.certificates()) {
    if (made.certificate.view == journal_.view()) {
      votes.push_back(sign(Phase::kCommit, height, made.certificate.digest));
    }
  }
  return votes;
}

bool SafetyRules::in_order(const Proposal& proposal, const Digest& digest) const {
  const Height height = proposal.height;
  if (!prepare_is_next(height)) {
    return false;
  }
  const std::optional<PrepareMade>& last = journal_.last_prepare();
  if (height == start_.start && start_.base) {
    return digest == *start_.base;
  }
  if (height == start_.start && height > epoch_.first_height) {
    return proposal.parent == start_.parent;
  }
  const bool extends_last =
      last && height == last->height.next() && proposal.parent == last->digest;
  return extends_last || (follows_certified(height) && proposal.parent == certified_.proposal) ||
         mutated(Mutation::kParentCheckSkipped);
}

Vote SafetyRules::sign(Phase phase, Height height, const Digest& digest) {
  const View view = journal_.view();
  const VoteStatement statement{phase, view, height, digest};
  return Vote{phase,  view,   height,
              digest, *self_, authenticator_.sign(vote_statement_bytes(epoch_, statement))};
}

void SafetyRules::record(JournalEntry entry, std::vector<JournalEntry>& persist) {
  journal_.apply(entry);
  if (!left_out_on_purpose(entry)) {
    persist.push_back(std::move(entry));
  }
}

}  // namespace qc::consensus

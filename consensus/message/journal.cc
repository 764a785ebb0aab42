// SPDX-License-Identifier: Apache-2.0
#include "consensus/message/journal.h"

#include <utility>

#include "consensus/base/mutation.h"

namespace qc::consensus {
namespace {

/// By view first: that is what makes a certificate "higher" (consensus.md, View change).
bool higher(const PreparedCertificate& one, const PreparedCertificate& other) {
  return std::pair(one.view, one.height) > std::pair(other.view, other.height);
}

bool is_vote_at_or_below(const JournalEntry& entry, Height height) {
  const auto* prepare = std::get_if<PrepareMade>(&entry);
  const auto* made = std::get_if<CertificateMade>(&entry);
  return (prepare != nullptr && prepare->height <= height) ||
         (made != nullptr && made->certificate.height <= height);
}

}  // namespace

void RecoveredState::apply(const JournalEntry& entry) {
  std::visit([this](const auto& alternative) { apply(alternative); }, entry);
}

void RecoveredState::apply(const EpochEntered& entry) {
  // Epochs never go back: what was promised in a later one stays promised.
  const bool earlier = epoch_ && entry.first_height < epoch_->first_height;
  if (epoch_ == entry || earlier) {
    return;
  }
  epoch_ = entry;
  view_ = View{};
  leave_view();
  certificates_.clear();
  ancestors_.clear();
  highest_certificate_.reset();
}

void RecoveredState::apply(const ViewEntered& entry) {
  if (entry.view <= view_) {
    return;
  }
  view_ = entry.view;
  leave_view();
}

void RecoveredState::leave_view() {
  installed_.reset();
  new_view_made_.reset();
  proposals_.clear();
  prepares_.clear();
  last_prepare_.reset();
}

void RecoveredState::apply(const NewViewInstalled& entry) {
  if (entry.view == view_) {
    installed_ = entry;
  }
}

void RecoveredState::apply(const NewViewMade& entry) {
  if (entry.new_view.view == view_) {
    new_view_made_ = entry;
  }
}

bool RecoveredState::is_base(Height height) const {
  return installed_ && installed_->start.base && installed_->start.start == height;
}

void RecoveredState::apply(const ProposalMade& entry) {
  const Height height = entry.pre_prepare.proposal.height;
  if (entry.pre_prepare.view == view_ && (!certified_ || height > certified_->checkpoint.height)) {
    proposals_.emplace(height, entry.pre_prepare);
  }
}

void RecoveredState::apply(const PrepareMade& entry) {
  if (entry.view != view_) {
    return;
  }
  if (!last_prepare_ || entry.height > last_prepare_->height) {
    last_prepare_ = entry;
  }
  if (!certified_ || entry.height > certified_->checkpoint.height || is_base(entry.height)) {
    prepares_.emplace(entry.height, entry.digest);
  }
}

void RecoveredState::apply(const CertificateMade& entry) {
  const bool new_view =
      highest_certificate_ && entry.certificate.view > highest_certificate_->certificate.view;
  if (!highest_certificate_ || higher(entry.certificate, highest_certificate_->certificate)) {
    highest_certificate_ = entry;
  }
  if (new_view) {
    keep_ancestors_of(entry.proposal);
  }
  if (certified_ && entry.certificate.height <= certified_->checkpoint.height) {
    return;
  }
  const auto [place, fresh] = certificates_.try_emplace(entry.certificate.height, entry);
  if (!fresh && entry.certificate.view > place->second.certificate.view) {
    place->second = entry;
  }
}

void RecoveredState::apply(const AncestorKept& entry) {
  const Height height = entry.proposal.height;
  if (!certified_ || height > certified_->checkpoint.height) {
    ancestors_.try_emplace({height, entry.digest}, entry.proposal);
  }
}

bool RecoveredState::keeps(Height height, const Digest& digest) const {
  const auto made = certificates_.find(height);
  return (made != certificates_.end() && made->second.certificate.digest == digest) ||
         ancestors_.contains({height, digest});
}

void RecoveredState::keep_ancestors_of(const Proposal& proposal) {
  // What only a certificate of an earlier view descended from is of no use any more.
  std::map<std::pair<Height, Digest>, Proposal> kept;
  const Proposal* next = &proposal;
  while (next != nullptr && next->height > Height{}) {
    const Height below = next->height.previous();
    const auto ancestor = ancestors_.find({below, next->parent});
    const auto made = certificates_.find(below);
    const bool has_certificate =
        made != certificates_.end() && made->second.certificate.digest == next->parent;
    if (ancestor != ancestors_.end()) {
      kept.insert(*ancestor);
    }
    const Proposal* held = ancestor == ancestors_.end() ? nullptr : &ancestor->second;
    next = has_certificate ? &made->second.proposal : held;
  }
  ancestors_ = std::move(kept);
}

void RecoveredState::apply(const CheckpointSigned& entry) {
  if (!cosigned_ || entry.height > cosigned_->height) {
    cosigned_ = entry;
  }
}

void RecoveredState::apply(const CheckpointHeld& entry) {
  const Height height = entry.checkpoint.height;
  if (certified_ && height <= certified_->checkpoint.height) {
    return;
  }
  certified_ = entry;
  if (mutated(Mutation::kHighestDiscarded) && highest_certificate_ &&
      highest_certificate_->certificate.height <= height) {
    highest_certificate_.reset();
  }
  proposals_.erase(proposals_.begin(), proposals_.upper_bound(height));
  std::erase_if(prepares_, [&](const auto& prepare) {
    return prepare.first <= height && !is_base(prepare.first);
  });
  ancestors_.erase(ancestors_.begin(), ancestors_.lower_bound({height.next(), Digest{}}));
  certificates_.erase(certificates_.begin(), certificates_.upper_bound(height));
}

std::vector<JournalEntry> RecoveredState::entries() const {
  std::vector<JournalEntry> entries;
  if (epoch_) {
    entries.emplace_back(*epoch_);
  }
  if (view_ > View{}) {
    entries.emplace_back(ViewEntered{view_});
  }
  if (installed_) {
    entries.emplace_back(*installed_);
  }
  if (new_view_made_) {
    entries.emplace_back(*new_view_made_);
  }
  if (certified_) {
    entries.emplace_back(*certified_);
  }
  if (cosigned_) {
    entries.emplace_back(*cosigned_);
  }
  for (const auto& [height, pre_prepare] : proposals_) {
    entries.emplace_back(ProposalMade{pre_prepare});
  }
  if (last_prepare_) {
    entries.emplace_back(*last_prepare_);
  }
  for (const auto& [height, digest] : prepares_) {
    entries.emplace_back(PrepareMade{view_, height, digest});
  }
  if (highest_certificate_) {
    entries.emplace_back(*highest_certificate_);
  }
  for (const auto& [height, certificate] : certificates_) {
    entries.emplace_back(certificate);
  }
  for (const auto& [place, proposal] : ancestors_) {
    entries.emplace_back(AncestorKept{place.second, proposal});
  }
  if (mutated(Mutation::kTruncatedAtCommitted) && cosigned_) {
    std::erase_if(entries, [this](const JournalEntry& entry) {
      return is_vote_at_or_below(entry, cosigned_->height);
    });
  }
  if (given_up_) {
    entries.emplace_back(KeyGivenUp{});
  }
  return entries;
}

bool RecoveredState::lacks(const Vote& own) const {
  if (own.view > view_) {
    return true;
  }
  if (own.phase == Phase::kCommit) {
    // Every commit has its certificate in the journal, and the highest is never discarded.
    const auto place = std::pair(own.view, own.height);
    return !highest_certificate_ || place > std::pair(highest_certificate_->certificate.view,
                                                      highest_certificate_->certificate.height);
  }
  if (own.view < view_) {
    return false;
  }
  const bool settled = certified_ && own.height <= certified_->checkpoint.height;
  if (own.phase == Phase::kPrePrepare) {
    return !settled && !proposals_.contains(own.height);
  }
  // Prepares of a view go up: one above the last is missing even where its height is certified.
  const bool above_last = !last_prepare_ || own.height > last_prepare_->height;
  return above_last || (!settled && !prepares_.contains(own.height));
}

const Proposal* payload_of(const JournalEntry& entry) {
  if (const auto* made = std::get_if<CertificateMade>(&entry)) {
    return &made->proposal;
  }
  const auto* kept = std::get_if<AncestorKept>(&entry);
  return kept == nullptr ? nullptr : &kept->proposal;
}

RecoveredState recover(std::span<const JournalEntry> entries) {
  RecoveredState state;
  for (const JournalEntry& entry : entries) {
    state.apply(entry);
  }
  return state;
}

}  // namespace qc::consensus

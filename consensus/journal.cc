// SPDX-License-Identifier: Apache-2.0
#include "consensus/journal.h"

#include <utility>

namespace qc::consensus {
namespace {

/// By view first: that is what makes a certificate "higher" (consensus.md, View change).
bool higher(const PreparedCertificate& one, const PreparedCertificate& other) {
  return std::pair(one.view, one.height) > std::pair(other.view, other.height);
}

}  // namespace

void RecoveredState::apply(const JournalEntry& entry) {
  std::visit([this](const auto& alternative) { apply(alternative); }, entry);
}

void RecoveredState::apply(const EpochEntered& entry) {
  if (epoch_ == entry) {
    return;
  }
  epoch_ = entry;
  view_ = View{};
  proposals_.clear();
  prepares_.clear();
  last_prepare_.reset();
  certificates_.clear();
  highest_certificate_.reset();
}

void RecoveredState::apply(const ViewEntered& entry) {
  if (entry.view <= view_) {
    return;
  }
  view_ = entry.view;
  proposals_.clear();
  prepares_.clear();
  last_prepare_.reset();
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
  if (!certified_ || entry.height > certified_->checkpoint.height) {
    prepares_.emplace(entry.height, entry.digest);
  }
}

void RecoveredState::apply(const CertificateMade& entry) {
  if (!highest_certificate_ || higher(entry.certificate, highest_certificate_->certificate)) {
    highest_certificate_ = entry;
  }
  if (certified_ && entry.certificate.height <= certified_->checkpoint.height) {
    return;
  }
  const auto [place, fresh] = certificates_.try_emplace(entry.certificate.height, entry);
  if (!fresh && entry.certificate.view > place->second.certificate.view) {
    place->second = entry;
  }
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
  proposals_.erase(proposals_.begin(), proposals_.upper_bound(height));
  prepares_.erase(prepares_.begin(), prepares_.upper_bound(height));
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
  return entries;
}

RecoveredState recover(std::span<const JournalEntry> entries) {
  RecoveredState state;
  for (const JournalEntry& entry : entries) {
    state.apply(entry);
  }
  return state;
}

}  // namespace qc::consensus

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "consensus/base/mutation.h"
#include "consensus/message/statement.h"
#include "consensus/replica/engine.h"

namespace qc::consensus {

// The certificate that a view begins with, and what is needed of it.

std::optional<Height> Replica::Engine::base_height() const {
  const ViewStart& start = rules_.view_start();
  return rules_.installed() && start.base ? std::optional(start.start) : std::nullopt;
}

void Replica::Engine::begin_base() {
  const std::optional<Height> base = base_height();
  if (base_ready_ || !rules_.installed()) {
    return;
  }
  if (base && *base > delivered_.height) {
    const auto path = chain_.path(delivered_, *base, *rules_.view_start().base);
    if (!path) {
      return;
    }
    for (const auto& [digest, proposal] : *path) {
      pool_.claim(proposal->batches, now_.monotonic);
    }
  }
  base_ready_ = true;
}

bool Replica::Engine::propose_base() {
  const std::optional<Height> base = base_height();
  const bool begun = journal().last_prepare() || (base && journal().proposals().contains(*base));
  if (!base || begun || !base_ready_ || mutated(Mutation::kCheckpointUnderBase)) {
    return false;
  }
  const Digest digest = *rules_.view_start().base;
  const Proposal* held = chain_.find(*base, digest);
  const std::optional<CertificateMade>& highest = journal().highest_certificate();
  if (held == nullptr && highest && highest->certificate.digest == digest) {
    held = &highest->proposal;
  }
  if (held == nullptr) {
    // Certified here long ago: the view goes on above it.
    return false;
  }
  const Proposal proposal = *held;
  const std::optional<PrePrepare> pre_prepare = rules_.propose(proposal, digest, actions_.persist);
  if (!pre_prepare || !accept(*pre_prepare)) {
    return false;
  }
  broadcast(*pre_prepare);
  return prepare_next();
}

// ---- proposals by digest

std::vector<std::pair<Height, Digest>> Replica::Engine::missing_proposals() const {
  std::vector<std::pair<Height, Digest>> missing;
  const auto look = [&](Height height, const Digest& digest) {
    if (const auto found = chain_.first_missing(delivered_, height, digest)) {
      missing.push_back(*found);
    }
  };
  if (const std::optional<Height> base = base_height()) {
    look(*base, *rules_.view_start().base);
  }
  if (is_primary() && !rules_.installed()) {
    for (const ViewChange* change : view_changes_.of(round_.view())) {
      const PreparedPoint& prepared = change->header.prepared;
      if (prepared.height > change->header.checkpoint.height) {
        look(prepared.height, prepared.digest);
      }
    }
  }
  for (const auto& [height, slot] : round_.slots()) {
    if (slot.decided()) {
      look(height, *slot.decided());
    }
  }
  return missing;
}

void Replica::Engine::fetch_proposals() {
  const Time now = now_.monotonic;
  if (proposals_due_ && now < *proposals_due_) {
    return;
  }
  const std::vector<std::pair<Height, Digest>> missing = missing_proposals();
  if (missing.empty()) {
    proposals_due_.reset();
    return;
  }
  proposals_due_ = now.plus(config_.fetch_interval);
  const ReplicaIndex peer = replica_at(fetch_turn_ % quorum_.validators());
  ++fetch_turn_;
  if (peer == config_.self) {
    return;
  }
  for (const auto& [height, digest] : missing) {
    send(peer, FetchProposals{height, digest, delivered_.height});
  }
}

void Replica::Engine::on_message(ReplicaIndex from, const FetchProposals& message) {
  Digest digest = message.digest;
  Height height = message.height;
  for (std::uint64_t i = 0; i < config_.window && height > message.above; ++i) {
    const Proposal* proposal = chain_.find(height, digest);
    if (proposal == nullptr ||
        !may_serve(from, sizeof(Proposal) + proposal->batches.size() * sizeof(Digest))) {
      return;
    }
    send(from, ProposalFetched{*proposal});
    digest = proposal->parent;
    height = height.previous();
  }
}

void Replica::Engine::on_message(ReplicaIndex /*from*/, const ProposalFetched& message) {
  const Digest digest = proposal_digest(message.proposal, authenticator_);
  const std::vector<std::pair<Height, Digest>> missing = missing_proposals();
  if (std::ranges::find(missing, std::pair(message.proposal.height, digest)) != missing.end()) {
    chain_.add(digest, message.proposal);
  }
}

}  // namespace qc::consensus

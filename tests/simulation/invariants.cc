// SPDX-License-Identifier: Apache-2.0
#include "invariants.h"

#include <utility>

#include "consensus/statement.h"

namespace qc::simulation {

using namespace qc::consensus;

namespace {

std::string at(Height height) { return " at height " + std::to_string(height.value); }

}  // namespace

void Invariants::fail(std::string what) {
  if (!violation_) {
    violation_ = std::move(what);
  }
}

void Invariants::said(ReplicaIndex who, Phase phase, View view, Height height,
                      const Digest& digest) {
  const auto [place, fresh] = said_.try_emplace({who, phase, view, height}, digest);
  if (!fresh && place->second != digest) {
    fail("validator " + std::to_string(who.value) + " signed two digests in phase " +
         std::to_string(static_cast<int>(phase)) + at(height));
  }
}

void Invariants::sent(ReplicaIndex sender, bool honest, const Message& message,
                      const Authenticator& hasher) {
  if (!honest) {
    return;
  }
  if (const auto* vote = std::get_if<Vote>(&message); vote != nullptr && vote->voter == sender) {
    said(sender, vote->phase, vote->view, vote->height, vote->digest);
  }
  if (const auto* pre_prepare = std::get_if<PrePrepare>(&message);
      pre_prepare != nullptr &&
      pre_prepare->view.value % validators_ == (sender.value + validators_ - 1U) % validators_) {
    // The epoch begins at height 1, so validator (1 + view) mod n is the primary.
    said(sender, Phase::kPrePrepare, pre_prepare->view, pre_prepare->proposal.height,
         proposal_digest(pre_prepare->proposal, hasher));
  }
  if (const auto* vote = std::get_if<CheckpointVote>(&message)) {
    const auto [place, fresh] = cosigned_.try_emplace({sender, vote->height}, vote->checkpoint);
    if (!fresh && place->second != vote->checkpoint) {
      fail("validator " + std::to_string(sender.value) + " cosigned two checkpoints" +
           at(vote->height));
    }
  }
}

void Invariants::delivered(const Delivery& delivery, Height expected) {
  const Height height = delivery.proposal.height;
  if (height != expected) {
    fail("delivered" + at(height) + ", but it was the turn of " + std::to_string(expected.value));
    return;
  }
  const auto [place, fresh] = chain_.try_emplace(height, delivery);
  if (!fresh) {
    if (place->second.digest != delivery.digest) {
      fail("two blocks" + at(height));
    }
    return;
  }
  if (height > Height{1}) {
    const auto parent = chain_.find(height.previous());
    if (parent == chain_.end() || parent->second.digest != delivery.proposal.parent) {
      fail("the chain is broken" + at(height));
    } else if (parent->second.proposal.time_ms >= delivery.proposal.time_ms) {
      fail("block time does not increase" + at(height));
    }
  }
  for (const Digest& batch : delivery.proposal.batches) {
    if (!batches_.insert(batch).second) {
      fail("a batch is ordered twice" + at(height));
    }
  }
}

void Invariants::executed(const ToyBlock& block) {
  const auto [place, fresh] = checkpoints_.try_emplace(block.point.height, block.checkpoint);
  if (!fresh && place->second != block.checkpoint) {
    fail("two results of execution" + at(block.point.height));
  }
}

void Invariants::certified(const CertifiedCheckpoint& checkpoint,
                           const Authenticator& authenticator) {
  if (!verify_certified(checkpoint, validators_, authenticator)) {
    fail("a checkpoint was certified without a quorum" + at(checkpoint.height));
    return;
  }
  const auto place = checkpoints_.find(checkpoint.height);
  if (place == checkpoints_.end() || place->second != checkpoint.checkpoint) {
    fail("a checkpoint was certified that nobody computed" + at(checkpoint.height));
  }
}

}  // namespace qc::simulation

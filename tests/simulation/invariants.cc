// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/invariants.h"

#include <utility>

#include "consensus/message/statement.h"

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

// ---- views

void Invariants::in_view(ReplicaIndex who, View view) {
  // Far more than any run's timers can get through.
  constexpr std::uint64_t kViewsMax = 1'000;
  Views& views = views_[who.value];
  if (view < views.seen) {
    fail("validator " + std::to_string(who.value) + " went back to view " +
         std::to_string(view.value));
  }
  if (view.value > kViewsMax) {
    fail("validator " + std::to_string(who.value) + " was dragged to view " +
         std::to_string(view.value));
  }
  views.seen = view;
}

void Invariants::voted(const Vote& vote) {
  Views& views = views_[vote.voter.value];
  const std::string who = "validator " + std::to_string(vote.voter.value);
  if (vote.view < views.changed_to) {
    fail(who + " voted in view " + std::to_string(vote.view.value) + " after it had left it");
  }
  views.voted_in = std::max(views.voted_in, vote.view);
  const auto installed = views.installed.find(vote.view);
  if (installed != views.installed.end()) {
    const ViewStart& start = installed->second;
    const bool off_base = vote.height == start.start && start.base && vote.digest != *start.base;
    if (vote.height < start.start || off_base) {
      fail(who + " voted beside the start of its view" + at(vote.height));
    }
  }
  if (vote.phase == Phase::kCommit) {
    views.committed = std::max(views.committed, std::pair(vote.view, vote.height));
  }
}

void Invariants::changed_view(const ViewChangeHeader& header) {
  Views& views = views_[header.voter.value];
  const std::string who = "validator " + std::to_string(header.voter.value);
  if (header.view <= views.voted_in) {
    fail(who + " asked for a view that it had voted in");
  }
  // The lemma on which safety rests: what it committed to in a lower view, it shows.
  if (std::pair(header.prepared.view, header.prepared.height) < views.committed) {
    fail(who + " forgot a certificate" + at(header.prepared.height));
  }
  views.changed_to = std::max(views.changed_to, header.view);
}

void Invariants::began_view(ReplicaIndex sender, const NewView& new_view) {
  if (ReplicaIndex{static_cast<std::uint16_t>((new_view.view.value + 1) % validators_)} != sender) {
    return;
  }
  const auto [place, fresh] = views_[sender.value].made.try_emplace(new_view.view, new_view);
  if (!fresh && place->second != new_view) {
    fail("validator " + std::to_string(sender.value) + " began view " +
         std::to_string(new_view.view.value) + " twice");
  }
  std::pair<View, Height> highest;
  for (const ViewChangeHeader& header : new_view.headers) {
    highest = std::max(highest, std::pair(header.prepared.view, header.prepared.height));
  }
  const auto shown = new_view.certificate
                         ? std::pair(new_view.certificate->view, new_view.certificate->height)
                         : std::pair<View, Height>();
  if (shown != highest) {
    fail("view " + std::to_string(new_view.view.value) +
         " does not begin with the highest certificate");
  }
}

void Invariants::journalled(ReplicaIndex who, bool honest, const JournalEntry& entry) {
  const auto* installed = std::get_if<NewViewInstalled>(&entry);
  if (!honest || installed == nullptr) {
    return;
  }
  const auto [place, fresh] =
      views_[who.value].installed.try_emplace(installed->view, installed->start);
  if (!fresh && place->second != installed->start) {
    fail("validator " + std::to_string(who.value) + " installed two starts of view " +
         std::to_string(installed->view.value));
  }
}

void Invariants::sent(ReplicaIndex sender, bool honest, const Message& message,
                      const Authenticator& hasher) {
  if (!honest) {
    return;
  }
  if (const auto* vote = std::get_if<Vote>(&message); vote != nullptr && vote->voter == sender) {
    said(sender, vote->phase, vote->view, vote->height, vote->digest);
    voted(*vote);
  }
  if (const auto* change = std::get_if<ViewChange>(&message)) {
    changed_view(change->header);
  }
  if (const auto* new_view = std::get_if<NewView>(&message)) {
    began_view(sender, *new_view);
  }
  if (const auto* status = std::get_if<Status>(&message)) {
    in_view(sender, status->view);
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

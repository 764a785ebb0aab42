// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "consensus/base/mutation.h"
#include "consensus/message/statement.h"
#include "consensus/replica/engine.h"

namespace qc::consensus {

void Replica::Engine::advance() {
  clock_waits_ = false;
  // Each round trip does all that one kind of step allows; own votes may allow the next kind. It
  // ends because every step raises a height that the window bounds.
  bool moved = true;
  while (moved && !halted_) {
    follow_views();
    moved = propose_base() || propose();
    moved = prepare_next() || moved;
    moved = commit_next() || moved;
    moved = deliver_committed() || moved;
  }
}

bool Replica::Engine::in_play(Height height) const {
  const bool this_epoch =
      height >= config_.epoch.first_height && (!next_epoch_ || height < *next_epoch_);
  return this_epoch && height > certified_.height &&
         height <= certified_.height.plus(config_.window);
}

bool Replica::Engine::is_primary() const {
  return config_.self && config_.epoch.primary(round_.view()) == *config_.self;
}

bool Replica::Engine::has_work() const {
  if (epoch_ended()) {
    // Whatever waits is the next epoch's.
    return false;
  }
  const std::optional<Height> base = base_height();
  if (next_epoch_ || pool_.ready_count() > 0 || (base && *base > certified_.height)) {
    return true;
  }
  // A certificate of an earlier view that the view does not build on is nobody's work.
  const bool certified_here = std::ranges::any_of(
      journal().certificates(),
      [this](const auto& made) { return made.second.certificate.view == round_.view(); });
  return certified_here || std::ranges::any_of(round_.slots(), [this](const auto& slot) {
           return slot.first > certified_.height && slot.second.pre_prepare.has_value();
         });
}

// ---- the primary's part

std::optional<BlockPoint> Replica::Engine::parent_to_propose_on() const {
  const std::optional<PrepareMade>& last = journal().last_prepare();
  const bool extends_last = last && last->height >= certified_.height;
  return extends_last ? chain_.point(last->height, last->digest) : certified_;
}

bool Replica::Engine::propose() {
  if (!is_primary() || !rules_.may_vote() || !rules_.installed()) {
    return false;
  }
  const std::optional<BlockPoint> parent = parent_to_propose_on();
  // What is delivered already is not to be decided again: then the parent is yet to be certified
  // here.
  if (!parent || parent->height < delivered_.height || !in_play(parent->height.next())) {
    return false;
  }
  const Height height = parent->height.next();
  const bool made_already = journal().proposals().contains(height);
  if (made_already || !worth_proposing(parent->height.value - delivered_.height.value)) {
    return false;
  }
  const Proposal proposal{height, parent->proposal, std::max(parent->time_ms + 1, now_.wall_ms),
                          pool_.choose()};
  const Digest digest = proposal_digest(proposal, authenticator_);
  const std::optional<PrePrepare> pre_prepare = rules_.propose(proposal, digest, actions_.persist);
  if (!pre_prepare || !accept(*pre_prepare)) {
    return false;
  }
  broadcast(*pre_prepare);
  return prepare_next();
}

bool Replica::Engine::worth_proposing(std::size_t in_flight) const {
  const std::optional<Time> since = pool_.ready_since();
  if (!since) {
    // Empty blocks only carry a set change on, one at a time.
    return next_epoch_ && in_flight == 0;
  }
  const bool full = pool_.ready_bytes() >= config_.block_bytes_max ||
                    pool_.ready_count() >= config_.block_batches_max;
  const bool waited = now_.monotonic >= since->plus(config_.fill_wait);
  return in_flight < 2 || full || waited;
}

// ---- accepting and voting

bool Replica::Engine::is_well_formed(const Proposal& proposal) {
  std::vector<Digest> sorted = proposal.batches;
  std::ranges::sort(sorted);
  const bool repeats = std::ranges::adjacent_find(sorted) != sorted.end();
  return !repeats && proposal.batches.size() <= kProposalBatchesMax;
}

bool Replica::Engine::accept(const PrePrepare& pre_prepare) {
  const Proposal& proposal = pre_prepare.proposal;
  if (!is_well_formed(proposal)) {
    return false;
  }
  const Digest digest = proposal_digest(proposal, authenticator_);
  switch (round_.offer(pre_prepare, digest)) {
    case Round::Offer::kKnown:
      return false;
    case Round::Offer::kConflict:
      report(equivocation_of(config_.epoch, authenticator_,
                             *round_.find(proposal.height)->pre_prepare, pre_prepare));
      return false;
    case Round::Offer::kAccepted:
      break;
  }
  round_.find(proposal.height)->sent = now_.monotonic;
  chain_.add(digest, proposal);
  if (proposal.height > delivered_.height) {
    pool_.claim(proposal.batches, now_.monotonic);
  }
  return true;
}

bool Replica::Engine::prepare_next() {
  bool moved = false;
  if (!rules_.installed()) {
    return moved;
  }
  for (auto& [height, slot] : round_.slots()) {
    if (!slot.pre_prepare || !rules_.prepare_is_next(height) ||
        !may_prepare(slot.pre_prepare->proposal, slot.digest)) {
      continue;
    }
    const std::optional<Vote> vote =
        rules_.prepare(slot.pre_prepare->proposal, slot.digest, actions_.persist);
    if (vote) {
      count_own(*vote);
      broadcast(*vote);
      moved = true;
    }
  }
  return moved;
}

bool Replica::Engine::may_prepare_base(const Proposal& proposal, const Digest& digest) {
  if (digest != rules_.view_start().base) {
    return false;
  }
  if (proposal.height <= delivered_.height) {
    // Whether it contradicts what is decided here was asked when the view began.
    return true;
  }
  return holds_path(proposal.height, digest);
}

bool Replica::Engine::may_prepare(const Proposal& proposal, const Digest& digest) {
  if (proposal.height == base_height()) {
    return may_prepare_base(proposal, digest);
  }
  if (proposal.height <= delivered_.height) {
    // Decided already: only that very block may be voted on, and its content was judged before.
    const std::optional<BlockPoint> block = chain_.settled(proposal.height);
    return block && block->proposal == digest;
  }
  const bool not_empty = !proposal.batches.empty() || next_epoch_;
  const bool payload_held = pool_.holds_all(proposal.batches) || mutated(Mutation::kPayloadNotHeld);
  return not_empty && payload_held && payload_is_fresh(proposal) && time_is_acceptable(proposal);
}

bool Replica::Engine::payload_is_fresh(const Proposal& proposal) const {
  return std::ranges::none_of(proposal.batches, [&](const Digest& batch) {
    return pool_.ordered(batch) || chain_.names_batch(delivered_, proposal, batch);
  });
}

bool Replica::Engine::time_is_acceptable(const Proposal& proposal) {
  const std::optional<BlockPoint> parent =
      chain_.point(proposal.height.previous(), proposal.parent);
  if (!parent || proposal.time_ms <= parent->time_ms) {
    return false;
  }
  // The bound behind doubles with every view that failed, so that no setting of it can stop the
  // chain.
  const std::uint64_t doublings = std::min<std::uint64_t>(progress_timer_.views(), 16);
  const std::uint64_t behind_ms = config_.max_clock_behind_ms << doublings;
  const bool acceptable = proposal.time_ms <= now_.wall_ms + config_.max_clock_ahead_ms &&
                          proposal.time_ms + behind_ms >= now_.wall_ms;
  clock_waits_ = clock_waits_ || !acceptable;
  return acceptable;
}

bool Replica::Engine::keep_ancestors(const Proposal& proposal) {
  const ViewStart& start = rules_.view_start();
  // Below a fresh start everything is certified.
  const Height floor =
      start.base ? certified_.height : std::max(certified_.height, start.start.previous());
  std::vector<std::pair<Digest, const Proposal*>> kept;
  Digest digest = proposal.parent;
  for (Height at = proposal.height; at > floor.next();) {
    at = at.previous();
    const Proposal* ancestor = chain_.find(at, digest);
    if (ancestor == nullptr || (at > delivered_.height && !pool_.holds_all(ancestor->batches))) {
      return false;
    }
    kept.emplace_back(digest, ancestor);
    digest = ancestor->parent;
  }
  for (auto place = kept.rbegin(); place != kept.rend(); ++place) {
    rules_.keep(place->first, *place->second, actions_.persist);
  }
  return true;
}

bool Replica::Engine::commit_next() {
  bool moved = false;
  if (!rules_.installed()) {
    return moved;
  }
  for (auto& [height, slot] : round_.slots()) {
    if (!slot.prepares.decided() || !rules_.commit_is_next(height)) {
      continue;
    }
    const Digest& digest = *slot.prepares.decided();
    const Proposal* proposal = chain_.find(height, digest);
    // A commit promises that the content is here: whoever fetches it later must find it at a
    // quorum.
    if (proposal == nullptr || !rules_.may_vote() ||
        (height > delivered_.height && !pool_.holds_all(proposal->batches) &&
         !mutated(Mutation::kPayloadNotHeld)) ||
        !keep_ancestors(*proposal)) {
      continue;
    }
    const std::optional<PreparedCertificate> certificate = round_.certificate(height);
    const std::optional<Vote> vote = rules_.commit(*certificate, *proposal, actions_.persist);
    if (vote) {
      count_own(*vote);
      broadcast(*vote);
      moved = true;
    }
  }
  return moved;
}

void Replica::Engine::count_own(const Vote& vote) {
  round_.add(vote);
  round_.find(vote.height)->sent = now_.monotonic;
}

// ---- delivering

bool Replica::Engine::deliver_committed() {
  bool moved = false;
  for (const auto& [height, slot] : round_.slots()) {
    if (!slot.commits.decided()) {
      continue;
    }
    const Digest& digest = *slot.commits.decided();
    if (height <= delivered_.height) {
      const std::optional<BlockPoint> block = chain_.settled(height);
      if (block && block->proposal != digest) {
        halt(Halt::Reason::kBlockDiffers, height,
             std::string(block->proposal.begin(), block->proposal.end()),
             std::string(digest.begin(), digest.end()));
        return false;
      }
      continue;
    }
    // A commit decides every ancestor too.
    const auto path = chain_.path(delivered_, height, digest);
    if (!path) {
      continue;
    }
    for (const auto& [ancestor, proposal] : *path) {
      if (!deliver(ancestor, *proposal)) {
        return moved;
      }
      moved = true;
    }
  }
  return moved;
}

bool Replica::Engine::deliver(const Digest& digest, const Proposal& proposal) {
  if (!pool_.holds_all(proposal.batches)) {
    pool_.claim(proposal.batches, now_.monotonic);
    return false;
  }
  delivered_ = BlockPoint{proposal.height, digest, proposal.time_ms};
  chain_.settle(delivered_);
  judge_primary(proposal);
  pool_.order(proposal.batches, proposal.height, proposal.time_ms);
  if (!proposal.batches.empty() || next_epoch_) {
    progress_timer_.progress();
  }
  behind_since_.reset();
  actions_.deliver.push_back(Delivery{proposal, digest});
  return true;
}

// ---- restart

void Replica::Engine::restore_certificates() {
  for (const auto& [height, made] : journal().certificates()) {
    if (height > delivered_.height && made.certificate.view == round_.view()) {
      pool_.claim(made.proposal.batches, now_.monotonic);
    }
    if (made.certificate.view != round_.view() || !in_play(height)) {
      continue;
    }
    for (const SignedBy& prepare : made.certificate.prepares) {
      round_.add(Vote{Phase::kPrepare, round_.view(), height, made.certificate.digest,
                      prepare.voter, prepare.signature});
    }
  }
}

void Replica::Engine::restore_round() {
  keep_certified();
  if (journal().new_view_made()) {
    new_view_ = journal().new_view_made()->new_view;
  }
  restore_certificates();
  for (const auto& [height, pre_prepare] : journal().proposals()) {
    if (in_play(height) || height == base_height()) {
      accept(pre_prepare);
      if (speaks()) {
        broadcast(pre_prepare);
      }
    }
  }
  for (const Vote& vote : rules_.votes()) {
    if (in_play(vote.height) || vote.height == base_height()) {
      count_own(vote);
      if (speaks()) {
        broadcast(vote);
      }
    }
  }
}

}  // namespace qc::consensus

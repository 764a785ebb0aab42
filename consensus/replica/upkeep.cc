// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "consensus/replica/engine.h"

namespace qc::consensus {

// What happens because time passes: status, sending again, asking again.

void Replica::Engine::run_timers() {
  const Time now = now_.monotonic;
  watch_progress();
  if (halted_) {
    return;
  }
  if (now >= status_due_) {
    status_due_ = now.plus(config_.status_interval);
    Status status = make_status();
    status_marked_ = now;
    status_mark_ = static_cast<std::uint64_t>(now.ns) | 1U;
    status.mark = status_mark_;
    broadcast(std::move(status));
    std::vector<Digest> expired = pool_.expire(delivered_.time_ms, now);
    actions_.forget_batches.insert(actions_.forget_batches.end(), expired.begin(), expired.end());
  }
  if (now >= resend_due_) {
    // Half the interval, so that nothing waits longer than one and a half.
    resend_due_ = now.plus(Duration{config_.resend_interval.ns / 2});
    resend();
  }
  fetch_missing();
  fetch_proposals();
  sync_blocks();
  actions_.next_tick = next_tick();
}

void Replica::Engine::resend() {
  const Time now = now_.monotonic;
  if (!config_.self) {
    return;
  }
  ask_promises();
  if (speaks()) {
    resend_signed();
  }
  for (auto& [peer, batches] : pool_.unacknowledged(*config_.self, now)) {
    actions_.send_batches.push_back(SendBatches{peer, std::move(batches)});
  }
}

void Replica::Engine::resend_signed() {
  const Time now = now_.monotonic;
  resend_view();
  for (auto& [height, slot] : round_.slots()) {
    const bool needed = height > certified_.height || has_work();
    if (needed && now >= slot.sent.plus(config_.resend_interval)) {
      slot.sent = now;
      resend_slot(height, slot);
    }
  }
  const std::optional<CheckpointSigned>& cosigned = journal().cosigned();
  if (cosigned && cosigned->height > certified_.height &&
      now >= cosignature_sent_.plus(config_.resend_interval)) {
    cosignature_sent_ = now;
    broadcast(CheckpointVote{cosigned->height, cosigned->checkpoint, cosigned->cosignature});
  }
}

void Replica::Engine::resend_view() {
  const Time now = now_.monotonic;
  if (!rules_.installed() && now >= view_change_sent_.plus(config_.resend_interval)) {
    send_view_change();
  }
  const bool began_it = is_primary() && new_view_ && new_view_->view == round_.view();
  if (began_it && has_work() && now >= new_view_sent_.plus(config_.resend_interval)) {
    new_view_sent_ = now;
    broadcast(*new_view_);
  }
}

void Replica::Engine::resend_slot(Height height, const HeightSlot& slot) {
  if (is_primary() && slot.pre_prepare) {
    broadcast(*slot.pre_prepare);
  }
  for (const Phase phase : {Phase::kPrepare, Phase::kCommit}) {
    const VoteSet& votes = phase == Phase::kPrepare ? slot.prepares : slot.commits;
    if (const std::optional<Vote> own = votes.vote(*config_.self, phase, round_.view(), height)) {
      broadcast(*own);
    }
  }
}

void Replica::Engine::fetch_missing() {
  for (auto& [peer, batches] : pool_.due_fetches(config_.self, now_.monotonic)) {
    send(peer, FetchBatches{std::move(batches)});
  }
}

bool Replica::Engine::may_serve(ReplicaIndex peer, std::size_t bytes) {
  Peers::Peer& served = peers_.at(peer);
  if (now_.monotonic >= served.served_since.plus(config_.fetch_interval)) {
    served.served_since = now_.monotonic;
    served.served_bytes = 0;
  }
  // One that alone is more than the limit goes too, by itself.
  if (served.served_bytes > 0 && served.served_bytes + bytes > config_.serve_bytes_max) {
    return false;
  }
  served.served_bytes += bytes;
  return true;
}

Time Replica::Engine::next_tick() const {
  Time next = std::min(status_due_, resend_due_);
  const auto consider = [&next](const std::optional<Time>& time) {
    if (time) {
      next = std::min(next, *time);
    }
  };
  consider(pool_.next_fetch());
  consider(progress_timer_.ends());
  consider(censorship_ends());
  consider(proposals_due_);
  if (behind_since_) {
    consider(std::max(sync_due_, now_.monotonic.plus(config_.fetch_interval)));
  }
  if (is_primary() && pool_.ready_since()) {
    const Time filled = pool_.ready_since()->plus(config_.fill_wait);
    if (filled > now_.monotonic) {
      consider(filled);
    }
  }
  if (clock_waits_) {
    consider(now_.monotonic.plus(config_.fetch_interval));
  }
  return next;
}

}  // namespace qc::consensus

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "consensus/replica/engine.h"

namespace qc::consensus {

// When a replica gives up on a primary.

void Replica::Engine::watch_progress() {
  run_progress_timer();
  if (const std::optional<Time> ends = censorship_ends(); ends && now_.monotonic >= *ends) {
    enter_view(round_.view().next(), ViewChangeCause::kCensorship);
    advance();
    run_progress_timer();
  }
  if (progress_timer_.expired(now_.monotonic)) {
    enter_view(round_.view().next(), progress_timer_.cut_short() ? ViewChangeCause::kLinkDown
                                                                 : ViewChangeCause::kTimeout);
    advance();
    run_progress_timer();
  }
}

bool Replica::Engine::lags() const {
  // Whose own execution lags, or who has blocks to fetch, has no reason to blame the primary.
  return executed_.height != delivered_.height || peers_.certified() > delivered_.height;
}

void Replica::Engine::run_progress_timer() {
  const View view = round_.view();
  // A view that is awaited gets its time once a quorum awaits it.
  const bool waits =
      rules_.installed() ? has_work() && !lags() : peers_.quorum_view(config_.self, view) >= view;
  const bool runs = rules_.may_vote() && waits;
  progress_timer_.run_while(runs, now_.monotonic);
  const std::optional<Time>& down = peers_.at(config_.epoch.primary(view)).link_down;
  // Later on this would make the views change faster than anything can be ordered.
  if (runs && down && !is_primary() && progress_timer_.views() < quorum_.validators()) {
    progress_timer_.end_by(down->plus(config_.link_down_timeout));
  }
}

// ---- the network's pace

void Replica::Engine::on_message(ReplicaIndex from, const Echo& message) {
  Peers::Peer& peer = peers_.at(from);
  const bool asked = message.mark != 0 && message.mark == status_mark_;
  if (!asked || peer.echoed == message.mark) {
    return;
  }
  peer.echoed = message.mark;
  peer.round_trips.note(now_.monotonic.since(status_marked_));
  if (const std::optional<Duration> round_trip = peers_.quorum_round_trip(config_.self)) {
    const Duration measured{4 * round_trip->ns + 2 * config_.sync_time.ns};
    progress_timer_.set_base(
        std::clamp(measured, config_.progress_timeout_base_min, config_.progress_timeout_base_max));
  }
}

// ---- primaries that are in time, but unfair or slow

std::optional<Time> Replica::Engine::censorship_ends() const {
  const bool catching_up = peers_.certified() > delivered_.height;
  if (!rules_.may_vote() || !rules_.installed() || is_primary() || catching_up) {
    return std::nullopt;
  }
  const std::optional<Time> since = pool_.overtaken_since();
  return since ? std::optional(since->plus(progress_timer_.base().times(3))) : std::nullopt;
}

void Replica::Engine::judge_primary(const Proposal& delivered) {
  pool_.overtake(delivered.batches, now_.monotonic);
  const bool backlog = pool_.ready_count() > 0 && rules_.installed();
  const bool slow = turns_.delivered(config_.epoch.primary(round_.view()), delivered.batches.size(),
                                     pool_.bytes_of(delivered.batches), backlog, now_.monotonic);
  if (slow && !is_primary()) {
    leave_view_ = ViewChangeCause::kTooSlow;
  }
}

}  // namespace qc::consensus

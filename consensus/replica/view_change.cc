// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <utility>

#include "consensus/base/mutation.h"
#include "consensus/message/statement.h"
#include "consensus/replica/engine.h"

namespace qc::consensus {

// ---- leaving and entering views

void Replica::Engine::follow_views() {
  if (epoch_ended()) {
    return;
  }
  // One that may not vote yet leaves once it may: what it knows of the primary stays true.
  if (leave_view_ && rules_.may_vote()) {
    enter_view(round_.view().next(), *leave_view_);
  }
  if (const View join = peers_.join_view(); join > round_.view()) {
    enter_view(join, ViewChangeCause::kOthersLeft);
  }
  if (announced_ != round_.view()) {
    send_view_change();
  }
  make_new_view();
  begin_base();
}

void Replica::Engine::enter_view(View view, ViewChangeCause cause) {
  const View left = round_.view();
  if (!rules_.enter_view(view, actions_.persist)) {
    return;
  }
  leave_view_.reset();
  last_view_change_ = ViewLeft{left, view, cause, now_.wall_ms};
  actions_.views_left.push_back(*last_view_change_);
  Round entered =
      next_round_.view() == view ? std::move(next_round_) : Round(view, config_.epoch.quorum());
  round_ = std::move(entered);
  next_round_ = Round(view.next(), quorum_);
  progress_timer_.next_view();
  base_ready_ = false;
  fetch_turn_ = config_.epoch.primary(view).value;
  pool_.release_claims(now_.monotonic);
  pool_.forgive();
  turns_.interrupt();
  chain_.keep_only(keep_certified());
  for (const auto& [height, slot] : round_.slots()) {
    if (slot.pre_prepare && height > delivered_.height) {
      chain_.add(slot.digest, slot.pre_prepare->proposal);
      pool_.claim(slot.pre_prepare->proposal.batches, now_.monotonic);
    }
  }
  const std::vector<Digest> dropped = pool_.drop_beyond_quota();
  actions_.forget_batches.insert(actions_.forget_batches.end(), dropped.begin(), dropped.end());
}

std::set<std::pair<Height, Digest>> Replica::Engine::keep_certified() {
  std::set<std::pair<Height, Digest>> kept;
  const auto keep = [&](const Digest& digest, const Proposal& proposal) {
    if (proposal.height >= certified_.height) {
      chain_.add(digest, proposal);
      kept.emplace(proposal.height, digest);
    }
    if (proposal.height > delivered_.height) {
      pool_.retain(proposal.batches, now_.monotonic);
    }
  };
  for (const auto& [height, made] : journal().certificates()) {
    keep(made.certificate.digest, made.proposal);
  }
  for (const auto& [place, proposal] : journal().ancestors()) {
    keep(place.second, proposal);
  }
  if (const std::optional<CertificateMade>& highest = journal().highest_certificate()) {
    keep(highest->certificate.digest, highest->proposal);
  }
  return kept;
}

// ---- view changes and new views

void Replica::Engine::send_view_change() {
  const bool in_epoch = certified_.height >= config_.epoch.first_height;
  const CertifiedPoint checkpoint{certified_.height, in_epoch ? certified_.proposal : Digest{}};
  const std::optional<ViewChangeHeader> header = rules_.view_change(checkpoint);
  if (!header) {
    return;
  }
  ViewChange change{*header, std::nullopt, std::nullopt};
  if (header->prepared.height > Height{}) {
    change.certificate = journal().highest_certificate()->certificate;
  }
  if (in_epoch) {
    change.checkpoint = certified_checkpoint_;
  }
  announced_ = round_.view();
  view_change_sent_ = now_.monotonic;
  view_changes_.add(change);
  broadcast(std::move(change));
}

void Replica::Engine::on_message(ReplicaIndex from, const ViewChange& message) {
  const ViewChangeHeader& header = message.header;
  if (header.voter.value >= quorum_.validators() || header.voter == config_.self) {
    return;
  }
  heard_.add(header);
  Peers::Peer& voter = peers_.at(header.voter);
  voter.view = std::max(voter.view, header.view);
  voter.certified = std::max(voter.certified, header.checkpoint.height);
  if (message.checkpoint) {
    adopt_foreign(*message.checkpoint);
  }
  view_changes_.add(message);
  if (header.view < round_.view() || rules_.installed()) {
    send_new_view(from, header.view);
  }
}

void Replica::Engine::send_new_view(ReplicaIndex peer, View at_most) {
  std::optional<Time>& sent = peers_.at(peer).new_view_sent;
  const bool lacks = new_view_ && new_view_->view >= at_most;
  if (lacks && (!sent || now_.monotonic >= sent->plus(config_.answer_interval))) {
    sent = now_.monotonic;
    send(peer, *new_view_);
  }
}

bool Replica::Engine::usable(const ViewChange& change) {
  const PreparedPoint& prepared = change.header.prepared;
  // A liar may show a certificate and serve nothing: nobody could go on from there.
  if (prepared.height <= std::max(change.header.checkpoint.height, certified_.height)) {
    return true;
  }
  if (prepared.height <= delivered_.height) {
    const std::optional<BlockPoint> block = chain_.settled(prepared.height);
    return block && block->proposal == prepared.digest;
  }
  return holds_path(prepared.height, prepared.digest);
}

bool Replica::Engine::holds_path(Height height, const Digest& digest) {
  const auto path = chain_.path(delivered_, height, digest);
  if (!path) {
    return false;
  }
  bool all = true;
  for (const auto& [ancestor, proposal] : *path) {
    if (!pool_.holds_all(proposal->batches)) {
      pool_.retain(proposal->batches, now_.monotonic);
      all = false;
    }
  }
  return all;
}

void Replica::Engine::make_new_view() {
  if (!is_primary() || rules_.installed() || !rules_.may_vote()) {
    return;
  }
  if (const std::optional<NewViewMade>& made = journal().new_view_made()) {
    const NewView new_view = made->new_view;
    install(new_view);
    return;
  }
  std::vector<const ViewChange*> chosen;
  for (const ViewChange* change : view_changes_.of(round_.view())) {
    if (usable(*change)) {
      chosen.push_back(change);
    }
  }
  if (chosen.size() < quorum_.certificate()) {
    return;
  }
  // One's own is always among them, so that what one promised oneself is kept.
  std::stable_partition(chosen.begin(), chosen.end(), [this](const ViewChange* change) {
    return change->header.voter == config_.self;
  });
  chosen.resize(quorum_.certificate());
  std::ranges::sort(chosen, {}, [](const ViewChange* change) { return change->header.voter; });
  NewView unsigned_new_view{round_.view(), {}, std::nullopt, std::nullopt, {}};
  for (const ViewChange* change : chosen) {
    unsigned_new_view.headers.push_back(change->header);
  }
  const Basis basis = greatest(unsigned_new_view.headers);
  for (const ViewChange* change : chosen) {
    if (change->certificate && change->header.prepared == basis.prepared) {
      unsigned_new_view.certificate = change->certificate;
    }
    if (change->checkpoint && change->header.checkpoint == basis.checkpoint) {
      unsigned_new_view.checkpoint = change->checkpoint;
    }
  }
  const std::optional<NewView> new_view =
      rules_.new_view(std::move(unsigned_new_view), actions_.persist);
  if (new_view) {
    new_view_sent_ = now_.monotonic;
    broadcast(*new_view);
    install(*new_view);
  }
}

void Replica::Engine::on_message(ReplicaIndex /*from*/, const NewView& message) {
  if (new_view_ && new_view_->view == message.view && new_view_->headers != message.headers) {
    report(equivocation_of(config_.epoch, *new_view_, message));
  }
  for (const ViewChangeHeader& header : message.headers) {
    heard_.add(header);
    Peers::Peer& voter = peers_.at(header.voter);
    voter.view = std::max(voter.view, header.view);
  }
  if (message.checkpoint) {
    adopt_foreign(*message.checkpoint);
  }
  enter_view(message.view, ViewChangeCause::kViewBegun);
  install(message);
}

void Replica::Engine::install(const NewView& new_view) {
  const ViewStart start = view_start(new_view.headers);
  if (new_view.view != round_.view() || contradicts(start) ||
      !rules_.install(start, actions_.persist)) {
    return;
  }
  new_view_ = new_view;
  progress_timer_.restart();
}

bool Replica::Engine::contradicts(const ViewStart& start) const {
  // Such a view can get no quorum while at most f are faulty: it is waited out.
  const std::optional<BlockPoint> block = chain_.settled(start.start);
  return start.base && block && block->proposal != *start.base;
}

}  // namespace qc::consensus

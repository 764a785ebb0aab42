// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <utility>

#include "consensus/engine.h"
#include "consensus/mutation.h"
#include "consensus/statement.h"

namespace qc::consensus {

// ---- leaving and entering views

void Replica::Engine::follow_views() {
  if (epoch_ended()) {
    return;
  }
  if (const auto cause = std::exchange(leave_view_, std::nullopt); cause && rules_.may_vote()) {
    enter_view(round_.view().next(), *cause);
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
  chain_.keep_only(keep_certified());
  for (const auto& [height, slot] : round_.slots()) {
    if (slot.pre_prepare && height > delivered_.height) {
      chain_.add(slot.digest, slot.pre_prepare->proposal);
      pool_.claim(slot.pre_prepare->proposal.batches, now_.monotonic);
    }
  }
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
  Peers::Peer& voter = peers_.at(header.voter);
  voter.view = std::max(voter.view, header.view);
  voter.certified = std::max(voter.certified, header.checkpoint.height);
  if (message.checkpoint) {
    adopt(*message.checkpoint);
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
    Peers::Peer& voter = peers_.at(header.voter);
    voter.view = std::max(voter.view, header.view);
  }
  if (message.checkpoint) {
    adopt(*message.checkpoint);
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

// ---- the base

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
    if (proposal == nullptr) {
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

// ---- the progress timer

void Replica::Engine::watch_progress() {
  run_progress_timer();
  if (progress_timer_.expired(now_.monotonic)) {
    enter_view(round_.view().next(), progress_timer_.cut_short() ? ViewChangeCause::kLinkDown
                                                                 : ViewChangeCause::kTimeout);
    advance();
    run_progress_timer();
  }
}

void Replica::Engine::run_progress_timer() {
  const View view = round_.view();
  // A replica whose own execution lags, or that has blocks to fetch, has no reason to blame the
  // primary. A view that is awaited gets its time once a quorum awaits it.
  const bool behind =
      executed_.height != delivered_.height || peers_.certified() > delivered_.height;
  const bool waits =
      rules_.installed() ? has_work() && !behind : peers_.quorum_view(config_.self, view) >= view;
  const bool runs = rules_.may_vote() && waits;
  progress_timer_.run_while(runs, now_.monotonic);
  const std::optional<Time>& down = peers_.at(config_.epoch.primary(view)).link_down;
  // Later on this would make the views change faster than anything can be ordered.
  if (runs && down && !is_primary() && progress_timer_.views() < quorum_.validators()) {
    progress_timer_.end_by(down->plus(config_.link_down_timeout));
  }
}

}  // namespace qc::consensus

// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/host.h"

#include <algorithm>
#include <utility>

#include "consensus/message/codec.h"
#include "consensus/message/statement.h"
#include "consensus/message/verifier.h"

namespace qc::simulation {

using namespace qc::consensus;

namespace {

constexpr std::uint64_t kGenesisTimeMs = 1'800'000'000'000;
/// The toy ledger's cosignatures carry no stamp: they count for every block.
constexpr std::uint64_t kStamp = ~std::uint64_t{0};

}  // namespace

Host::Host(Network& network, ReplicaIndex index, bool honest, bool slow, std::int64_t skew_ms)
    : network_(network),
      index_(index),
      honest_(honest),
      slow_(slow),
      skew_ms_(skew_ms),
      authenticator_(index, network.options().validators),
      ledger_(kGenesisTimeMs) {
  config_.epoch = Epoch{"simulation.example/net", Height{1}, {}, network.options().validators};
  config_.self = index;
  config_.prove_journal = honest;
  config_.block_batches_max = 4;
}

Now Host::now() const {
  const std::int64_t elapsed_ms = network_.now_ns() / 1'000'000;
  return Now{Time{network_.now_ns()},
             static_cast<std::uint64_t>(static_cast<std::int64_t>(kGenesisTimeMs) + 60'000 +
                                        elapsed_ms + skew_ms_)};
}

std::int64_t Host::work_us(std::int64_t low, std::int64_t high) {
  return network_.random().between(low, high) * (slow_ && !network_.healed() ? 20 : 1);
}

void Host::later(std::int64_t delay_us, std::function<void()> action) {
  network_.after_us(delay_us, [this, life = life_, action = std::move(action)] {
    if (up() && life == life_) {
      run_when_awake(action);
    }
  });
}

void Host::run_when_awake(const std::function<void()>& action) {
  if (network_.now_ns() >= asleep_until_ns_) {
    action();
    return;
  }
  const std::int64_t delay_us = (asleep_until_ns_ - network_.now_ns()) / 1'000 + 1;
  network_.after_us(delay_us, [this, life = life_, action] {
    if (up() && life == life_) {
      run_when_awake(action);
    }
  });
}

void Host::lie(Message& message) {
  // Inflated views: in a claim, and signed.
  constexpr std::uint64_t kFar = 1'000'000;
  if (auto* status = std::get_if<Status>(&message)) {
    status->view.value += kFar;
    ViewChange change{ViewChangeHeader{View{kFar + status->view.value}, {}, {}, index_, {}},
                      std::nullopt, std::nullopt};
    change.header.signature =
        authenticator_.sign(view_change_statement_bytes(config_.epoch, change.header));
    network_.send(*this, std::nullopt, change);
  }
}

std::optional<NewView> Host::another(const NewView& first) {
  ViewChange own{ViewChangeHeader{first.view, {}, {}, index_, {}}, std::nullopt, std::nullopt};
  own.header.signature =
      authenticator_.sign(view_change_statement_bytes(config_.epoch, own.header));
  std::vector<ViewChange> chosen;
  for (const auto& [voter, change] : heard_) {
    if (change.header.view == first.view && voter != index_) {
      chosen.push_back(change);
    }
  }
  const std::size_t quorum = first.headers.size();
  if (chosen.size() + 1 < quorum) {
    return std::nullopt;
  }
  std::ranges::sort(chosen, {}, [](const ViewChange& change) {
    return std::pair(change.header.prepared.view, change.header.prepared.height);
  });
  chosen.resize(quorum - 1);
  chosen.push_back(own);
  std::ranges::sort(chosen, {}, [](const ViewChange& change) { return change.header.voter; });
  NewView second{first.view, {}, std::nullopt, std::nullopt, {}};
  for (const ViewChange& change : chosen) {
    second.headers.push_back(change.header);
  }
  const Basis basis = greatest(second.headers);
  for (const ViewChange& change : chosen) {
    if (change.certificate && change.header.prepared == basis.prepared) {
      second.certificate = change.certificate;
    }
    if (change.checkpoint && change.header.checkpoint == basis.checkpoint) {
      second.checkpoint = change.checkpoint;
    }
  }
  second.signature = authenticator_.sign(new_view_statement_bytes(config_.epoch, second));
  return view_start(second.headers) == view_start(first.headers) ? std::nullopt
                                                                 : std::optional(second);
}

std::string Host::cosignature(const std::string& checkpoint) {
  const Signature signature = authenticator_.sign(cosigned_bytes(checkpoint));
  return std::string(signature.begin(), signature.end());
}

// ---- life and death

void Host::start() {
  const std::string own =
      ledger_.height() > Height{} ? cosignature(ledger_.newest().checkpoint) : "";
  replica_ =
      std::make_unique<Replica>(config_, ledger_.position(own), recover(journal_), authenticator_);
  next_delivery_ = ledger_.height().next();
  handle(replica_->start(now()));
  // A step may make the host forget batches, so what is on disk is listed first.
  std::vector<BatchStored> on_disk;
  for (const auto& [digest, stored] : batches_) {
    on_disk.push_back(stored.batch);
  }
  std::ranges::for_each(on_disk, [this](const BatchStored& batch) { step(batch); });
  network_.link_up(*this);
}

void Host::crash() {
  ++life_;
  ++restarts_;
  replica_.reset();
  // Of what was not synced the disk kept the first part, if any.
  bool kept = true;
  for (const Waiting& step : waiting_) {
    for (const JournalEntry& entry : step.actions.persist) {
      kept = kept && network_.random().chance(60);
      if (kept) {
        journal_.push_back(entry);
      }
    }
  }
  waiting_.clear();
  in_sync_ = 0;
  syncing_ = false;
  execution_.clear();
  executing_ = false;
  fetching_ = false;
  tick_scheduled_ = false;
  for (auto place = batches_.begin(); place != batches_.end();) {
    const bool lost = !place->second.durable && network_.random().chance(50);
    place = lost ? batches_.erase(place) : std::next(place);
  }
}

void Host::restore_journal() {
  journal_.resize(std::min(copied_, journal_.size()));
  network_.invariants().rolled_back(index_);
}

// ---- events

void Host::step(Event event) {
  const auto* synced = std::get_if<Synced>(&event);
  const Height first_delivery = synced == nullptr ? Height{} : synced->block.height.next();
  handle(replica_->step(now(), std::move(event)), first_delivery);
}

void Host::receive(ReplicaIndex from, const std::string& bytes) {
  std::optional<Message> message = decode_message(bytes);
  if (!message || encode(*message) != bytes) {
    network_.invariants().fail("a message does not survive its encoding");
    return;
  }
  if (const auto* change = std::get_if<ViewChange>(&*message); begins_twice && change != nullptr) {
    heard_.insert_or_assign(change->header.voter, *change);
  }
  if (replica_->interest(from, *message) == Interest::kVerify && verify(*message, from)) {
    step(MessageReceived{from, *std::move(message), kStamp});
  }
}

bool Host::verify(const Message& message, ReplicaIndex from) const {
  if (const auto* vote = std::get_if<CheckpointVote>(&message)) {
    Signature signature{};
    if (vote->cosignature.size() != signature.size()) {
      return false;
    }
    std::ranges::transform(vote->cosignature, signature.begin(),
                           [](char c) { return static_cast<std::uint8_t>(c); });
    return authenticator_.verify(from, cosigned_bytes(vote->checkpoint), signature);
  }
  if (const auto* certified = std::get_if<CertifiedCheckpoint>(&message)) {
    return verify_certified(*certified, network_.options().validators, authenticator_);
  }
  if (const CertifiedCheckpoint* attached = attached_checkpoint(message)) {
    if (!verify_certified(*attached, network_.options().validators, authenticator_)) {
      return false;
    }
  }
  return verify_message(config_.epoch, authenticator_, message);
}

void Host::receive_batch(const BatchStored& batch) {
  if (replica_->wants_batch(batch.digest, batch.author, batch.bytes)) {
    batches_.try_emplace(batch.digest, StoredBatch{batch, false});
    step(batch);
  }
}

void Host::bring(const BatchStored& batch) {
  batches_.insert_or_assign(batch.digest, StoredBatch{batch, true});
  step(batch);
}

// ---- actions

void Host::handle(Actions actions, Height first_delivery) {
  if (actions.next_tick) {
    schedule_tick(*actions.next_tick);
  }
  waiting_.push_back(Waiting{std::move(actions), first_delivery});
  if (!syncing_) {
    sync_journal();
  }
}

void Host::sync_journal() {
  while (!waiting_.empty() && waiting_.front().actions.persist.empty()) {
    Waiting step = std::move(waiting_.front());
    waiting_.pop_front();
    carry_out(step);
  }
  if (waiting_.empty()) {
    return;
  }
  // One sync covers everything that waits by now; what comes meanwhile waits for the next.
  syncing_ = true;
  in_sync_ = waiting_.size();
  later(work_us(200, 3'000), [this] {
    syncing_ = false;
    std::deque<Waiting> durable;
    for (; in_sync_ > 0; --in_sync_) {
      durable.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    for (const Waiting& step : durable) {
      std::ranges::for_each(step.actions.persist,
                            [this](const JournalEntry& entry) { make_durable(entry); });
    }
    for (Waiting& step : durable) {
      carry_out(step);
    }
    sync_journal();
  });
}

void Host::make_durable(const JournalEntry& entry) {
  journal_.push_back(entry);
  network_.invariants().journalled(index_, honest_, entry);
  if (const Proposal* payload = payload_of(entry)) {
    for (const Digest& batch : payload->batches) {
      const auto place = batches_.find(batch);
      if (place != batches_.end()) {
        place->second.durable = true;
      }
    }
  }
}

void Host::carry_out(Waiting& step) {
  Actions& actions = step.actions;
  next_delivery_ = std::max(next_delivery_, step.first_delivery);
  for (Outgoing& outgoing : actions.send) {
    if (liar) {
      lie(outgoing.message);
    }
    if (const auto* new_view = std::get_if<NewView>(&outgoing.message);
        begins_twice && new_view != nullptr) {
      if (const std::optional<NewView> second = another(*new_view)) {
        later(20'000, [this, second] { network_.send(*this, std::nullopt, *second); });
      }
    }
    network_.invariants().sent(index_, honest_, outgoing.message, authenticator_);
    network_.send(*this, outgoing.to, outgoing.message);
  }
  for (const SendBatches& transfer : actions.send_batches) {
    for (const Digest& batch : transfer.batches) {
      const auto place = batches_.find(batch);
      if (place != batches_.end()) {
        network_.send_batch(*this, transfer.to, place->second.batch);
      }
    }
  }
  for (Delivery& delivery : actions.deliver) {
    network_.invariants().delivered(delivery, next_delivery_);
    next_delivery_ = next_delivery_.next();
    execution_.push_back(std::move(delivery));
  }
  if (!executing_) {
    execute_next();
  }
  for (const Certifiable& found : actions.certify) {
    later(work_us(50, 500), [this, found] { certify(found); });
  }
  if (actions.fetch_blocks && !fetching_) {
    sync_blocks(*actions.fetch_blocks);
  }
  for (const Digest& batch : actions.forget_batches) {
    batches_.erase(batch);
  }
  if (actions.halt && honest_) {
    network_.invariants().fail("an honest replica halted at height " +
                               std::to_string(actions.halt->height.value));
  }
}

void Host::certify(const Certifiable& found) {
  const CertifiedCheckpoint checkpoint{found.height, found.proposal, found.checkpoint,
                                       make_proof(found.votes)};
  network_.invariants().certified(checkpoint, authenticator_);
  ledger_.certify(checkpoint);
  step(CheckpointCertified{checkpoint});
}

void Host::execute_next() {
  if (execution_.empty()) {
    executing_ = false;
    return;
  }
  executing_ = true;
  later(work_us(200, 2'000), [this] {
    const Delivery delivery = std::move(execution_.front());
    execution_.pop_front();
    // Blocks that came by block sync meanwhile are executed already.
    if (delivery.proposal.height == ledger_.height().next()) {
      const ToyBlock block = ledger_.append(delivery.proposal, delivery.digest, authenticator_);
      network_.invariants().executed(block);
      step(Executed{block.point.height, block.checkpoint, cosignature(block.checkpoint),
                    std::nullopt});
    }
    execute_next();
  });
}

// ---- block sync

void Host::sync_blocks(const FetchBlocks& wanted) {
  if (wanted.peers.empty()) {
    return;
  }
  fetching_ = true;
  const auto last = static_cast<std::int64_t>(wanted.peers.size()) - 1;
  const ReplicaIndex peer =
      wanted.peers[static_cast<std::size_t>(network_.random().between(0, last))];
  later(network_.random().between(2'000, 20'000), [this, peer] {
    fetching_ = false;
    if (const Host* source = network_.reach(*this, peer)) {
      take_blocks(*source);
    }
  });
}

void Host::take_blocks(const Host& peer) {
  const CertifiedCheckpoint checkpoint = peer.ledger().certified();
  if (checkpoint.height <= ledger_.height()) {
    return;
  }
  Synced synced{peer.ledger().at(checkpoint.height).point, checkpoint, {}, std::nullopt};
  for (Height height = ledger_.height().next(); height <= checkpoint.height;
       height = height.next()) {
    const ToyBlock& block = peer.ledger().at(height);
    ledger_.adopt(block);
    network_.invariants().executed(block);
    for (const Digest& batch : block.batches) {
      synced.ordered.push_back(OrderedBatch{batch, block.point.time_ms});
      batches_.erase(batch);
    }
  }
  ledger_.certify(checkpoint);
  step(std::move(synced));
}

void Host::schedule_tick(Time at) {
  if (tick_scheduled_ && tick_at_ <= at) {
    return;
  }
  tick_scheduled_ = true;
  tick_at_ = at;
  const std::int64_t delay_us =
      std::max<std::int64_t>(1, (at.ns - network_.now_ns() + 999) / 1'000);
  later(delay_us, [this, at] {
    if (tick_scheduled_ && tick_at_ == at) {
      tick_scheduled_ = false;
      step(Tick{});
    }
  });
}

}  // namespace qc::simulation

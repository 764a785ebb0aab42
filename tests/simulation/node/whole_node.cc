// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/node/whole_node.h"

#include <algorithm>
#include <utility>

#include "consensus/message/codec.h"
#include "consensus/message/statement.h"
#include "ledger/consortium/checkpoint.h"
#include "ledger/execution/admission.h"
#include "ledger/log/record_log.h"
#include "tests/simulation/node/whole_network.h"

namespace qc::simulation {

using namespace qc::consensus;

namespace {

constexpr std::uint64_t kStartMs = 60'000;
constexpr std::size_t kRangeBlocks = 12;

BlockPoint point_of(const MemoryStore::StoredBlock& block) {
  const auto seal = ledger::Seal::parse(block.seal());
  return {Height{block.height()}, seal ? seal->proposal : Digest{}, block.time_ms()};
}

/// As node::Executor reads a durable block for execution.
std::optional<ledger::Block> block_of(const MemoryStore::StoredBlock& stored) {
  ledger::Block block{stored.height(), stored.time_ms(), point_of(stored).proposal, {}};
  for (const std::string& bytes : stored.submissions()) {
    auto submission = ledger::Submission::parse(bytes);
    if (!submission) return std::nullopt;
    block.submissions.push_back({std::make_shared<const ledger::Submission>(*std::move(submission)),
                                 ledger::SignatureCheck::kUnknown});
  }
  return block;
}

}  // namespace

WholeNode::WholeNode(WholeNetwork& network, ReplicaIndex index, std::int64_t skew_ms)
    : network_(network),
      index_(index),
      skew_ms_(skew_ms),
      authenticator_(index, network.options().validators),
      range_check_(network.consortium().network(), network.consortium().validators()),
      store_(network.consortium().genesis()) {
  const Consortium& consortium = network.consortium();
  config_.epoch = Epoch{consortium.network().chain_id, Height{1}, consortium.validators().hash(),
                        network.options().validators};
  store_.on_commit = [this](const ledger::ExecutedBlock& block) { network_.executed(block); };
  config_.self = index;
  config_.window = 8;
  config_.block_batches_max = 4;
  verifier_.emplace(consortium.network(), consortium.validators(), config_.epoch, authenticator_);
}

Now WholeNode::now() const {
  const std::int64_t wall = static_cast<std::int64_t>(Consortium::kFoundedMs + kStartMs) +
                            network_.now_ns() / 1'000'000 + skew_ms_;
  return Now{Time{network_.now_ns()}, static_cast<std::uint64_t>(wall)};
}

void WholeNode::later(std::int64_t delay_us, std::function<void()> action) {
  network_.after_us(delay_us, [this, life = life_, action = std::move(action)] {
    if (up() && life == life_) action();
  });
}

void WholeNode::schedule_tick(Time at) {
  if (tick_scheduled_ && tick_at_ <= at) return;
  tick_scheduled_ = true;
  tick_at_ = at;
  later(std::max<std::int64_t>(1, (at.ns - network_.now_ns() + 999) / 1'000), [this, at] {
    if (!tick_scheduled_ || tick_at_ != at) return;
    tick_scheduled_ = false;
    step(Tick{});
  });
}

// ---- life and death

std::uint64_t WholeNode::promised_height() const {
  const auto& held = replica_->journal().certified();
  return held ? held->checkpoint.height.value : 0;
}

void WholeNode::execute_again() {
  chain::BlockPipeline::Start start;
  start.chain =
      std::make_unique<ledger::ChainState>(network_.consortium().network(), store_.applied(),
                                           store_.replay(), store_.state(), store_.nodes());
  const auto hand_on = [&](std::uint64_t height, const std::string& note) {
    done(store_.apply(start.uncertified, note));
    start.chain->certified(height);
    start.uncertified.clear();
  };
  const MemoryStore::Note note = store_.note();
  while (start.chain->head().height < store_.durable_height()) {
    const MemoryStore::StoredBlock& stored = store_.block(start.chain->head().height + 1);
    const auto block = block_of(stored);
    const auto executed =
        block ? start.chain->execute(*block) : ledger::fail(ledger::Code::kDataLoss, "");
    if (!executed ||
        MemoryStore::stored(*block, stored.proposal(), **executed).SerializeAsString() !=
            stored.SerializeAsString()) {
      network_.fail("executing block " + std::to_string(stored.height()) +
                    " again gives another result");
      return;
    }
    ++network_.report().executed_again;
    start.uncertified.push_back(*executed);
    const std::uint64_t height = stored.height();
    if (height == note.height) {
      const std::vector<ExecutedPtr> blocks = start.uncertified;
      hand_on(height, note.text);
      published(blocks);
    }
    // Below what is certified there is no need to hold them all.
    const bool many = start.uncertified.size() >= ledger::ChainState::kMaxUncertifiedBlocks / 2;
    if (many && height < note.height) hand_on(height, "");
  }
  pipeline_ = std::make_unique<chain::BlockPipeline>(
      chain::BlockPipeline::Options{.network = network_.consortium().network(),
                                    .validators = network_.consortium().validators()},
      std::move(start), store_, *this);
}

std::string WholeNode::own_cosignature(const RecoveredState& promises) const {
  const ledger::ChainHead& tip = head();
  if (tip.height == 0) return "";
  const ledger::Checkpoint checkpoint{network_.consortium().network().chain_id, tip.log.size(),
                                      tip.log.root()};
  const auto& promised = promises.cosigned();
  if (promised && promised->height.value == tip.height &&
      promised->checkpoint == checkpoint.text()) {
    return promised->cosignature;
  }
  return cosign(checkpoint, tip.time_ms);
}

LedgerPosition WholeNode::position() {
  LedgerPosition position;
  const ledger::ChainHead& tip = head();
  position.executed = {Height{}, {}, tip.time_ms};
  if (tip.height > 0) position.executed = point_of(store_.block(tip.height));
  position.checkpoint =
      ledger::Checkpoint{network_.consortium().network().chain_id, tip.log.size(), tip.log.root()}
          .text();
  position.certified_block = {Height{}, {}, Consortium::kFoundedMs};
  const bool noted = store_.note().height > 0 && store_.note().height == store_.applied().height;
  if (noted) {
    const auto proven = chain::verify_proof(network_.consortium().network(),
                                            network_.consortium().validators(), proof());
    if (proven) {
      position.certified_block = point_of(store_.block(proven->seal.height));
      position.certified =
          chain::certified_message(proof(), proven->certified.checkpoint, proven->seal);
    } else {
      network_.fail("a node's own checkpoint does not verify: " + proven.error().message);
    }
  }
  for (std::uint64_t height = 1; height <= tip.height; ++height) {
    const MemoryStore::StoredBlock& block = store_.block(height);
    const auto proposal = chain::parse_proposal(block.proposal());
    for (const Digest& batch : proposal->batches) {
      position.ordered.push_back({batch, block.time_ms()});
    }
  }
  return position;
}

void WholeNode::start() {
  auto entries = journal_.read();
  if (!entries) {
    network_.fail("a torn journal does not open: " + entries.error().message);
    return;
  }
  RecoveredState promises = recover(*entries);
  execute_again();
  LedgerPosition ledger = position();
  ledger.cosignature = own_cosignature(promises);
  replica_ = std::make_unique<Replica>(config_, ledger, std::move(promises), authenticator_);
  next_delivery_ = head().height + 1;
  handle(replica_->start(now()));
  std::vector<HeldBatch> kept;
  for (const auto& [digest, held] : batches_) kept.push_back(held);
  for (const HeldBatch& held : kept) take(held.batch, held.author);
}

void WholeNode::crash() {
  ++life_;
  ++network_.report().restarts;
  replica_.reset();
  std::vector<std::vector<JournalEntry>> unsynced;
  for (const Actions& actions : waiting_) unsynced.push_back(actions.persist);
  if (journal_.tear(unsynced, network_.random())) ++network_.report().torn;
  waiting_.clear();
  in_sync_ = 0;
  syncing_ = false;
  execution_.clear();
  executing_ = false;
  announcing_ = false;
  store_.crash();
  pipeline_.reset();
  asked_.reset();
  wanted_height_ = 0;
  banned_.clear();
  tick_scheduled_ = false;
  std::erase_if(batches_, [](const auto& entry) { return !entry.second.durable; });
}

// ---- events

void WholeNode::receive(ReplicaIndex from, const std::string& bytes) {
  const std::optional<Message> message = decode_message(bytes);
  if (!message) {
    network_.fail("a message does not survive its encoding");
    return;
  }
  if (replica_->interest(from, *message) != Interest::kVerify) return;
  const auto verified = verifier_->verify(from, *message);
  if (!verified) {
    network_.fail("an honest node's message does not verify");
    return;
  }
  step(MessageReceived{from, *message, verified->cosigned_s});
}

void WholeNode::receive_batch(ReplicaIndex author, const std::string& bytes) {
  auto batch = chain::parse_batch(network_.consortium().network(), store_.state(), bytes);
  if (!batch) {
    network_.fail("an honest node's batch is none: " + batch.error().message);
  } else if (replica_->wants_batch((*batch)->digest, author, bytes.size())) {
    take(*batch, author);
  }
}

void WholeNode::take(const chain::SharedBatch& batch, ReplicaIndex author) {
  batches_.try_emplace(batch->digest, HeldBatch{batch, author, false});
  step(BatchStored{batch->digest, author, batch->bytes.size(), batch->expires_at_ms});
}

bool WholeNode::submit(const std::string& signed_submission) {
  auto parsed = ledger::Submission::parse(signed_submission);
  const auto& network = network_.consortium().network();
  if (!parsed || !ledger::check_submission(network, store_.state(), *parsed, now().wall_ms) ||
      replica_->status().own_batches_open >= config_.author_batches_max) {
    return false;
  }
  take(chain::pack_batch(network, {std::make_shared<const ledger::Submission>(*std::move(parsed))}),
       index_);
  return true;
}

// ---- the driver

void WholeNode::step(Event event) { handle(replica_->step(now(), std::move(event))); }

void WholeNode::handle(Actions actions) {
  if (actions.next_tick) schedule_tick(*actions.next_tick);
  waiting_.push_back(std::move(actions));
  if (!syncing_) sync_journal();
}

void WholeNode::sync_journal() {
  while (!waiting_.empty() && waiting_.front().persist.empty()) {
    Actions actions = std::move(waiting_.front());
    waiting_.pop_front();
    carry_out(actions);
    if (!up()) return;
  }
  if (waiting_.empty()) return;
  syncing_ = true;
  in_sync_ = waiting_.size();
  later(network_.random().between(200, 20'000), [this] {
    syncing_ = false;
    std::deque<Actions> durable;
    std::vector<JournalEntry> group;
    for (; in_sync_ > 0; --in_sync_) {
      durable.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
      group.insert(group.end(), durable.back().persist.begin(), durable.back().persist.end());
    }
    journal_.append(group);
    for (const JournalEntry& entry : group) {
      const Proposal* payload = payload_of(entry);
      for (const Digest& batch : payload == nullptr ? std::vector<Digest>() : payload->batches) {
        const auto held = batches_.find(batch);
        if (held != batches_.end()) held->second.durable = true;
      }
    }
    for (Actions& actions : durable) {
      carry_out(actions);
      if (!up()) return;
    }
    // Only what the file holds may be folded into a new one.
    if (waiting_.empty()) journal_.rotate(replica_->journal());
    sync_journal();
  });
}

void WholeNode::carry_out(Actions& actions) {
  for (const Outgoing& outgoing : actions.send) {
    network_.send(*this, outgoing.to, as_sent(outgoing.message));
  }
  for (const SendBatches& transfer : actions.send_batches) {
    for (const Digest& batch : transfer.batches) {
      const auto held = batches_.find(batch);
      if (held != batches_.end())
        network_.send_batch(*this, transfer.to, held->second.batch->bytes);
    }
  }
  for (Delivery& delivery : actions.deliver) {
    network_.delivered(delivery, delivery.proposal.height.value);
    execution_.push_back(std::move(delivery));
  }
  if (!executing_) execute_next();
  for (const Certifiable& found : actions.certify) {
    later(network_.random().between(50, 500), [this, found] { done(pipeline_->certify(found)); });
  }
  for (const StoreCertified& foreign : actions.store_certified) {
    later(network_.random().between(50, 500), [this, foreign] { done(pipeline_->store(foreign)); });
  }
  if (actions.fetch_blocks) want(*actions.fetch_blocks);
  for (const Digest& batch : actions.forget_batches) {
    // Execution may still need what a block ordered.
    const bool needed = std::ranges::any_of(execution_, [&](const Delivery& delivery) {
      return std::ranges::find(delivery.proposal.batches, batch) != delivery.proposal.batches.end();
    });
    if (!needed) batches_.erase(batch);
  }
  if (actions.halt) {
    network_.fail("an honest node halted at height " + std::to_string(actions.halt->height.value));
  }
}

// ---- the executor

std::string WholeNode::cosign(const ledger::Checkpoint& checkpoint, std::uint64_t time_ms) const {
  const auto line = ledger::cosign(network_.consortium().voting_key(index_.value),
                                   network_.consortium().name(index_.value),
                                   std::max(now().wall_ms, time_ms) / 1'000, checkpoint);
  return line->line();
}

void WholeNode::execute_next() {
  if (execution_.empty()) {
    executing_ = false;
    return;
  }
  executing_ = true;
  // A crash finds the block unwritten before, and whole afterwards.
  later(network_.random().between(200, 10'000), [this] {
    const Delivery delivery = std::move(execution_.front());
    execution_.pop_front();
    chain::DeliveredBlock block{delivery.proposal, delivery.digest, {}};
    for (const Digest& batch : delivery.proposal.batches) {
      const auto held = batches_.find(batch);
      // It may have been fetched meanwhile, as a certified block.
      if (held == batches_.end() && delivery.proposal.height.value > head().height) {
        network_.fail("a block was delivered whose batches are not here");
        return;
      }
      if (held != batches_.end()) block.batches.push_back(held->second.batch);
    }
    if (done(pipeline_->deliver(block)) && !announcing_) execute_next();
  });
}

bool WholeNode::done(const ledger::Result<void>& result) {
  if (result) return true;
  if (result.error().code == ledger::Code::kResourceExhausted && store_.full()) {
    ++network_.report().disks_full;
    network_.stopped(*this);
  } else {
    network_.fail(result.error().message);
  }
  return false;
}

ledger::Result<void> WholeNode::executed(const ledger::ExecutedBlock& block) {
  announcing_ = true;
  const auto& network = network_.consortium().network();
  const ledger::Checkpoint checkpoint{network.chain_id, block.log_size(), block.log_root};
  later(network_.random().between(200, 5'000),
        [this, event = chain::executed_event(network, block, cosign(checkpoint, block.time_ms))] {
          announcing_ = false;
          step(event);
          if (up()) execute_next();
        });
  return {};
}

void WholeNode::published(std::span<const ExecutedPtr> blocks) {
  if (!store_.newest().note.empty()) {
    for (const ExecutedPtr& block : blocks) network_.published(*block);
  }
  if (network_.random().chance(10)) store_.flush();
}

void WholeNode::certified(CertifiedCheckpoint checkpoint) {
  if (!chain::verify_certified(network_.consortium().network(), network_.consortium().validators(),
                               checkpoint)) {
    network_.fail("a certified checkpoint does not verify");
  }
  later(1, [this, event = CheckpointCertified{std::move(checkpoint)}] { step(event); });
}

void WholeNode::synced(Synced event) {
  later(1, [this, event = std::move(event)] { step(event); });
}

Message WholeNode::as_sent(const Message& message) const {
  const auto* vote = std::get_if<CheckpointVote>(&message);
  if (vote == nullptr || !stamps_early) return message;
  const auto line = ledger::cosign(network_.consortium().voting_key(index_.value),
                                   network_.consortium().name(index_.value), 1,
                                   *ledger::Checkpoint::parse(vote->checkpoint));
  return CheckpointVote{vote->height, vote->checkpoint, line->line()};
}

// ---- block sync

void WholeNode::want(const FetchBlocks& wanted) {
  wanted_height_ = std::max(wanted_height_, wanted.to.value);
  sources_ = wanted.peers;
  std::erase(sources_, index_);
  if (!asked_) ask();
}

void WholeNode::ask() {
  if (head().height >= wanted_height_ || sources_.empty() || !at_rest()) return;
  std::vector<ReplicaIndex> good = sources_;
  std::erase_if(good, [this](ReplicaIndex peer) { return banned_.contains(peer); });
  if (good.empty()) return;
  const auto last = static_cast<std::int64_t>(good.size()) - 1;
  asked_ = good[static_cast<std::size_t>(network_.random().between(0, last))];
  const std::uint64_t height = head().height;
  asked_edge_ = {height,
                 height == 0 ? network_.consortium().genesis_seal() : store_.block(height).seal(),
                 head().log.size()};
  network_.fetch(*this, *asked_, height + 1);
  // Nobody need answer.
  later(1'000'000, [this, number = ++asked_number_] {
    if (asked_ && number == asked_number_) {
      asked_.reset();
      ask();
    }
  });
}

std::string WholeNode::blocks_from(std::uint64_t from) const {
  quality::peer::v1::Blocks message;
  const std::uint64_t applied = store_.applied().height;
  if (store_.note().height != applied || applied == 0) return message.SerializeAsString();
  std::uint64_t last = applied;
  if (from <= applied) {
    last = std::min(applied, from + kRangeBlocks - 1);
    for (std::uint64_t height = from; height <= last; ++height) {
      *message.add_blocks() = store_.block(height);
    }
  }
  const std::string& seal = last == applied ? store_.seal_text() : store_.block(last).seal();
  const ledger::HashAlgorithm algorithm = network_.consortium().network().algorithm;
  const Digest leaf = ledger::seal_leaf_hash(algorithm, seal);
  std::uint64_t index = store_.log().size() - 1;
  while (store_.log().node(0, index) != leaf) --index;
  message.set_checkpoint(store_.note().text);
  message.set_checkpoint_seal(store_.seal_text());
  for (const Digest& hash : store_.log().path(index)) {
    message.add_last_seal_path(qc::to_bytes(hash));
  }
  const std::string bytes = message.SerializeAsString();
  return lies ? const_cast<WholeNode*>(this)->lie(bytes) : bytes;
}

std::string WholeNode::lie(std::string bytes) {
  Random& random = network_.random();
  const auto size = static_cast<std::int64_t>(bytes.size());
  quality::peer::v1::Blocks message;
  message.ParseFromString(bytes);
  switch (random.between(0, 6)) {
    case 0:
      bytes.resize(static_cast<std::size_t>(random.between(0, size)));
      return bytes;
    case 1:
      for (int i = 0; i < 4; ++i) {
        bytes[static_cast<std::size_t>(random.between(0, size - 1))] ^=
            static_cast<char>(random.between(1, 127));
      }
      return bytes;
    case 2:
      for (auto& block : *message.mutable_blocks()) block.clear_submissions();
      break;
    case 3:
      for (auto& block : *message.mutable_blocks()) block.set_height(block.height() + 1);
      break;
    case 4:
      // A true checkpoint under another height's seal.
      message.set_checkpoint_seal(store_.block(1).seal());
      message.clear_last_seal_path();
      break;
    case 5:
      if (message.blocks_size() > 1) message.mutable_blocks()->SwapElements(0, 1);
      message.clear_checkpoint_seal();
      break;
    default:
      // The same outcome for everything.
      for (auto& block : *message.mutable_blocks()) {
        for (auto& outcome : *block.mutable_outcomes()) outcome.assign(1, '\0');
      }
  }
  return message.SerializeAsString();
}

void WholeNode::receive_blocks(ReplicaIndex from, const std::string& bytes) {
  if (asked_ != from) return;
  asked_.reset();
  // One thing at a time, as in the executor; what is still wanted is asked for again.
  if (!at_rest()) return;
  quality::peer::v1::Blocks message;
  const bool decoded = message.ParseFromString(bytes);
  if (decoded && message.checkpoint().empty() && message.blocks_size() == 0) return;
  chain::ChainEdge edge = asked_edge_;
  const auto range = decoded ? range_check_.range(message, edge)
                             : ledger::fail(ledger::Code::kInvalidArgument, "not decodable");
  if (!range) {
    banned_.insert(from);
    later(5'000'000, [this, from] { banned_.erase(from); });
    ++network_.report().lies_refused;
    if (!network_.is_liar(from)) network_.fail("an honest peer's blocks: " + range.error().message);
    ask();
    return;
  }
  const std::uint64_t before = head().height;
  if (!done(pipeline_->apply(*range))) return;
  network_.report().synced += head().height - before;
  if (!range->blocks.empty()) ask();
}

}  // namespace qc::simulation

// SPDX-License-Identifier: Apache-2.0
#include "node/pipeline/consensus_driver.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/assert.h"
#include "consensus/message/codec.h"
#include "node/status/view_change_cause.h"
#include "os/wall_clock.h"

namespace qc::node {
namespace {

/// Messages of one peer that wait; a flood is dropped, everything is sent again.
constexpr std::uint32_t kPeerQueuedMax = 4096;
constexpr std::uint64_t kPeerQueuedBytesMax = std::uint64_t{16} << 20;
/// A peer that sends more messages with false signatures in that time loses its link. An honest one
/// relays only what it has checked; a few may come of another validator set around a change of it.
constexpr std::uint32_t kFalseMessagesMax = 64;
constexpr consensus::Duration kFalseMessagesTime = consensus::Duration::milliseconds(10'000);
/// So many inputs share one sync of the journal at most.
constexpr std::size_t kInputsPerTurn = 256;
/// The loop looks at the clock so often even when nothing happens.
constexpr std::chrono::milliseconds kIdleWait{500};

consensus::Now now() {
  return {.monotonic = consensus::Time{std::chrono::duration_cast<std::chrono::nanoseconds>(
                                           std::chrono::steady_clock::now().time_since_epoch())
                                           .count()},
          .wall_ms = os::wall_ms()};
}

std::string_view reason_text(consensus::Halt::Reason reason) {
  switch (reason) {
    case consensus::Halt::Reason::kCheckpointDiffers:
      return "a quorum certified another checkpoint than this node computed";
    case consensus::Halt::Reason::kBlockDiffers:
      return "a quorum committed another block than the one executed here";
    case consensus::Halt::Reason::kJournalDiffers:
      return "the ledger's checkpoint is not the one that the vote journal says was cosigned";
  }
  return "unknown";
}

/// Payloads stand before the certificates that need them.
std::vector<storage::JournalRecordView> journal_group(
    const std::vector<chain::SharedBatch>& batches, const std::vector<std::string>& entries) {
  std::vector<storage::JournalRecordView> group;
  group.reserve(batches.size() + entries.size());
  for (const chain::SharedBatch& batch : batches) {
    group.push_back(
        {.type = static_cast<std::uint8_t>(JournalRecordType::kBatch), .bytes = batch->bytes});
  }
  for (const std::string& entry : entries) {
    group.push_back({.type = static_cast<std::uint8_t>(JournalRecordType::kEntry), .bytes = entry});
  }
  return group;
}

}  // namespace

ConsensusDriver::ConsensusDriver(Options options, Start start, Parts parts)
    : options_(std::move(options)),
      parts_(std::move(parts)),
      journal_(std::move(start.journal)),
      replica_(options_.consensus, start.ledger, std::move(start.promises), parts_.authenticator),
      recovered_(std::move(start.batches)),
      verifier_(options_.network, options_.validators, options_.consensus.epoch,
                parts_.authenticator),
      peer_heights_(options_.validators.size()),
      peer_queued_(options_.validators.size()),
      peer_queued_bytes_(options_.validators.size()),
      peer_false_(options_.validators.size()) {
  for (const chain::SharedBatch& batch : recovered_) journaled_.insert(batch->digest);
  status_ = replica_.status();
}

ConsensusDriver::~ConsensusDriver() { stop(); }

void ConsensusDriver::run(PeerNetwork& network) {
  network_ = &network;
  thread_ = std::jthread([this] { work(); });
}

void ConsensusDriver::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ConsensusDriver::push(Input input) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    if (std::holds_alternative<Poke>(input)) {
      if (poked_) return;
      poked_ = true;
    }
    inputs_.push_back(std::move(input));
  }
  wake_.notify_one();
}

void ConsensusDriver::poke() { push(Poke{}); }
void ConsensusDriver::happened(consensus::Event event) { push(std::move(event)); }

void ConsensusDriver::disconnect(chain::PeerId peer, const std::string& why) {
  PeerNetwork* network = network_.load();
  if (network != nullptr) network->disconnect(peer, why);
}

void ConsensusDriver::peer_message(chain::PeerId from, const std::string& body) {
  if (from >= peer_queued_.size()) return;
  auto message = consensus::decode_message(body);
  if (!message) {
    count_drop(DropReason::kUndecodable);
    disconnect(from, "an undecodable consensus message");
    return;
  }
  const bool many = peer_queued_[from].fetch_add(1) >= kPeerQueuedMax;
  const bool large = peer_queued_bytes_[from].fetch_add(body.size()) >= kPeerQueuedBytesMax;
  if (many || large) {
    peer_queued_[from].fetch_sub(1);
    peer_queued_bytes_[from].fetch_sub(body.size());
    count_drop(DropReason::kQueueFull);
    if (const auto more = dropped_log_.admit()) {
      log(LogLevel::kWarn, "peer_message_dropped", {{"peer", from}, {"more", *more}});
    }
    return;
  }
  push(PeerMessage{.from = from, .message = *std::move(message), .bytes = body.size()});
}

void ConsensusDriver::peer_batch(chain::PeerId from, std::string body) {
  const std::size_t size = body.size();
  if (from >= peer_queued_.size() || !parts_.batches.begin_incoming(from, size)) return;
  auto check = [this, from, size, bytes = std::move(body)]() mutable {
    if (parts_.batches.find(chain::batch_digest(options_.network.algorithm, bytes)) == nullptr) {
      auto batch = chain::parse_batch(options_.network, parts_.executor.state(), std::move(bytes));
      if (batch) {
        // It keeps its place in the sender's room until the driver's thread has judged it.
        push(BatchReady{.batch = *std::move(batch), .from = from, .incoming = size});
        return;
      }
      disconnect(from, "a batch that is none: " + batch.error().message);
    }
    parts_.batches.end_incoming(from, size);
  };
  if (!parts_.pool.post(VerifyPool::Lane::kPeers, std::move(check))) {
    parts_.batches.end_incoming(from, size);
  }
}

std::vector<ConsensusDriver::Input> ConsensusDriver::wait_for_input() {
  using Clock = std::chrono::steady_clock;
  Clock::time_point until = Clock::now() + kIdleWait;
  if (next_tick_)
    until = std::min(until, Clock::time_point(std::chrono::nanoseconds(next_tick_->ns)));
  if (options_.consensus.self && batching_)
    until = std::min(until,
                     std::max(parts_.mempool.due(), Clock::now() + std::chrono::milliseconds(1)));
  std::vector<Input> taken;
  std::unique_lock lock(mutex_);
  wake_.wait_until(lock, until, [this] { return stopped_ || !inputs_.empty(); });
  const std::size_t count = std::min(inputs_.size(), kInputsPerTurn);
  taken.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    taken.push_back(std::move(inputs_.front()));
    inputs_.pop_front();
  }
  poked_ = false;
  return taken;
}

void ConsensusDriver::work() {
  pending_.push_back(replica_.start(now()));
  for (chain::SharedBatch& batch : recovered_)
    take(BatchReady{.batch = std::move(batch), .from = std::nullopt, .incoming = 0});
  recovered_.clear();
  bool good = perform();
  while (good) {
    std::vector<Input> inputs = wait_for_input();
    {
      const std::lock_guard lock(mutex_);
      if (stopped_) return;
    }
    for (Input& input : inputs) take(std::move(input));
    if (!next_tick_ || now().monotonic >= *next_tick_) step(consensus::Tick{});
    pump_mempool();
    good = perform();
  }
}

void ConsensusDriver::step(consensus::Event event) {
  next_tick_.reset();
  pending_.push_back(replica_.step(now(), std::move(event)));
  next_tick_ = pending_.back().next_tick;
}

void ConsensusDriver::take(Input input) {
  if (auto* message = std::get_if<PeerMessage>(&input)) {
    take(*message);
  } else if (auto* batch = std::get_if<BatchReady>(&input)) {
    take(*batch);
  } else if (auto* event = std::get_if<consensus::Event>(&input)) {
    step(std::move(*event));
  }
}

void ConsensusDriver::take(PeerMessage& input) {
  peer_queued_[input.from].fetch_sub(1);
  peer_queued_bytes_[input.from].fetch_sub(input.bytes);
  const consensus::ReplicaIndex from{static_cast<std::uint16_t>(input.from)};
  note_height(input.from, input.message);
  if (parts_.metrics != nullptr) parts_.metrics->message_received(input.message);
  if (replica_.interest(from, input.message) != consensus::Interest::kVerify) {
    count_drop(DropReason::kNotNeeded);
    return;
  }
  const auto verified = verifier_.verify(from, input.message);
  if (!verified) {
    count_drop(DropReason::kFalse);
    if (const auto more = dropped_log_.admit()) {
      log(LogLevel::kWarn, "peer_message_false", {{"peer", input.from}, {"more", *more}});
    }
    count_false(input.from);
    return;
  }
  step(consensus::MessageReceived{
      .from = from, .message = std::move(input.message), .cosigned_s = verified->cosigned_s});
}

void ConsensusDriver::count_false(chain::PeerId from) {
  FalseMessages& counted = peer_false_[from];
  const consensus::Time time = now().monotonic;
  if (time >= counted.since.plus(kFalseMessagesTime)) counted = {.since = time, .count = 0};
  if (++counted.count > kFalseMessagesMax) {
    counted.count = 0;
    disconnect(from, "too many messages with false signatures");
  }
}

void ConsensusDriver::note_height(chain::PeerId from, const consensus::Message& message) {
  std::uint64_t height = 0;
  if (const auto* status = std::get_if<consensus::Status>(&message))
    height = status->certified.value;
  if (const auto* certified = std::get_if<consensus::CertifiedCheckpoint>(&message))
    height = certified->height.value;
  if (height > peer_heights_[from]) peer_heights_[from] = height;
}

void ConsensusDriver::take(BatchReady& input) {
  const chain::Batch& batch = *input.batch;
  const auto self = options_.consensus.self;
  if (input.from) parts_.batches.end_incoming(*input.from, input.incoming);
  if (!input.from) packing_.store(packing_ > 0 ? packing_ - 1 : 0);
  const consensus::ReplicaIndex author =
      input.from ? consensus::ReplicaIndex{static_cast<std::uint16_t>(*input.from)}
                 : self.value_or(consensus::ReplicaIndex{0});
  if (input.from && !replica_.wants_batch(batch.digest, author, batch.bytes.size())) return;
  consensus::BatchStored stored{.digest = batch.digest,
                                .author = author,
                                .bytes = batch.bytes.size(),
                                .expires_at_ms = batch.expires_at_ms};
  parts_.batches.put(std::move(input.batch));
  step(stored);
}

void ConsensusDriver::pump_mempool() {
  if (!options_.consensus.self || !batching_.load(std::memory_order_relaxed)) return;
  const std::size_t most = options_.consensus.author_batches_max;
  while (true) {
    const std::size_t open = replica_.status().own_batches_open + packing_;
    if (open >= most) return;
    auto submissions = parts_.mempool.take(
        open == 0 ? Mempool::Pipeline::kIdle : Mempool::Pipeline::kBusy, Mempool::Clock::now());
    if (submissions.empty()) return;
    pack(std::move(submissions));
  }
}

void ConsensusDriver::pack(std::vector<std::shared_ptr<const ledger::Submission>> submissions) {
  ++packing_;
  // Shared, so that a full pool leaves them to this thread.
  auto list = std::make_shared<std::vector<std::shared_ptr<const ledger::Submission>>>(
      std::move(submissions));
  auto work = [this, list] {
    push(BatchReady{.batch = chain::pack_batch(options_.network, std::move(*list)),
                    .from = std::nullopt,
                    .incoming = 0});
  };
  if (!parts_.pool.post(VerifyPool::Lane::kPeers, work)) work();
}

bool ConsensusDriver::perform() {
  if (!persist()) return false;
  for (consensus::Actions& actions : pending_) {
    send(actions);
    execute(actions);
    report(actions);
  }
  pending_.clear();
  publish_status();
  return rotate_journal();
}

void ConsensusDriver::append_payload(const consensus::Proposal& proposal,
                                     std::vector<chain::SharedBatch>& batches) {
  for (const Digest& digest : proposal.batches) {
    if (journaled_.contains(digest)) continue;
    // Not held: ordered by a block that is executed, so the ledger has it.
    chain::SharedBatch batch = parts_.batches.find(digest);
    if (batch == nullptr) continue;
    journaled_.insert(digest);
    batches.push_back(std::move(batch));
  }
}

bool ConsensusDriver::persist() {
  if (journal_ == nullptr) return true;
  std::vector<chain::SharedBatch> batches;
  std::vector<std::string> entries;
  for (const consensus::Actions& actions : pending_) {
    for (const consensus::JournalEntry& entry : actions.persist) {
      if (const consensus::Proposal* payload = consensus::payload_of(entry))
        append_payload(*payload, batches);
      entries.push_back(consensus::encode(entry));
    }
  }
  if (entries.empty()) return true;
  const auto begun = std::chrono::steady_clock::now();
  const auto done = journal_->append(journal_group(batches, entries));
  if (parts_.metrics != nullptr) {
    parts_.metrics->journal_synced(std::chrono::steady_clock::now() - begun);
  }
  if (!done) parts_.failed(done.error());
  return done.has_value();
}

bool ConsensusDriver::rotate_journal() {
  if (journal_ == nullptr || !journal_->wants_rotation()) return true;
  std::vector<chain::SharedBatch> batches;
  std::vector<std::string> entries;
  journaled_.clear();
  for (const consensus::JournalEntry& entry : replica_.journal().entries()) {
    if (const consensus::Proposal* payload = consensus::payload_of(entry))
      append_payload(*payload, batches);
    entries.push_back(consensus::encode(entry));
  }
  const auto done = journal_->rotate(journal_group(batches, entries));
  if (!done) parts_.failed(done.error());
  return done.has_value();
}

void ConsensusDriver::execute(consensus::Actions& actions) {
  for (consensus::Delivery& delivery : actions.deliver) {
    chain::DeliveredBlock block{
        .proposal = std::move(delivery.proposal), .digest = delivery.digest, .batches = {}};
    block.batches = parts_.batches.find_all(block.proposal.batches);
    // The replica delivers only what it was told is stored.
    QC_ASSERT(block.batches.size() == block.proposal.batches.size());
    parts_.executor.deliver(std::move(block));
  }
  for (consensus::Certifiable& certifiable : actions.certify)
    parts_.executor.certify(std::move(certifiable));
  for (consensus::StoreCertified& foreign : actions.store_certified)
    parts_.executor.store(std::move(foreign));
  if (actions.fetch_blocks) {
    std::vector<chain::PeerId> peers;
    for (const consensus::ReplicaIndex peer : actions.fetch_blocks->peers)
      peers.push_back(peer.value);
    parts_.sync.want(actions.fetch_blocks->to.value, std::move(peers));
  }
  parts_.batches.forget(actions.forget_batches);
  for (const Digest& digest : actions.forget_batches) journaled_.erase(digest);
}

void ConsensusDriver::report_view(const consensus::ViewLeft& left) {
  const auto primary = options_.consensus.epoch.primary(left.to).value;
  log(LogLevel::kWarn, "view_change",
      {{"from", left.from.value},
       {"to", left.to.value},
       {"cause", name_of(left.cause)},
       {"primary", ledger::short_name(options_.validators.validators()[primary].name)},
       {"certified", replica_.status().certified.value}});
  if (parts_.metrics != nullptr) parts_.metrics->view_left(left);
  const std::lock_guard lock(status_mutex_);
  view_changes_.last = left;
  ++view_changes_.by_cause.at(static_cast<std::size_t>(left.cause) - 1);
}

void ConsensusDriver::report(const consensus::Actions& actions) {
  for (const consensus::ViewLeft& left : actions.views_left) report_view(left);
  for (const consensus::Equivocation& evidence : actions.evidence) {
    if (parts_.evidence) parts_.evidence(evidence);
  }
  if (actions.forgotten) {
    const consensus::ForgottenPromise& forgotten = *actions.forgotten;
    log(LogLevel::kError, "vote_journal_lacks_own_vote",
        {{"shown_by", options_.validators.validators()[forgotten.shown_by.value].name},
         {"view", forgotten.view.value},
         {"height", forgotten.height.value},
         {"meaning",
          "the vote journal was lost or rolled back; this voting key signs nothing any more"},
         {"do", storage::kNewVotingKeyRemedy}});
  }
  if (!actions.halt) return;
  const std::string_view reason = reason_text(actions.halt->reason);
  log(LogLevel::kError, "halted",
      {{"height", actions.halt->height.value},
       {"reason", reason},
       {"own", actions.halt->own},
       {"others", actions.halt->others}});
  const std::lock_guard lock(status_mutex_);
  halted_ = reason;
}

void ConsensusDriver::publish_status() {
  const consensus::ReplicaStatus status = replica_.status();
  const std::lock_guard lock(status_mutex_);
  status_ = status;
}

consensus::ReplicaStatus ConsensusDriver::status() const {
  const std::lock_guard lock(status_mutex_);
  return status_;
}

ConsensusDriver::ViewChanges ConsensusDriver::view_changes() const {
  const std::lock_guard lock(status_mutex_);
  return view_changes_;
}

std::string ConsensusDriver::halted() const {
  const std::lock_guard lock(status_mutex_);
  return halted_;
}

std::uint64_t ConsensusDriver::peer_height(std::uint32_t validator) const {
  return validator < peer_heights_.size() ? peer_heights_[validator].load() : 0;
}

}  // namespace qc::node

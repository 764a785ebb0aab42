// SPDX-License-Identifier: Apache-2.0
#include "node/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>
#include <utility>

#include "base/quorum.h"
#include "chain/authenticator.h"
#include "consensus/message/codec.h"
#include "ledger/consortium/key_directory.h"
#include "node/base/damage_notes.h"
#include "node/base/log.h"
#include "node/config/key_files.h"
#include "node/execution/executor.h"
#include "node/execution/height_waiters.h"
#include "node/http/metrics_server.h"
#include "node/peer/peer_network.h"
#include "node/pipeline/batch_store.h"
#include "node/pipeline/consensus_driver.h"
#include "node/pipeline/evidence_store.h"
#include "node/pipeline/ingress_pipeline.h"
#include "node/pipeline/mempool.h"
#include "node/pipeline/verify_pool.h"
#include "node/rpc/server.h"
#include "node/startup.h"
#include "node/status/metrics.h"
#include "node/status/view_change_cause.h"
#include "node/sync/block_sync.h"
#include "os/wall_clock.h"
#include "storage/space_guard.h"

namespace qc::node {
namespace {

using ledger::Code;
using ledger::Error;
using ledger::fail;
using ledger::Result;

constexpr std::uint64_t kBallastBytes = std::uint64_t{32} << 20;
constexpr std::chrono::seconds kHousekeeping{1};
/// How far an observer asks ahead; a server gives what it has.
constexpr std::uint64_t kBlocksAskedFor = 256;
constexpr std::chrono::milliseconds kRpcGrace{2'000};
/// A validator that was not heard of for so long is not reachable: each says something every 2 s.
constexpr std::uint64_t kSilentMs = 6'000;
/// So long too few validators for a quorum may be reachable, or work may wait for a certified
/// block, before submissions are refused.
constexpr std::chrono::milliseconds kQuorumGrace{3'000};
constexpr std::chrono::milliseconds kNoQuorumGrace{30'000};

storage::SpaceThresholds thresholds_of(const Limits& limits) {
  storage::SpaceThresholds thresholds;
  thresholds.warn_bytes = limits.space_warn_bytes;
  thresholds.refuse_submissions_bytes = limits.space_refuse_bytes;
  thresholds.stop_proposing_bytes = limits.space_stop_bytes;
  thresholds.exit_bytes = limits.space_exit_bytes;
  return thresholds;
}

/// What the chain says of this node.
struct Place {
  std::string name;
  /// Among the validators of the set in force; nothing for who has no vote in it.
  std::optional<std::uint32_t> index;
  /// Why a node that is configured as a validator has no vote; empty for all others.
  std::string no_vote;
};

/// The set in force is that of this node's own ledger, which may be old: a key or a validator that
/// it does not know yet, or not any more, is no reason not to follow.
std::string no_vote_in(const Epoch& epoch, const std::string& what) {
  return fmt::format(
      "{} in the validator set in force from block {}, the newest that this node's ledger knows: "
      "it "
      "follows without a vote, and votes once it has executed up to a set that fits",
      what, epoch.first_height);
}

Result<Place> place_of(const Config& config, const ledger::Genesis& genesis, const Epoch& epoch,
                       const NodeKeys& keys) {
  Place place{
      .name = genesis.document.name + "/" + config.name, .index = std::nullopt, .no_vote = {}};
  if (config.role == NodeRole::kObserver) return place;
  const auto& validators = epoch.validators.validators();
  for (std::uint32_t i = 0; i < validators.size(); ++i) {
    if (validators[i].name != place.name) continue;
    if (!(validators[i].key == keys.validator->public_key())) {
      place.no_vote = no_vote_in(
          epoch, fmt::format("{} is not the voting key of {}", config.keys.validator, place.name));
      return place;
    }
    if (epoch.tls_spkis[i] != keys.tls_spki) {
      return fail(
          Code::kFailedPrecondition,
          fmt::format(
              "{} is not the node_tls key that the chain knows for {}; give the right key file",
              config.keys.node_tls, place.name));
    }
    place.index = i;
    return place;
  }
  place.no_vote = no_vote_in(
      epoch, fmt::format("{} (\"name\" in the configuration) is no validator", place.name));
  return place;
}

PeerNetwork::Options network_options(const Config& config, const ledger::Genesis& genesis,
                                     const Epoch& epoch, const Place& place, const NodeKeys& keys) {
  PeerNetwork::Options options;
  options.chain_id = genesis.network.chain_id;
  options.certificate_pem = keys.tls_certificate_pem;
  options.private_key_pem = keys.tls_private_key_pem;
  options.own_spki = keys.tls_spki;
  options.listen = config.peer_listen;
  options.self = place.index;
  options.queue_bytes = config.limits.peer_queue_bytes;
  const auto& validators = epoch.validators.validators();
  for (std::size_t i = 0; i < validators.size(); ++i) {
    ValidatorPeer peer{
        .name = validators[i].name, .tls_spki = epoch.tls_spkis[i], .address = std::nullopt};
    for (const PeerLink& link : config.links) {
      if (link.name == ledger::short_name(peer.name)) peer.address = link.address;
    }
    options.validators.push_back(std::move(peer));
  }
  return options;
}

consensus::Config consensus_config(const Config& config, const ledger::Network& network,
                                   const Epoch& epoch, const Place& place) {
  consensus::Config out;
  out.epoch = {.chain_id = network.chain_id,
               .first_height = consensus::Height{epoch.first_height},
               .set_hash = epoch.validators.hash(network.algorithm),
               .validators = static_cast<std::uint16_t>(epoch.validators.size())};
  if (place.index) out.self = consensus::ReplicaIndex{static_cast<std::uint16_t>(*place.index)};
  out.prove_journal = place.index.has_value();
  out.window = config.limits.window;
  out.block_batches_max = config.limits.block_batches;
  out.block_bytes_max = config.limits.block_bytes;
  out.replay_window_ms = epoch.replay_window_ms;
  out.author_bytes_max = config.limits.author_bytes;
  return out;
}

}  // namespace

/// The parts in the order in which they are made; they end in the reverse order.
class Node::Impl final : public NodeView, public PeerHandler, public ExecutorHandler {
 public:
  explicit Impl(Config config)
      : config_(std::move(config)),
        space_({config_.data_dir}, thresholds_of(config_.limits)),
        pool_({.threads = std::max(2U, std::thread::hardware_concurrency()) - 1,
               .queue_max = config_.limits.verify_queue}),
        mempool_({.bytes = config_.limits.mempool_bytes,
                  .organisation_bytes = config_.limits.mempool_organisation_bytes,
                  .batch_bytes = config_.limits.batch_bytes,
                  .batch_wait = std::chrono::milliseconds(config_.limits.batch_ms)}),
        batches_(config_.limits.author_bytes) {}

  ~Impl() override { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  Impl(Impl&&) = delete;
  Impl& operator=(Impl&&) = delete;

  Result<void> start() {
    QC_TRY_VOID(prepare_data_dir(config_));
    QC_TRY_VOID(space_.admit_start());
    QC_TRY(ledger::Genesis genesis, read_genesis(config_));
    genesis_ = std::make_unique<ledger::Genesis>(std::move(genesis));
    // Whose data this is comes first: a key file beside it says nothing about that.
    QC_TRY(store_,
           storage::Store::open((std::filesystem::path(config_.data_dir) / "ledger").string(),
                                genesis_->network));
    QC_TRY(evidence_,
           EvidenceStore::open((std::filesystem::path(config_.data_dir) / "evidence").string(),
                               genesis_->network));
    QC_TRY(keys_, load_keys(config_, AbsentCertificate::kMake));
    QC_TRY_VOID(open_ledger());
    QC_TRY_VOID(make_pipeline());
    return open_ports();
  }

  void stop();
  std::optional<Error> failure() const {
    const std::lock_guard lock(failure_mutex_);
    return failure_;
  }
  Ingress& ingress() { return *ingress_; }
  bool epoch_ended() const { return epoch_ended_; }
  std::uint16_t peer_port() const { return network_->port(); }
  std::uint16_t rpc_port() const { return rpc_->port(); }

  // NodeView
  const Config& config() const override { return config_; }
  const NodeIdentity& identity() const override { return *identity_; }
  std::shared_ptr<const storage::ReadView> latest() const override { return heights_->latest(); }
  Ticket wait_for_height(std::uint64_t height, HeightReached reached) override {
    return heights_->wait(height, std::move(reached));
  }
  bool cancel_wait(Ticket ticket) override { return heights_->cancel(ticket); }
  NodeStatus status() const override;
  void found_damage(const Error& error) override { damage_.note(error); }
  std::vector<EvidenceItem> evidence(std::size_t from, std::size_t limit) const override {
    return evidence_->page(from, limit);
  }

  // PeerHandler, on the network's thread
  void link_up(chain::PeerId peer) override {
    if (peer < chain::kFirstObserver) driver_->happened(consensus::LinkUp{.peer = replica(peer)});
  }
  void link_down(chain::PeerId peer) override {
    if (peer < chain::kFirstObserver) driver_->happened(consensus::LinkDown{.peer = replica(peer)});
  }
  void frame_received(chain::PeerId peer, chain::FrameType type, std::string body) override;
  bool admits_observer(std::string_view spki) override;
  std::uint64_t certified_height() override { return store_->applied_height(); }

  // ExecutorHandler, on the executor's thread
  void executed(consensus::Executed event) override { driver_->happened(std::move(event)); }
  void certified(consensus::CertifiedCheckpoint checkpoint) override {
    driver_->happened(consensus::CheckpointCertified{.checkpoint = std::move(checkpoint)});
  }
  void synced(consensus::Synced event) override { driver_->happened(std::move(event)); }
  void published(std::shared_ptr<const storage::ReadView> view,
                 std::span<const std::shared_ptr<const ledger::ExecutedBlock>> blocks) override {
    ingress_->published(view, blocks);
    if (!view->checkpoint_note().empty()) heights_->publish(view);
  }
  void cosigned_again(consensus::CheckpointVote vote) override {
    network_->broadcast_validators(
        chain::FramePriority::kVotes,
        chain::make_frame(chain::FrameType::kCosignature,
                          consensus::encode(consensus::Message(std::move(vote)))));
  }
  void failed(Error error) override { fail_node(std::move(error)); }

 private:
  static consensus::ReplicaIndex replica(chain::PeerId peer) {
    return {static_cast<std::uint16_t>(peer)};
  }

  Result<void> open_ledger();
  Result<void> make_pipeline();
  Result<void> open_ports();
  void fail_node(Error error);
  void keep_house();
  void watch_space();
  void watch_epoch();
  void watch_quorum();
  std::string metrics() const;
  /// Why the node is not in order; empty while it is.
  std::string trouble() const;
  void keep_evidence(const consensus::Equivocation& found);
  void fill_consensus(NodeStatus& status, const consensus::ReplicaStatus& replica) const;
  std::string not_voting(const consensus::ReplicaStatus& replica) const;
  std::vector<PeerState> peers_seen(std::uint64_t newest) const;
  Freshness freshness(const consensus::ReplicaStatus& replica, const NodeStatus& status,
                      const std::string& halted) const;
  std::vector<chain::PeerId> all_peers() const;

  const Config config_;
  storage::SpaceGuard space_;
  NodeKeys keys_;
  std::unique_ptr<ledger::Genesis> genesis_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<EvidenceStore> evidence_;
  std::unique_ptr<Epoch> epoch_;
  Place place_;
  Promises promises_;
  Executor::Start chain_;
  std::unique_ptr<NodeIdentity> identity_;
  std::unique_ptr<HeightWaiters> heights_;
  Metrics metrics_;
  DamageNotes damage_;
  VerifyPool pool_;
  Mempool mempool_;
  BatchStore batches_;
  std::unique_ptr<chain::VoteAuthenticator> authenticator_;
  std::unique_ptr<IngressPipeline> ingress_;
  std::unique_ptr<Executor> executor_;
  std::unique_ptr<BlockSync> sync_;
  std::unique_ptr<ConsensusDriver> driver_;
  std::unique_ptr<PeerNetwork> network_;
  std::unique_ptr<RpcServer> rpc_;
  std::unique_ptr<MetricsServer> metrics_server_;

  mutable FreshnessJudge freshness_;
  std::atomic<bool> epoch_ended_{false};
  std::atomic<std::uint64_t> disk_free_{0};
  storage::SpaceLevel space_level_ = storage::SpaceLevel::kAmple;
  mutable std::mutex failure_mutex_;
  std::optional<Error> failure_;
  std::mutex house_mutex_;
  std::condition_variable house_wake_;
  bool stopping_ = false;
  bool stopped_ = false;
  std::jthread house_;
};

Result<void> Node::Impl::open_ledger() {
  const ledger::Network& network = genesis_->network;
  QC_TRY(chain_, recover_chain(*genesis_, *store_));
  QC_TRY(Epoch epoch, read_epoch(network, store_->state(), store_->applied_height()));
  epoch_ = std::make_unique<Epoch>(std::move(epoch));
  QC_TRY(place_, place_of(config_, *genesis_, *epoch_, keys_));
  if (place_.index) {
    QC_TRY(promises_, open_promises(config_, network, *keys_.validator, *store_));
  }
  if (!place_.no_vote.empty()) log(LogLevel::kWarn, "no_vote", {{"reason", place_.no_vote}});
  QC_TRY(const bool ballast,
         storage::ensure_ballast((std::filesystem::path(config_.data_dir) / "ballast").string(),
                                 kBallastBytes));
  if (!ballast) log(LogLevel::kWarn, "no_room_for_ballast", {{"data_dir", config_.data_dir}});
  QC_TRY(ledger::NoteKey log_key,
         ledger::NoteKey::make(network.chain_id, ledger::NoteKeyType::kEd25519,
                               keys_.log->public_key()));
  identity_ =
      std::make_unique<NodeIdentity>(NodeIdentity{.chain_id = network.chain_id,
                                                  .genesis = genesis_->bytes,
                                                  .hash = network.algorithm,
                                                  .name = place_.name,
                                                  .log_key = std::move(log_key),
                                                  .tls_certificate_pem = keys_.tls_certificate_pem,
                                                  .tls_private_key_pem = keys_.tls_private_key_pem,
                                                  .started_at_ms = os::wall_ms()});
  auto view = store_->latest();
  if (view->checkpoint_note().empty()) view = nullptr;
  heights_ = std::make_unique<HeightWaiters>(config_.limits.waiters, std::move(view));
  return {};
}

Result<void> Node::Impl::make_pipeline() {
  const ledger::Network& network = genesis_->network;
  const ledger::Signer* signer = place_.index ? keys_.validator.get() : nullptr;
  authenticator_ =
      std::make_unique<chain::VoteAuthenticator>(epoch_->validators, network.algorithm, signer);
  QC_TRY(consensus::LedgerPosition position,
         ledger_position({.genesis = *genesis_,
                          .store = *store_,
                          .start = chain_,
                          .promises = promises_,
                          .replay_window_ms = epoch_->replay_window_ms,
                          .epoch_begin = epoch_->first_height,
                          .name = place_.name,
                          .signer = signer}));
  ConsensusDriver::Start start{.ledger = std::move(position),
                               .promises = std::move(promises_.state),
                               .journal = std::move(promises_.journal),
                               .batches = {}};
  for (std::string& bytes : promises_.batches) {
    auto batch = chain::parse_batch(network, store_->state(), std::move(bytes));
    if (!batch) return ledger::fail_at("vote journal", std::move(batch).error());
    start.batches.push_back(*std::move(batch));
  }
  promises_.batches.clear();
  ingress_ = std::make_unique<IngressPipeline>(
      IngressPipeline::Options{.network = network,
                               .waiters_max = config_.limits.waiters,
                               .unchecked_bytes_max = config_.limits.mempool_bytes,
                               .metrics = &metrics_},
      *store_, mempool_, pool_, [this] { driver_->poke(); });
  executor_ = std::make_unique<Executor>(
      Executor::Options{.network = network,
                        .validators = epoch_->validators,
                        .name = place_.name,
                        .signer = signer,
                        .log_signer = keys_.log.get(),
                        .cosign_again = std::chrono::seconds(config_.limits.cosign_again_s),
                        .metrics = &metrics_},
      std::move(chain_), *store_, *this);
  sync_ = std::make_unique<BlockSync>(
      BlockSync::Options{
          .network = network, .validators = epoch_->validators, .self = place_.index},
      *store_, *executor_, damage_);
  driver_ = std::make_unique<ConsensusDriver>(
      ConsensusDriver::Options{.network = network,
                               .validators = epoch_->validators,
                               .consensus = consensus_config(config_, network, *epoch_, place_)},
      std::move(start),
      ConsensusDriver::Parts{
          .authenticator = *authenticator_,
          .batches = batches_,
          .mempool = mempool_,
          .pool = pool_,
          .executor = *executor_,
          .sync = *sync_,
          .failed = [this](Error error) { fail_node(std::move(error)); },
          .evidence = [this](const consensus::Equivocation& found) { keep_evidence(found); },
          .metrics = &metrics_});
  if (!place_.index) {
    const std::string what = place_.no_vote.empty() ? "is an observer" : "has no vote now";
    ingress_->close({Code::kUnavailable,
                     "this node " + what + " and takes no submissions; ask a validator's node"});
  }
  return {};
}

Result<void> Node::Impl::open_ports() {
  QC_TRY(network_,
         PeerNetwork::start(network_options(config_, *genesis_, *epoch_, place_, keys_), *this));
  executor_->run();
  sync_->run(*network_);
  driver_->run(*network_);
  house_ = std::jthread([this] { keep_house(); });
  QC_TRY(rpc_, RpcServer::start(*this, *ingress_));
  if (config_.metrics_listen) {
    QC_TRY(metrics_server_, MetricsServer::start(*config_.metrics_listen,
                                                 {.metrics = [this] { return metrics(); },
                                                  .trouble = [this] { return trouble(); }}));
    log(LogLevel::kInfo, "metrics_listening",
        {{"address", config_.metrics_listen->text()}, {"port", metrics_server_->port()}});
  }
  log(LogLevel::kInfo, "started",
      {{"name", place_.name},
       {"chain", genesis_->network.chain_id},
       {"height", store_->durable_height()},
       {"peer_port", network_->port()},
       {"rpc_port", rpc_->port()}});
  return {};
}

void Node::Impl::stop() {
  if (stopped_) return;
  stopped_ = true;
  metrics_server_.reset();
  if (rpc_) {
    ingress_->close({Code::kUnavailable, "this node is stopping; ask another node"});
    rpc_->shutdown(kRpcGrace);
  }
  if (ingress_) ingress_->stop();
  if (heights_) heights_->stop();
  rpc_.reset();
  {
    const std::lock_guard lock(house_mutex_);
    stopping_ = true;
  }
  house_wake_.notify_all();
  if (house_.joinable()) house_.join();
  pool_.stop();
  if (driver_) driver_->stop();
  if (sync_) sync_->stop();
  if (executor_) executor_->stop();
  if (network_) network_->stop();
  if (store_ && !failure()) {
    const auto flushed = store_->flush();
    if (!flushed) log(LogLevel::kError, "flush_failed", {{"error", flushed.error().message}});
  }
  if (identity_) log(LogLevel::kInfo, "stopped", {{"name", place_.name}});
}

void Node::Impl::fail_node(Error error) {
  log(LogLevel::kError, "failed", {{"error", error.message}});
  if (ingress_) ingress_->close({Code::kUnavailable, "this node has failed; ask another node"});
  const std::lock_guard lock(failure_mutex_);
  if (!failure_) failure_ = std::move(error);
}

std::vector<chain::PeerId> Node::Impl::all_peers() const {
  std::vector<chain::PeerId> peers;
  for (chain::PeerId peer = 0; peer < epoch_->validators.size(); ++peer) {
    if (place_.index != peer) peers.push_back(peer);
  }
  return peers;
}

void Node::Impl::keep_house() {
  while (true) {
    {
      std::unique_lock lock(house_mutex_);
      house_wake_.wait_for(lock, kHousekeeping, [this] { return stopping_; });
      if (stopping_) return;
    }
    watch_space();
    watch_epoch();
    // Without a certified checkpoint there is nothing to show: somebody may have one. An observer
    // asks always: nobody owes it news.
    if (!place_.index || store_->latest()->checkpoint_note().empty()) {
      sync_->want(store_->applied_height() + kBlocksAskedFor, all_peers());
    }
  }
}

void Node::Impl::watch_epoch() {
  if (epoch_ended_ || !driver_->status().epoch_ended) return;
  epoch_ended_ = true;
  fail_node({Code::kUnavailable,
             fmt::format("another validator set votes above height {}: this node starts again with "
                         "it",
                         store_->applied_height())});
}

void Node::Impl::watch_space() {
  using storage::SpaceLevel;
  const auto reading = space_.check();
  if (!reading) {
    fail_node(reading.error());
    return;
  }
  disk_free_ = reading->usage.free_bytes;
  const SpaceLevel level = reading->level;
  const std::string halted = driver_->halted();
  if (!halted.empty()) {
    ingress_->close(
        {Code::kUnavailable, "this node has halted (" + halted + "); ask another node"});
  } else if (level >= SpaceLevel::kRefuseSubmissions) {
    ingress_->close({Code::kResourceExhausted, reading->message});
  } else if (place_.index && !failure()) {
    watch_quorum();
  }
  driver_->set_batching(level < SpaceLevel::kStopProposing);
  if (level == space_level_) return;
  log(level > space_level_ ? LogLevel::kWarn : LogLevel::kInfo, "space",
      {{"level", storage::to_string(level)}, {"message", reading->message}});
  space_level_ = level;
  if (level == SpaceLevel::kExit) fail_node({Code::kResourceExhausted, reading->message});
}

void Node::Impl::keep_evidence(const consensus::Equivocation& found) {
  auto keep = [this, found, validators = epoch_->validators] {
    auto file = evidence_file(genesis_->network, validators, found);
    const auto kept = file ? evidence_->add(*file, validators, os::wall_ms())
                           : Result<EvidenceStore::Kept>(tl::unexpected(file.error()));
    if (!kept) {
      log(LogLevel::kWarn, "evidence_not_stored", {{"error", kept.error().message}});
    } else if (*kept != EvidenceStore::Kept::kKnown) {
      log(LogLevel::kError, "evidence",
          {{"validator", validators.validators()[found.culprit.value].name},
           {"kind", ledger::name_of(file->kind)},
           {"view", found.view.value},
           {"height", found.height.value},
           {"stored", *kept == EvidenceStore::Kept::kNew ? "yes" : "no, there is enough of it"}});
    }
  };
  // Signatures and the disk are not for the consensus thread, but better late than lost.
  if (!pool_.post(VerifyPool::Lane::kPeers, keep)) keep();
}

void Node::Impl::watch_quorum() {
  const Freshness freshness = status().freshness;
  const bool alone = freshness.without_quorum >= kQuorumGrace;
  if (!alone && freshness.stalled < kNoQuorumGrace) {
    ingress_->close({});
    return;
  }
  const Error why{Code::kUnavailable, "the network orders nothing now: " + freshness.reason};
  ingress_->close(why);
  ingress_->give_up(why);
}

void Node::Impl::frame_received(chain::PeerId peer, chain::FrameType type, std::string body) {
  switch (type) {
    case chain::FrameType::kConsensus:
      driver_->peer_message(peer, body);
      break;
    case chain::FrameType::kBatch:
      driver_->peer_batch(peer, std::move(body));
      break;
    case chain::FrameType::kFetchBlocks:
      sync_->serve(peer, std::move(body));
      break;
    case chain::FrameType::kBlocks:
      sync_->answer(peer, std::move(body));
      break;
    case chain::FrameType::kCosignature: {
      auto message = consensus::decode_message(body);
      if (message && std::holds_alternative<consensus::CheckpointVote>(*message)) {
        executor_->cosignature(peer, std::get<consensus::CheckpointVote>(std::move(*message)));
      }
      break;
    }
    case chain::FrameType::kHello:
    case chain::FrameType::kPing:
      break;
  }
}

bool Node::Impl::admits_observer(std::string_view spki) {
  const ledger::Network& network = genesis_->network;
  const auto key = ledger::PublicKey::from_spki(spki);
  if (!key) return false;
  return ledger::require_key(store_->state(), network.algorithm, key->id(network.algorithm),
                             {ledger::KeyPurpose::kNodeTls}, os::wall_ms())
      .has_value();
}

NodeStatus Node::Impl::status() const {
  const consensus::ReplicaStatus replica = driver_->status();
  const std::string halted = driver_->halted();
  const auto view = heights_->latest();
  const Mempool::Usage mempool = mempool_.usage();
  const Error closed = ingress_->closed();
  NodeStatus status;
  status.role = !halted.empty() ? "halted: " + halted
                                : (config_.role == NodeRole::kObserver ? "observer" : "validator");
  fill_consensus(status, replica);
  status.certified_height = view ? view->height() : 0;
  status.executed_height = executor_->executed_height();
  status.log_size = view ? view->log_size() : 0;
  status.block_time_ms = view ? view->seal().time_ms : 0;
  status.mempool_submissions = mempool.submissions;
  status.mempool_bytes = mempool.bytes;
  status.disk_free_bytes = disk_free_;
  status.accepts_submissions = closed.message.empty();
  status.refusal = closed.message;
  status.peers = peers_seen(std::max(status.certified_height, replica.peers_certified.value));
  status.evidence = evidence_->count();
  status.damage = damage_.summary();
  status.freshness = freshness(replica, status, halted);
  return status;
}

std::string Node::Impl::metrics() const {
  const storage::Store::Stats storage = store_->stats();
  return metrics_.text({.status = status(),
                        .name = place_.name,
                        .started_at_ms = identity_->started_at_ms,
                        .halted = !driver_->halted().empty(),
                        .waiting_callers = ingress_->waiting(),
                        .signatures_verified = authenticator_->verified(),
                        .damaged_reads = damage_.reads(),
                        .frames_dropped = network_->dropped_frames(),
                        .table_bytes = storage.table_bytes,
                        .memory_bytes = storage.memory_bytes,
                        .resident_bytes = resident_bytes(),
                        .cpu_ms = cpu_milliseconds()});
}

std::string Node::Impl::trouble() const {
  const NodeStatus seen = status();
  if (!seen.freshness.current) return seen.freshness.reason;
  if (!seen.damage.empty()) return seen.damage;
  if (!place_.index) return place_.no_vote;
  return seen.may_vote ? seen.refusal : seen.not_voting;
}

void Node::Impl::fill_consensus(NodeStatus& status, const consensus::ReplicaStatus& replica) const {
  const auto& validators = epoch_->validators.validators();
  status.epoch = epoch_->first_height;
  status.validators = validators.size();
  status.quorum = epoch_->validators.quorum();
  status.view = replica.view.value;
  status.view_begun = replica.view_installed;
  status.primary = std::string(ledger::short_name(validators[replica.primary.value].name));
  status.may_vote = replica.may_vote;
  status.not_voting = not_voting(replica);
  status.delivered_height = replica.delivered.value;
  status.prepared_height = replica.prepared.value;
  status.window = config_.limits.window;
  status.proposals_in_flight = replica.proposals_in_flight;
  status.batches_held = replica.batches_held;
  status.batches_ready = replica.batches_available;
  status.views_without_commit = replica.progress_timeouts;
  const ConsensusDriver::ViewChanges changes = driver_->view_changes();
  for (const std::uint64_t count : changes.by_cause) status.view_changes += count;
  if (changes.last) {
    status.last_view_change = ViewChangeSeen{.from = changes.last->from.value,
                                             .to = changes.last->to.value,
                                             .cause = std::string(name_of(changes.last->cause)),
                                             .at_ms = changes.last->wall_ms};
  }
}

std::string Node::Impl::not_voting(const consensus::ReplicaStatus& replica) const {
  if (replica.may_vote) return "";
  if (!place_.no_vote.empty()) return place_.no_vote;
  if (!place_.index) return "an observer follows and never votes";
  if (replica.halted) {
    return "it has halted: keep its data directory and log as they are and compare them with "
           "another node's";
  }
  if (replica.key_given_up) {
    return fmt::format(
        "its vote journal was lost or rolled back, so that it may have forgotten votes: this "
        "voting key signs nothing any more; {}",
        storage::kNewVotingKeyRemedy);
  }
  if (replica.proving && !replica.behind_journal) {
    return "it asks the other validators what they hold of its votes, and votes once enough of "
           "them have answered; nothing to do, unless it lasts: then too few of them run";
  }
  return fmt::format(
      "its database is at height {} and below what its vote journal holds certified: it votes "
      "again once it has executed up to there; nothing to do while that height rises",
      replica.executed.value);
}

/// `newest`: a height that some correct validator has certified. What a single peer says of itself
/// is shown, but measures nobody else.
std::vector<PeerState> Node::Impl::peers_seen(std::uint64_t newest) const {
  std::vector<PeerState> peers = network_->peers();
  const auto& validators = epoch_->validators.validators();
  for (PeerState& peer : peers) {
    for (std::uint32_t i = 0; i < validators.size(); ++i) {
      if (ledger::short_name(validators[i].name) == peer.name)
        peer.certified_height = driver_->peer_height(i);
    }
    peer.lag_blocks = newest - std::min(newest, peer.certified_height);
  }
  return peers;
}

Freshness Node::Impl::freshness(const consensus::ReplicaStatus& replica, const NodeStatus& status,
                                const std::string& halted) const {
  const ledger::ValidatorSet& validators = epoch_->validators;
  const auto heard =
      static_cast<std::size_t>(std::ranges::count_if(status.peers, [](const PeerState& peer) {
        return peer.connected && peer.silent_ms < kSilentMs;
      }));
  // An observer believes one correct validator, or all that it was told of.
  const std::size_t one_correct = one_correct_of(validators.size());
  return freshness_.judge(
      {.now = FreshnessJudge::Clock::now(),
       .wall_ms = os::wall_ms(),
       .certified = status.certified_height,
       .certified_elsewhere = replica.peers_certified.value,
       .reachable = heard + (place_.index ? 1 : 0),
       .needed = place_.index ? validators.quorum() : std::min(one_correct, config_.links.size()),
       .validators = validators.size(),
       .work = replica.has_work || status.mempool_submissions > 0,
       .halted = halted});
}

Result<std::unique_ptr<Node>> Node::start(Config config) {
  auto impl = std::make_unique<Impl>(std::move(config));
  QC_TRY_VOID(impl->start());
  return std::unique_ptr<Node>(new Node(std::move(impl)));
}

Node::Node(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Node::~Node() = default;

std::optional<Error> Node::failure() const { return impl_->failure(); }
bool Node::epoch_ended() const { return impl_->epoch_ended(); }
NodeView& Node::view() { return *impl_; }
Ingress& Node::ingress() { return impl_->ingress(); }
std::uint16_t Node::peer_port() const { return impl_->peer_port(); }
std::uint16_t Node::rpc_port() const { return impl_->rpc_port(); }
void Node::stop() { impl_->stop(); }

Result<void> check_node(const Config& config) {
  QC_TRY(const NodeKeys keys, load_keys(config, AbsentCertificate::kLeaveOut));
  QC_TRY(const ledger::Genesis genesis, read_genesis(config));
  QC_TRY(const ledger::ExecutedBlock block, ledger::execute_genesis(genesis));
  return {};
}

}  // namespace qc::node

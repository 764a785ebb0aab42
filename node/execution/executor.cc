// SPDX-License-Identifier: Apache-2.0
#include "node/execution/executor.h"

#include <algorithm>
#include <utility>

#include "ledger/consortium/checkpoint.h"
#include "node/base/log.h"
#include "os/wall_clock.h"

namespace qc::node {
namespace {

using ledger::Result;

/// How often it is looked whether the newest checkpoint wants a younger signature.
constexpr std::chrono::seconds kAgainInterval{1};
/// New signatures are gathered into a new note when they make it so much younger, or by half of
/// the period in which they are made.
constexpr std::chrono::seconds kYounger{30};

std::optional<std::uint32_t> index_of(const ledger::ValidatorSet& set, const std::string& name) {
  for (std::uint32_t index = 0; index < set.size(); ++index) {
    if (set.validators()[index].name == name) return index;
  }
  return std::nullopt;
}

chain::BlockPipeline::Options pipeline_options(const Executor::Options& options) {
  const auto step = std::min(kYounger, options.cosign_again / 2);
  return {.network = options.network,
          .validators = options.validators,
          .log_signer = options.log_signer,
          .younger_s = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(step.count()))};
}

}  // namespace

Executor::Executor(Options options, Start start, storage::Store& store, ExecutorHandler& handler)
    : options_(std::move(options)),
      store_(store),
      handler_(handler),
      ledger_(store, options_.metrics),
      pipeline_(pipeline_options(options_), std::move(start), ledger_, *this),
      self_(index_of(options_.validators, options_.name)) {
  show_progress();
}

Executor::~Executor() { stop(); }

void Executor::run() {
  thread_ = std::jthread([this] { work(); });
}

void Executor::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Executor::deliver(chain::DeliveredBlock block) { push(std::move(block)); }
void Executor::certify(consensus::Certifiable certifiable) { push(std::move(certifiable)); }
void Executor::store(consensus::StoreCertified foreign) { push(std::move(foreign)); }
void Executor::apply(chain::FetchedRange range) { push(std::move(range)); }
void Executor::cosignature(std::uint32_t validator, consensus::CheckpointVote vote) {
  push(PeerCosignature{.validator = validator, .vote = std::move(vote)});
}

void Executor::show_progress() {
  executed_height_ = pipeline_.head().height;
  as_of_s_ = pipeline_.as_of_s();
}

std::uint64_t Executor::executed_height() const { return executed_height_.load(); }
std::uint64_t Executor::as_of_s() const { return as_of_s_.load(); }

void Executor::push(Job job) {
  {
    const std::lock_guard lock(mutex_);
    // Peers choose when they send these; two rounds of all validators is more than enough.
    const bool optional = std::holds_alternative<PeerCosignature>(job);
    if (stopped_ || (optional && jobs_.size() > 2 * options_.validators.size() + 64)) return;
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
}

void Executor::work() {
  auto next_second = std::chrono::steady_clock::now() + kAgainInterval;
  while (true) {
    std::optional<Job> job;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_until(lock, next_second, [this] { return stopped_ || !jobs_.empty(); });
      if (stopped_) return;
      if (!jobs_.empty()) {
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
    }
    Result<void> done;
    ledger_.begin();
    if (job) done = std::visit([this](const auto& each) { return handle(each); }, *job);
    if (done && std::chrono::steady_clock::now() >= next_second) {
      done = every_second();
      next_second = std::chrono::steady_clock::now() + kAgainInterval;
    }
    show_progress();
    if (!done) {
      handler_.failed(done.error());
      return;
    }
  }
}

Result<ledger::NoteSignature> Executor::cosign(const ledger::Checkpoint& checkpoint,
                                               std::uint64_t block_time_ms) const {
  // Never below the block's time, whatever this clock says: it would not count.
  return ledger::cosign(*options_.signer, options_.name,
                        std::max(os::wall_s(), block_time_ms / 1000), checkpoint);
}

Result<void> Executor::executed(const ledger::ExecutedBlock& block) {
  executed_height_ = block.height;
  if (log_enabled(LogLevel::kDebug)) {
    log(LogLevel::kDebug, "block_executed",
        {{"height", block.height},
         {"submissions", block.submissions.size()},
         {"records", block.records.size()}});
  }
  std::string cosignature;
  if (options_.signer != nullptr) {
    const ledger::Checkpoint checkpoint{
        .origin = options_.network.chain_id, .size = block.log_size(), .root = block.log_root};
    QC_TRY(const ledger::NoteSignature line, cosign(checkpoint, block.time_ms));
    cosignature = line.line();
  }
  handler_.executed(chain::executed_event(options_.network, block, std::move(cosignature)));
  return {};
}

void Executor::published(std::span<const chain::ExecutedPtr> blocks) {
  show_progress();
  handler_.published(store_.latest(), blocks);
}

void Executor::certified(consensus::CertifiedCheckpoint checkpoint) {
  handler_.certified(std::move(checkpoint));
}

void Executor::synced(consensus::Synced event) {
  log(LogLevel::kInfo, "synced", {{"height", event.block.height.value}});
  handler_.synced(std::move(event));
}

Result<void> Executor::every_second() {
  const auto period = static_cast<std::uint64_t>(options_.cosign_again.count());
  const bool due = options_.signer != nullptr && self_ && pipeline_.may_renew() &&
                   pipeline_.as_of_s() + period <= os::wall_s();
  if (!due) return {};
  const auto view = store_.latest();
  const ledger::Checkpoint checkpoint = pipeline_.newest_checkpoint();
  QC_TRY(const ledger::NoteSignature line, cosign(checkpoint, view->seal().time_ms));
  const consensus::CheckpointVote vote{.height = consensus::Height{view->height()},
                                       .checkpoint = checkpoint.text(),
                                       .cosignature = line.line()};
  handler_.cosigned_again(vote);
  return pipeline_.cosignature(*self_, vote);
}

}  // namespace qc::node

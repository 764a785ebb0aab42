// SPDX-License-Identifier: Apache-2.0
#include "node/execution/executor.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "consensus/message/statement.h"
#include "ledger/consortium/validator_schedule.h"
#include "ledger/log/record_log.h"
#include "node/base/log.h"
#include "node/status/metrics.h"
#include "os/wall_clock.h"

namespace qc::node {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;
using ExecutedPtr = std::shared_ptr<const ledger::ExecutedBlock>;

/// C2SP asks verifiers to support 16 signatures; one is the log's.
constexpr std::size_t kCosignaturesMax = 15;
/// How often a signature on a checkpoint that lacks its quorum is sent again.
constexpr std::chrono::seconds kAgainInterval{1};
/// New signatures are gathered into a new note when they make it so much younger, or by half of
/// the period in which they are made.
constexpr std::chrono::seconds kYounger{30};
/// Certified blocks are handed to the store before the chain state holds too many.
constexpr std::size_t kFetchedUnappliedMax = 32;
/// Above every height: of a range without a checkpoint of its own.
constexpr std::uint64_t kNoHeight = ~std::uint64_t{0};

Result<void> differs(std::uint64_t height) {
  return fail(Code::kDataLoss,
              fmt::format("block {}: this node's execution gives another result than the one that "
                          "the validators certified; its program or its disk cannot be trusted",
                          height));
}

std::optional<std::uint32_t> index_of(const ledger::ValidatorSet& set, const std::string& name) {
  for (std::uint32_t index = 0; index < set.size(); ++index) {
    if (set.validators()[index].name == name) return index;
  }
  return std::nullopt;
}

}  // namespace

Result<chain::CheckpointProof> proof_of(const storage::ReadView& view) {
  QC_TRY(std::vector<Digest> path, ledger::inclusion_path(view.network().algorithm, view.log(),
                                                          view.seal_index(), view.log_size()));
  return chain::CheckpointProof{
      .note = view.checkpoint_note(), .seal_text = view.seal_text(), .seal_path = std::move(path)};
}

Executor::Executor(Options options, Start start, storage::Store& store, ExecutorHandler& handler)
    : options_(std::move(options)),
      set_hash_(options_.validators.hash(options_.network.algorithm)),
      store_(store),
      handler_(handler),
      chain_(std::move(start.chain)),
      uncertified_(start.uncertified.begin(), start.uncertified.end()),
      renewal_(options_.validators),
      self_(index_of(options_.validators, options_.name)),
      executed_height_(chain_->head().height) {
  const auto view = store_.latest();
  if (!view) return;
  begin_renewal();
  if (view->checkpoint_note().empty()) return;
  const auto note = ledger::SignedNote::parse(view->checkpoint_note());
  if (!note) return;
  const auto certified = ledger::verify_checkpoint(*note, options_.validators);
  if (certified) as_of_s_ = certified->as_of_s;
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

void Executor::deliver(DeliveredBlock block) { push(std::move(block)); }
void Executor::certify(consensus::Certifiable certifiable) { push(std::move(certifiable)); }
void Executor::store(consensus::StoreCertified foreign) { push(std::move(foreign)); }
void Executor::apply(chain::FetchedRange range) { push(std::move(range)); }
void Executor::cosignature(std::uint32_t validator, consensus::CheckpointVote vote) {
  push(PeerCosignature{.validator = validator, .vote = std::move(vote)});
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
    if (job) done = std::visit([this](auto& each) { return handle(each); }, *job);
    if (done && std::chrono::steady_clock::now() >= next_second) {
      done = every_second();
      next_second = std::chrono::steady_clock::now() + kAgainInterval;
    }
    if (!done) {
      handler_.failed(done.error());
      return;
    }
  }
}

ledger::Checkpoint Executor::checkpoint_of(const ledger::ExecutedBlock& block) const {
  return {.origin = options_.network.chain_id, .size = block.log_size(), .root = block.log_root};
}

Result<ledger::NoteSignature> Executor::cosign(const ledger::Checkpoint& checkpoint,
                                               std::uint64_t block_time_ms) const {
  // Never below the block's time, whatever this clock says: it would not count.
  return ledger::cosign(*options_.signer, options_.name,
                        std::max(os::wall_s(), block_time_ms / 1000), checkpoint);
}

Result<ExecutedPtr> Executor::execute(const ledger::Block& block,
                                      const consensus::Proposal& proposal) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begun = Clock::now();
  QC_TRY(ExecutedPtr executed, chain_->execute(block));
  const Clock::time_point done = Clock::now();
  QC_TRY_VOID(store_.commit_block(block, consensus::proposal_bytes(proposal), *executed));
  count(*executed, done - begun, Clock::now() - done);
  uncertified_.push_back(executed);
  executed_height_ = executed->height;
  return executed;
}

void Executor::count(const ledger::ExecutedBlock& block, std::chrono::nanoseconds execution,
                     std::chrono::nanoseconds writing) const {
  if (options_.metrics == nullptr) return;
  options_.metrics->block_executed(execution, writing, block.records.size());
  for (const ledger::ExecutedSubmission& submission : block.submissions) {
    const SubmissionEnd kept =
        submission.outcome.accepted() ? SubmissionEnd::kAccepted : SubmissionEnd::kRejected;
    options_.metrics->submission_ended(submission.dropped ? SubmissionEnd::kDropped : kept);
  }
}

Result<void> Executor::announce(const ledger::ExecutedBlock& block) {
  const ledger::Checkpoint checkpoint = checkpoint_of(block);
  consensus::Executed event{.height = consensus::Height{block.height},
                            .checkpoint = checkpoint.text(),
                            .cosignature = {},
                            .next_epoch = {}};
  if (block.next_epoch) event.next_epoch = consensus::Height{*block.next_epoch};
  if (options_.signer != nullptr) {
    QC_TRY(const ledger::NoteSignature line, cosign(checkpoint, block.time_ms));
    event.cosignature = line.line();
  }
  handler_.executed(std::move(event));
  return {};
}

Result<void> Executor::handle(DeliveredBlock& job) {
  const std::uint64_t height = job.proposal.height.value;
  if (height <= chain_->head().height) {
    // Fetched as a certified block meanwhile; consensus learns of it by `synced`.
    return {};
  }
  ledger::Block block{.height = height,
                      .time_ms = job.proposal.time_ms,
                      .proposal_digest = job.digest,
                      .submissions = {}};
  for (const chain::SharedBatch& batch : job.batches) {
    block.submissions.insert(block.submissions.end(), batch->submissions.begin(),
                             batch->submissions.end());
  }
  QC_TRY(const ExecutedPtr executed, execute(block, job.proposal));
  if (log_enabled(LogLevel::kDebug)) {
    log(LogLevel::kDebug, "block_executed",
        {{"height", height},
         {"submissions", executed->submissions.size()},
         {"records", executed->records.size()}});
  }
  return announce(*executed);
}

Result<std::string> Executor::make_note(const ledger::Checkpoint& checkpoint,
                                        std::vector<ledger::NoteSignature> lines) const {
  ledger::SignedNote note{.text = checkpoint.text(), .signatures = std::move(lines)};
  const std::size_t most = std::max(kCosignaturesMax, options_.validators.quorum());
  if (note.signatures.size() > most) note.signatures.resize(most);
  QC_TRY(ledger::NoteSignature log_line, ledger::sign_as_log(*options_.log_signer, checkpoint));
  note.signatures.push_back(std::move(log_line));
  return note.format();
}

ExecutedPtr Executor::waiting(std::uint64_t height) const {
  const auto found =
      std::find_if(uncertified_.begin(), uncertified_.end(),
                   [&](const ExecutedPtr& block) { return block->height == height; });
  return found == uncertified_.end() ? nullptr : *found;
}

Result<void> Executor::handle(consensus::Certifiable& job) {
  const ExecutedPtr block = waiting(job.height.value);
  if (block == nullptr) return {};
  const ledger::Checkpoint checkpoint = checkpoint_of(*block);
  QC_TRY(std::vector<ledger::NoteSignature> lines, chain::certificate_lines(job, block->time_ms));
  QC_TRY(const std::string note, make_note(checkpoint, std::move(lines)));
  QC_TRY_VOID(publish(block->height, note));
  QC_TRY(const chain::CheckpointProof proof, proof_of(*store_.latest()));
  handler_.certified(chain::certified_message(proof, checkpoint, block->seal));
  return {};
}

Result<void> Executor::handle(consensus::StoreCertified& job) {
  const std::uint64_t height = job.checkpoint.height.value;
  const ExecutedPtr block = waiting(height);
  const auto view = store_.latest();
  // Fetched blocks may be applied already, under a later checkpoint than their own.
  const bool unsigned_yet = view->height() == height && view->checkpoint_note().empty();
  if (block == nullptr && !unsigned_yet) return {};
  const ledger::Checkpoint own = block ? checkpoint_of(*block) : newest_checkpoint();
  if (own.text() != job.checkpoint.checkpoint) return differs(height);
  QC_TRY(const chain::CheckpointProof proof, chain::CheckpointProof::decode(job.checkpoint.proof));
  QC_TRY(const std::string note, own_note(proof.note));
  return publish(height, note);
}

Result<void> Executor::publish(std::uint64_t height, const std::string& note) {
  std::vector<ExecutedPtr> blocks;
  while (!uncertified_.empty() && uncertified_.front()->height <= height) {
    blocks.push_back(std::move(uncertified_.front()));
    uncertified_.pop_front();
  }
  QC_TRY_VOID(store_.apply_certified(blocks, note));
  chain_->certified(height);
  begin_renewal();
  if (!note.empty()) {
    QC_TRY(const ledger::SignedNote parsed, ledger::SignedNote::parse(note));
    std::vector<std::uint64_t> times;
    for (const ledger::NoteSignature& line : parsed.signatures) {
      if (const auto time = chain::cosignature_time(line)) times.push_back(*time);
    }
    as_of_s_ = ledger::as_of_time(std::move(times), options_.validators.quorum()).value_or(0);
  }
  handler_.published(store_.latest(), blocks);
  return {};
}

Result<void> Executor::execute_fetched(const chain::FetchedBlock& fetched) {
  for (const Digest& batch : fetched.proposal.batches) {
    fetched_batches_.push_back({.digest = batch, .block_time_ms = fetched.block.time_ms});
  }
  if (fetched.block.height <= chain_->head().height) return {};
  QC_TRY(const ExecutedPtr executed, execute(fetched.block, fetched.proposal));
  return executed->seal_text == fetched.seal_text ? Result<void>() : differs(executed->height);
}

/// The same cosignatures under this node's own log line.
Result<std::string> Executor::own_note(const std::string& foreign_note) const {
  QC_TRY(ledger::SignedNote note, ledger::SignedNote::parse(foreign_note));
  QC_TRY(const ledger::Checkpoint checkpoint, ledger::Checkpoint::parse(note.text));
  std::erase_if(note.signatures, [&](const ledger::NoteSignature& line) {
    return options_.validators.find(line.name) == nullptr || !chain::cosignature_time(line);
  });
  return make_note(checkpoint, std::move(note.signatures));
}

Result<void> Executor::execute_all(const chain::FetchedRange& range, std::uint64_t proven) {
  for (const chain::FetchedBlock& fetched : range.blocks) {
    QC_TRY_VOID(execute_fetched(fetched));
    const bool last = fetched.block.height == proven;
    if (last || uncertified_.size() < kFetchedUnappliedMax) continue;
    // The end of a set is published with its own certificate, or the next set could not be proven.
    const ledger::Seal& seal = uncertified_.back()->seal;
    if (seal.next != seal.validators) continue;
    // Certified by what comes later, but without a checkpoint of its own: nothing to publish.
    QC_TRY_VOID(publish(fetched.block.height, ""));
  }
  return {};
}

bool Executor::adds_to_published(std::uint64_t proven) const {
  const auto view = store_.latest();
  const bool unsigned_yet = view->height() == proven && view->checkpoint_note().empty();
  return chain_->head().height >= proven && (view->height() < proven || unsigned_yet);
}

std::uint64_t Executor::worth_publishing_s() const {
  const auto step = std::min(kYounger, options_.cosign_again / 2);
  return as_of_s_ + std::max<std::uint64_t>(1, static_cast<std::uint64_t>(step.count()));
}

Result<void> Executor::take_younger(const chain::FetchedRange& range) {
  const auto view = store_.latest();
  if (!range.proven || range.proven->seal.height != view->height() || !uncertified_.empty())
    return {};
  if (range.proven->certified.as_of_s < worth_publishing_s()) return {};
  QC_TRY(const std::string note, own_note(range.proof.note));
  return publish(view->height(), note);
}

Result<void> Executor::handle(chain::FetchedRange& job) {
  const std::uint64_t next = chain_->head().height + 1;
  if (!job.blocks.empty() && job.blocks.front().block.height > next) return {};
  const std::uint64_t proven = job.proven ? job.proven->seal.height : kNoHeight;
  QC_TRY_VOID(execute_all(job, proven));
  if (!adds_to_published(proven)) return take_younger(job);
  QC_TRY(const std::string note, own_note(job.proof.note));
  QC_TRY_VOID(publish(proven, note));
  return announce_synced(job);
}

Result<void> Executor::announce_synced(const chain::FetchedRange& range) {
  const ledger::Seal& seal = range.proven->seal;
  log(LogLevel::kInfo, "synced", {{"height", seal.height}});
  if (seal.height == 0) return {};
  QC_TRY(const chain::CheckpointProof proof, proof_of(*store_.latest()));
  consensus::Synced event{
      .block = {.height = consensus::Height{seal.height},
                .proposal = seal.proposal,
                .time_ms = seal.time_ms},
      .checkpoint = chain::certified_message(proof, range.proven->certified.checkpoint, seal),
      .ordered = std::move(fetched_batches_),
      .next_epoch = {}};
  QC_TRY(const auto schedule,
         ledger::ValidatorSchedule::read(store_.state(), options_.network.algorithm));
  if (const auto next = schedule.next_change(seal.height))
    event.next_epoch = consensus::Height{*next};
  fetched_batches_.clear();
  handler_.synced(std::move(event));
  return {};
}

ledger::Checkpoint Executor::newest_checkpoint() const {
  const auto view = store_.latest();
  return {.origin = options_.network.chain_id, .size = view->log_size(), .root = view->log_root()};
}

void Executor::begin_renewal() {
  const auto view = store_.latest();
  // Between two sets the newest checkpoint is the earlier one's, and only that may sign it.
  if (view->seal().validators == set_hash_) {
    renewal_.begin(view->height(), newest_checkpoint(), view->seal().time_ms);
  } else {
    renewal_.end();
  }
}

Result<void> Executor::handle(PeerCosignature& job) {
  renewal_.add(job.validator, job.vote);
  return publish_renewed();
}

Result<void> Executor::publish_renewed() {
  auto lines = renewal_.lines_as_of(worth_publishing_s());
  if (!lines) return {};
  const std::uint64_t height = store_.latest()->height();
  QC_TRY(const std::string note, make_note(newest_checkpoint(), *std::move(lines)));
  return publish(height, note);
}

Result<void> Executor::sign_again() {
  const auto view = store_.latest();
  const ledger::Checkpoint checkpoint = newest_checkpoint();
  QC_TRY(const ledger::NoteSignature line, cosign(checkpoint, view->seal().time_ms));
  const consensus::CheckpointVote vote{.height = consensus::Height{view->height()},
                                       .checkpoint = checkpoint.text(),
                                       .cosignature = line.line()};
  renewal_.add(*self_, vote);
  handler_.cosigned_again(vote);
  return publish_renewed();
}

Result<void> Executor::every_second() {
  // A later size is cosigned already where blocks wait for their quorum: no older one any more.
  if (options_.signer == nullptr || !self_ || !uncertified_.empty()) return {};
  const auto period = static_cast<std::uint64_t>(options_.cosign_again.count());
  const bool old = renewal_.begun() && as_of_s_ + period <= os::wall_s();
  return old ? sign_again() : Result<void>();
}

}  // namespace qc::node

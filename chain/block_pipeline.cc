// SPDX-License-Identifier: Apache-2.0
#include "chain/block_pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "consensus/message/statement.h"
#include "ledger/consortium/validator_schedule.h"
#include "ledger/log/note.h"

namespace qc::chain {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;

/// C2SP asks verifiers to support 16 signatures; one is the log's.
constexpr std::size_t kCosignaturesMax = 15;
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

}  // namespace

consensus::Executed executed_event(const ledger::Network& network,
                                   const ledger::ExecutedBlock& block, std::string cosignature) {
  const ledger::Checkpoint checkpoint{
      .origin = network.chain_id, .size = block.log_size(), .root = block.log_root};
  consensus::Executed event{.height = consensus::Height{block.height},
                            .checkpoint = checkpoint.text(),
                            .cosignature = std::move(cosignature),
                            .next_epoch = {}};
  if (block.next_epoch) event.next_epoch = consensus::Height{*block.next_epoch};
  return event;
}

BlockPipeline::BlockPipeline(Options options, Start start, BlockStore& store,
                             PipelineHandler& handler)
    : options_(std::move(options)),
      set_hash_(options_.validators.hash(options_.network.algorithm)),
      store_(store),
      handler_(handler),
      chain_(std::move(start.chain)),
      uncertified_(start.uncertified.begin(), start.uncertified.end()),
      renewal_(options_.validators) {
  look_at_newest();
}

ledger::Checkpoint BlockPipeline::checkpoint_of(const ledger::ExecutedBlock& block) const {
  return {.origin = options_.network.chain_id, .size = block.log_size(), .root = block.log_root};
}

ledger::Checkpoint BlockPipeline::checkpoint_of(const BlockStore::Newest& newest) const {
  return {.origin = options_.network.chain_id, .size = newest.log_size, .root = newest.log_root};
}

ledger::Checkpoint BlockPipeline::newest_checkpoint() const {
  return checkpoint_of(store_.newest());
}

ExecutedPtr BlockPipeline::waiting(std::uint64_t height) const {
  const auto found = std::ranges::find(uncertified_, height,
                                       [](const ExecutedPtr& block) { return block->height; });
  return found == uncertified_.end() ? nullptr : *found;
}

// ---- execution

Result<ExecutedPtr> BlockPipeline::execute(const ledger::Block& block,
                                           const consensus::Proposal& proposal) {
  QC_TRY(ExecutedPtr executed, chain_->execute(block));
  QC_TRY_VOID(store_.commit(block, consensus::proposal_bytes(proposal), *executed));
  uncertified_.push_back(executed);
  return executed;
}

Result<void> BlockPipeline::deliver(const DeliveredBlock& delivered) {
  const std::uint64_t height = delivered.proposal.height.value;
  if (height <= chain_->head().height) return {};
  ledger::Block block{.height = height,
                      .time_ms = delivered.proposal.time_ms,
                      .proposal_digest = delivered.digest,
                      .submissions = {}};
  for (const SharedBatch& batch : delivered.batches) {
    block.submissions.insert(block.submissions.end(), batch->submissions.begin(),
                             batch->submissions.end());
  }
  QC_TRY(const ExecutedPtr executed, execute(block, delivered.proposal));
  return handler_.executed(*executed);
}

Result<void> BlockPipeline::execute_fetched(const FetchedBlock& fetched) {
  for (const Digest& batch : fetched.proposal.batches) {
    fetched_batches_.push_back({.digest = batch, .block_time_ms = fetched.block.time_ms});
  }
  if (fetched.block.height <= chain_->head().height) return {};
  QC_TRY(const ExecutedPtr executed, execute(fetched.block, fetched.proposal));
  return executed->seal_text == fetched.seal_text ? Result<void>() : differs(executed->height);
}

Result<void> BlockPipeline::execute_all(const FetchedRange& range, std::uint64_t proven) {
  for (const FetchedBlock& fetched : range.blocks) {
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

// ---- certificates

Result<void> BlockPipeline::certify(const consensus::Certifiable& certifiable) {
  const ExecutedPtr block = waiting(certifiable.height.value);
  if (block == nullptr) return {};
  const ledger::Checkpoint checkpoint = checkpoint_of(*block);
  QC_TRY(std::vector<ledger::NoteSignature> lines, certificate_lines(certifiable, block->time_ms));
  QC_TRY(const std::string note, make_note(checkpoint, std::move(lines)));
  QC_TRY_VOID(publish(block->height, note));
  QC_TRY(const CheckpointProof proof, store_.newest_proof());
  handler_.certified(certified_message(proof, checkpoint, block->seal));
  return {};
}

Result<void> BlockPipeline::store(const consensus::StoreCertified& foreign) {
  const std::uint64_t height = foreign.checkpoint.height.value;
  const ExecutedPtr block = waiting(height);
  const BlockStore::Newest newest = store_.newest();
  // Fetched blocks may be applied already, under a later checkpoint than their own.
  const bool unsigned_yet = newest.height == height && newest.note.empty();
  if (block == nullptr && !unsigned_yet) return {};
  const ledger::Checkpoint own = block ? checkpoint_of(*block) : checkpoint_of(newest);
  if (own.text() != foreign.checkpoint.checkpoint) return differs(height);
  QC_TRY(const CheckpointProof proof, CheckpointProof::decode(foreign.checkpoint.proof));
  QC_TRY(const std::string note, own_note(proof.note));
  return publish(height, note);
}

Result<void> BlockPipeline::apply(const FetchedRange& range) {
  const std::uint64_t next = chain_->head().height + 1;
  if (!range.blocks.empty() && range.blocks.front().block.height > next) return {};
  const std::uint64_t proven = range.proven ? range.proven->seal.height : kNoHeight;
  QC_TRY_VOID(execute_all(range, proven));
  if (!adds_to_published(proven)) return take_younger(range);
  QC_TRY(const std::string note, own_note(range.proof.note));
  QC_TRY_VOID(publish(proven, note));
  return announce_synced(range);
}

bool BlockPipeline::adds_to_published(std::uint64_t proven) const {
  const BlockStore::Newest newest = store_.newest();
  const bool unsigned_yet = newest.height == proven && newest.note.empty();
  return chain_->head().height >= proven && (newest.height < proven || unsigned_yet);
}

Result<void> BlockPipeline::take_younger(const FetchedRange& range) {
  const std::uint64_t height = store_.newest().height;
  if (!range.proven || range.proven->seal.height != height || !uncertified_.empty()) return {};
  if (range.proven->certified.as_of_s < as_of_s_ + options_.younger_s) return {};
  QC_TRY(const std::string note, own_note(range.proof.note));
  return publish(height, note);
}

Result<void> BlockPipeline::announce_synced(const FetchedRange& range) {
  const ledger::Seal& seal = range.proven->seal;
  if (seal.height == 0) return {};
  QC_TRY(const CheckpointProof proof, store_.newest_proof());
  consensus::Synced event{
      .block = {.height = consensus::Height{seal.height},
                .proposal = seal.proposal,
                .time_ms = seal.time_ms},
      .checkpoint = certified_message(proof, range.proven->certified.checkpoint, seal),
      .ordered = std::exchange(fetched_batches_, {}),
      .next_epoch = {}};
  QC_TRY(const auto schedule,
         ledger::ValidatorSchedule::read(store_.state(), options_.network.algorithm));
  if (const auto change = schedule.next_change(seal.height))
    event.next_epoch = consensus::Height{*change};
  handler_.synced(std::move(event));
  return {};
}

// ---- younger signatures

void BlockPipeline::look_at_newest() {
  const BlockStore::Newest newest = store_.newest();
  if (!newest.note.empty()) as_of_s_ = as_of(newest.note);
  // Between two sets the newest checkpoint is the earlier one's, and only that may sign it.
  if (newest.seal.validators == set_hash_) {
    renewal_.begin(newest.height, checkpoint_of(newest), newest.seal.time_ms);
  } else {
    renewal_.end();
  }
}

Result<void> BlockPipeline::cosignature(std::uint32_t validator,
                                        const consensus::CheckpointVote& vote) {
  renewal_.add(validator, vote);
  auto lines = renewal_.lines_as_of(as_of_s_ + options_.younger_s);
  if (!lines) return {};
  QC_TRY(const std::string note, make_note(newest_checkpoint(), *std::move(lines)));
  return publish(store_.newest().height, note);
}

// ---- publishing

Result<std::string> BlockPipeline::make_note(const ledger::Checkpoint& checkpoint,
                                             std::vector<ledger::NoteSignature> lines) const {
  ledger::SignedNote note{.text = checkpoint.text(), .signatures = std::move(lines)};
  const std::size_t most = std::max(kCosignaturesMax, options_.validators.quorum());
  if (note.signatures.size() > most) note.signatures.resize(most);
  if (options_.log_signer != nullptr) {
    QC_TRY(ledger::NoteSignature log_line, ledger::sign_as_log(*options_.log_signer, checkpoint));
    note.signatures.push_back(std::move(log_line));
  }
  return note.format();
}

Result<std::string> BlockPipeline::own_note(const std::string& foreign_note) const {
  QC_TRY(ledger::SignedNote note, ledger::SignedNote::parse(foreign_note));
  QC_TRY(const ledger::Checkpoint checkpoint, ledger::Checkpoint::parse(note.text));
  std::erase_if(note.signatures, [&](const ledger::NoteSignature& line) {
    return options_.validators.find(line.name) == nullptr || !cosignature_time(line);
  });
  return make_note(checkpoint, std::move(note.signatures));
}

std::uint64_t BlockPipeline::as_of(const std::string& note) const {
  const auto parsed = ledger::SignedNote::parse(note);
  if (!parsed) return 0;
  std::vector<std::uint64_t> times;
  for (const ledger::NoteSignature& line : parsed->signatures) {
    if (const auto time = cosignature_time(line)) times.push_back(*time);
  }
  return ledger::as_of_time(std::move(times), options_.validators.quorum()).value_or(0);
}

Result<void> BlockPipeline::publish(std::uint64_t height, const std::string& note) {
  std::vector<ExecutedPtr> blocks;
  while (!uncertified_.empty() && uncertified_.front()->height <= height) {
    blocks.push_back(std::move(uncertified_.front()));
    uncertified_.pop_front();
  }
  QC_TRY_VOID(store_.apply(blocks, note));
  chain_->certified(height);
  look_at_newest();
  handler_.published(blocks);
  return {};
}

}  // namespace qc::chain

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "ledger/crypto/hash.h"
#include "ledger/execution/genesis.h"
#include "ledger/log/record_log.h"
#include "ledger/log/seal.h"
#include "ledger/record/submission.h"
#include "ledger/state/state_tree.h"
#include "ledger/state/subject.h"
#include "storage/ledger_reader.h"
#include "storage/rows.h"
#include "storage/store.h"
#include "storage/store_state.h"

namespace qc::storage {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;

// Leaves are put into the tree in runs of so many.
constexpr std::size_t kLeafRun = 4096;

/// Walks the stored ledger from genesis and recomputes what can be.
class Verification {
 public:
  Verification(const LedgerReader& reader, const ledger::Network& network, Store::VerifyDepth depth)
      : reader_(reader), network_(network), depth_(depth), log_(network.algorithm) {}

  /// Blocks in ascending order from 0.
  Result<void> check_block(std::uint64_t height) {
    QC_TRY(const StoredBlock block, reader_.block(height));
    QC_TRY(const ledger::Seal seal, ledger::Seal::parse(block.seal_text));
    if (seal.height != height || seal.time_ms != block.time_ms || seal.parent != parent_) {
      return fail(Code::kDataLoss, "its seal does not continue the one before");
    }
    if (block.first_log_index != log_.size()) {
      return fail(Code::kDataLoss, fmt::format("its log begins at {}, not at {}",
                                               block.first_log_index, log_.size()));
    }
    if (height > 0) {
      QC_TRY_VOID(check_submissions(block, seal));
    }
    while (log_.size() < block.seal_index()) QC_TRY_VOID(check_record(block, log_.size()));
    QC_TRY(const LogRow row, reader_.log_row(block.seal_index()));
    if (row.record || row.height != height) {
      return fail(Code::kDataLoss, fmt::format("log entry {} is not its seal", block.seal_index()));
    }
    parent_ = ledger::seal_leaf_hash(network_.algorithm, block.seal_text);
    log_.append(parent_);
    return {};
  }

  /// After the block of the applied height: what was derived up to there.
  Result<void> check_log() const {
    QC_TRY(const Digest root, ledger::log_root(network_.algorithm, reader_, log_.size()));
    if (root != log_.root()) {
      return fail(Code::kDataLoss, "the stored log hashes lead to another root than the records");
    }
    return {};
  }

  std::uint64_t log_size() const { return log_.size(); }

 private:
  /// Records against the signed root and outcomes against the seal's.
  Result<void> check_submissions(const StoredBlock& block, const ledger::Seal& seal) const {
    std::vector<Digest> leaves;
    for (std::uint32_t place = 0; place < block.submissions.size(); ++place) {
      const StoredSubmission& stored = block.submissions[place];
      QC_TRY(auto bytes, reader_.submission_bytes(block, place));
      auto submission = ledger::Submission::parse(std::move(bytes), network_.algorithm);
      if (!submission) {
        return ledger::fail_at(fmt::format("submission {}", place), submission.error());
      }
      const bool same = submission->hash() == stored.submission_hash &&
                        submission->header_bytes() == stored.header &&
                        submission->signature() == stored.signature;
      if (!same) return fail(Code::kDataLoss, fmt::format("submission {} is another one", place));
      if (stored.dropped) continue;
      leaves.push_back(ledger::submission_leaf(network_.algorithm, stored.header, stored.signature,
                                               stored.outcome));
    }
    if (leaves.size() != seal.submission_count ||
        ledger::merkle_root(network_.algorithm, leaves) != seal.submissions) {
      return fail(Code::kDataLoss, "the submissions and outcomes are not those under its seal");
    }
    return {};
  }

  Result<void> check_record(const StoredBlock& block, std::uint64_t log_index) {
    QC_TRY(const LogRow row, reader_.log_row(log_index));
    if (!row.record || row.height != block.height) {
      return fail(Code::kDataLoss, fmt::format("log entry {} is not a record of it", log_index));
    }
    ledger::RecordEntry entry;
    entry.record_hash = ledger::record_hash(network_.algorithm, row.record->bytes);
    entry.block_time_ms = block.time_ms;
    if (block.height == 0) {
      QC_TRY(const ledger::ChainId chain, ledger::parse_chain_id(network_.chain_id));
      entry.submission_hash = chain.genesis_hash;
    } else if (row.record->submission < block.submissions.size()) {
      entry.submission_hash = block.submissions[row.record->submission].submission_hash;
    } else {
      return fail(Code::kDataLoss, fmt::format("log entry {} names no submission", log_index));
    }
    const Digest leaf = ledger::record_leaf_hash(network_.algorithm, entry);
    if (depth_ == Store::VerifyDepth::kDeep) QC_TRY_VOID(check_links(*row.record));
    log_.append(leaf);
    return {};
  }

  /// Each link must continue the one of the record that it names. Leaf hashes of earlier records
  /// are in the log's rows, which `check_log` proves against the records.
  Result<void> check_links(const StoredRecord& record) const {
    for (const ledger::RecordLink& link : record.links) {
      QC_TRY(const Digest before, link_before(record.log_index, link));
      if (before != link.previous_link) {
        return fail(Code::kDataLoss, fmt::format("log entry {} does not continue a history of its "
                                                 "subjects",
                                                 record.log_index));
      }
    }
    return {};
  }

  Result<Digest> link_before(std::uint64_t log_index, const ledger::RecordLink& link) const {
    if (link.count == 1) return kZeroDigest;
    const auto broken = [&] {
      return fail(Code::kDataLoss,
                  fmt::format("log entry {} names no record before it in a history", log_index));
    };
    if (link.count == 0 || link.previous_index >= log_index) return broken();
    QC_TRY(const LogRow row, reader_.log_row(link.previous_index));
    if (!row.record) return broken();
    for (const ledger::RecordLink& previous : row.record->links) {
      if (previous.subject_key != link.subject_key || previous.count + 1 != link.count) continue;
      const auto leaf = reader_.node(0, link.previous_index);
      // Above the applied height leaf hashes are not there yet; execution makes them again.
      if (!leaf) return link.previous_link;
      return ledger::next_link(network_.algorithm, previous.previous_link, link.previous_index,
                               *leaf);
    }
    return broken();
  }

  const LedgerReader& reader_;
  const ledger::Network& network_;
  Store::VerifyDepth depth_;
  ledger::Frontier log_;
  Digest parent_{};
};

/// That a subject's head is where its last record says, and nothing follows.
Result<void> check_head(const LedgerReader& reader, const ledger::Network& network,
                        const Digest& subject_key, const ledger::SubjectHead& head) {
  const auto broken = [&] {
    return fail(Code::kDataLoss, fmt::format("the head of a subject's history does not fit log "
                                             "entry {}, its last",
                                             head.last_index));
  };
  QC_TRY(const LogRow row, reader.log_row(head.last_index));
  const auto leaf = reader.node(0, head.last_index);
  if (!row.record || !leaf) return broken();
  for (const ledger::RecordLink& link : row.record->links) {
    if (link.subject_key != subject_key) continue;
    const Digest expected =
        ledger::next_link(network.algorithm, link.previous_link, head.last_index, *leaf);
    if (link.count == head.count && expected == head.link) return {};
  }
  return broken();
}

/// Rebuilds the state tree from its leaves.
class StateVerification {
 public:
  StateVerification(const LedgerReader& reader, const ledger::Network& network)
      : reader_(reader), network_(network), tree_(nodes_, network.algorithm) {}

  Result<void> add(std::string_view key, std::string_view value) {
    const auto subject_key = digest_from(key);
    // A jump entry.
    if (!subject_key) return {};
    QC_TRY(const ledger::SubjectValue decoded, ledger::decode_subject_value(value));
    QC_TRY_VOID(check_head(reader_, network_, *subject_key, decoded.head));
    leaves_.push_back({*subject_key, ledger::hash(network_.algorithm, value)});
    return leaves_.size() < kLeafRun ? Result<void>() : put_leaves();
  }

  /// Compares root and every bundle.
  Result<void> finish(const Digest& state_root) {
    QC_TRY_VOID(put_leaves());
    QC_TRY(const Digest root, tree_.root());
    if (root != state_root) {
      return fail(Code::kDataLoss, "the subjects' values lead to another state root");
    }
    for (const auto& [key, bundle] : nodes_.bundles()) {
      const std::array<std::string, 1> keys = {key};
      std::array<std::string, 1> stored;
      QC_TRY_VOID(reader_.read(keys, stored));
      if (stored[0] != bundle) return fail(Code::kDataLoss, "a bundle of the state tree differs");
    }
    return {};
  }

 private:
  Result<void> put_leaves() {
    if (leaves_.empty()) return {};
    QC_TRY(ledger::StateUpdate update, tree_.update(leaves_));
    nodes_.apply(std::move(update.bundles));
    leaves_.clear();
    return {};
  }

  const LedgerReader& reader_;
  const ledger::Network& network_;
  ledger::MemoryNodeStore nodes_;
  ledger::StateTree tree_;
  std::vector<ledger::StateLeaf> leaves_;
};

}  // namespace

Result<void> Store::verify(VerifyDepth depth) const {
  if (state_->empty) return {};
  const LedgerReader& reader = state_->reader;
  const std::uint64_t applied = state_->applied;
  Verification verification(reader, state_->network, depth);
  for (std::uint64_t height = 0; height <= state_->durable; ++height) {
    if (auto checked = verification.check_block(height); !checked) {
      return ledger::fail_at(fmt::format("block {}", height), std::move(checked).error());
    }
    if (height == applied) QC_TRY_VOID(verification.check_log());
  }
  if (depth != VerifyDepth::kDeep) return {};

  QC_TRY(const StoredBlock block, reader.block(applied));
  QC_TRY(const ledger::Seal seal, ledger::Seal::parse(block.seal_text));
  StateVerification state(reader, state_->network);
  Result<void> added;
  QC_TRY_VOID(state_->database->scan(Column::kSubjects, {},
                                     [&](std::string_view key, std::string_view value) {
                                       added = state.add(key, value);
                                       return added.has_value();
                                     }));
  if (!added) return added;
  auto finished = state.finish(seal.state);
  if (!finished)
    return ledger::fail_at(fmt::format("state at block {}", applied), finished.error());
  return {};
}

}  // namespace qc::storage

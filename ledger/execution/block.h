// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "ledger/consortium/validator_epoch.h"
#include "ledger/execution/replay_window.h"
#include "ledger/log/merkle_log.h"
#include "ledger/log/seal.h"
#include "ledger/record/outcome.h"
#include "ledger/record/submission.h"
#include "ledger/state/state_tree.h"
#include "ledger/state/subject.h"

namespace qc::ledger {

/// What is known of a submission's signature before execution. It is verified once, when its batch
/// arrives, against the key that the header names; execution verifies only what is still unknown.
/// A check made earlier stays true, as a key id names one key for ever.
enum class SignatureCheck : std::uint8_t { kUnknown, kValid, kInvalid };

/// A submission in its place in a block.
struct OrderedSubmission {
  std::shared_ptr<const Submission> submission;
  SignatureCheck signature = SignatureCheck::kUnknown;
};

/// What consensus agreed on for one height, ready for execution: the batches of the proposal
/// unpacked, in the proposal's order.
struct Block {
  std::uint64_t height = 0;
  /// Unix milliseconds, greater than the block before's.
  std::uint64_t time_ms = 0;
  Digest proposal_digest{};
  std::vector<OrderedSubmission> submissions;
};

/// Why an ordered submission left no trace (docs/formats.md, "Authentic, timely, once").
enum class Drop : std::uint8_t {
  /// Its header names another chain.
  kOtherChain,
  /// `not_after_ms` is before the block or further ahead than the replay window.
  kUntimely,
  /// Its hash is in use: it has an outcome already.
  kReplayed,
  /// No such key of that organisation, or not good at the start of the block.
  kKeyNotGood,
  kBadSignature,
};
/// One word for logs and metrics: "replayed".
std::string_view name_of(Drop drop);

/// What became of one ordered submission, in the block's order.
struct ExecutedSubmission {
  Digest submission_hash{};
  /// Set: dropped, no leaf, no outcome, nothing else here counts.
  std::optional<Drop> dropped;
  Outcome outcome;
  /// outcome.encode(), as it stands under the seal.
  std::string outcome_bytes;
  /// Its leaf's place under the seal's `submissions` root.
  std::uint64_t position = 0;
  /// One sentence for people when refused: rule, value, what to do. Not agreed on, not hashed.
  std::string detail;
};

/// An accepted record. Its bytes are block.submissions[submission].submission->records()[position];
/// of a genesis record the document's records[position].
struct RecordWrite {
  std::uint64_t log_index = 0;
  /// Place of its submission in the block, dropped ones counted; kGenesisSubmission in block 0.
  std::uint32_t submission = 0;
  std::uint32_t position = 0;
  Digest record_hash{};
  Digest leaf_hash{};
  /// Its part of ExecutedBlock::links.
  std::uint32_t links_begin = 0;
  std::uint32_t links_end = 0;
};

inline constexpr std::uint32_t kGenesisSubmission = 0xffff'ffff;

/// Everything that execution makes of a block: what storage writes, what the seal, the checkpoint
/// and the receipts are made of. The same on every replica.
struct ExecutedBlock {
  std::uint64_t height = 0;
  std::uint64_t time_ms = 0;
  /// One for each submission of the block, in order.
  std::vector<ExecutedSubmission> submissions;
  /// Accepted records in log order: records[i].log_index = first_log_index + i.
  std::vector<RecordWrite> records;
  /// The records' links, flat; links_of() gives a record's.
  std::vector<RecordLink> links;
  /// Changed subjects, ascending by key, each once.
  std::vector<SubjectWrite> subjects;
  /// Changed bundles of the state tree, ascending by key.
  std::vector<NodeBundle> bundles;

  Seal seal;
  std::string seal_text;
  /// The leaf hashes appended to the log, in order: the records', then the seal's.
  std::vector<Digest> log_leaves;
  /// Log index of the first of them.
  std::uint64_t first_log_index = 0;
  /// The log after the block, its seal included: size and root are the checkpoint's.
  Frontier log;
  Digest log_root{};
  /// Hashes in use from this block on: of every submission with an outcome.
  std::vector<ReplayEntry> replay;
  /// The first height above this block's from which another validator set votes, where this block
  /// or an earlier one has decided that (ledger/consortium/validator_schedule.h). On block A - 1 it
  /// is A, and `seal.next` differs from `seal.validators`; on block A the change after it or
  /// nothing.
  std::optional<std::uint64_t> next_epoch;
  /// On block A - 1 only: the set that votes from A on, which `seal.next` is the hash of.
  std::optional<ValidatorEpoch> successor;

  std::uint64_t log_size() const { return log.size(); }
  /// The seal's log index: always the block's last entry.
  std::uint64_t seal_index() const { return log.size() - 1; }
  const Digest& seal_leaf() const { return log_leaves.back(); }
  std::span<const RecordLink> links_of(const RecordWrite& record) const {
    return std::span(links).subspan(record.links_begin, record.links_end - record.links_begin);
  }
};

}  // namespace qc::ledger

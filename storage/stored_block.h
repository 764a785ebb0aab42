// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/digest.h"
#include "ledger/execution/block.h"
#include "ledger/proof/validator_history.h"

namespace qc::storage {

/// One ordered submission as its block keeps it: everything but the records of an accepted one,
/// which stand in the log's order and nowhere else.
struct StoredSubmission {
  Digest submission_hash{};
  /// Exact bytes, as signed.
  std::string header;
  /// 64 bytes.
  std::string signature;
  /// From the header, so that the replay window can be rebuilt without decoding it.
  std::uint64_t not_after_ms = 0;
  /// Set: dropped, it has no outcome.
  std::optional<ledger::Drop> dropped;
  /// quality.v1.Outcome, canonical bytes; empty where dropped.
  std::string outcome;
  /// Accepted: log index of its first record and how many there are. Else 0.
  std::uint64_t first_log_index = 0;
  std::uint32_t record_count = 0;
  /// Its leaf's place under the seal's `submissions` root; 0 where dropped.
  std::uint64_t position = 0;

  /// True if its records are in the log.
  bool accepted() const { return record_count != 0; }
  bool operator==(const StoredSubmission&) const = default;
};

/// Where a submission's outcome stands.
struct SubmissionPlace {
  std::uint64_t height = 0;
  /// Place in StoredBlock::submissions.
  std::uint32_t place = 0;
};

/// A block without its records.
struct StoredBlock {
  std::uint64_t height = 0;
  std::uint64_t time_ms = 0;
  /// Bytes of the agreed proposal in the encoding of consensus; empty for block 0.
  std::string proposal;
  std::string seal_text;
  /// The block's part of the log: [first_log_index, log_size), the seal last.
  std::uint64_t first_log_index = 0;
  std::uint64_t log_size = 0;
  /// In the order of execution. Block 0 has none: its records are the genesis document's.
  std::vector<StoredSubmission> submissions;

  std::uint64_t seal_index() const { return log_size - 1; }
  bool operator==(const StoredBlock&) const = default;
};

/// A record's place and bytes.
struct StoredRecord {
  std::uint64_t log_index = 0;
  std::uint64_t height = 0;
  /// Place of its submission in the block (StoredBlock::submissions); ledger::kGenesisSubmission in
  /// block 0.
  std::uint32_t submission = 0;
  /// Its place in the submission, from 0.
  std::uint32_t position = 0;
  /// Its place in the history of each of its subjects.
  std::vector<ledger::RecordLink> links;
  /// Exact bytes.
  std::string bytes;
};

/// How a validator set handed over to the next: what a light client follows, and what a node that
/// catches up needs at an epoch's end.
struct Handover {
  /// The last block of the old set, A - 1; its seal names the next set.
  std::uint64_t height = 0;
  /// Signed note of that very block, certified by the old set.
  std::string note;
  /// The set that votes from A on, in its order.
  std::vector<ledger::NamedKey> next;

  bool operator==(const Handover&) const = default;
};

/// A whole block with the exact bytes of every submission: what another node executes and compares
/// (quality.peer.v1.Block, field by field).
struct FullBlock {
  std::uint64_t height = 0;
  std::uint64_t time_ms = 0;
  std::string proposal;
  /// SignedSubmission, exact bytes. Block 0 has none.
  std::vector<std::string> submissions;
  /// One for each: byte 0x01 and the Outcome's canonical bytes, or the one byte 0x00 where dropped.
  std::vector<std::string> outcomes;
  std::string seal_text;

  bool operator==(const FullBlock&) const = default;
};

}  // namespace qc::storage

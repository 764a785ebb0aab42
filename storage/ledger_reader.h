// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/digest.h"
#include "ledger/base/result.h"
#include "ledger/crypto/hash.h"
#include "ledger/log/merkle_log.h"
#include "ledger/state/state_tree.h"
#include "ledger/state/state_view.h"
#include "storage/database.h"
#include "storage/rows.h"
#include "storage/stored_block.h"

namespace qc::storage {

/// Reads the rows of a database as the ledger's values, at a snapshot or (null) as it is now. Holds
/// references only: database and snapshot must outlive it.
class LedgerReader final : public ledger::StateView,
                           public ledger::NodeStore,
                           public ledger::HashReader {
 public:
  LedgerReader(const Database& database, ledger::HashAlgorithm algorithm,
               const Database::Snapshot* at = nullptr)
      : database_(database), algorithm_(algorithm), at_(at) {}

  ledger::Result<std::optional<std::string>> value(const Digest& subject_key) const override;
  ledger::Result<void> read(std::span<const std::string> keys,
                            std::span<std::string> bundles) const override;
  /// Nothing also where the row cannot be read: the path then fails, naming no hash.
  std::optional<Digest> node(std::uint32_t level, std::uint64_t index) const override;

  /// A row that must be there: one that is not is damage.
  ledger::Result<StoredBlock> block(std::uint64_t height) const;
  ledger::Result<LogRow> log_row(std::uint64_t log_index) const;
  /// The records of a submission, whatever became of it.
  ledger::Result<std::vector<std::string>> submission_records(const StoredBlock& block,
                                                              std::uint32_t place) const;
  /// The exact bytes of a submission.
  ledger::Result<std::string> submission_bytes(const StoredBlock& block, std::uint32_t place) const;
  ledger::Result<FullBlock> full_block(std::uint64_t height) const;
  /// The log index of the subject's record number `count`, where it has a jump entry.
  ledger::Result<std::optional<std::uint64_t>> jump(const Digest& subject_key,
                                                    std::uint64_t count) const;
  ledger::Result<std::optional<SubmissionPlace>> submission(const Digest& submission_hash) const;
  ledger::Result<std::optional<std::string>> meta(std::string_view key) const;

 private:
  /// Appends the records of log entries [first, first + count).
  ledger::Result<void> append_records(std::uint64_t first, std::size_t count,
                                      std::vector<std::string>& records) const;
  /// A submission whose records are not in the log.
  ledger::Result<std::string> raw_submission(std::uint64_t height, std::uint32_t place) const;

  const Database& database_;
  ledger::HashAlgorithm algorithm_;
  const Database::Snapshot* at_;
};

}  // namespace qc::storage

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/digest.h"
#include "ledger/base/result.h"
#include "ledger/log/merkle_log.h"
#include "storage/read_view.h"

namespace qc::node {

/// What a record's proof needs of its submission.
struct RecordOrigin {
  std::uint64_t block_time_ms = 0;
  /// Exact bytes; both empty for the records of the genesis document.
  std::string header;
  std::string signature;
  Digest submission_hash{};
  /// The signing key as the header names it, and its SubjectPublicKeyInfo.
  Digest key_id{};
  std::string spki;
  /// Its records in the log.
  std::uint64_t first_log_index = 0;
  std::uint32_t record_count = 0;
};

/// Reads records together with where they come from, for one request: neighbours of a history often
/// share block and submission. One thread; the view must outlive it.
class RecordReader {
 public:
  explicit RecordReader(const storage::ReadView& view) : view_(view) {}

  const storage::ReadView& view() const { return view_; }

  /// Valid until the next call.
  ledger::Result<const RecordOrigin*> origin(const storage::StoredRecord& record);

  /// The record's path under its submission's record_root, leaf first; empty for genesis records.
  ledger::Result<std::vector<Digest>> path(const storage::StoredRecord& record);

  /// The path of a log entry under the view's checkpoint.
  ledger::Result<std::vector<Digest>> inclusion(std::uint64_t log_index) const;

  /// Log entries that were read so far to make paths: the measure of the work done.
  std::size_t leaves_read() const { return leaves_read_; }

 private:
  using Place = std::pair<std::uint64_t, std::uint32_t>;

  ledger::Result<RecordOrigin> read_origin(const storage::StoredRecord& record);
  ledger::Result<const storage::StoredBlock*> block(std::uint64_t height);
  ledger::Result<const ledger::MerkleTree*> tree(const Place& place, const RecordOrigin& origin);

  const storage::ReadView& view_;
  /// The last few, the newest at the back.
  std::deque<std::unique_ptr<const storage::StoredBlock>> blocks_;
  std::deque<std::pair<Place, RecordOrigin>> origins_;
  std::deque<std::pair<Place, ledger::MerkleTree>> trees_;
  std::map<Digest, std::string> keys_;
  std::size_t leaves_read_ = 0;
};

}  // namespace qc::node

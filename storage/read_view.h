// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "ledger/base/result.h"
#include "ledger/crypto/network.h"
#include "ledger/log/merkle_log.h"
#include "ledger/log/seal.h"
#include "ledger/state/state_tree.h"
#include "ledger/state/state_view.h"
#include "ledger/state/subject.h"
#include "storage/stored_block.h"

namespace qc::storage {

/// One record of a subject's history.
struct HistoryEntry {
  /// The record is the subject's count-th, from 1.
  std::uint64_t count = 0;
  /// The history's link before this record: with `count - 1` it is the cut of a bundle that leaves
  /// the earlier records out.
  Digest previous_link{};
  StoredRecord record;
};

/// A stretch of a subject's history in the order in which it grew.
struct HistoryPage {
  /// The head of the whole history at this view; `head.count` is 0 for an unknown subject.
  ledger::SubjectHead head;
  std::vector<HistoryEntry> entries;
};

/// The whole ledger as it stands at one certified checkpoint: nothing above it can be seen, and
/// nothing in it ever changes. Everything that readers, receipts and proofs are made of.
///
/// Safe to read from any number of threads. Holding one keeps a database snapshot alive, so hold it
/// for the length of a request, not of a session; it may outlive the Store.
///
/// An error other than the ones that a function names is kDataLoss: the disk gave back something
/// else than was written.
class ReadView {
 public:
  /// Never more entries in one page or range.
  static constexpr std::size_t kPageMax = 1024;

  ReadView(const ReadView&) = delete;
  ReadView& operator=(const ReadView&) = delete;
  ReadView(ReadView&&) = delete;
  ReadView& operator=(ReadView&&) = delete;
  ~ReadView();

  const ledger::Network& network() const;
  std::uint64_t height() const;
  /// The signed note that certifies this height (for block 0, which nobody signs: empty).
  const std::string& checkpoint_note() const;
  /// The seal of this height: text, meaning, and its place, which is always log_size() - 1.
  const std::string& seal_text() const;
  const ledger::Seal& seal() const;
  std::uint64_t seal_index() const { return log_size() - 1; }
  std::uint64_t log_size() const;
  const Digest& log_root() const;

  /// The values of subjects, the bundles of the state tree and the hashes of the log at this view;
  /// as long-lived as the view.
  const ledger::StateView& state() const;
  const ledger::NodeStore& nodes() const;
  const ledger::HashReader& log() const;

  /// The record at a log index. kOutOfRange at or above log_size(), kNotFound where a seal stands.
  ledger::Result<StoredRecord> record(std::uint64_t log_index) const;

  /// The log entry (docs/formats.md, Record log) of each index of [first, first + count): 73 bytes
  /// for a record, 0x02 and the text for a seal. At most kPageMax; kOutOfRange beyond log_size().
  ledger::Result<std::vector<std::string>> entries(std::uint64_t first, std::size_t count) const;

  /// The subject's records number `first_count` .. (from 1), at most `limit` of them (cut to
  /// kPageMax) and about `bytes_max` bytes of records (at least one). Empty where there are none.
  ledger::Result<HistoryPage> history(const Digest& subject_key, std::uint64_t first_count,
                                      std::size_t limit,
                                      std::size_t bytes_max = std::size_t{8} << 20) const;

  /// A block without its records. kOutOfRange above height().
  ledger::Result<StoredBlock> block(std::uint64_t height) const;

  /// A block with every byte of its submissions. kOutOfRange above height().
  ledger::Result<FullBlock> full_block(std::uint64_t height) const;

  /// Blocks `from` .. `to` (cut to height()) until `bytes_max` is passed: at least one, at most
  /// 256. kOutOfRange if `from` is above height().
  ledger::Result<std::vector<FullBlock>> full_blocks(std::uint64_t from, std::uint64_t to,
                                                     std::size_t bytes_max) const;

  /// Where the outcome of a submission is: the one that it has for ever, inside the replay window
  /// and beyond. Nothing if it has none.
  ledger::Result<std::optional<SubmissionPlace>> submission(const Digest& submission_hash) const;

  /// The exact record bytes of a submission of a block, in order, whatever became of it.
  ledger::Result<std::vector<std::string>> submission_records(const StoredBlock& block,
                                                              std::uint32_t place) const;

  /// The codes (USCC or LEI) of the parties that records name, members or not, in order, from the
  /// first one behind `after` on; at most `limit` (cut to kPageMax).
  ledger::Result<std::vector<std::string>> parties(std::string_view after, std::size_t limit) const;

  /// The heights up to height() that are the last of a validator set (`next` of their seals is
  /// another set than `validators`), ascending, from the first one above `after` on; at most
  /// kPageMax.
  ledger::Result<std::vector<std::uint64_t>> set_ends(std::uint64_t after = 0) const;
  /// The signed note that certified such a height by its own set. kNotFound for another height.
  ledger::Result<std::string> set_end_note(std::uint64_t height) const;
  /// The changes of the validator set that are in force or begin with the next block: those whose
  /// Handover::height is at least `from` and not above height(), ascending; at most `limit` (cut to
  /// kPageMax).
  ledger::Result<std::vector<Handover>> handovers(std::uint64_t from, std::size_t limit) const;

  /// The document that the chain id commits to, exact bytes.
  ledger::Result<std::string> genesis() const;

 private:
  friend class Store;
  struct State;
  explicit ReadView(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace qc::storage

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "ledger/base/result.h"
#include "ledger/crypto/network.h"
#include "ledger/execution/block.h"
#include "storage/stored_block.h"

namespace qc::storage {

/// The rows of the database: keys and values, all numbers big-endian. A decoder refuses (kDataLoss)
/// whatever its encoder does not write.
///
///     meta         name                       one value each, below
///                  "handover/" | u64 height   the set that votes after it: a Handover without its
///                  note "party/" | code            nothing: every party that a record has named
///                  "set-end/" | u64 height    the signed note of the last block of a validator set
///     blocks       u64 height                 a StoredBlock
///                  u64 height | u32 place     SignedSubmission of one whose records are not in the
///                  log
///     records      u64 log index              a record with its links, or the height of a seal
///     log          u8 level / 4 | u64 index   30 hashes: four levels of complete subtrees
///     subjects     subject key                head | status
///                  subject key | u64 count    log index of the subject's count-th record, every
///                  64th
///     state        a bundle's key             the bundle
///     submissions  submission hash            u64 height | u32 place
inline constexpr std::uint32_t kFormat = 1;

inline constexpr std::string_view kFormatKey = "format";
/// u8 hash algorithm | chain id.
inline constexpr std::string_view kChainKey = "chain";
inline constexpr std::string_view kGenesisKey = "genesis";
inline constexpr std::string_view kDurableKey = "durable";
inline constexpr std::string_view kAppliedKey = "applied";
/// u64 height | signed note.
inline constexpr std::string_view kNoteKey = "note";
/// In front of the id of a voting key that has, or had, its journal beside this database.
inline constexpr std::string_view kVotesKeyPrefix = "votes/";

/// Every so many records of a subject there is a jump entry.
inline constexpr std::uint64_t kJumpDistance = 64;

inline constexpr std::string_view kHandoverKeyPrefix = "handover/";
std::string handover_key(std::uint64_t height);
std::string encode_handover(const Handover& handover);
/// The rest of `key` behind the prefix is the height.
ledger::Result<Handover> parse_handover(std::string_view key, std::string_view row);

inline constexpr std::string_view kPartyKeyPrefix = "party/";
std::string party_key(std::string_view code);
inline constexpr std::string_view kSetEndKeyPrefix = "set-end/";
std::string set_end_key(std::uint64_t height);
std::string number_key(std::uint64_t number);
std::string raw_submission_key(std::uint64_t height, std::uint32_t place);
std::string jump_key(const Digest& subject_key, std::uint64_t count);
std::string chain_row(const ledger::Network& network);

/// A number alone in a row.
ledger::Result<std::uint64_t> parse_number(std::string_view row);

std::string encode_block(const StoredBlock& block);
ledger::Result<StoredBlock> parse_block(std::string_view row);

/// Appends the row of a record: what stands in front of its bytes, then these.
std::string encode_record(const StoredRecord& place, std::span<const ledger::RecordLink> links,
                          std::string_view record);
std::string encode_seal_row(std::uint64_t height);
/// One row of the log's order.
struct LogRow {
  std::uint64_t height = 0;
  /// Nothing where the row is a seal's.
  std::optional<StoredRecord> record;
};
/// `log_index` is the row's key.
ledger::Result<LogRow> parse_log_row(std::uint64_t log_index, std::string_view row);

std::string encode_place(const SubmissionPlace& place);
ledger::Result<SubmissionPlace> parse_place(std::string_view row);

/// Where the hash of a complete subtree of the log stands.
struct LogSlot {
  std::string key;
  /// Byte offset in the row.
  std::size_t offset = 0;
};
inline constexpr std::size_t kLogRowSize = 30 * kDigestSize;
LogSlot log_slot(std::uint32_t level, std::uint64_t index);

/// SignedSubmission in canonical encoding.
std::string assemble_submission(std::string_view header, std::string_view signature,
                                std::span<const std::string> records);

}  // namespace qc::storage

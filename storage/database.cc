// SPDX-License-Identifier: Apache-2.0
#include "storage/database.h"

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace qc::storage {
namespace {

using ledger::Code;
using ledger::Error;
using ledger::Result;

constexpr std::array<const char*, kColumns> kColumnNames = {
    "default", "blocks", "records", "log", "subjects", "state", "submissions"};
constexpr std::size_t kProtectionBytesPerKey = 8;
constexpr double kBloomBitsPerKey = 10;
constexpr std::size_t kTableBlockSize = 8 * 1024;
constexpr std::size_t kWalBytesMax = std::size_t{512} << 20;
constexpr int kBackgroundJobs = 2;

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

rocksdb::CompressionType best_compression() {
  const auto supported = rocksdb::GetSupportedCompressions();
  for (const auto wanted : {rocksdb::kLZ4Compression, rocksdb::kSnappyCompression}) {
    if (std::find(supported.begin(), supported.end(), wanted) != supported.end()) return wanted;
  }
  return rocksdb::kNoCompression;
}

/// Nothing but hashes: not worth the attempt.
bool is_incompressible(Column column) { return column == Column::kLog || column == Column::kState; }

rocksdb::ColumnFamilyOptions column_options(Column column, const Database::Options& options,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = kTableBlockSize;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.format_version = 5;
  rocksdb::ColumnFamilyOptions family;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  family.write_buffer_size = options.write_buffer_bytes;
  family.max_write_buffer_number = 4;
  family.level_compaction_dynamic_level_bytes = true;
  family.compression = is_incompressible(column) ? rocksdb::kNoCompression : best_compression();
  return family;
}

rocksdb::DBOptions database_options(const Database::Options& options) {
  rocksdb::DBOptions db;
  db.create_if_missing = true;
  db.create_missing_column_families = true;
  // The default mode opens a log that is damaged in its middle and silently drops the rest; this
  // one forgives an unfinished end only.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  db.paranoid_checks = true;
  // What is written behind must never reach the disk without the height that it reaches.
  db.atomic_flush = true;
  db.db_write_buffer_size = 2 * options.write_buffer_bytes;
  db.max_total_wal_size = kWalBytesMax;
  db.max_open_files = options.open_files_max;
  db.max_background_jobs = kBackgroundJobs;
  db.bytes_per_sync = 1 << 20;
  db.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  db.keep_log_file_num = 4;
  db.max_log_file_size = std::size_t{4} << 20;
  db.stats_dump_period_sec = 0;
  db.stats_persist_period_sec = 0;
  return db;
}

rocksdb::ReadOptions read_options(const rocksdb::Snapshot* snapshot) {
  rocksdb::ReadOptions options;
  options.snapshot = snapshot;
  return options;
}

Error open_error(const std::string& directory, const rocksdb::Status& status) {
  const std::string text = status.ToString();
  // RocksDB tells the two apart in words only.
  const bool held = text.find("While lock file") != std::string::npos ||
                    text.find("lock hold by current process") != std::string::npos;
  if (status.IsIOError() && held) {
    return {Code::kUnavailable, fmt::format("the database in {} is in use by another process; stop "
                                            "that one first ({})",
                                            directory, text)};
  }
  if (status.IsInvalidArgument() && text.find("olumn famil") != std::string::npos) {
    return {Code::kFailedPrecondition,
            fmt::format("the database in {} was written by a newer version of this program; use "
                        "that version ({})",
                        directory, text)};
  }
  const Code code = status.IsCorruption() ? Code::kDataLoss : Code::kInternal;
  return {code, fmt::format("cannot open the database in {}: {}{}", directory, text,
                            status.IsCorruption()
                                ? "; restore a backup of it, or move this folder away: the node "
                                  "then fetches the ledger from the others"
                                : "")};
}

}  // namespace

Database::Batch::Batch()
    : batch_(std::make_unique<rocksdb::WriteBatch>(0, 0, kProtectionBytesPerKey, 0)) {}
Database::Batch::~Batch() = default;
Database::Batch::Batch(Batch&& other) noexcept = default;
Database::Batch& Database::Batch::operator=(Batch&& other) noexcept = default;

Database::Snapshot::Snapshot(std::shared_ptr<const Database> database)
    : database_(std::move(database)), snapshot_(database_->db_->GetSnapshot()) {}
Database::Snapshot::~Snapshot() { database_->db_->ReleaseSnapshot(snapshot_); }

Result<std::shared_ptr<Database>> Database::open(const std::string& directory,
                                                 const Options& options) {
  const auto cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (std::size_t column = 0; column < kColumns; ++column) {
    descriptors.emplace_back(kColumnNames[column],
                             column_options(static_cast<Column>(column), options, cache));
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status =
      rocksdb::DB::Open(database_options(options), directory, descriptors, &handles, &db);
  if (!status.ok()) return tl::unexpected(open_error(directory, status));
  std::array<rocksdb::ColumnFamilyHandle*, kColumns> columns{};
  std::copy(handles.begin(), handles.end(), columns.begin());
  return std::shared_ptr<Database>(
      new Database(directory, std::unique_ptr<rocksdb::DB>(db), columns));
}

Database::Database(std::string directory, std::unique_ptr<rocksdb::DB> db,
                   std::array<rocksdb::ColumnFamilyHandle*, kColumns> columns)
    : directory_(std::move(directory)), db_(std::move(db)), columns_(columns) {}

Database::~Database() {
  for (rocksdb::ColumnFamilyHandle* column : columns_) {
    db_->DestroyColumnFamilyHandle(column).PermitUncheckedError();
  }
  db_->Close().PermitUncheckedError();
}

rocksdb::ColumnFamilyHandle* Database::handle(Column column) const {
  return columns_[static_cast<std::size_t>(column)];
}

Error Database::error_of(const rocksdb::Status& status, std::string_view doing) const {
  Code code = Code::kInternal;
  if (status.IsCorruption()) code = Code::kDataLoss;
  if (status.IsNoSpace()) code = Code::kResourceExhausted;
  return {code, fmt::format("{} the database in {}: {}", doing, directory_, status.ToString())};
}

void Database::put(Batch& batch, Column column, std::string_view key,
                   std::string_view value) const {
  // Fails only for keys or values of 4 GiB.
  batch.batch_->Put(handle(column), slice(key), slice(value)).PermitUncheckedError();
}

Result<void> Database::write(Batch&& batch, Durability durability) {
  const Batch taken = std::move(batch);
  rocksdb::WriteOptions options;
  options.sync = durability == Durability::kSynced;
  options.disableWAL = durability == Durability::kWrittenBehind;
  options.protection_bytes_per_key = kProtectionBytesPerKey;
  const rocksdb::Status status = db_->Write(options, taken.batch_.get());
  if (!status.ok()) return tl::unexpected(error_of(status, "cannot write to"));
  return {};
}

Result<std::optional<std::string>> Database::get(Column column, std::string_view key,
                                                 const Snapshot* at) const {
  std::string value;
  const rocksdb::Status status = db_->Get(read_options(at != nullptr ? at->snapshot_ : nullptr),
                                          handle(column), slice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>();
  if (!status.ok()) return tl::unexpected(error_of(status, "cannot read from"));
  return std::optional<std::string>(std::move(value));
}

Result<void> Database::get_many(Column column, std::span<const std::string> keys,
                                std::span<std::string> values, const Snapshot* at) const {
  const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> found(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  db_->MultiGet(read_options(at != nullptr ? at->snapshot_ : nullptr), handle(column), keys.size(),
                slices.data(), found.data(), statuses.data());
  for (std::size_t place = 0; place < keys.size(); ++place) {
    values[place].clear();
    if (statuses[place].IsNotFound()) continue;
    if (!statuses[place].ok()) return tl::unexpected(error_of(statuses[place], "cannot read from"));
    values[place].assign(found[place].data(), found[place].size());
  }
  return {};
}

Result<void> Database::scan(Column column, std::string_view first, const Visitor& visitor,
                            const Snapshot* at) const {
  rocksdb::ReadOptions options = read_options(at != nullptr ? at->snapshot_ : nullptr);
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> rows(db_->NewIterator(options, handle(column)));
  for (rows->Seek(slice(first)); rows->Valid(); rows->Next()) {
    if (!visitor(rows->key().ToStringView(), rows->value().ToStringView())) return {};
  }
  // A damaged block looks like the end.
  if (!rows->status().ok()) return tl::unexpected(error_of(rows->status(), "cannot scan"));
  return {};
}

Result<void> Database::flush(Wait wait) {
  rocksdb::FlushOptions options;
  options.wait = wait == Wait::kYes;
  options.allow_write_stall = true;
  const rocksdb::Status status = db_->Flush(options, {columns_.begin(), columns_.end()});
  if (!status.ok()) return tl::unexpected(error_of(status, "cannot flush"));
  return {};
}

std::uint64_t Database::property_sum(const std::string& name) const {
  std::uint64_t sum = 0;
  for (rocksdb::ColumnFamilyHandle* column : columns_) {
    std::uint64_t value = 0;
    if (db_->GetIntProperty(column, name, &value)) sum += value;
  }
  return sum;
}

}  // namespace qc::storage

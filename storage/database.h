// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ledger/base/result.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Snapshot;
class Status;
class WriteBatch;
}  // namespace rocksdb

namespace qc::storage {

/// The column families, each with one kind of row (rows.h).
enum class Column : std::uint8_t {
  /// RocksDB's default family.
  kMeta = 0,
  kBlocks = 1,
  kRecords = 2,
  kLog = 3,
  kSubjects = 4,
  kState = 5,
  kSubmissions = 6,
};
inline constexpr std::size_t kColumns = 7;

/// The only place that knows RocksDB: opened with the options that docs ask for, spoken to in
/// bytes, every status turned into an Error. Safe for any thread; one writer at a time.
class Database : public std::enable_shared_from_this<Database> {
 public:
  struct Options {
    std::uint64_t block_cache_bytes = 0;
    std::uint64_t write_buffer_bytes = 0;
    int open_files_max = 0;
  };

  /// Writes that take effect together or not at all.
  class Batch {
   public:
    Batch();
    ~Batch();
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;
    Batch(Batch&& other) noexcept;
    Batch& operator=(Batch&& other) noexcept;

   private:
    friend class Database;
    std::unique_ptr<rocksdb::WriteBatch> batch_;
  };

  /// The database as it is at one moment. Keeps the database alive.
  class Snapshot {
   public:
    explicit Snapshot(std::shared_ptr<const Database> database);
    ~Snapshot();
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;
    Snapshot(Snapshot&&) = delete;
    Snapshot& operator=(Snapshot&&) = delete;

   private:
    friend class Database;
    std::shared_ptr<const Database> database_;
    const rocksdb::Snapshot* snapshot_;
  };

  /// How a batch reaches the disk.
  enum class Durability : std::uint8_t {
    /// On disk when `write` returns.
    kSynced,
    /// In the write-ahead log: survives the process, not the machine.
    kLogged,
    /// In memory until the next flush.
    kWrittenBehind,
  };

  static ledger::Result<std::shared_ptr<Database>> open(const std::string& directory,
                                                        const Options& options);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  Database(Database&&) = delete;
  Database& operator=(Database&&) = delete;
  ~Database();

  void put(Batch& batch, Column column, std::string_view key, std::string_view value) const;
  ledger::Result<void> write(Batch&& batch, Durability durability);

  /// `at` null means now, here and below.
  ledger::Result<std::optional<std::string>> get(Column column, std::string_view key,
                                                 const Snapshot* at = nullptr) const;
  /// Many at once, keys ascending; an absent one gives an empty string.
  ledger::Result<void> get_many(Column column, std::span<const std::string> keys,
                                std::span<std::string> values, const Snapshot* at = nullptr) const;
  /// Every row from `first` on in key order, until the visitor says no or the column ends.
  using Visitor = std::function<bool(std::string_view key, std::string_view value)>;
  ledger::Result<void> scan(Column column, std::string_view first, const Visitor& visitor,
                            const Snapshot* at = nullptr) const;

  /// Flushes all columns together.
  enum class Wait : std::uint8_t { kNo, kYes };
  ledger::Result<void> flush(Wait wait);

  /// Sum over the columns of a RocksDB property that is a number; 0 where there is none.
  std::uint64_t property_sum(const std::string& name) const;

 private:
  Database(std::string directory, std::unique_ptr<rocksdb::DB> db,
           std::array<rocksdb::ColumnFamilyHandle*, kColumns> columns);
  rocksdb::ColumnFamilyHandle* handle(Column column) const;
  ledger::Error error_of(const rocksdb::Status& status, std::string_view doing) const;

  std::string directory_;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, kColumns> columns_;
};

}  // namespace qc::storage

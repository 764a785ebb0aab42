// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <utility>

#include "ledger/crypto/network.h"
#include "ledger/log/merkle_log.h"
#include "storage/database.h"
#include "storage/ledger_reader.h"
#include "storage/read_view.h"
#include "storage/store.h"

namespace qc::storage {

/// What a store is made of; between the files that implement it.
struct Store::State {
  State(std::shared_ptr<Database> db, ledger::Network of_network, const Options& with)
      : network(std::move(of_network)),
        options(with),
        database(std::move(db)),
        reader(*database, network.algorithm),
        log(network.algorithm) {}

  /// Finds out how far the database reaches, and shows readers what it may.
  ledger::Result<void> load(const std::string& directory);

  /// Makes the batch of what follows from `blocks`, which may be none, and writes it behind.
  ledger::Result<void> write_behind(
      std::span<const std::shared_ptr<const ledger::ExecutedBlock>> blocks);

  /// Takes the view of an applied height and shows it to readers.
  ledger::Result<void> publish(std::uint64_t height, std::string note);
  ledger::Result<void> keep_handover(const ledger::ExecutedBlock& block);
  ledger::Result<void> keep_note(
      std::span<const std::shared_ptr<const ledger::ExecutedBlock>> blocks, std::uint64_t height,
      std::string_view note);

  const ledger::Network network;
  const Options options;
  const std::shared_ptr<Database> database;
  const LedgerReader reader;

  std::atomic<bool> empty{true};
  std::atomic<std::uint64_t> durable{0};
  std::atomic<std::uint64_t> applied{0};

  /// The log after the applied height, and the height at which a flush was last begun: the applying
  /// thread's.
  ledger::Frontier log;
  std::uint64_t flushed = 0;

  std::atomic<std::uint64_t> commits{0};
  std::atomic<std::uint64_t> commit_ns_total{0};
  std::atomic<std::uint64_t> commit_ns_last{0};
  std::atomic<std::uint64_t> applies{0};
  std::atomic<std::uint64_t> apply_ns_total{0};
  std::atomic<std::uint64_t> records{0};
  std::atomic<std::uint64_t> record_bytes{0};

  /// Guards `latest` alone; held for the copy of a pointer.
  mutable std::mutex latest_mutex;
  std::shared_ptr<const ReadView> latest;
};

}  // namespace qc::storage

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "ledger/crypto/network.h"
#include "ledger/log/seal.h"
#include "storage/database.h"
#include "storage/ledger_reader.h"
#include "storage/read_view.h"

namespace qc::storage {

/// What a read view is made of; between Store, which makes them, and ReadView.
struct ReadView::State {
  State(const std::shared_ptr<Database>& db, ledger::Network of_network)
      : database(db),
        network(std::move(of_network)),
        snapshot(db),
        reader(*db, network.algorithm, &snapshot) {}

  std::shared_ptr<const Database> database;
  ledger::Network network;
  Database::Snapshot snapshot;
  LedgerReader reader;
  std::uint64_t height = 0;
  std::string note;
  std::string seal_text;
  ledger::Seal seal;
  std::uint64_t log_size = 0;
  Digest log_root{};
};

}  // namespace qc::storage

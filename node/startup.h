// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "chain/batch.h"
#include "consensus/replica/replica.h"
#include "ledger/base/result.h"
#include "ledger/consortium/validator_set.h"
#include "ledger/crypto/signer.h"
#include "ledger/execution/founding.h"
#include "node/config/config.h"
#include "node/execution/executor.h"
#include "storage/journal/vote_journal.h"
#include "storage/store.h"

namespace qc::node {

/// The validators as the chain knows them when the node starts.
struct Epoch {
  ledger::ValidatorSet validators;
  /// SubjectPublicKeyInfo DER of their nodes' TLS keys, in the same order.
  std::vector<std::string> tls_spkis;
  std::uint64_t first_height = 1;
  std::uint64_t replay_window_ms = 0;
};

/// The votes that this validator has promised.
struct Promises {
  /// Null for an observer.
  std::unique_ptr<storage::VoteJournal> journal;
  consensus::RecoveredState state;
  /// Bytes of the batches that the journal holds.
  std::vector<std::string> batches;
};

/// Reads and judges the genesis document of a configuration, and that it is of the chain named
/// there.
ledger::Result<ledger::Genesis> read_genesis(const Config& config);

/// Makes the data directory if need be (mode 0700).
ledger::Result<void> prepare_data_dir(const Config& config);

/// Opens the vote journal, or makes one for a key that never voted beside this database. Where it
/// did, its promises are lost and it must not vote again: an error that says what to do, as where
/// the journal is broken. What no file can tell, the peers are asked before the first vote.
ledger::Result<Promises> open_promises(const Config& config, const ledger::Network& network,
                                       const ledger::Signer& signer, storage::Store& store);

/// Writes block 0 where the store is empty, and executes again what is durable but not applied.
ledger::Result<Executor::Start> recover_chain(const ledger::Genesis& genesis,
                                              storage::Store& store);

/// The validators that vote above `certified_height`, of which `state` is, and the parameters.
ledger::Result<Epoch> read_epoch(const ledger::Network& network, const ledger::StateView& state,
                                 std::uint64_t certified_height);

/// Where the ledger stands, as consensus has to know it. `signer` is null for an observer.
struct PositionInputs {
  const ledger::Genesis& genesis;
  const storage::Store& store;
  const Executor::Start& start;
  const Promises& promises;
  std::uint64_t replay_window_ms = 0;
  /// First height of the present validator set.
  std::uint64_t epoch_begin = 1;
  std::string name;
  const ledger::Signer* signer = nullptr;
};
ledger::Result<consensus::LedgerPosition> ledger_position(const PositionInputs& inputs);

}  // namespace qc::node

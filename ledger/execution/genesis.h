// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "ledger/base/result.h"
#include "ledger/crypto/hash.h"

namespace qc::ledger {

/// Longer genesis documents are refused.
inline constexpr std::size_t kMaxGenesisSize = std::size_t{16} * 1024 * 1024;

/// The founding document of a network, which its chain id commits to.
struct GenesisDocument {
  /// A schema-less URL without '+' or white space (is_network_name).
  std::string name;
  /// Time of block 0, unix milliseconds; not 0.
  std::uint64_t time_ms = 0;
  /// The founding records; at least one, none empty, each within the limit of a record.
  std::vector<std::string> records;

  /// The canonical bytes of quality.v1.Genesis.
  std::string encode() const;
  static Result<GenesisDocument> parse(std::string_view document);
};

/// H("qc/genesis/v1" ‖ NUL ‖ document).
Digest genesis_hash(HashAlgorithm algorithm, std::string_view document);

/// The chain id, which is also the log's origin: name ‖ "/" ‖ 64 hex digits of the genesis hash.
std::string chain_id(std::string_view name, const Digest& genesis_hash);

/// A chain id taken apart.
struct ChainId {
  std::string_view name;
  Digest genesis_hash{};
};
/// Views into `chain_id`; refuses what chain_id() cannot have written.
Result<ChainId> parse_chain_id(std::string_view chain_id);

}  // namespace qc::ledger

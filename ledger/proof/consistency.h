// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/digest.h"
#include "ledger/consortium/checkpoint.h"
#include "ledger/crypto/hash.h"
#include "ledger/proof/policy.h"
#include "ledger/proof/validator_history.h"
#include "ledger/proof/verify_code.h"

namespace qc::ledger {

inline constexpr std::string_view kConsistencyFormat = "quality-chain consistency v1";

/// A file which shows that an older checkpoint is a prefix of a newer one: nothing was taken back.
struct ConsistencyFile {
  std::string chain;
  std::vector<FiledValidatorSet> validator_sets;
  /// Signed notes.
  std::string old_note;
  std::string new_note;
  /// RFC 6962 section 2.1.2.
  std::vector<Digest> proof;

  std::string to_json() const;
  static tl::expected<ConsistencyFile, FileRefusal> parse(std::string_view bytes);

  bool operator==(const ConsistencyFile&) const = default;
};

struct ConsistencyReport {
  Checkpoint old_checkpoint;
  Checkpoint new_checkpoint;
  std::uint64_t old_as_of_s = 0;
  std::uint64_t new_as_of_s = 0;
  std::vector<std::string> steps;
};

/// Verifies such a file: the sets from the policy's on, the old note certified by one of them, the
/// new one by the last, and the proof.
tl::expected<ConsistencyReport, FileRefusal> verify_consistency_file(
    std::string_view bytes, const NetworkPolicy& policy,
    HashAlgorithm algorithm = HashAlgorithm::kSha256);

}  // namespace qc::ledger

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "base/digest.h"
#include "ledger/crypto/hash.h"
#include "ledger/proof/policy.h"
#include "ledger/proof/validator_history.h"
#include "ledger/proof/verify_code.h"

namespace qc::ledger {

inline constexpr std::string_view kEvidenceFormat = "quality-chain evidence v1";

enum class EvidenceKind : std::uint8_t {
  /// Two certified checkpoints that no one log can have.
  kSplitView,
  /// One validator cosigned two roots for one size.
  kDoubleCosignature,
  /// One issuer has two accepted certificates with one number.
  kDoubleNumber,
  /// One validator signed two different statements of consensus about one place
  /// (voting_statement.h).
  kDoubleVote,
};

/// "split_view", "double_cosignature", "double_number", "double_vote".
std::string_view name_of(EvidenceKind kind);

/// A file that convicts: who reads it needs to trust nobody but the signatures in it.
struct EvidenceFile {
  std::string chain;
  std::vector<FiledValidatorSet> validator_sets;
  EvidenceKind kind = EvidenceKind::kSplitView;
  /// Split view and double cosignature: two signed notes.
  std::vector<std::string> notes;
  /// Split view of two sizes: consistency nodes; where the older size is a power of two the older
  /// root stands first.
  std::optional<std::vector<Digest>> proof;
  /// Double number: two `tlog-proof` texts and their records.
  std::vector<std::string> receipts;
  std::vector<std::string> records;
  /// Double vote: who signed, the exact bytes that were signed, and the signatures (64 bytes).
  std::string validator;
  std::vector<std::string> statements;
  std::vector<std::string> signatures;

  std::string to_json() const;
  static tl::expected<EvidenceFile, FileRefusal> parse(std::string_view bytes);

  bool operator==(const EvidenceFile&) const = default;
};

struct EvidenceReport {
  EvidenceKind kind = EvidenceKind::kSplitView;
  /// What is proven, in one sentence.
  std::string finding;
  /// Names of validators that signed both of two contradicting checkpoints, in order; for a double
  /// number the organisation that issued both.
  std::vector<std::string> culprits;
  std::vector<std::string> steps;
};

/// Verifies an evidence file; a value means that the accusation is proven.
tl::expected<EvidenceReport, FileRefusal> verify_evidence(
    std::string_view bytes, const NetworkPolicy& policy,
    HashAlgorithm algorithm = HashAlgorithm::kSha256);

}  // namespace qc::ledger

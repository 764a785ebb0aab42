// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "base/digest.h"
#include "ledger/base/result.h"
#include "ledger/consortium/checkpoint.h"
#include "ledger/crypto/hash.h"
#include "ledger/crypto/key.h"
#include "ledger/log/note.h"
#include "ledger/log/seal.h"
#include "ledger/proof/policy.h"
#include "ledger/proof/validator_history.h"
#include "ledger/proof/verify_code.h"
#include "ledger/record/submission.h"

namespace qc::ledger {

/// Longer files are no receipts.
inline constexpr std::size_t kMaxReceiptSize = 256 * 1024;

/// A C2SP `tlog-proof` file: that an entry stands in a log under a signed checkpoint.
struct TlogProof {
  /// Bytes of the `extra` line; the line is left out where empty.
  std::string extra;
  std::uint64_t index = 0;
  /// Leaf end first.
  std::vector<Digest> path;
  /// Signed note.
  std::string checkpoint;

  std::string format() const;
  /// Strict: accepts exactly what format() writes (any well-formed note).
  static Result<TlogProof> parse(std::string_view text);

  bool operator==(const TlogProof&) const = default;
};

/// The receipt of an accepted record. Its holder has the record itself.
struct AcceptedReceipt {
  std::string header;
  std::string signature;
  /// Public key of the signer, SubjectPublicKeyInfo DER.
  std::string spki;
  std::uint64_t block_time_ms = 0;
  /// The record's place in its submission.
  std::uint32_t position = 0;
  /// Under the header's record_root, leaf end first.
  std::vector<Digest> record_path;
  std::uint64_t log_index = 0;
  /// Under the checkpoint, leaf end first.
  std::vector<Digest> log_path;
  /// Signed note: a log's line and a quorum of cosignatures.
  std::string checkpoint;

  /// The `.tlog-proof` file.
  std::string format() const;
  static Result<AcceptedReceipt> from(const TlogProof& proof);

  bool operator==(const AcceptedReceipt&) const = default;
};

/// The receipt of a submission that was refused as a whole.
struct RejectedReceipt {
  std::string header;
  std::string signature;
  /// Canonical bytes of quality.v1.Outcome.
  std::string outcome;
  std::string seal;
  /// The submission's place under the seal's `submissions`.
  std::uint32_t position = 0;
  /// Under that root, leaf end first.
  std::vector<Digest> submission_path;
  /// Of the seal.
  std::uint64_t log_index = 0;
  std::vector<Digest> log_path;
  std::string checkpoint;

  std::string format() const;
  static Result<RejectedReceipt> from(const TlogProof& proof);

  bool operator==(const RejectedReceipt&) const = default;
};

/// What a receipt proves.
struct ReceiptReport {
  bool accepted = false;
  Checkpoint checkpoint = {};
  /// Unix seconds, see CertifiedCheckpoint.
  std::uint64_t as_of_s = 0;
  SubmissionHeader header = {};
  Digest submission_hash{};
  /// Accepted: of the record. Rejected: of the seal.
  std::uint64_t log_index = 0;
  std::uint64_t block_time_ms = 0;
  /// Accepted: the record's place in its submission.
  std::uint32_t position = 0;
  /// Rejected: the outcome's code, the first refused record and the path of the offending field.
  std::uint32_t outcome_code = 0;
  std::uint32_t outcome_record = 0;
  std::string outcome_field = {};
  /// What was checked, in plain words.
  std::vector<std::string> steps = {};
};

using ReceiptFile = std::variant<AcceptedReceipt, RejectedReceipt>;

Result<ReceiptFile> parse_receipt(std::string_view text);

/// Verifies a receipt of either kind with the policy of the set that signed it. `record` is the
/// record's bytes: needed for an accepted one, and refuted by a rejected one, which proves no
/// record. The signature of a rejected submission is the seal's word only: its receipt carries no
/// key.
tl::expected<ReceiptReport, FileRefusal> verify_receipt(
    std::string_view receipt, std::optional<std::string_view> record, const NetworkPolicy& policy,
    HashAlgorithm algorithm = HashAlgorithm::kSha256);

/// Proves an accepted record where the checkpoint may be certified by any set of a history; needs
/// no log's line.
Result<ReceiptReport> verify_receipt_of_record(std::string_view receipt, std::string_view record,
                                               const ValidatorHistory& history, std::size_t& epoch,
                                               HashAlgorithm algorithm = HashAlgorithm::kSha256);

}  // namespace qc::ledger

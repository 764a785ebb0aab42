// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "ledger/audit/audit_bundle.h"
#include "ledger/audit/audit_report.h"
#include "ledger/base/result.h"
#include "ledger/crypto/hash.h"
#include "ledger/crypto/key.h"
#include "ledger/execution/genesis.h"
#include "ledger/log/seal.h"
#include "ledger/record/submission.h"
#include "ledger/state/subject.h"

namespace qc::ledger {

/// What a verification answers that found something untrue.
inline tl::unexpected<Error> refuted(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message));
}

// The parts of an audit that concern one key, one submission, one subject. Internal to
// verify_bundle.

/// A key of the bundle that is proven to be enrolled.
struct AuditedKey {
  PublicKey key;
  Digest id{};
  std::string organisation;
  std::uint32_t purpose = 0;
  std::uint64_t valid_from_ms = 0;
  std::uint64_t valid_to_ms = 0;
  std::uint64_t revoked_at_ms = 0;
  /// By a submission.
  bool used = false;
};

/// A submission of the bundle whose signature is good.
struct AuditedSubmission {
  SubmissionHeader header;
  Digest hash{};
  std::size_t key = 0;
  /// By a shown record.
  bool used = false;
};

/// A subject whose state and history are proven, and what an older or newer file is compared by.
struct AuditedSubject {
  ProvenSubject proven;
  /// What the status lists under `see`.
  std::vector<std::string> see;
  LeftOut before;
  /// Of proven.entries, in order.
  std::vector<Digest> leaf_hashes;
};

/// Where the records of a bundle are proven under: one certified state.
struct AuditGround {
  HashAlgorithm algorithm = HashAlgorithm::kSha256;
  std::string chain;
  Seal seal;
  /// Log index of the seal.
  std::uint64_t seal_index = 0;
};

/// The state leaf of a key: encoding, status, proof.
Result<AuditedKey> audit_key(const AuditGround& ground, const BundleKey& key);

/// Header, chain, key and signature of a submission; marks its key used.
Result<AuditedSubmission> audit_submission(const AuditGround& ground,
                                           const BundleSubmission& submission,
                                           std::vector<AuditedKey>& keys);

/// Judges subjects one after the other; what they use is marked.
class HistoryAudit {
 public:
  /// All are kept as references and must outlive this.
  HistoryAudit(const AuditGround& ground, const std::optional<GenesisDocument>& genesis,
               const Digest& genesis_hash, const std::vector<AuditedKey>& keys,
               std::vector<AuditedSubmission>& submissions)
      : ground_(ground),
        genesis_(genesis),
        genesis_hash_(genesis_hash),
        keys_(keys),
        submissions_(submissions) {}

  Result<AuditedSubject> audit(const BundleSubject& subject);

  bool genesis_used() const { return genesis_used_; }

 private:
  Result<void> audit_entries(const BundleSubject& subject, const SubjectHead& head,
                             AuditedSubject& audited);
  Result<Digest> audit_entry(const BundleEntry& entry, ProvenEntry& proven);
  Result<Digest> audit_genesis_record(const BundleEntry& entry, const ShownRecord& shown);
  Result<Digest> audit_submitted_record(const ShownRecord& shown, ProvenEntry& proven);
  Result<void> same_everywhere(std::uint64_t index, const Digest& leaf_hash);

  const AuditGround& ground_;
  const std::optional<GenesisDocument>& genesis_;
  const Digest& genesis_hash_;
  const std::vector<AuditedKey>& keys_;
  std::vector<AuditedSubmission>& submissions_;
  std::map<std::uint64_t, Digest> leaf_hashes_;
  bool genesis_used_ = false;
};

/// Says in words what of a history is not shown; fills not_shown anew.
void describe_gaps(ProvenSubject& subject);

}  // namespace qc::ledger

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "ledger/base/result.h"
#include "ledger/crypto/hash.h"
#include "ledger/crypto/key.h"
#include "ledger/crypto/signer.h"

namespace qc::ledger {

inline constexpr std::size_t kMaxRecordsPerSubmission = 10'000;
inline constexpr std::size_t kMaxRecordSize = std::size_t{48} * 1024;
/// A whole SignedSubmission, so that one fits a batch and a gRPC message.
inline constexpr std::size_t kMaxSubmissionSize = std::size_t{16} * 1024 * 1024;
inline constexpr std::size_t kMaxHeaderSize = 1024;
inline constexpr std::size_t kNonceSize = 16;

using Nonce = std::array<std::uint8_t, kNonceSize>;

/// The signed part of a submission.
struct SubmissionHeader {
  std::string chain_id;
  /// USCC of the organisation that signs.
  std::string organisation;
  Digest key_id{};
  /// Makes submissions of equal content different.
  Nonce nonce{};
  /// The last block time at which it may be applied, unix milliseconds.
  std::uint64_t not_after_ms = 0;
  std::uint32_t record_count = 0;
  /// RFC 6962 root over the records.
  Digest record_root{};

  /// The canonical bytes of quality.v1.SubmissionHeader.
  std::string encode() const;
  /// Checks form only: canonical, lengths, 1..10 000 records. Not who or when.
  static Result<SubmissionHeader> parse(std::string_view header_bytes);

  bool operator==(const SubmissionHeader&) const = default;
};

/// H("qc/submission/v1" ‖ NUL ‖ header_bytes).
Digest submission_hash(HashAlgorithm algorithm, std::string_view header_bytes);
/// What the organisation signs: "qc/submission/v1" ‖ NUL ‖ header_bytes.
std::string submission_message(std::string_view header_bytes);

/// A SignedSubmission in its exact bytes, owned once: records are views into them. What exists is
/// well-formed: canonical, within the limits, as many records as the header says and their root the
/// header's. The signature is not checked by parsing, see verify. Safe to read from any thread;
/// copies share the bytes.
class Submission {
 public:
  static Result<Submission> parse(std::string bytes,
                                  HashAlgorithm algorithm = HashAlgorithm::kSha256);

  const std::string& bytes() const { return *bytes_; }
  const SubmissionHeader& header() const { return header_; }
  std::string_view header_bytes() const { return header_bytes_; }
  std::string_view signature() const { return signature_; }
  const Digest& hash() const { return hash_; }
  const std::vector<std::string_view>& records() const { return records_; }
  /// record_hash of each record.
  const std::vector<Digest>& record_hashes() const { return record_hashes_; }

  /// True if the signature is the key's, and the key the one that the header names.
  bool verify(const PublicKey& key) const;

 private:
  Submission() = default;
  /// The last step of parsing: hashes, count and root.
  static Result<Submission> hashed(Submission submission);

  HashAlgorithm algorithm_ = HashAlgorithm::kSha256;
  /// Shared, so that copies stay cheap and views into it stay valid.
  std::shared_ptr<const std::string> bytes_;
  SubmissionHeader header_;
  std::string_view header_bytes_;
  std::string_view signature_;
  std::vector<std::string_view> records_;
  std::vector<Digest> record_hashes_;
  Digest hash_{};
};

/// What a client fills in to build a submission.
struct SubmissionDraft {
  std::string chain_id;
  std::string organisation;
  Nonce nonce{};
  std::uint64_t not_after_ms = 0;
};

/// Builds and signs a submission of canonical record bytes; returns the SignedSubmission's bytes.
Result<std::string> sign_submission(const SubmissionDraft& draft,
                                    const std::vector<std::string>& records, const Signer& signer,
                                    HashAlgorithm algorithm = HashAlgorithm::kSha256);

}  // namespace qc::ledger

// SPDX-License-Identifier: Apache-2.0
#include "ledger/record/submission.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include "ledger/base/canonical_protobuf.h"
#include "ledger/log/merkle_log.h"
#include "ledger/log/record_log.h"
#include "quality/v1/submission.pb.h"

namespace qc::ledger {
namespace {

constexpr std::string_view kTag = "qc/submission/v1";
constexpr char kHeaderField = 0x0a;
constexpr char kSignatureField = 0x12;
constexpr char kRecordField = 0x1a;

tl::unexpected<Error> malformed_submission(std::string what) {
  return fail(Code::kInvalidArgument, "submission: " + std::move(what));
}

/// Reads the length-delimited fields of a message in their canonical form only, as views.
class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : rest_(bytes) {}

  bool at(char tag) const { return !rest_.empty() && rest_.front() == tag; }
  bool done() const { return rest_.empty(); }

  /// The value of the field with this tag, if it stands next and is well-formed.
  std::optional<std::string_view> take(char tag) {
    if (!at(tag)) return std::nullopt;
    rest_.remove_prefix(1);
    const std::optional<std::size_t> length = take_length();
    if (!length || *length > rest_.size()) return std::nullopt;
    const std::string_view value = rest_.substr(0, *length);
    rest_.remove_prefix(*length);
    return value;
  }

 private:
  // A varint of up to four bytes in its shortest form: more than the longest submission needs.
  std::optional<std::size_t> take_length() {
    constexpr std::size_t kMaxBytes = 4;
    std::size_t value = 0;
    for (std::size_t i = 0; i < kMaxBytes && i < rest_.size(); ++i) {
      const auto byte = static_cast<std::uint8_t>(rest_[i]);
      value |= static_cast<std::size_t>(byte & 0x7f) << (7 * i);
      if ((byte & 0x80) != 0) continue;
      if (byte == 0 && i > 0) return std::nullopt;
      rest_.remove_prefix(i + 1);
      return value;
    }
    return std::nullopt;
  }

  std::string_view rest_;
};

void append_field(std::string& out, char tag, std::string_view value) {
  out.push_back(tag);
  std::size_t length = value.size();
  for (; length >= 0x80; length >>= 7) {
    out.push_back(static_cast<char>(static_cast<std::uint8_t>(length | 0x80)));
  }
  out.push_back(static_cast<char>(length));
  out.append(value);
}

Result<void> check_record(std::size_t place, std::string_view record) {
  if (record.empty()) return malformed_submission("record " + std::to_string(place) + " is empty");
  if (record.size() > kMaxRecordSize) {
    return malformed_submission("record " + std::to_string(place) + " has " +
                                std::to_string(record.size()) +
                                " bytes, more than 48 KiB; attach big files by their digest");
  }
  return {};
}

tl::unexpected<Error> too_many_records(std::size_t count) {
  return malformed_submission("it has " + std::to_string(count) +
                              " records, not 1..10000; split it");
}

}  // namespace

std::string SubmissionHeader::encode() const {
  quality::v1::SubmissionHeader header;
  header.set_chain_id(chain_id);
  header.set_organisation(organisation);
  header.set_key_id(to_bytes(key_id));
  header.set_nonce(std::string(nonce.begin(), nonce.end()));
  header.set_not_after_ms(not_after_ms);
  header.set_record_count(record_count);
  header.set_record_root(to_bytes(record_root));
  return canonical_bytes(header);
}

Result<SubmissionHeader> SubmissionHeader::parse(std::string_view header_bytes) {
  if (header_bytes.size() > kMaxHeaderSize) return malformed_submission("header: more than 1 KiB");
  auto parsed = parse_canonical<quality::v1::SubmissionHeader>(header_bytes);
  if (!parsed) return malformed_submission("header: " + parsed.error().message);
  const auto key_id = digest_from(parsed->key_id());
  const auto record_root = digest_from(parsed->record_root());
  if (!key_id || !record_root) {
    return malformed_submission("header: key_id and record_root have 32 bytes each");
  }
  if (parsed->nonce().size() != kNonceSize)
    return malformed_submission("header: nonce has 16 bytes");
  if (parsed->record_count() == 0 || parsed->record_count() > kMaxRecordsPerSubmission) {
    return too_many_records(parsed->record_count());
  }
  SubmissionHeader header{.chain_id = std::move(*parsed->mutable_chain_id()),
                          .organisation = std::move(*parsed->mutable_organisation()),
                          .key_id = *key_id,
                          .nonce = {},
                          .not_after_ms = parsed->not_after_ms(),
                          .record_count = parsed->record_count(),
                          .record_root = *record_root};
  std::memcpy(header.nonce.data(), parsed->nonce().data(), kNonceSize);
  return header;
}

Digest submission_hash(HashAlgorithm algorithm, std::string_view header_bytes) {
  return tagged_hash(algorithm, kTag, {header_bytes});
}

std::string submission_message(std::string_view header_bytes) {
  std::string message(kTag);
  message.push_back('\0');
  message.append(header_bytes);
  return message;
}

Result<Submission> Submission::parse(std::string bytes, HashAlgorithm algorithm) {
  if (bytes.size() > kMaxSubmissionSize) return malformed_submission("more than 16 MiB; split it");
  Submission submission;
  submission.algorithm_ = algorithm;
  submission.bytes_ = std::make_shared<const std::string>(std::move(bytes));
  FieldReader fields(*submission.bytes_);
  const auto header = fields.take(kHeaderField);
  const auto signature = fields.take(kSignatureField);
  if (!header || !signature || signature->size() != kSignatureSize) {
    return malformed_submission(
        "not a canonical SignedSubmission with header and 64-byte signature");
  }
  submission.header_bytes_ = *header;
  submission.signature_ = *signature;
  QC_TRY(submission.header_, SubmissionHeader::parse(*header));
  submission.records_.reserve(submission.header_.record_count);
  while (fields.at(kRecordField)) {
    const auto record = fields.take(kRecordField);
    if (!record) break;
    QC_TRY_VOID(check_record(submission.records_.size(), *record));
    if (submission.records_.size() == kMaxRecordsPerSubmission) return too_many_records(10'001);
    submission.records_.push_back(*record);
  }
  if (!fields.done()) return malformed_submission("not canonical protobuf after its records");
  return hashed(std::move(submission));
}

Result<Submission> Submission::hashed(Submission submission) {
  const SubmissionHeader& header = submission.header_;
  if (submission.records_.size() != header.record_count) {
    return malformed_submission("the header counts " + std::to_string(header.record_count) +
                                " records, there are " +
                                std::to_string(submission.records_.size()));
  }
  submission.record_hashes_.reserve(submission.records_.size());
  for (const std::string_view record : submission.records_) {
    submission.record_hashes_.push_back(record_hash(submission.algorithm_, record));
  }
  if (merkle_root(submission.algorithm_, submission.record_hashes_) != header.record_root) {
    return malformed_submission("record_root in the header is not the root over these records");
  }
  submission.hash_ = submission_hash(submission.algorithm_, submission.header_bytes_);
  return submission;
}

bool Submission::verify(const PublicKey& key) const {
  return key.id(algorithm_) == header_.key_id &&
         key.verify(submission_message(header_bytes_), signature_);
}

Result<std::string> sign_submission(const SubmissionDraft& draft,
                                    const std::vector<std::string>& records, const Signer& signer,
                                    HashAlgorithm algorithm) {
  if (records.empty() || records.size() > kMaxRecordsPerSubmission) {
    return too_many_records(records.size());
  }
  Frontier tree(algorithm);
  std::size_t record_bytes = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    QC_TRY_VOID(check_record(i, records[i]));
    tree.append(record_hash(algorithm, records[i]));
    record_bytes += records[i].size();
  }
  const SubmissionHeader header{.chain_id = draft.chain_id,
                                .organisation = draft.organisation,
                                .key_id = signer.public_key().id(algorithm),
                                .nonce = draft.nonce,
                                .not_after_ms = draft.not_after_ms,
                                .record_count = static_cast<std::uint32_t>(records.size()),
                                .record_root = tree.root()};
  const std::string header_bytes = header.encode();
  QC_TRY_VOID(SubmissionHeader::parse(header_bytes));
  QC_TRY(const std::string signature, signer.sign(submission_message(header_bytes)));
  constexpr std::size_t kFieldOverhead = 5;
  std::string bytes;
  bytes.reserve(header_bytes.size() + signature.size() + record_bytes +
                (records.size() + 2) * kFieldOverhead);
  append_field(bytes, kHeaderField, header_bytes);
  append_field(bytes, kSignatureField, signature);
  for (const std::string& record : records) append_field(bytes, kRecordField, record);
  if (bytes.size() > kMaxSubmissionSize) return malformed_submission("more than 16 MiB; split it");
  return bytes;
}

}  // namespace qc::ledger

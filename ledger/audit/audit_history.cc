// SPDX-License-Identifier: Apache-2.0
#include "ledger/audit/audit_history.h"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "base/hex.h"
#include "ledger/base/canonical_protobuf.h"
#include "ledger/consortium/signing_purpose.h"
#include "ledger/log/merkle_log.h"
#include "ledger/log/record_log.h"
#include "ledger/name/subject_id.h"
#include "ledger/state/state_tree.h"
#include "ledger/state/subject.h"
#include "quality/v1/record.pb.h"
#include "quality/v1/status.pb.h"

namespace qc::ledger {

namespace {

std::string_view describe_purpose(KeyPurpose purpose) {
  return purpose == KeyPurpose::kAdmin ? "an admin key" : "a signing key";
}

Result<void> key_was_good(const AuditedKey& key, std::uint64_t time_ms) {
  const std::string name = to_hex(key.id);
  if (key.valid_from_ms >= time_ms) {
    return refuted(fmt::format("key {} was not valid yet at {}", name, time_ms));
  }
  if (key.valid_to_ms != 0 && time_ms > key.valid_to_ms) {
    return refuted(fmt::format("key {} had expired at {}", name, time_ms));
  }
  if (key.revoked_at_ms != 0 && time_ms > key.revoked_at_ms) {
    return refuted(fmt::format("key {} had been revoked at {}", name, time_ms));
  }
  return {};
}

/// Which purpose a key needs for a record, where the record can be read.
Result<void> purpose_fits(const AuditedKey& key, const std::optional<KeyPurpose>& needed) {
  const auto purpose = static_cast<KeyPurpose>(key.purpose);
  const bool fits = needed ? purpose == *needed
                           : purpose == KeyPurpose::kAdmin || purpose == KeyPurpose::kSigning;
  if (fits) return {};
  return refuted(fmt::format("key {} must not sign this record: it takes {}", to_hex(key.id),
                             needed ? describe_purpose(*needed) : "an admin or signing key"));
}

Result<void> check_head(const SubjectHead& head, const AuditedSubject& audited) {
  const std::uint64_t listed = audited.before.count + audited.leaf_hashes.size();
  if (listed != head.count) {
    return refuted(
        fmt::format("the history has {} records, the file accounts for {}", head.count, listed));
  }
  return {};
}

}  // namespace

Result<AuditedKey> audit_key(const AuditGround& ground, const BundleKey& key) {
  QC_TRY(const SubjectValue value, decode_subject_value(key.value));
  QC_TRY(const auto status, parse_canonical<quality::v1::KeyStatus>(value.status));
  QC_TRY(PublicKey public_key, PublicKey::from_spki(status.spki()));
  const Digest id = public_key.id(ground.algorithm);
  QC_TRY_VOID(verify_state_proof(ground.algorithm, ground.seal.state,
                                 subject_key(ground.algorithm, key_subject(id)),
                                 hash(ground.algorithm, key.value), key.proof));
  return AuditedKey{.key = std::move(public_key),
                    .id = id,
                    .organisation = status.organisation(),
                    .purpose = static_cast<std::uint32_t>(status.purpose()),
                    .valid_from_ms = status.valid_from_ms(),
                    .valid_to_ms = status.valid_to_ms(),
                    .revoked_at_ms = status.revoked_at_ms()};
}

Result<AuditedSubmission> audit_submission(const AuditGround& ground,
                                           const BundleSubmission& submission,
                                           std::vector<AuditedKey>& keys) {
  QC_TRY(SubmissionHeader header, SubmissionHeader::parse(submission.header));
  if (header.chain_id != ground.chain) {
    return refuted(fmt::format("it was made for another chain, {}", header.chain_id));
  }
  if (submission.key >= keys.size()) {
    return refuted(fmt::format("key {} is not in the file", submission.key));
  }
  AuditedKey& key = keys[submission.key];
  if (key.id != header.key_id) return refuted("its key is not the one that the header names");
  if (key.organisation != header.organisation) {
    return refuted(
        fmt::format("its key belongs to {}, not to {}", key.organisation, header.organisation));
  }
  if (!key.key.verify(submission_message(submission.header), submission.signature)) {
    return refuted(fmt::format("the signature of {} is false", header.organisation));
  }
  key.used = true;
  return AuditedSubmission{.header = std::move(header),
                           .hash = submission_hash(ground.algorithm, submission.header),
                           .key = submission.key};
}

Result<AuditedSubject> HistoryAudit::audit(const BundleSubject& subject) {
  if (!is_canonical_subject_id(subject.id)) {
    return refuted("the id is not in canonical form, so its absence would say nothing");
  }
  AuditedSubject audited;
  audited.proven.id = subject.id;
  audited.proven.status_only = !subject.entries.has_value();
  audited.before = subject.before.value_or(LeftOut{});
  if (audited.proven.status_only && subject.before) {
    return refuted("`before` without entries");
  }
  if (audited.before.count == 0 && !is_zero(audited.before.link)) {
    return refuted("`before` of nothing has a link");
  }
  const HashAlgorithm algorithm = ground_.algorithm;
  std::optional<Digest> value_hash;
  if (subject.value) value_hash = hash(algorithm, *subject.value);
  QC_TRY_VOID(verify_state_proof(algorithm, ground_.seal.state, subject_key(algorithm, subject.id),
                                 value_hash, subject.proof));
  if (!subject.value) {
    if (subject.before || (subject.entries && !subject.entries->empty())) {
      return refuted("it is not on the chain and yet has records");
    }
    return audited;
  }
  QC_TRY(const SubjectValue value, decode_subject_value(*subject.value));
  audited.proven.present = true;
  audited.proven.count = value.head.count;
  audited.proven.status = value.status;
  QC_TRY(audited.see, see_of_status(value.status));
  if (audited.proven.status_only) return audited;
  QC_TRY_VOID(audit_entries(subject, value.head, audited));
  return audited;
}

Result<void> HistoryAudit::audit_entries(const BundleSubject& subject, const SubjectHead& head,
                                         AuditedSubject& audited) {
  Digest link = audited.before.link;
  std::uint64_t next_index = 0;
  std::uint64_t last_time_ms = 0;
  for (const BundleEntry& entry : *subject.entries) {
    const std::string where = fmt::format("entry at log index {}", entry.index);
    if (entry.index < next_index || entry.index >= ground_.seal_index) {
      return refuted(where + ": out of order, or not before the seal");
    }
    next_index = entry.index + 1;
    ProvenEntry proven{.index = entry.index};
    Result<Digest> leaf_hash = audit_entry(entry, proven);
    if (!leaf_hash) return fail_at(where, leaf_hash.error());
    if (proven.shown && (proven.time_ms < last_time_ms || proven.time_ms > ground_.seal.time_ms)) {
      return refuted(where + ": its time runs backwards, or is after the seal's");
    }
    if (proven.shown) last_time_ms = proven.time_ms;
    link = next_link(ground_.algorithm, link, entry.index, *leaf_hash);
    audited.leaf_hashes.push_back(*leaf_hash);
    audited.proven.entries.push_back(std::move(proven));
  }
  QC_TRY_VOID(check_head(head, audited));
  if (link != head.link) {
    return refuted("the records in the file are not its history: their chain ends elsewhere");
  }
  const bool ends_right = subject.entries->empty() ? head.last_index < ground_.seal_index
                                                   : next_index == head.last_index + 1;
  if (!ends_right) return refuted("its last record stands elsewhere in the log");
  audited.proven.left_out = audited.before.count;
  describe_gaps(audited.proven);
  return {};
}

Result<Digest> HistoryAudit::audit_entry(const BundleEntry& entry, ProvenEntry& proven) {
  if (const auto* counted = std::get_if<Digest>(&entry.content); counted != nullptr) {
    QC_TRY_VOID(same_everywhere(entry.index, *counted));
    return *counted;
  }
  const auto& shown = std::get<ShownRecord>(entry.content);
  proven.shown = true;
  proven.time_ms = shown.time_ms;
  proven.record = shown.record;
  QC_TRY(const Digest leaf_hash, shown.submission ? audit_submitted_record(shown, proven)
                                                  : audit_genesis_record(entry, shown));
  if (!shown.submission) {
    proven.decoded = parse_canonical<quality::v1::Record>(shown.record).has_value();
  }
  QC_TRY_VOID(same_everywhere(entry.index, leaf_hash));
  return leaf_hash;
}

Result<Digest> HistoryAudit::audit_genesis_record(const BundleEntry& entry,
                                                  const ShownRecord& shown) {
  if (!genesis_) return refuted("it is of block 0, but the genesis document is not in the file");
  genesis_used_ = true;
  if (shown.position >= genesis_->records.size() || entry.index != shown.position ||
      genesis_->records[shown.position] != shown.record) {
    return refuted("it is not that record of the genesis document");
  }
  if (!shown.path.empty() || shown.time_ms != genesis_->time_ms) {
    return refuted("a record of block 0 has the genesis document's time and no path");
  }
  return record_leaf_hash(ground_.algorithm, {record_hash(ground_.algorithm, shown.record),
                                              genesis_hash_, shown.time_ms});
}

Result<Digest> HistoryAudit::audit_submitted_record(const ShownRecord& shown, ProvenEntry& proven) {
  if (*shown.submission >= submissions_.size()) {
    return refuted(fmt::format("submission {} is not in the file", *shown.submission));
  }
  AuditedSubmission& submission = submissions_[*shown.submission];
  submission.used = true;
  const AuditedKey& key = keys_[submission.key];
  proven.organisation = submission.header.organisation;
  proven.key_id = to_hex(key.id);
  const Digest of_record = record_hash(ground_.algorithm, shown.record);
  if (!verify_inclusion(ground_.algorithm, of_record, shown.position,
                        submission.header.record_count, shown.path,
                        submission.header.record_root)) {
    return refuted(
        fmt::format("it is not record {} of submission {}", shown.position, *shown.submission));
  }
  if (shown.time_ms > submission.header.not_after_ms) {
    return refuted("its time is after the submission's `not_after_ms`");
  }
  QC_TRY_VOID(key_was_good(key, shown.time_ms));
  std::optional<KeyPurpose> needed;
  if (const auto record = parse_canonical<quality::v1::Record>(shown.record); record) {
    proven.decoded = true;
    needed = signing_purpose(*record);
  }
  QC_TRY_VOID(purpose_fits(key, needed));
  return record_leaf_hash(ground_.algorithm, {of_record, submission.hash, shown.time_ms});
}

Result<void> HistoryAudit::same_everywhere(std::uint64_t index, const Digest& leaf_hash) {
  const auto [place, is_new] = leaf_hashes_.emplace(index, leaf_hash);
  if (!is_new && place->second != leaf_hash) {
    return refuted("two subjects have different records at this place of the log");
  }
  return {};
}

void describe_gaps(ProvenSubject& subject) {
  subject.not_shown.clear();
  if (subject.left_out > 0) {
    subject.not_shown.push_back(
        subject.left_out == 1 ? std::string("the first record is left out")
                              : fmt::format("the first {} records are left out", subject.left_out));
  }
  for (const ProvenEntry& entry : subject.entries) {
    if (!entry.shown) {
      subject.not_shown.push_back(
          fmt::format("the record at log index {} is counted, not shown", entry.index));
    }
  }
}

}  // namespace qc::ledger

// SPDX-License-Identifier: Apache-2.0
#include "ledger/proof/receipt.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "base/hex.h"
#include "ledger/base/canonical_protobuf.h"
#include "ledger/base/encoding.h"
#include "ledger/log/merkle_log.h"
#include "ledger/log/record_log.h"
#include "quality/v1/submission.pb.h"

namespace qc::ledger {

namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtraPrefix = "extra ";
constexpr std::string_view kIndexPrefix = "index ";

tl::unexpected<Error> wrong(std::string message) {
  return fail(Code::kInvalidArgument, std::move(message));
}

/// The next line without its "\n"; nothing where there is no whole line.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

template <class Strings>
Result<std::vector<Digest>> path_of(const Strings& hashes) {
  std::vector<Digest> path;
  for (const std::string& bytes : hashes) {
    const std::optional<Digest> hash = digest_from(bytes);
    if (!hash || path.size() == kMaxPathLength) {
      return wrong("extra: the path is not at most 64 hashes of 32 bytes");
    }
    path.push_back(*hash);
  }
  return path;
}

template <class Message>
void set_path(Message& message, const std::vector<Digest>& path) {
  for (const Digest& hash : path) message.add_path(to_bytes(hash));
}

/// How the checkpoint of a receipt is judged: by a policy, or by any set of a history.
class CheckpointJudge {
 public:
  explicit CheckpointJudge(const NetworkPolicy& policy) : policy_(&policy) {}
  CheckpointJudge(const ValidatorHistory& history, std::size_t& epoch)
      : history_(&history), epoch_(&epoch) {}

  const std::string& origin() const {
    return policy_ != nullptr ? policy_->origin : history_->origin();
  }

  Result<CertifiedCheckpoint> judge(std::string_view note, std::uint64_t block_time_ms) const {
    if (policy_ == nullptr) return history_->verify_note_by_any(note, *epoch_);
    QC_TRY(const SignedNote parsed, SignedNote::parse(note));
    QC_TRY_VOID(refuse_strangers(parsed));
    QC_TRY(CertifiedCheckpoint certified,
           verify_checkpoint(parsed, policy_->validators, block_time_ms / 1000));
    QC_TRY_VOID(verify_log_line(parsed, policy_->logs));
    return certified;
  }

 private:
  /// A note of another network, or one that lacks a quorum of the policy's validators and is signed
  /// by others instead, is not false: its policy is another. A false line of the policy's own
  /// validators is for verify_checkpoint.
  Result<void> refuse_strangers(const SignedNote& note) const {
    QC_TRY(const Checkpoint checkpoint, Checkpoint::parse(note.text));
    if (checkpoint.origin != policy_->origin) {
      return other_policy(fmt::format("the checkpoint is of {}, the policy is for {}",
                                      checkpoint.origin, policy_->origin));
    }
    std::vector<NoteKey> known = policy_->logs;
    std::size_t signers = 0;
    for (const Validator& validator : policy_->validators.validators()) {
      QC_TRY(NoteKey key, NoteKey::make(validator.name, NoteKeyType::kCosignature, validator.key));
      const auto line = std::ranges::find_if(
          note.signatures, [&key](const NoteSignature& made) { return key.made(made); });
      if (line == note.signatures.end()) continue;
      QC_TRY_VOID(verify_cosignature(key, *line, note.text));
      ++signers;
      known.push_back(std::move(key));
    }
    const auto is_strange = [&known](const NoteSignature& line) {
      return std::ranges::none_of(known, [&](const NoteKey& key) { return key.made(line); });
    };
    if (signers < policy_->validators.quorum() &&
        std::ranges::any_of(note.signatures, is_strange)) {
      return other_policy(
          fmt::format("the checkpoint is signed by {} of the policy's validators, where {} are "
                      "needed, and by others that the policy does not name",
                      signers, policy_->validators.quorum()));
    }
    return {};
  }

  const NetworkPolicy* policy_ = nullptr;
  const ValidatorHistory* history_ = nullptr;
  std::size_t* epoch_ = nullptr;
};

Result<SubmissionHeader> header_of_chain(std::string_view bytes, const std::string& origin) {
  QC_TRY(SubmissionHeader header, SubmissionHeader::parse(bytes));
  if (header.chain_id != origin) {
    return other_policy(fmt::format("the submission was made for {}, the policy is for {}",
                                    header.chain_id, origin));
  }
  return header;
}

std::string certified_step(const CertifiedCheckpoint& certified) {
  return fmt::format("{} validators have signed the checkpoint of {} entries",
                     certified.cosignatures.size(), certified.checkpoint.size);
}

Result<ReceiptReport> verify_accepted(const AcceptedReceipt& receipt, std::string_view record,
                                      const CheckpointJudge& judge, HashAlgorithm algorithm) {
  ReceiptReport report{.accepted = true,
                       .submission_hash = submission_hash(algorithm, receipt.header),
                       .log_index = receipt.log_index,
                       .block_time_ms = receipt.block_time_ms,
                       .position = receipt.position};
  QC_TRY(report.header, header_of_chain(receipt.header, judge.origin()));
  QC_TRY(const PublicKey key, PublicKey::from_spki(receipt.spki));
  if (key.id(algorithm) != report.header.key_id) {
    return wrong("the key in the receipt is not the one that the submission names");
  }
  if (!key.verify(submission_message(receipt.header), receipt.signature)) {
    return wrong("the signature of the submission is false");
  }
  report.steps.push_back(fmt::format("{} signed the submission with key {}",
                                     report.header.organisation, to_hex(report.header.key_id)));
  const Digest of_record = record_hash(algorithm, record);
  if (!verify_inclusion(algorithm, of_record, receipt.position, report.header.record_count,
                        receipt.record_path, report.header.record_root)) {
    return wrong(
        fmt::format("the record given is not record {} of the submission", receipt.position));
  }
  report.steps.push_back(fmt::format("the record is number {} of the {} that were signed together",
                                     receipt.position + 1, report.header.record_count));
  if (receipt.block_time_ms > report.header.not_after_ms) {
    return wrong("the block's time is after the submission's `not_after_ms`");
  }
  QC_TRY(const CertifiedCheckpoint certified,
         judge.judge(receipt.checkpoint, receipt.block_time_ms));
  report.checkpoint = certified.checkpoint;
  report.as_of_s = certified.as_of_s;
  report.steps.push_back(certified_step(certified));
  const RecordEntry entry{of_record, report.submission_hash, receipt.block_time_ms};
  if (!verify_inclusion(algorithm, record_leaf_hash(algorithm, entry), receipt.log_index,
                        certified.checkpoint.size, receipt.log_path, certified.checkpoint.root)) {
    return wrong(
        fmt::format("the record is not entry {} of the log at that time", receipt.log_index));
  }
  report.steps.push_back(fmt::format("the record is entry {} of the log", receipt.log_index));
  return report;
}

Result<ReceiptReport> verify_rejected(const RejectedReceipt& receipt, const CheckpointJudge& judge,
                                      HashAlgorithm algorithm) {
  ReceiptReport report{.accepted = false,
                       .submission_hash = submission_hash(algorithm, receipt.header),
                       .log_index = receipt.log_index};
  QC_TRY(report.header, header_of_chain(receipt.header, judge.origin()));
  QC_TRY(const auto outcome, parse_canonical<quality::v1::Outcome>(receipt.outcome));
  if (outcome.code() == 0) return wrong("the outcome says accepted, the receipt says rejected");
  report.outcome_code = outcome.code();
  report.outcome_record = outcome.record();
  report.outcome_field = outcome.field();
  QC_TRY(const Seal seal, Seal::parse(receipt.seal));
  report.block_time_ms = seal.time_ms;
  if (seal.time_ms > report.header.not_after_ms) {
    return wrong("the block's time is after the submission's `not_after_ms`");
  }
  QC_TRY(const CertifiedCheckpoint certified, judge.judge(receipt.checkpoint, seal.time_ms));
  report.checkpoint = certified.checkpoint;
  report.as_of_s = certified.as_of_s;
  report.steps.push_back(certified_step(certified));
  if (!verify_inclusion(algorithm, seal_leaf_hash(algorithm, receipt.seal), receipt.log_index,
                        certified.checkpoint.size, receipt.log_path, certified.checkpoint.root)) {
    return wrong(
        fmt::format("the seal is not entry {} of the log at that time", receipt.log_index));
  }
  report.steps.push_back(
      fmt::format("the seal of block {} is entry {} of the log", seal.height, receipt.log_index));
  if (receipt.signature.size() != kSignatureSize ||
      !verify_inclusion(
          algorithm, submission_leaf(algorithm, receipt.header, receipt.signature, receipt.outcome),
          receipt.position, seal.submission_count, receipt.submission_path, seal.submissions)) {
    return wrong("the submission and its outcome do not stand under the seal");
  }
  report.steps.push_back(
      fmt::format("the submission of {} was refused in that block", report.header.organisation));
  return report;
}

/// A refusal says nothing of a record that somebody holds: it must never pass for a proof of it.
Result<void> refuse_any_record(const ReceiptReport& rejection) {
  return wrong(fmt::format(
      "this receipt proves that submission {} of {} was refused, and says nothing of the record "
      "given; to have the refusal proven, leave the record out",
      to_hex(rejection.submission_hash), rejection.header.organisation));
}

Result<ReceiptReport> judge_receipt(const ReceiptFile& receipt,
                                    std::optional<std::string_view> record,
                                    const CheckpointJudge& judge, HashAlgorithm algorithm) {
  if (const auto* accepted = std::get_if<AcceptedReceipt>(&receipt)) {
    return verify_accepted(*accepted, *record, judge, algorithm);
  }
  QC_TRY(ReceiptReport report,
         verify_rejected(std::get<RejectedReceipt>(receipt), judge, algorithm));
  if (record) QC_TRY_VOID(refuse_any_record(report));
  return report;
}

}  // namespace

std::string TlogProof::format() const {
  std::string text(kFirstLine);
  text.push_back('\n');
  if (!extra.empty()) text.append(kExtraPrefix).append(to_base64(extra)).push_back('\n');
  text.append(kIndexPrefix).append(std::to_string(index)).push_back('\n');
  for (const Digest& hash : path) text.append(to_base64(hash)).push_back('\n');
  text.push_back('\n');
  text.append(checkpoint);
  return text;
}

Result<TlogProof> TlogProof::parse(std::string_view text) {
  if (text.size() > kMaxReceiptSize) return wrong("too long for a receipt");
  std::optional<std::string_view> line = take_line(text);
  if (line != kFirstLine) return wrong(fmt::format("the first line must be \"{}\"", kFirstLine));
  TlogProof proof;
  line = take_line(text);
  if (line && line->starts_with(kExtraPrefix)) {
    std::optional<std::string> extra = from_base64(line->substr(kExtraPrefix.size()));
    if (!extra || extra->empty()) return wrong("extra: not canonical base64");
    proof.extra = *std::move(extra);
    line = take_line(text);
  }
  if (!line || !line->starts_with(kIndexPrefix)) return wrong("the index line is missing");
  const std::optional<std::uint64_t> index = parse_decimal(line->substr(kIndexPrefix.size()));
  if (!index) return wrong("index: not a decimal number without leading zeros");
  proof.index = *index;
  for (line = take_line(text); line && !line->empty(); line = take_line(text)) {
    const std::optional<Digest> hash = digest_from_base64(*line);
    if (!hash || proof.path.size() == kMaxPathLength) {
      return wrong("the path is not at most 64 hashes in canonical base64");
    }
    proof.path.push_back(*hash);
  }
  if (!line) return wrong("the empty line before the checkpoint is missing");
  QC_TRY(const SignedNote note, SignedNote::parse(text));
  proof.checkpoint = note.format();
  return proof;
}

std::string AcceptedReceipt::format() const {
  quality::v1::ReceiptExtra extra;
  extra.set_header(header);
  extra.set_signature(signature);
  extra.set_spki(spki);
  extra.set_block_time_ms(block_time_ms);
  extra.set_position(position);
  set_path(extra, record_path);
  return TlogProof{canonical_bytes(extra), log_index, log_path, checkpoint}.format();
}

Result<AcceptedReceipt> AcceptedReceipt::from(const TlogProof& proof) {
  QC_TRY(const auto extra, parse_canonical<quality::v1::ReceiptExtra>(proof.extra));
  AcceptedReceipt receipt{.header = extra.header(),
                          .signature = extra.signature(),
                          .spki = extra.spki(),
                          .block_time_ms = extra.block_time_ms(),
                          .position = extra.position(),
                          .record_path = {},
                          .log_index = proof.index,
                          .log_path = proof.path,
                          .checkpoint = proof.checkpoint};
  QC_TRY(receipt.record_path, path_of(extra.path()));
  return receipt;
}

std::string RejectedReceipt::format() const {
  quality::v1::RejectionExtra extra;
  extra.set_header(header);
  extra.set_signature(signature);
  extra.set_outcome(outcome);
  extra.set_seal(seal);
  extra.set_position(position);
  set_path(extra, submission_path);
  return TlogProof{canonical_bytes(extra), log_index, log_path, checkpoint}.format();
}

Result<RejectedReceipt> RejectedReceipt::from(const TlogProof& proof) {
  QC_TRY(const auto extra, parse_canonical<quality::v1::RejectionExtra>(proof.extra));
  // A receipt of the other kind without time and position would parse as well.
  if (extra.seal().empty()) return wrong("extra: no seal, so not the receipt of a rejection");
  RejectedReceipt receipt{.header = extra.header(),
                          .signature = extra.signature(),
                          .outcome = extra.outcome(),
                          .seal = extra.seal(),
                          .position = extra.position(),
                          .submission_path = {},
                          .log_index = proof.index,
                          .log_path = proof.path,
                          .checkpoint = proof.checkpoint};
  QC_TRY(receipt.submission_path, path_of(extra.path()));
  return receipt;
}

Result<ReceiptFile> parse_receipt(std::string_view text) {
  QC_TRY(const TlogProof proof, TlogProof::parse(text));
  if (Result<RejectedReceipt> rejected = RejectedReceipt::from(proof); rejected) {
    return ReceiptFile(*std::move(rejected));
  }
  QC_TRY(AcceptedReceipt accepted, AcceptedReceipt::from(proof));
  return ReceiptFile(std::move(accepted));
}

tl::expected<ReceiptReport, FileRefusal> verify_receipt(std::string_view receipt,
                                                        std::optional<std::string_view> record,
                                                        const NetworkPolicy& policy,
                                                        HashAlgorithm algorithm) {
  const Result<ReceiptFile> file = parse_receipt(receipt);
  if (!file) {
    return tl::unexpected(FileRefusal{VerifyCode::kUnreadable, file.error().message});
  }
  if (!record && std::holds_alternative<AcceptedReceipt>(*file)) {
    return tl::unexpected(
        FileRefusal{VerifyCode::kUnreadable,
                    "this is the receipt of an accepted record: give the record's own bytes too"});
  }
  Result<ReceiptReport> report = judge_receipt(*file, record, CheckpointJudge(policy), algorithm);
  if (!report) return tl::unexpected(refusal_of(std::move(report.error())));
  return *std::move(report);
}

Result<ReceiptReport> verify_receipt_of_record(std::string_view receipt, std::string_view record,
                                               const ValidatorHistory& history, std::size_t& epoch,
                                               HashAlgorithm algorithm) {
  QC_TRY(const ReceiptFile file, parse_receipt(receipt));
  return judge_receipt(file, record, CheckpointJudge(history, epoch), algorithm);
}

}  // namespace qc::ledger

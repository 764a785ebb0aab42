// SPDX-License-Identifier: Apache-2.0
#include "cli/submit/submit_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <regex>
#include <utility>

#include "base/hex.h"
#include "cli/base/files.h"
#include "cli/base/key_file.h"
#include "cli/client/policy_follow.h"
#include "cli/submit/earlier_receipts.h"
#include "cli/submit/find_submission.h"
#include "cli/submit/kept_submissions.h"
#include "cli/submit/receipt_keeper.h"
#include "ledger/base/canonical_protobuf.h"
#include "ledger/name/subject_id.h"
#include "ledger/proof/policy.h"
#include "ledger/record/record_subjects.h"
#include "os/wall_clock.h"

namespace qc::cli {

using ledger::Result;

namespace {

constexpr std::size_t kBarWidth = 40;

/// Where receipts are written, empty if nowhere, and where signed submissions wait for them.
struct ReceiptFolders {
  const std::filesystem::path& receipts;
  const std::filesystem::path& waiting;
};

/// A line that is drawn over itself while submissions are answered; silent where nobody looks.
Progress progress_bar(std::size_t total) {
  if (::isatty(STDERR_FILENO) == 0 || total == 0) {
    return [](std::size_t) {};
  }
  return [total](std::size_t answered) {
    const std::size_t filled = answered * kBarWidth / total;
    fmt::print(stderr, "\r[{}{}] {}/{} submissions{}", std::string(filled, '#'),
               std::string(kBarWidth - filled, '.'), answered, total,
               answered == total ? "\n" : "");
    std::fflush(stderr);
  };
}

/// Whether nobody needs the signed bytes any more once this answer is there.
bool settled(const quality::v1::SubmitResponse& answer) {
  return answer.state() == quality::v1::SUBMISSION_STATE_COMMITTED ||
         answer.state() == quality::v1::SUBMISSION_STATE_REJECTED ||
         answer.state() == quality::v1::SUBMISSION_STATE_REFUSED;
}

bool ordered(const quality::v1::SubmitResponse& answer) {
  return answer.state() == quality::v1::SUBMISSION_STATE_COMMITTED ||
         answer.state() == quality::v1::SUBMISSION_STATE_REJECTED;
}

/// What can be proven of a thing that is on the chain already and has no receipt here. The outcome
/// of the new submission says neither where it stands nor whether its content is the same.
std::string duplicate_note(const quality::v1::Record& record, const std::string& organisation) {
  return fmt::format(
      "; qc history {} proves where it stands, and with which content; its receipt takes the "
      "signed "
      "submission that brought it there (qc receipt fetch FOLDER)",
      subject_of_duplicate(record, organisation));
}

std::string message_of(const quality::v1::SubmitResponse& answer, const SubmitIntake& intake,
                       std::size_t first_record, const std::string& organisation) {
  if (answer.state() != quality::v1::SUBMISSION_STATE_REJECTED) {
    return with_places(answer.message(), intake.places, first_record);
  }
  const auto& outcome = answer.receipt().outcome();
  std::string message = answer.message();
  // The sentence of a rejection may name its record; the outcome always does.
  const std::size_t record = first_record + outcome.record();
  if (record < intake.places.size()) {
    const std::string number = fmt::format("record {}: ", outcome.record());
    if (message.starts_with(number)) message.erase(0, number.size());
    message = intake.places[record] + ": " + message;
  }
  if (outcome.code() == quality::v1::OUTCOME_DUPLICATE && record < intake.records.size()) {
    message += duplicate_note(intake.records[record], organisation);
  }
  return message;
}

bool is_duplicate(const quality::v1::SubmitResponse& answer) {
  return answer.state() == quality::v1::SUBMISSION_STATE_REJECTED &&
         answer.receipt().outcome().code() == quality::v1::OUTCOME_DUPLICATE;
}

/// Where every record of the submission stands already; empty where a receipt of one is not there.
std::vector<std::uint64_t> log_indexes_of(const PackedSubmission& packed,
                                          const std::vector<quality::v1::Record>& records,
                                          const EarlierReceipts& earlier) {
  std::vector<std::uint64_t> indexes;
  for (std::size_t i = 0; i < packed.record_count; ++i) {
    const auto index = earlier.log_index_of(records[packed.first_record + i]);
    if (!index) return {};
    indexes.push_back(*index);
  }
  return indexes;
}

/// "record 4 (f.json: $[4])" or "records 2..3 (f.json: $[2] ...)".
std::string name_of_part(const SubmittedPart& part, const std::vector<std::string>& places) {
  if (part.record_count == 1)
    return fmt::format("record {} ({})", part.first_record, places[part.first_record]);
  return fmt::format("records {}..{} ({} ...)", part.first_record,
                     part.first_record + part.record_count - 1, places[part.first_record]);
}

/// "log index 7", "log indexes 7..9" where they follow each other, else all of them.
std::string name_of_indexes(const std::vector<std::uint64_t>& indexes) {
  if (indexes.size() == 1) return fmt::format("log index {}", indexes.front());
  const bool in_a_row = std::adjacent_find(indexes.begin(), indexes.end(), [](auto one, auto next) {
                          return next != one + 1;
                        }) == indexes.end();
  if (in_a_row) return fmt::format("log indexes {}..{}", indexes.front(), indexes.back());
  return fmt::format("log indexes {}", fmt::join(indexes, ", "));
}

/// Why it is not done, and what is there instead.
std::string sentence_about(const SubmittedPart& part, const std::string& which,
                           const std::filesystem::path& receipts) {
  const bool one = part.record_count == 1;
  if (part.message.empty()) {
    return which +
           " may or may not be on the chain: no node answered in time; the same command goes on "
           "with what was signed";
  }
  if (!part.earlier_log_indexes.empty()) {
    return fmt::format("{} {} on the chain already as {}; {} in {}", which, one ? "is" : "are",
                       name_of_indexes(part.earlier_log_indexes),
                       one ? "its receipt is" : "their receipts are", receipts.string());
  }
  // One record's fault keeps out those that were signed with it.
  return fmt::format("{} {}: {}", which, one ? "was not added" : "were not added, none of them",
                     part.message);
}

SubmittedPart part_of(const PackedSubmission& packed, const SubmitIntake& intake,
                      const quality::v1::SubmitResponse& answer, const std::string& organisation) {
  return {.first_record = packed.first_record,
          .record_count = packed.record_count,
          .state = answer.state(),
          .first_log_index = answer.receipt().outcome().first_log_index(),
          .height = answer.receipt().height(),
          .message = message_of(answer, intake, packed.first_record, organisation),
          .earlier_log_indexes = {},
          .refusal_receipt = {},
          .receipt_missing = {}};
}

/// Writes the receipts of what was committed or rejected, or says in the part why they are not
/// there.
void keep_receipts(const PackedSubmission& packed, const quality::v1::SubmitResponse& answer,
                   ReceiptKeeper& keeper, const ReceiptFolders& folders, SubmittedPart& part) {
  const Result<void> kept = ordered(answer) ? keeper.keep(packed.bytes, answer) : Result<void>{};
  if (!kept) {
    part.receipt_missing = fmt::format(
        "in block {}, but its receipt is not there yet: {}; where the policy is of an earlier set "
        "of validators: qc validator follow; then: qc receipt fetch {}",
        part.height, kept.error().message, folders.waiting.string());
  } else if (part.state == quality::v1::SUBMISSION_STATE_REJECTED && !folders.receipts.empty()) {
    part.refusal_receipt = folders.receipts / (to_hex(answer.submission_hash()) + ".tlog-proof");
  }
}

/// Looks up what was refused because it is on the chain already. Only once all receipts of this
/// run are written: a record that stands twice in the file has the receipt of its first place.
void find_duplicates(const ClientProfile& profile, const std::vector<PackedSubmission>& packed,
                     const std::vector<quality::v1::SubmitResponse>& answers,
                     const std::vector<quality::v1::Record>& records,
                     const std::filesystem::path& receipts, SubmitReport& report) {
  if (receipts.empty() || std::ranges::none_of(answers, is_duplicate)) return;
  const EarlierReceipts earlier(receipts, kept_policies(profile), profile.organisation);
  for (std::size_t i = 0; i < packed.size(); ++i) {
    if (is_duplicate(answers[i]))
      report.parts[i].earlier_log_indexes = log_indexes_of(packed[i], records, earlier);
  }
}

/// Appends the records from `first` to before `end`, packed and signed.
Result<void> pack_anew(const std::vector<std::string>& bytes, std::size_t first, std::size_t end,
                       const auto& pack, std::vector<PackedSubmission>& all) {
  if (first == end) return {};
  const std::vector<std::string> part(bytes.begin() + static_cast<std::ptrdiff_t>(first),
                                      bytes.begin() + static_cast<std::ptrdiff_t>(end));
  QC_TRY(std::vector<PackedSubmission> packed, pack(part));
  for (PackedSubmission& one : packed) {
    one.first_record += first;
    all.push_back(std::move(one));
  }
  return {};
}

/// What is sent: submissions of an earlier run as they were signed, all other records anew.
Result<std::vector<PackedSubmission>> pack_or_resume(
    const ClientProfile& profile, const ledger::Signer& signer,
    const std::vector<quality::v1::Record>& records, const PackingOptions& packing,
    const std::filesystem::path& waiting) {
  std::vector<std::string> bytes;
  bytes.reserve(records.size());
  for (const quality::v1::Record& record : records) {
    bytes.push_back(ledger::canonical_bytes(record));
  }
  QC_TRY(const auto kept, kept_submissions(waiting));
  const auto pack = [&](const auto& part) { return pack_records(part, profile, signer, packing); };
  std::vector<PackedSubmission> all;
  std::size_t next = 0;
  for (const Resumed& resumed :
       resumable(records, kept, profile.chain_id, signer.public_key().id())) {
    const ledger::Submission& submission = kept[resumed.kept].submission;
    // Out of time it is either on the chain or never will be.
    if (submission.header().not_after_ms < os::wall_ms()) {
      QC_TRY(const auto state, find_submission(profile, submission.hash()));
      if (state.state() != quality::v1::SUBMISSION_STATE_COMMITTED) continue;
    }
    QC_TRY_VOID(pack_anew(bytes, next, resumed.first_record, pack, all));
    all.push_back({.bytes = submission.bytes(),
                   .first_record = resumed.first_record,
                   .record_count = submission.records().size()});
    next = resumed.first_record + submission.records().size();
  }
  QC_TRY_VOID(pack_anew(bytes, next, bytes.size(), pack, all));
  return all;
}

}  // namespace

std::size_t SubmitReport::committed_records() const {
  std::size_t count = 0;
  for (const SubmittedPart& part : parts) {
    if (part.state == quality::v1::SUBMISSION_STATE_COMMITTED) {
      count += part.record_count;
    }
  }
  return count;
}

std::size_t SubmitReport::earlier_records() const {
  std::size_t count = 0;
  for (const SubmittedPart& part : parts) count += part.earlier_log_indexes.size();
  return count;
}

bool SubmitReport::complete() const {
  return std::ranges::all_of(parts, [](const SubmittedPart& part) {
    return part.state == quality::v1::SUBMISSION_STATE_COMMITTED ||
           (part.record_count > 0 && part.earlier_log_indexes.size() == part.record_count);
  });
}

bool SubmitReport::receipts_missing() const {
  return std::ranges::any_of(
      parts, [](const SubmittedPart& part) { return !part.receipt_missing.empty(); });
}

std::uint64_t SubmitReport::height() const {
  std::uint64_t height = 0;
  for (const SubmittedPart& part : parts) {
    if (part.state == quality::v1::SUBMISSION_STATE_COMMITTED) {
      height = std::max(height, part.height);
    }
  }
  return height;
}

std::string with_places(const std::string& message, const std::vector<std::string>& places,
                        std::size_t first_record) {
  static const std::regex record_number("\\brecord ([0-9]{1,5})(?=:)");
  std::string text;
  auto rest = message.begin();
  for (std::sregex_iterator at(message.begin(), message.end(), record_number), end; at != end;
       ++at) {
    const std::size_t place = first_record + std::stoul((*at)[1].str());
    if (place >= places.size()) continue;
    text.append(rest, (*at)[0].first).append(places[place]);
    rest = (*at)[0].second;
  }
  return text.append(rest, message.end());
}

std::string subject_of_duplicate(const quality::v1::Record& record,
                                 const std::string& organisation) {
  std::string event;
  switch (record.body_case()) {
    case quality::v1::Record::kProductRegistration:
      return ledger::class_id(record.product_registration().gtin());
    case quality::v1::Record::kLotRegistration:
      return ledger::lot_id(record.lot_registration().gtin(), record.lot_registration().lot());
    case quality::v1::Record::kItemRegistration:
      return ledger::item_id(record.item_registration().gtin(),
                             record.item_registration().serial());
    case quality::v1::Record::kAggregation:
      event = record.aggregation().event_id();
      break;
    case quality::v1::Record::kTransformation:
      event = record.transformation().event_id();
      break;
    default:
      break;
  }
  if (!event.empty()) return ledger::event_subject_id(organisation, event);
  std::string opens = ledger::subjects_of(record, {.organisation = organisation}).opens;
  return opens.empty() ? "SUBJECT" : opens;
}

std::vector<std::string> sentences_about(const SubmittedPart& part,
                                         const std::vector<std::string>& places,
                                         const std::filesystem::path& receipts) {
  std::vector<std::string> sentences;
  const std::string which = name_of_part(part, places);
  if (part.state != quality::v1::SUBMISSION_STATE_COMMITTED)
    sentences.push_back(sentence_about(part, which, receipts));
  if (!part.refusal_receipt.empty()) {
    sentences.push_back(part.refusal_receipt.string() +
                        " is the receipt of this refusal, and of no record");
  }
  if (!part.receipt_missing.empty()) {
    sentences.push_back(fmt::format("{} {} {}", which, part.record_count == 1 ? "is" : "are",
                                    part.receipt_missing));
  }
  return sentences;
}

Result<SubmitReport> submit_records(const ClientProfile& profile,
                                    const std::filesystem::path& key_file,
                                    const SubmitIntake& intake, const PackingOptions& packing,
                                    const std::filesystem::path& receipts) {
  const std::filesystem::path waiting =
      receipts.empty() ? profile.folder / "submissions" : receipts;
  QC_TRY(const auto signer, open_key_file(key_file));
  QC_TRY(ReceiptKeeper keeper, ReceiptKeeper::open(profile, signer->public_key().spki(), receipts));
  QC_TRY_VOID(prepare_folder(waiting));
  QC_TRY(const auto packed, pack_or_resume(profile, *signer, intake.records, packing, waiting));
  for (const PackedSubmission& one : packed) {
    QC_TRY_VOID(keep_submission(waiting, one.bytes));
  }
  const auto answers = submit_all(profile, packed, progress_bar(packed.size()));
  if (!answers) {
    return ledger::fail(answers.error().code,
                        fmt::format("{}\nwhat was signed is kept in {}: the same command goes on "
                                    "with it, and qc receipt fetch asks what became of it",
                                    answers.error().message, waiting.string()));
  }
  SubmitReport report;
  for (std::size_t i = 0; i < packed.size(); ++i) {
    report.parts.push_back(part_of(packed[i], intake, (*answers)[i], profile.organisation));
    keep_receipts(packed[i], (*answers)[i], keeper, {receipts, waiting}, report.parts.back());
  }
  find_duplicates(profile, packed, *answers, intake.records, receipts, report);
  // Only once every receipt is there: a run that is interrupted before goes on with all of them,
  // and signs nothing anew that is on the chain.
  std::vector<std::string_view> done;
  for (std::size_t i = 0; i < packed.size(); ++i) {
    if (settled((*answers)[i]) && report.parts[i].receipt_missing.empty()) {
      done.push_back(packed[i].bytes);
    }
  }
  release_submissions(waiting, done);
  return report;
}

}  // namespace qc::cli

// SPDX-License-Identifier: Apache-2.0
#include "cli/submit_report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <regex>
#include <utility>

#include "cli/kept_submissions.h"
#include "cli/key_file.h"
#include "cli/receipt_fetch.h"
#include "cli/receipt_keeper.h"
#include "ledger/canonical_protobuf.h"
#include "ledger/record_subjects.h"

namespace qc::cli {

using ledger::Result;

namespace {

constexpr std::size_t kBarWidth = 40;

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

/// What can be proven of a thing that is on the chain already. The outcome of the new submission
/// says neither where it stands nor whether its content is the same.
std::string duplicate_note(const quality::v1::Record& record, const std::string& organisation) {
  const std::string subject = ledger::subjects_of(record, {.organisation = organisation}).opens;
  return fmt::format(
      "; it is on the chain already: qc history {} proves where, and with which content; its "
      "receipt takes the signed submission that brought it there (qc receipt fetch FOLDER)",
      subject.empty() ? "SUBJECT" : subject);
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

SubmittedPart part_of(const PackedSubmission& packed, const SubmitIntake& intake,
                      const quality::v1::SubmitResponse& answer, const std::string& organisation,
                      ReceiptKeeper& keeper, const std::filesystem::path& waiting) {
  SubmittedPart part{.first_record = packed.first_record,
                     .record_count = packed.record_count,
                     .state = answer.state(),
                     .first_log_index = answer.receipt().outcome().first_log_index(),
                     .height = answer.receipt().height(),
                     .message = message_of(answer, intake, packed.first_record, organisation),
                     .receipt_missing = {}};
  const Result<void> kept = ordered(answer) ? keeper.keep(packed.bytes, answer) : Result<void>{};
  if (!kept) {
    part.receipt_missing = fmt::format(
        "in block {}, but its receipt is not there yet: {}; where the policy is of an earlier set "
        "of validators: qc validator follow; then: qc receipt fetch {}",
        part.height, kept.error().message, waiting.string());
  }
  return part;
}

std::uint64_t unix_ms() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                        std::chrono::system_clock::now().time_since_epoch())
                                        .count());
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
    if (submission.header().not_after_ms < unix_ms()) {
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

bool SubmitReport::complete() const {
  return std::ranges::all_of(parts, [](const SubmittedPart& part) {
    return part.state == quality::v1::SUBMISSION_STATE_COMMITTED;
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
    report.parts.push_back(
        part_of(packed[i], intake, (*answers)[i], profile.organisation, keeper, waiting));
  }
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

// SPDX-License-Identifier: Apache-2.0
#include "cli/submit_report.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "cli/files.h"
#include "cli/key_file.h"
#include "cli/receipt_files.h"
#include "ledger/canonical_protobuf.h"
#include "ledger/encoding.h"
#include "ledger/policy.h"

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

/// Where receipts go, and what they are checked against.
struct ReceiptSink {
  ledger::NetworkPolicy policy;
  std::string spki;
  std::filesystem::path folder;
};

Result<void> keep_accepted(const PackedSubmission& packed, const std::vector<std::string>& records,
                           const quality::v1::SubmitResponse& answer, const ReceiptSink& sink) {
  QC_TRY(const auto receipts,
         accepted_receipts(packed.bytes, answer.receipt(), sink.spki, sink.policy));
  if (sink.folder.empty()) {
    return {};
  }
  for (std::size_t i = 0; i < receipts.size(); ++i) {
    const auto name = std::to_string(receipts[i].log_index);
    QC_TRY_VOID(write_file(sink.folder / (name + ".record"), records[packed.first_record + i]));
    QC_TRY_VOID(write_file(sink.folder / (name + ".tlog-proof"), receipts[i].format()));
  }
  return {};
}

Result<void> keep_rejected(const PackedSubmission& packed,
                           const quality::v1::SubmitResponse& answer, const ReceiptSink& sink) {
  QC_TRY(const auto receipt, rejected_receipt(packed.bytes, answer.receipt(), sink.policy));
  if (sink.folder.empty()) {
    return {};
  }
  return write_file(sink.folder / (ledger::to_hex(answer.submission_hash()) + ".tlog-proof"),
                    receipt.format());
}

Result<SubmittedPart> part_of(const PackedSubmission& packed,
                              const std::vector<std::string>& records,
                              const quality::v1::SubmitResponse& answer, const ReceiptSink& sink) {
  SubmittedPart part{.first_record = packed.first_record,
                     .record_count = packed.record_count,
                     .state = answer.state(),
                     .first_log_index = answer.receipt().outcome().first_log_index(),
                     .height = answer.receipt().height(),
                     .message = answer.message()};
  if (answer.state() == quality::v1::SUBMISSION_STATE_COMMITTED) {
    QC_TRY_VOID(keep_accepted(packed, records, answer, sink));
  } else if (answer.state() == quality::v1::SUBMISSION_STATE_REJECTED) {
    QC_TRY_VOID(keep_rejected(packed, answer, sink));
  }
  return part;
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

Result<SubmitReport> submit_records(const ClientProfile& profile,
                                    const std::filesystem::path& key_file,
                                    const std::vector<quality::v1::Record>& records,
                                    const PackingOptions& packing,
                                    const std::filesystem::path& receipts) {
  QC_TRY(const auto signer, open_key_file(key_file));
  QC_TRY(const std::string policy_text, read_file(profile.policy));
  QC_TRY(ledger::NetworkPolicy policy, ledger::NetworkPolicy::parse(policy_text));
  std::vector<std::string> bytes;
  bytes.reserve(records.size());
  for (const quality::v1::Record& record : records) {
    bytes.push_back(ledger::canonical_bytes(record));
  }
  QC_TRY(const auto packed, pack_records(bytes, profile, *signer, packing));
  QC_TRY(const auto answers, submit_all(profile, packed, progress_bar(packed.size())));
  const ReceiptSink sink{
      .policy = std::move(policy), .spki = signer->public_key().spki(), .folder = receipts};
  SubmitReport report;
  for (std::size_t i = 0; i < packed.size(); ++i) {
    QC_TRY(SubmittedPart part, part_of(packed[i], bytes, answers[i], sink));
    report.parts.push_back(std::move(part));
  }
  return report;
}

}  // namespace qc::cli

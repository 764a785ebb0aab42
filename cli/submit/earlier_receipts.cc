// SPDX-License-Identifier: Apache-2.0
#include "cli/submit/earlier_receipts.h"

#include <system_error>
#include <utility>

#include "cli/base/files.h"
#include "cli/submit/kept_submissions.h"
#include "ledger/base/canonical_protobuf.h"
#include "ledger/proof/receipt.h"
#include "ledger/record/submission.h"

namespace qc::cli {

EarlierReceipts::EarlierReceipts(const std::filesystem::path& folder,
                                 std::vector<ledger::NetworkPolicy> policies,
                                 std::string organisation)
    : policies_(std::move(policies)), organisation_(std::move(organisation)) {
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (at->path().extension() != ".record") continue;
    const auto bytes = read_file(at->path(), ledger::kMaxRecordSize);
    if (!bytes) continue;
    const auto record = ledger::parse_canonical<quality::v1::Record>(*bytes);
    if (record) files_.emplace(without_claimed_time(*record), at->path());
  }
}

std::optional<std::uint64_t> EarlierReceipts::log_index_of(
    const quality::v1::Record& record) const {
  const auto [begin, end] = files_.equal_range(without_claimed_time(record));
  for (auto at = begin; at != end; ++at) {
    if (const auto index = proven_by(at->second)) return index;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> EarlierReceipts::proven_by(const std::filesystem::path& file) const {
  const auto record = read_file(file, ledger::kMaxRecordSize);
  const auto receipt = read_file(std::filesystem::path(file).replace_extension(".tlog-proof"),
                                 ledger::kMaxReceiptSize);
  if (!record || !receipt) return std::nullopt;
  for (const ledger::NetworkPolicy& policy : policies_) {
    const auto report = ledger::verify_receipt(*receipt, *record, policy);
    if (report && report->accepted && report->header.organisation == organisation_)
      return report->log_index;
  }
  return std::nullopt;
}

}  // namespace qc::cli

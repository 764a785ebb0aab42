// SPDX-License-Identifier: Apache-2.0
#include "cli/receipt_keeper.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "cli/files.h"
#include "cli/receipt_files.h"
#include "cli/seen_checkpoint.h"
#include "cli/validator_change.h"
#include "ledger/checkpoint.h"
#include "ledger/encoding.h"
#include "ledger/note.h"
#include "ledger/submission.h"

namespace qc::cli {

using ledger::Result;

ReceiptKeeper::ReceiptKeeper(const ClientProfile& profile, ledger::NetworkPolicy policy,
                             std::string spki, std::filesystem::path folder)
    : profile_(&profile),
      policy_(std::move(policy)),
      spki_(std::move(spki)),
      folder_(std::move(folder)) {}

Result<ReceiptKeeper> ReceiptKeeper::open(const ClientProfile& profile, std::string spki,
                                          std::filesystem::path folder) {
  QC_TRY(const std::string text, read_file(profile.policy));
  QC_TRY(ledger::NetworkPolicy policy, ledger::NetworkPolicy::parse(text));
  return ReceiptKeeper(profile, std::move(policy), std::move(spki), std::move(folder));
}

Result<void> ReceiptKeeper::keep(std::string_view signed_submission,
                                 const quality::v1::SubmitResponse& answer) {
  Result<void> written = write(signed_submission, answer);
  if (!written && follow()) written = write(signed_submission, answer);
  if (written) remember(answer.receipt().checkpoint());
  return written;
}

Result<void> ReceiptKeeper::write(std::string_view signed_submission,
                                  const quality::v1::SubmitResponse& answer) const {
  if (answer.state() == quality::v1::SUBMISSION_STATE_REJECTED) {
    QC_TRY(const auto receipt, rejected_receipt(signed_submission, answer.receipt(), policy_));
    if (folder_.empty()) return {};
    return write_file_unsynced(folder_ / (ledger::to_hex(answer.submission_hash()) + ".tlog-proof"),
                               receipt.format());
  }
  QC_TRY(const auto receipts,
         accepted_receipts(signed_submission, answer.receipt(), spki_, policy_));
  if (folder_.empty()) return {};
  QC_TRY(const ledger::Submission submission,
         ledger::Submission::parse(std::string(signed_submission)));
  for (std::size_t i = 0; i < receipts.size(); ++i) {
    const auto name = std::to_string(receipts[i].log_index);
    QC_TRY_VOID(write_file_unsynced(folder_ / (name + ".record"), submission.records()[i]));
    QC_TRY_VOID(write_file_unsynced(folder_ / (name + ".tlog-proof"), receipts[i].format()));
  }
  return {};
}

void ReceiptKeeper::remember(const std::string& checkpoint) const {
  const auto note = ledger::SignedNote::parse(checkpoint);
  if (!note) return;
  const auto certified = ledger::verify_checkpoint(*note, policy_.validators);
  if (!certified) return;
  // The receipt is there; that a later reading has less to compare with is no failure of it.
  if (const Result<void> kept =
          remember_seen(*profile_, seen_now(certified->checkpoint, certified->as_of_s));
      !kept) {
    fmt::print(stderr, "qc: warning: {}\n", kept.error().message);
  }
}

bool ReceiptKeeper::follow() {
  if (std::exchange(followed_, true)) return false;
  const auto followed = follow_policy_file(*profile_);
  if (!followed || followed->earlier.empty()) return false;
  auto policy = ledger::NetworkPolicy::parse(followed->policy);
  if (!policy) return false;
  policy_ = *std::move(policy);
  fmt::print(stderr,
             "qc: note: the validators have changed; {} follows them now, proven by the seals; the "
             "earlier one, for earlier receipts, is {}\n",
             profile_->policy.string(), followed->earlier.string());
  return true;
}

}  // namespace qc::cli

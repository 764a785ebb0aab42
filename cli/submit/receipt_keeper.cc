// SPDX-License-Identifier: Apache-2.0
#include "cli/submit/receipt_keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iterator>
#include <optional>
#include <thread>
#include <utility>

#include "base/hex.h"
#include "cli/base/files.h"
#include "cli/client/seen_checkpoint.h"
#include "cli/submit/receipt_files.h"
#include "ledger/consortium/checkpoint.h"
#include "ledger/log/note.h"
#include "ledger/record/submission.h"

namespace qc::cli {

using ledger::Result;

namespace {

/// Between two looks for a set of validators that certifies a receipt's checkpoint.
constexpr std::chrono::milliseconds kFollowAgain{200};

}  // namespace

ReceiptKeeper::ReceiptKeeper(const ClientProfile& profile, ledger::NetworkPolicy policy,
                             std::string spki, std::filesystem::path folder)
    : profile_(&profile),
      epochs_({{.policy = std::move(policy), .last_size = std::nullopt}}),
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
  const std::string& checkpoint = answer.receipt().checkpoint();
  while (!is_known(checkpoint)) {
    follow();
    // Whoever was asked may not be as far as the node that gave the receipt.
    if (is_known(checkpoint) || tries_left_ == 0) break;
    --tries_left_;
    std::this_thread::sleep_for(kFollowAgain);
  }
  const ledger::NetworkPolicy& policy = policy_for(checkpoint);
  Result<void> written = write(signed_submission, answer, policy);
  if (written) remember(checkpoint, policy);
  return written;
}

bool ReceiptKeeper::is_known(const std::string& checkpoint) const {
  return std::ranges::any_of(epochs_,
                             [&](const auto& epoch) { return epoch.certifies(checkpoint); });
}

const ledger::NetworkPolicy& ReceiptKeeper::policy_for(const std::string& checkpoint) const {
  const auto epoch =
      std::ranges::find_if(epochs_, [&](const auto& known) { return known.certifies(checkpoint); });
  return epoch == epochs_.end() ? epochs_.back().policy : epoch->policy;
}

Result<void> ReceiptKeeper::write(std::string_view signed_submission,
                                  const quality::v1::SubmitResponse& answer,
                                  const ledger::NetworkPolicy& policy) const {
  if (answer.state() == quality::v1::SUBMISSION_STATE_REJECTED) {
    QC_TRY(const auto receipt, rejected_receipt(signed_submission, answer.receipt(), policy));
    if (folder_.empty()) return {};
    return write_file_unsynced(folder_ / (to_hex(answer.submission_hash()) + ".tlog-proof"),
                               receipt.format());
  }
  QC_TRY(const auto receipts,
         accepted_receipts(signed_submission, answer.receipt(), spki_, policy));
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

void ReceiptKeeper::remember(const std::string& checkpoint,
                             const ledger::NetworkPolicy& policy) const {
  const auto note = ledger::SignedNote::parse(checkpoint);
  if (!note) return;
  const auto certified = ledger::verify_checkpoint(*note, policy.validators);
  if (!certified) return;
  // The receipt is there; that a later reading has less to compare with is no failure of it.
  if (const Result<void> kept =
          remember_seen(*profile_, seen_now(certified->checkpoint, certified->as_of_s));
      !kept) {
    fmt::print(stderr, "qc: warning: {}\n", kept.error().message);
  }
}

void ReceiptKeeper::follow() {
  auto way = follow_policy(*profile_, epochs_.back().policy);
  if (!way || way->size() == 1) return;
  // The first is the newest one known here: its end is known now.
  epochs_.back() = std::move(way->front());
  std::move(way->begin() + 1, way->end(), std::back_inserter(epochs_));
  const auto followed = follow_policy_file(*profile_);
  if (!followed || followed->earlier.empty()) return;
  fmt::print(stderr,
             "qc: note: the validators have changed; {} follows them now, proven by the seals; for "
             "earlier receipts there is {}\n",
             profile_->policy.string(), names_of(followed->earlier));
}

}  // namespace qc::cli

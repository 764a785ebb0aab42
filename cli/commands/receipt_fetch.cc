// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/receipt_fetch.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/base/key_file.h"
#include "cli/submit/find_submission.h"
#include "cli/submit/kept_submissions.h"
#include "cli/submit/receipt_keeper.h"
#include "quality/v1/services.pb.h"

namespace qc::cli {

using ledger::Code;
using ledger::fail;
using ledger::Result;
using quality::v1::SubmitResponse;

namespace {

/// The public key of the profile that signed the submission.
Result<std::string> signing_spki(const ClientProfile& profile, const KeptSubmission& kept) {
  for (const auto& file : {profile.signing_key, profile.admin_key}) {
    const auto signer = open_key_file(file);
    if (signer && (*signer)->public_key().id() == kept.submission.header().key_id) {
      return (*signer)->public_key().spki();
    }
  }
  return fail(Code::kInvalidArgument,
              fmt::format("{}: is signed by a key that is not the profile's: name the profile that "
                          "submitted it",
                          kept.file.string()));
}

/// Whether the submission needs to wait no longer: its receipt is in the folder.
Result<bool> fetch_one(const ClientProfile& profile, const KeptSubmission& kept) {
  QC_TRY(std::string spki, signing_spki(profile, kept));
  QC_TRY(const SubmitResponse answer, find_submission(profile, kept.submission.hash()));
  const std::filesystem::path folder = kept.file.parent_path();
  if (answer.state() != quality::v1::SUBMISSION_STATE_COMMITTED &&
      answer.state() != quality::v1::SUBMISSION_STATE_REJECTED) {
    fmt::print("{}: is not on the chain{}\n", kept.file.string(),
               answer.state() == quality::v1::SUBMISSION_STATE_PENDING
                   ? " yet; ask again in a moment"
                   : " of any node that was asked; submit its records again, the same command goes "
                     "on with it");
    return false;
  }
  QC_TRY(ReceiptKeeper keeper, ReceiptKeeper::open(profile, std::move(spki), folder));
  QC_TRY_VOID(keeper.keep(kept.submission.bytes(), answer));
  const std::size_t count = kept.submission.records().size();
  if (answer.state() == quality::v1::SUBMISSION_STATE_REJECTED) {
    fmt::print("{} record(s) refused in block {}: {}\n", count, answer.receipt().height(),
               answer.message());
  } else {
    fmt::print("{} record(s) certified in block {}, log index {} on: receipts in {}\n", count,
               answer.receipt().height(), answer.receipt().outcome().first_log_index(),
               folder.string());
  }
  return true;
}

void fetch(Session& session, const std::filesystem::path& folder) {
  const auto profile = session.load_profile();
  if (!profile) return session.fail(profile.error());
  const auto kept = kept_submissions(folder);
  if (!kept) return session.fail(kept.error());
  if (kept->empty()) fmt::print("nothing waits for a receipt in {}\n", folder.string());
  // Released together, as that waits for the disk once; after an interruption they are asked again.
  std::vector<std::string_view> done;
  for (const KeptSubmission& one : *kept) {
    const Result<bool> fetched = fetch_one(*profile, one);
    if (!fetched) {
      session.fail(fetched.error());
    } else if (*fetched) {
      done.push_back(one.submission.bytes());
    } else if (session.exit_code == kDone) {
      session.exit_code = kPartial;
    }
  }
  release_submissions(folder, done);
}

}  // namespace

void add_receipt_fetch_command(CLI::App& receipt, Session& session) {
  auto* command = receipt.add_subcommand(
      "fetch", "Receipts for what was signed and sent, but whose receipts never came");
  const auto folder = std::make_shared<std::string>();
  command
      ->add_option("FOLDER", *folder,
                   "Where the signed submissions wait: that of --receipts, or PROFILE/submissions")
      ->required();
  command->footer(
      "Exit codes: 0 nothing waits any more, 3 something is not on the chain (yet), 4 no answer.\n"
      "Example:\n  qc --profile ./lab receipt fetch ./receipts");
  command->callback([&session, folder] { fetch(session, *folder); });
}

}  // namespace qc::cli

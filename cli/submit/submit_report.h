// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/client/client_profile.h"
#include "cli/submit/submitter.h"
#include "ledger/base/result.h"
#include "quality/v1/record.pb.h"

namespace qc::cli {

/// What became of one packed submission of a larger intake, in the caller's terms.
struct SubmittedPart {
  std::size_t first_record = 0;
  std::size_t record_count = 0;
  quality::v1::SubmissionState state = quality::v1::SUBMISSION_STATE_UNKNOWN;
  /// Committed: log index of its first record. Committed and rejected: the block.
  std::uint64_t first_log_index = 0;
  std::uint64_t height = 0;
  /// Otherwise: why not; refused records are named by their places.
  std::string message;
  /// Refused as a duplicate: where on the chain earlier runs have brought every record of this
  /// part, each proven by its receipt in the folder; empty where one of them is not there.
  std::vector<std::uint64_t> earlier_log_indexes;
  /// Rejected: the file that proves it, if there is a folder for receipts.
  std::filesystem::path refusal_receipt;
  /// Why the receipt of what was committed or rejected is not there, with what to do; else empty.
  std::string receipt_missing;
};

/// What became of all of it.
struct SubmitReport {
  std::vector<SubmittedPart> parts;

  std::size_t committed_records() const;
  /// Refused, because earlier runs have brought them onto the chain.
  std::size_t earlier_records() const;
  /// Every record is on the chain, by this run or, as receipts prove, by an earlier one.
  bool complete() const;
  /// Something on the chain has no receipt yet.
  bool receipts_missing() const;
  /// The greatest block of what was committed.
  std::uint64_t height() const;
};

/// `message` with "record N:" of a part that begins with the caller's record `first_record` turned
/// into the place where that record was read.
std::string with_places(const std::string& message, const std::vector<std::string>& places,
                        std::size_t first_record);

/// The subject whose history shows what is on the chain in the place of a record that was refused
/// as a duplicate; "SUBJECT" where it depends on the refusal.
std::string subject_of_duplicate(const quality::v1::Record& record,
                                 const std::string& organisation);

/// What is to be said of a part that is not, or not wholly, done: sentences of a line each.
/// `receipts` is the folder that the caller named.
std::vector<std::string> sentences_about(const SubmittedPart& part,
                                         const std::vector<std::string>& places,
                                         const std::filesystem::path& receipts);

/// What is submitted: the records, and beside each where it was read.
struct SubmitIntake {
  const std::vector<quality::v1::Record>& records;
  const std::vector<std::string>& places;
};

/// Submits records under the key in `key_file`, with a progress bar on standard error where that is
/// a terminal. Every receipt is verified against the profile's policy. Where `receipts` is not
/// empty, that folder is made and tried before anything is sent, and receipts are written into it.
/// Until its receipt is there each signed submission is kept, in that folder or else in
/// PROFILE/submissions; what is found there of an earlier, interrupted run is gone on with instead
/// of signed anew.
ledger::Result<SubmitReport> submit_records(const ClientProfile& profile,
                                            const std::filesystem::path& key_file,
                                            const SubmitIntake& intake,
                                            const PackingOptions& packing,
                                            const std::filesystem::path& receipts);

}  // namespace qc::cli

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "cli/client_profile.h"
#include "cli/submitter.h"
#include "ledger/result.h"
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
  /// Why the receipt of what was committed or rejected is not there, with what to do; else empty.
  std::string receipt_missing;
};

/// What became of all of it.
struct SubmitReport {
  std::vector<SubmittedPart> parts;

  std::size_t committed_records() const;
  /// Every record is on the chain.
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

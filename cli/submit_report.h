// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
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
  /// Otherwise: why not.
  std::string message;
};

/// What became of all of it.
struct SubmitReport {
  std::vector<SubmittedPart> parts;

  std::size_t committed_records() const;
  /// Every record is on the chain.
  bool complete() const;
};

/// Submits records under the key in `key_file`, with a progress bar on standard error where that is
/// a terminal. Every receipt is verified against the profile's policy before it counts. Where
/// `receipts` is not empty, writes for each committed record LOGINDEX.record and
/// LOGINDEX.tlog-proof into that folder, and for each rejected submission HASH.tlog-proof.
ledger::Result<SubmitReport> submit_records(const ClientProfile& profile,
                                            const std::filesystem::path& key_file,
                                            const std::vector<quality::v1::Record>& records,
                                            const PackingOptions& packing,
                                            const std::filesystem::path& receipts);

}  // namespace qc::cli

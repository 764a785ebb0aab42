// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "ledger/base/result.h"
#include "ledger/record/submission.h"
#include "quality/v1/record.pb.h"

namespace qc::cli {

/// A signed submission that waits in a file HASH.submission, its exact bytes, for its receipt: only
/// these bytes, sent or asked for again, lead to the receipt of what they brought onto the chain.
struct KeptSubmission {
  std::filesystem::path file;
  ledger::Submission submission;
};

/// Makes the folder and proves that files can be written there, before anything is sent.
ledger::Result<void> prepare_folder(const std::filesystem::path& folder);

/// Writes the submission's file; on the disk, not only in the system's cache, once it returns.
ledger::Result<void> keep_submission(const std::filesystem::path& folder, std::string_view bytes);

/// Removes the files of these submissions, whose receipts were written to the same folder, or that
/// never need one. What is in the folder is on the disk first, or nothing is removed.
void release_submissions(const std::filesystem::path& folder,
                         std::span<const std::string_view> submissions);

/// All that wait in the folder, in the order of their file names; the error names the file that
/// cannot be read.
ledger::Result<std::vector<KeptSubmission>> kept_submissions(const std::filesystem::path& folder);

/// What a record says apart from the time that is claimed, which each run may set anew.
std::string without_claimed_time(quality::v1::Record record);

/// A kept submission that carries the records from `first_record` on.
struct Resumed {
  std::size_t first_record = 0;
  std::size_t kept = 0;
};

/// Which of `kept` carry exactly these records, by `key` for this chain and organisation: without
/// the time that is claimed, which each run sets anew. In order, not overlapping.
std::vector<Resumed> resumable(const std::vector<quality::v1::Record>& records,
                               const std::vector<KeptSubmission>& kept, const std::string& chain_id,
                               const Digest& key);

}  // namespace qc::cli

// SPDX-License-Identifier: Apache-2.0
#include "cli/submit/kept_submissions.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>

#include "base/hex.h"
#include "cli/base/files.h"
#include "ledger/base/canonical_protobuf.h"

namespace qc::cli {

using ledger::Code;
using ledger::fail;
using ledger::Result;

namespace {

constexpr std::string_view kSubmissionSuffix = ".submission";

Result<std::filesystem::path> submission_file(const std::filesystem::path& folder,
                                              std::string_view bytes) {
  QC_TRY(const ledger::Submission submission, ledger::Submission::parse(std::string(bytes)));
  return folder / (to_hex(submission.hash()) + std::string(kSubmissionSuffix));
}

/// What a kept submission carries; empty where a record cannot be read.
std::vector<std::string> carried_by(const ledger::Submission& submission) {
  std::vector<std::string> carried;
  for (const std::string_view bytes : submission.records()) {
    const auto record = ledger::parse_canonical<quality::v1::Record>(bytes);
    if (!record) return {};
    carried.push_back(without_claimed_time(*record));
  }
  return carried;
}

bool begins_with(const std::vector<std::string>& wanted, std::size_t place,
                 const std::vector<std::string>& carried) {
  return carried.size() <= wanted.size() - place &&
         std::equal(carried.begin(), carried.end(),
                    wanted.begin() + static_cast<std::ptrdiff_t>(place));
}

}  // namespace

std::string without_claimed_time(quality::v1::Record record) {
  record.clear_claimed_time_ms();
  return ledger::canonical_bytes(record);
}

Result<void> prepare_folder(const std::filesystem::path& folder) {
  // Several clients may share the folder.
  const std::filesystem::path trial = folder / fmt::format(".trial-{}", ::getpid());
  const Result<void> written = write_file(trial, "trial");
  std::error_code ignored;
  std::filesystem::remove(trial, ignored);
  if (written) return {};
  return fail(Code::kInvalidArgument,
              fmt::format("{}; receipts cannot be kept there, so nothing was sent: name another "
                          "folder",
                          written.error().message));
}

Result<void> keep_submission(const std::filesystem::path& folder, std::string_view bytes) {
  QC_TRY(const std::filesystem::path file, submission_file(folder, bytes));
  return write_file(file, bytes);
}

void release_submissions(const std::filesystem::path& folder,
                         std::span<const std::string_view> submissions) {
  // What has no receipt on the disk is kept.
  if (submissions.empty() || !sync_file_system(folder)) return;
  for (const std::string_view bytes : submissions) {
    std::error_code ignored;
    if (const auto file = submission_file(folder, bytes)) std::filesystem::remove(*file, ignored);
  }
}

Result<std::vector<KeptSubmission>> kept_submissions(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    if (at->path().extension() == kSubmissionSuffix) files.push_back(at->path());
  }
  if (error) {
    return fail(Code::kInvalidArgument,
                fmt::format("cannot read the folder {}: {}", folder.string(), error.message()));
  }
  std::ranges::sort(files);
  std::vector<KeptSubmission> kept;
  for (std::filesystem::path& file : files) {
    Result<std::string> bytes = read_file(file, ledger::kMaxSubmissionSize);
    // Released since by another client that has its receipt.
    if (!bytes && !std::filesystem::exists(file, error)) continue;
    if (!bytes) return tl::unexpected<ledger::Error>(std::move(bytes).error());
    auto submission = ledger::Submission::parse(*std::move(bytes));
    if (!submission) {
      return fail(Code::kInvalidArgument,
                  fmt::format("{}: holds no signed submission ({}); move it away", file.string(),
                              submission.error().message));
    }
    kept.push_back({.file = std::move(file), .submission = *std::move(submission)});
  }
  return kept;
}

std::vector<Resumed> resumable(const std::vector<quality::v1::Record>& records,
                               const std::vector<KeptSubmission>& kept, const std::string& chain_id,
                               const Digest& key) {
  std::vector<std::string> wanted;
  wanted.reserve(records.size());
  for (const quality::v1::Record& record : records) wanted.push_back(without_claimed_time(record));
  std::vector<std::vector<std::string>> carried(kept.size());
  std::multimap<std::string_view, std::size_t> by_first;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const ledger::SubmissionHeader& header = kept[i].submission.header();
    if (header.chain_id != chain_id || header.key_id != key) continue;
    carried[i] = carried_by(kept[i].submission);
    if (!carried[i].empty()) by_first.emplace(carried[i].front(), i);
  }
  std::vector<Resumed> found;
  for (std::size_t place = 0; place < wanted.size();) {
    const auto [begin, end] = by_first.equal_range(wanted[place]);
    const auto match = std::find_if(begin, end, [&](const auto& entry) {
      return begins_with(wanted, place, carried[entry.second]);
    });
    if (match == end) {
      ++place;
      continue;
    }
    found.push_back({.first_record = place, .kept = match->second});
    place += carried[match->second].size();
    // Equal records further on are other records.
    by_first.erase(match);
  }
  return found;
}

}  // namespace qc::cli

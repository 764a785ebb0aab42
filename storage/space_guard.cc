// SPDX-License-Identifier: Apache-2.0
#include "storage/space_guard.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <array>
#include <cerrno>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "base/assert.h"
#include "os/file.h"

namespace qc::storage {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;

// Free room must exceed a threshold by this part of it before the level is left again.
constexpr std::uint64_t kHysteresisDivisor = 10;
// The ballast must leave this many times its size free, or it would be the problem that it is for.
constexpr std::uint64_t kBallastRoom = 2;

std::uint64_t threshold(const SpaceThresholds& thresholds, SpaceLevel level) {
  switch (level) {
    case SpaceLevel::kWarn:
      return thresholds.warn_bytes;
    case SpaceLevel::kRefuseSubmissions:
      return thresholds.refuse_submissions_bytes;
    case SpaceLevel::kStopProposing:
      return thresholds.stop_proposing_bytes;
    case SpaceLevel::kExit:
      return thresholds.exit_bytes;
    case SpaceLevel::kAmple:
      break;
  }
  return std::numeric_limits<std::uint64_t>::max();
}

std::string_view consequence(SpaceLevel level) {
  switch (level) {
    case SpaceLevel::kAmple:
      return "enough";
    case SpaceLevel::kWarn:
      return "running low; free or add space";
    case SpaceLevel::kRefuseSubmissions:
      return "new submissions are refused until space is freed";
    case SpaceLevel::kStopProposing:
      return "this node proposes nothing until space is freed";
    case SpaceLevel::kExit:
      return "this node stops before the database runs into the end; free space (the ballast file "
             "may be deleted) and start it again";
  }
  return "";
}

std::string mebibytes(std::uint64_t bytes) { return fmt::format("{} MiB", bytes >> 20); }

}  // namespace

const char* to_string(SpaceLevel level) {
  switch (level) {
    case SpaceLevel::kAmple:
      return "ample";
    case SpaceLevel::kWarn:
      return "warn";
    case SpaceLevel::kRefuseSubmissions:
      return "refuse_submissions";
    case SpaceLevel::kStopProposing:
      return "stop_proposing";
    case SpaceLevel::kExit:
      return "exit";
  }
  return "";
}

Result<SpaceUsage> space_of(const std::string& path) {
  struct statvfs status {};
  while (::statvfs(path.c_str(), &status) != 0) {
    if (errno != EINTR)
      return tl::unexpected(os::system_error("ask for the free space of", path, errno));
  }
  return SpaceUsage{status.f_bavail * status.f_frsize, status.f_blocks * status.f_frsize,
                    status.f_favail, status.f_files};
}

SpaceGuard::SpaceGuard(std::vector<std::string> paths, SpaceThresholds thresholds, Probe probe)
    : paths_(std::move(paths)), thresholds_(thresholds), probe_(std::move(probe)) {
  QC_ASSERT(!paths_.empty());
  QC_ASSERT(thresholds_.warn_bytes >= thresholds_.refuse_submissions_bytes &&
            thresholds_.refuse_submissions_bytes >= thresholds_.stop_proposing_bytes &&
            thresholds_.stop_proposing_bytes >= thresholds_.exit_bytes);
}

SpaceLevel SpaceGuard::judge(const SpaceUsage& usage) const {
  if (usage.total_inodes != 0 && usage.free_inodes < thresholds_.exit_inodes) {
    return SpaceLevel::kExit;
  }
  constexpr std::array kWorstFirst = {SpaceLevel::kExit, SpaceLevel::kStopProposing,
                                      SpaceLevel::kRefuseSubmissions, SpaceLevel::kWarn};
  for (const SpaceLevel level : kWorstFirst) {
    const std::uint64_t limit = threshold(thresholds_, level);
    const std::uint64_t margin = level_ >= level ? limit / kHysteresisDivisor : 0;
    if (usage.free_bytes < limit + margin) return level;
  }
  return SpaceLevel::kAmple;
}

Result<SpaceGuard::Reading> SpaceGuard::check() {
  std::optional<Reading> worst;
  for (const std::string& path : paths_) {
    QC_TRY(const SpaceUsage usage, probe_(path));
    const SpaceLevel level = judge(usage);
    if (!worst || level > worst->level ||
        (level == worst->level && usage.free_bytes < worst->usage.free_bytes)) {
      worst = Reading{level, path, usage, {}};
    }
  }
  level_ = worst->level;
  const bool inodes =
      worst->usage.total_inodes != 0 && worst->usage.free_inodes < thresholds_.exit_inodes;
  worst->message =
      inodes ? fmt::format("{}: {} inodes left: {}", worst->path, worst->usage.free_inodes,
                           consequence(level_))
             : fmt::format("{}: {} of {} left: {}", worst->path, mebibytes(worst->usage.free_bytes),
                           mebibytes(worst->usage.total_bytes), consequence(level_));
  return *std::move(worst);
}

Result<void> SpaceGuard::admit_start() {
  QC_TRY(const Reading reading, check());
  if (reading.level == SpaceLevel::kExit) return fail(Code::kResourceExhausted, reading.message);
  return {};
}

Result<bool> ensure_ballast(const std::string& path, std::uint64_t bytes) {
  if (bytes == 0) return false;
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return true;
  const std::size_t slash = path.rfind('/');
  QC_TRY(const SpaceUsage usage,
         space_of(slash == std::string::npos ? "." : path.substr(0, slash + 1)));
  if (usage.free_bytes / (kBallastRoom + 1) < bytes) return false;
  QC_TRY(const os::File file, os::File::open(path, O_RDWR | O_CREAT | O_EXCL));
  const int error = ::posix_fallocate(file.descriptor(), 0, static_cast<off_t>(bytes));
  if (error != 0) {
    QC_TRY_VOID(os::remove_file(path));
    return tl::unexpected(os::system_error("reserve ballast in", path, error));
  }
  return true;
}

}  // namespace qc::storage

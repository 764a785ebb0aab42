// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/source_files.h"

#include <fmt/format.h>

#include <algorithm>

namespace qc::cli {
namespace {

using ledger::Code;
using ledger::Result;

/// Files that programs leave beside those that people mean.
bool is_litter(const std::string& name) {
  return name.starts_with('.') || name.starts_with("~$") || name.ends_with(".lock") ||
         name.ends_with('~') || name == "Thumbs.db" || name == "desktop.ini";
}

}  // namespace

Result<SourceFiles> files_of(const std::string& source) {
  SourceFiles found;
  std::error_code error;
  if (!std::filesystem::is_directory(source, error)) {
    found.files.emplace_back(source);
    return found;
  }
  std::filesystem::directory_iterator entry(source, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::filesystem::path& path = entry->path();
    std::error_code gone;
    if (entry->is_directory(gone)) {
      found.notes.push_back(path.string() + ": a sub-folder is not read; name it to read it");
    } else if (is_litter(path.filename().string())) {
      found.notes.push_back(path.string() + ": a hidden or lock file is not read");
    } else if (entry->is_regular_file(gone)) {
      found.files.push_back(path);
    } else {
      found.notes.push_back(path.string() + ": is no regular file and is not read");
    }
  }
  if (error) {
    return ledger::fail(Code::kFailedPrecondition,
                        fmt::format("cannot list {}: {}", source, error.message()));
  }
  if (found.files.empty()) {
    return ledger::fail(Code::kInvalidArgument,
                        fmt::format("{}: the folder holds no file to read{}", source,
                                    found.notes.empty() ? "" : "; " + found.notes.front()));
  }
  std::ranges::sort(found.files);
  std::ranges::sort(found.notes);
  return found;
}

}  // namespace qc::cli

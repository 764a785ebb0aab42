// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "ledger/base/result.h"

namespace qc::cli {

/// The files that a source names, and what of it is not read.
struct SourceFiles {
  std::vector<std::filesystem::path> files;
  /// Hidden files, lock files and sub-folders, in sentences.
  std::vector<std::string> notes;
};

/// The files of a folder by name, or the file itself. A folder that holds none to read is an error.
[[nodiscard]] ledger::Result<SourceFiles> files_of(const std::string& source);

}  // namespace qc::cli

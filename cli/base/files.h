// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "ledger/base/result.h"

namespace qc::cli {

/// Files larger than this are refused by read_file unless the caller says otherwise.
inline constexpr std::size_t kMaxFileSize = std::size_t{1} << 30U;

/// A whole file; "-" is standard input. The error names the file and why.
ledger::Result<std::string> read_file(const std::filesystem::path& path,
                                      std::size_t size_max = kMaxFileSize);

/// Writes a file so that it is there whole or not at all, and stays there after a power cut; makes
/// its folder. "-" is standard output.
ledger::Result<void> write_file(const std::filesystem::path& path, std::string_view content);

/// The same without waiting for the disk, where many files are written: a power cut may leave an
/// empty file until sync_file_system() was called.
ledger::Result<void> write_file_unsynced(const std::filesystem::path& path,
                                         std::string_view content);

/// All that was written to the file system of this folder is on the disk when it returns.
ledger::Result<void> sync_file_system(const std::filesystem::path& folder);

/// A private key: mode 0600 from its first byte on, never over an existing file, on the disk when
/// it returns.
ledger::Result<void> write_secret_file(const std::filesystem::path& path, std::string_view content);

/// Refuses a file that others than its owner may read, or that belongs to somebody else.
ledger::Result<std::string> read_secret_file(const std::filesystem::path& path);

}  // namespace qc::cli

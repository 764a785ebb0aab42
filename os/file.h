// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/base/result.h"

namespace qc::os {

/// An open file descriptor, closed by its end. Errors name the path and what the system said.
class File {
 public:
  /// Opens with `open(2)` flags (O_CLOEXEC is added); new files get this mode.
  static ledger::Result<File> open(const std::string& path, int flags, unsigned mode = 0600);
  /// The standard input, under that name in messages.
  static ledger::Result<File> standard_input();

  File(const File&) = delete;
  File& operator=(const File&) = delete;
  File(File&& other) noexcept;
  File& operator=(File&& other) noexcept;
  ~File();

  /// Writes all of `bytes` at the file's position.
  ledger::Result<void> write(std::string_view bytes);
  /// Everything from the beginning to the end.
  ledger::Result<std::string> read_all() const;
  /// What comes until its end, also of a pipe; kInvalidArgument where that is more.
  ledger::Result<std::string> read_to_end(std::uint64_t size_max) const;
  ledger::Result<void> truncate(std::uint64_t size);
  ledger::Result<void> seek_to(std::uint64_t offset);
  /// `fdatasync`. A failure is final: what the kernel could not write it may have forgotten, and a
  /// second call would lie.
  ledger::Result<void> sync_data();
  /// `fsync`; a pipe or a terminal has nothing to sync.
  ledger::Result<void> sync() const;
  /// Takes the advisory lock without waiting; false where somebody else has it. Ends with the file.
  ledger::Result<bool> lock();

  int descriptor() const { return descriptor_; }
  const std::string& path() const { return path_; }

 private:
  File(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}

  int descriptor_ = -1;
  std::string path_;
};

/// A whole file, or what a pipe gives; the error says why it cannot be read.
ledger::Result<std::string> read_file(const std::string& path, std::uint64_t size_max);

/// Writes a whole file under an unfinished name (`path` + ".tmp"), syncs it, gives it its
/// name and makes that durable: after a power cut there is all of it or nothing.
ledger::Result<void> write_durable_file(const std::string& path, std::string_view content);

/// Makes the names in a directory durable: files created, renamed or removed in it.
ledger::Result<void> sync_directory(const std::string& path);
/// All that was written to the file system of this directory is on the disk when it returns.
ledger::Result<void> sync_file_system(const std::string& directory);

/// Removes a file; one that is not there is fine.
ledger::Result<void> remove_file(const std::string& path);

/// The Error for `errno` after a failed call: "cannot VERB PATH: reason", with the code that fits.
ledger::Error system_error(std::string_view verb, const std::string& path, int error_number);

}  // namespace qc::os

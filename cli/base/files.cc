// SPDX-License-Identifier: Apache-2.0
#include "cli/base/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <system_error>
#include <utility>

#include "os/file.h"

namespace qc::cli {

using ledger::Code;
using ledger::fail;
using ledger::Result;
using os::File;

namespace {

constexpr std::size_t kSecretSizeMax = std::size_t{64} * 1024;
constexpr unsigned kReadableMode = 0644;
constexpr unsigned kSecretMode = 0600;

/// What this machine refuses is the person's to mend: no answer of the network, no false file.
template <class T>
Result<T> here(Result<T> result) {
  if (!result && result.error().code != Code::kNotFound &&
      result.error().code != Code::kInvalidArgument) {
    result.error().code = Code::kFailedPrecondition;
  }
  return result;
}

std::string folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path().string() : ".";
}

Result<void> make_folder_of(const std::filesystem::path& path) {
  if (!path.has_parent_path()) return {};
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (!error) return {};
  return fail(Code::kFailedPrecondition, fmt::format("cannot make the folder {}: {}",
                                                     path.parent_path().string(), error.message()));
}

enum class Wait : std::uint8_t { kForDisk, kNot };

Result<void> write_draft(const std::string& draft, std::string_view content, Wait wait) {
  QC_TRY(File file, File::open(draft, O_WRONLY | O_CREAT | O_TRUNC, kReadableMode));
  QC_TRY_VOID(file.write(content));
  return wait == Wait::kForDisk ? file.sync() : Result<void>();
}

Result<void> write_whole(const std::filesystem::path& path, std::string_view content, Wait wait) {
  QC_TRY_VOID(make_folder_of(path));
  const std::string draft = path.string() + ".new";
  QC_TRY_VOID(write_draft(draft, content, wait));
  if (std::rename(draft.c_str(), path.c_str()) != 0) {
    return tl::unexpected(os::system_error("write", path.string(), errno));
  }
  return wait == Wait::kForDisk ? os::sync_directory(folder_of(path)) : Result<void>();
}

Result<void> write_secret(const std::string& path, std::string_view content) {
  QC_TRY(File file, File::open(path, O_WRONLY | O_CREAT | O_EXCL, kSecretMode));
  QC_TRY_VOID(file.write(content));
  QC_TRY_VOID(file.sync());
  return os::sync_directory(folder_of(path));
}

Result<std::string> read_secret(const std::string& path) {
  QC_TRY(const File file, File::open(path, O_RDONLY));
  struct stat info {};
  if (::fstat(file.descriptor(), &info) != 0)
    return tl::unexpected(os::system_error("look at", path, errno));
  if (info.st_uid != ::geteuid() || (info.st_mode & 077U) != 0) {
    return fail(Code::kFailedPrecondition,
                fmt::format("{} must belong to you alone, mode 0600, because it is a private key: "
                            "chmod 600 {}",
                            path, path));
  }
  return file.read_to_end(kSecretSizeMax);
}

Result<std::string> read_any(const std::filesystem::path& path, std::size_t size_max) {
  if (path != "-") return os::read_file(path.string(), size_max);
  QC_TRY(const File file, File::standard_input());
  return file.read_to_end(size_max);
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t size_max) {
  return here(read_any(path, size_max));
}

Result<void> write_file(const std::filesystem::path& path, std::string_view content) {
  if (path == "-") {
    std::cout << content;
    return {};
  }
  return here(write_whole(path, content, Wait::kForDisk));
}

Result<void> write_file_unsynced(const std::filesystem::path& path, std::string_view content) {
  return here(write_whole(path, content, Wait::kNot));
}

Result<void> sync_file_system(const std::filesystem::path& folder) {
  return here(os::sync_file_system(folder.string()));
}

Result<void> write_secret_file(const std::filesystem::path& path, std::string_view content) {
  QC_TRY_VOID(make_folder_of(path));
  return here(write_secret(path.string(), content));
}

Result<std::string> read_secret_file(const std::filesystem::path& path) {
  return here(read_secret(path.string()));
}

}  // namespace qc::cli

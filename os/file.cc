// SPDX-License-Identifier: Apache-2.0
#include "os/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

namespace qc::os {
namespace {

using ledger::Code;
using ledger::Error;
using ledger::Result;

Code code_of(int error_number) {
  switch (error_number) {
    case ENOENT:
      return Code::kNotFound;
    case EEXIST:
      return Code::kAlreadyExists;
    case EACCES:
    case EPERM:
    case EROFS:
      return Code::kPermissionDenied;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EMFILE:
    case ENFILE:
      return Code::kResourceExhausted;
    case EIO:
      return Code::kDataLoss;
    default:
      return Code::kInternal;
  }
}

}  // namespace

Error system_error(std::string_view verb, const std::string& path, int error_number) {
  return {code_of(error_number), fmt::format("cannot {} {}: {}", verb, path,
                                             std::generic_category().message(error_number))};
}

Result<File> File::open(const std::string& path, int flags, unsigned mode) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  if (descriptor < 0) return tl::unexpected(system_error("open", path, errno));
  return File(descriptor, path);
}

Result<File> File::standard_input() {
  const int descriptor = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
  if (descriptor < 0) return tl::unexpected(system_error("read", "standard input", errno));
  return File(descriptor, "standard input");
}

File::File(File&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), path_(std::move(other.path_)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(path_, other.path_);
  return *this;
}

File::~File() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> File::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return tl::unexpected(system_error("write to", path_, errno));
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<std::string> File::read_all() const {
  struct stat status {};
  if (::fstat(descriptor_, &status) != 0)
    return tl::unexpected(system_error("look at", path_, errno));
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::pread(descriptor_, bytes.data() + filled, bytes.size() - filled,
                                static_cast<off_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::unexpected(system_error("read", path_, errno));
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

Result<std::string> File::read_to_end(std::uint64_t size_max) const {
  std::string bytes;
  std::array<char, std::size_t{64} << 10> part{};
  while (true) {
    const ssize_t got = ::read(descriptor_, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::unexpected(system_error("read", path_, errno));
    if (got == 0) return bytes;
    bytes.append(part.data(), static_cast<std::size_t>(got));
    if (bytes.size() > size_max) {
      return ledger::fail(Code::kInvalidArgument,
                          fmt::format("{} has more than {} bytes", path_, size_max));
    }
  }
}

Result<void> File::truncate(std::uint64_t size) {
  if (::ftruncate(descriptor_, static_cast<off_t>(size)) != 0) {
    return tl::unexpected(system_error("shorten", path_, errno));
  }
  return {};
}

Result<void> File::seek_to(std::uint64_t offset) {
  if (::lseek(descriptor_, static_cast<off_t>(offset), SEEK_SET) < 0) {
    return tl::unexpected(system_error("seek in", path_, errno));
  }
  return {};
}

Result<void> File::sync_data() {
  if (::fdatasync(descriptor_) != 0) return tl::unexpected(system_error("sync", path_, errno));
  return {};
}

Result<void> File::sync() const {
  if (::fsync(descriptor_) == 0 || errno == EINVAL || errno == EROFS) return {};
  return tl::unexpected(system_error("sync", path_, errno));
}

Result<bool> File::lock() {
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return true;
  if (errno == EWOULDBLOCK) return false;
  return tl::unexpected(system_error("lock", path_, errno));
}

Result<std::string> read_file(const std::string& path, std::uint64_t size_max) {
  QC_TRY(const File file, File::open(path, O_RDONLY));
  return file.read_to_end(size_max);
}

Result<void> write_durable_file(const std::string& path, std::string_view content) {
  const std::string unfinished = path + ".tmp";
  {
    QC_TRY(File file, File::open(unfinished, O_WRONLY | O_CREAT | O_TRUNC));
    QC_TRY_VOID(file.write(content));
    QC_TRY_VOID(file.sync_data());
  }
  if (std::rename(unfinished.c_str(), path.c_str()) != 0) {
    return tl::unexpected(system_error("rename", unfinished, errno));
  }
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return sync_directory(folder.empty() ? "." : folder);
}

Result<void> sync_directory(const std::string& path) {
  QC_TRY(const File directory, File::open(path, O_RDONLY | O_DIRECTORY));
  if (::fsync(directory.descriptor()) != 0)
    return tl::unexpected(system_error("sync", path, errno));
  return {};
}

Result<void> sync_file_system(const std::string& directory) {
  QC_TRY(const File folder, File::open(directory, O_RDONLY | O_DIRECTORY));
  if (::syncfs(folder.descriptor()) == 0) return {};
  return tl::unexpected(system_error("sync", directory, errno));
}

Result<void> remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return tl::unexpected(system_error("remove", path, errno));
  }
  return {};
}

}  // namespace qc::os

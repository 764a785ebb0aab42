// SPDX-License-Identifier: Apache-2.0
#include "cli/base/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <iostream>
#include <optional>

namespace qc::cli {

using ledger::Code;
using ledger::fail;
using ledger::Result;

namespace {

constexpr std::size_t kSecretSizeMax = 64 * 1024;

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;

  int get() const { return number_; }
  bool valid() const { return number_ >= 0; }

 private:
  int number_;
};

auto failed(const char* what, const std::filesystem::path& path) {
  const Code code = errno == ENOENT ? Code::kNotFound : Code::kFailedPrecondition;
  return fail(code, fmt::format("cannot {} {}: {}", what, path.string(), std::strerror(errno)));
}

/// Everything behind `descriptor`; nothing where it is longer than size_max or cannot be read.
Result<std::string> read_all(const Descriptor& descriptor, const std::filesystem::path& path,
                             std::size_t size_max) {
  std::string content;
  std::array<char, 64 * 1024> buffer{};
  while (true) {
    const ssize_t count = ::read(descriptor.get(), buffer.data(), buffer.size());
    if (count < 0) {
      return failed("read", path);
    }
    if (count == 0) {
      return content;
    }
    content.append(buffer.data(), static_cast<std::size_t>(count));
    if (content.size() > size_max) {
      return fail(Code::kInvalidArgument,
                  fmt::format("{} is larger than {} bytes", path.string(), size_max));
    }
  }
}

Result<void> write_all(const Descriptor& descriptor, const std::filesystem::path& path,
                       std::string_view content) {
  while (!content.empty()) {
    const ssize_t count = ::write(descriptor.get(), content.data(), content.size());
    if (count < 0) {
      return failed("write", path);
    }
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

Result<void> sync(const Descriptor& descriptor, const std::filesystem::path& path) {
  // A pipe or a terminal has nothing to sync.
  if (::fsync(descriptor.get()) != 0 && errno != EINVAL && errno != EROFS) {
    return failed("sync", path);
  }
  return {};
}

/// The names in it: files that were made or renamed.
Result<void> sync_folder_of(const std::filesystem::path& path) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.valid()) {
    return failed("open", folder);
  }
  return sync(descriptor, folder);
}

enum class Wait : std::uint8_t { kForDisk, kNot };

Result<void> make_folder_of(const std::filesystem::path& path) {
  if (!path.has_parent_path()) {
    return {};
  }
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  if (error) {
    return fail(
        Code::kFailedPrecondition,
        fmt::format("cannot make the folder {}: {}", path.parent_path().string(), error.message()));
  }
  return {};
}

Result<void> write_whole(const std::filesystem::path& path, std::string_view content, Wait wait) {
  QC_TRY_VOID(make_folder_of(path));
  const std::filesystem::path draft = path.string() + ".new";
  {
    const Descriptor file(::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file.valid()) {
      return failed("write", draft);
    }
    QC_TRY_VOID(write_all(file, draft, content));
    if (wait == Wait::kForDisk) QC_TRY_VOID(sync(file, draft));
  }
  if (::rename(draft.c_str(), path.c_str()) != 0) {
    return failed("write", path);
  }
  return wait == Wait::kForDisk ? sync_folder_of(path) : Result<void>();
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t size_max) {
  if (path == "-") {
    const Descriptor standard_input(::dup(STDIN_FILENO));
    return read_all(standard_input, "standard input", size_max);
  }
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) {
    return failed("open", path);
  }
  return read_all(file, path, size_max);
}

Result<void> write_file(const std::filesystem::path& path, std::string_view content) {
  if (path == "-") {
    std::cout << content;
    return {};
  }
  return write_whole(path, content, Wait::kForDisk);
}

Result<void> write_file_unsynced(const std::filesystem::path& path, std::string_view content) {
  return write_whole(path, content, Wait::kNot);
}

Result<void> sync_file_system(const std::filesystem::path& folder) {
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor.valid()) {
    return failed("open", folder);
  }
  return ::syncfs(descriptor.get()) == 0 ? Result<void>() : failed("sync", folder);
}

Result<void> write_secret_file(const std::filesystem::path& path, std::string_view content) {
  QC_TRY_VOID(make_folder_of(path));
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid()) {
    return failed("create", path);
  }
  QC_TRY_VOID(write_all(file, path, content));
  QC_TRY_VOID(sync(file, path));
  return sync_folder_of(path);
}

Result<std::string> read_secret_file(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) {
    return failed("open", path);
  }
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) {
    return failed("examine", path);
  }
  if (info.st_uid != ::geteuid() || (info.st_mode & 077U) != 0) {
    return fail(Code::kFailedPrecondition,
                fmt::format("{} must belong to you alone, mode 0600, because it is a private key: "
                            "chmod 600 {}",
                            path.string(), path.string()));
  }
  return read_all(file, path, kSecretSizeMax);
}

}  // namespace qc::cli

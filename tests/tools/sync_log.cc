// SPDX-License-Identifier: Apache-2.0
//
// Preloaded into programs, notes how much of each file has reached the disk, so that a test can cut
// off the rest as a power cut would. The file that QC_SYNC_LOG names gets a line for each fsync and
// fdatasync ("s DEVICE INODE SIZE", the size before the call) and for each file removed or replaced
// ("d DEVICE INODE"): its number may be used again. One file for all processes keeps the order.
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

namespace {

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

int log_file() {
  static const int descriptor = [] {
    const char* path = std::getenv("QC_SYNC_LOG");
    return path == nullptr ? -1 : ::open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  }();
  return descriptor;
}

/// One line with one write: others append, too.
void note(char what, const struct stat& file, bool with_size) {
  std::array<char, 96> line{};
  const int size = with_size ? std::snprintf(line.data(), line.size(), "%c %lu %lu %lu\n", what,
                                             static_cast<unsigned long>(file.st_dev),
                                             static_cast<unsigned long>(file.st_ino),
                                             static_cast<unsigned long>(file.st_size))
                             : std::snprintf(line.data(), line.size(), "%c %lu %lu\n", what,
                                             static_cast<unsigned long>(file.st_dev),
                                             static_cast<unsigned long>(file.st_ino));
  if (::write(log_file(), line.data(), static_cast<std::size_t>(size)) != size) std::abort();
}

void note_sync(int descriptor) {
  struct stat file {};
  if (log_file() < 0 || ::fstat(descriptor, &file) != 0 || !S_ISREG(file.st_mode)) return;
  note('s', file, true);
}

void note_removal(const char* path) {
  struct stat file {};
  if (log_file() < 0 || ::lstat(path, &file) != 0 || !S_ISREG(file.st_mode)) return;
  if (file.st_nlink == 1) note('d', file, false);
}

}  // namespace

// NOLINTBEGIN(readability-identifier-naming): the C library's names.
extern "C" int fsync(int descriptor) {
  static auto* const real = next<int(int)>("fsync");
  // Noted before and not after: what is appended meanwhile need not be on the disk. A process that
  // is killed in between has one promise too many noted, and has made none.
  note_sync(descriptor);
  return real(descriptor);
}

extern "C" int fdatasync(int descriptor) {
  static auto* const real = next<int(int)>("fdatasync");
  note_sync(descriptor);
  return real(descriptor);
}

extern "C" int unlink(const char* path) noexcept {
  static auto* const real = next<int(const char*)>("unlink");
  note_removal(path);
  return real(path);
}

/// What had the new name until now is gone.
extern "C" int rename(const char* from, const char* to) noexcept {
  static auto* const real = next<int(const char*, const char*)>("rename");
  note_removal(to);
  return real(from, to);
}
// NOLINTEND(readability-identifier-naming)

// SPDX-License-Identifier: Apache-2.0
#include "cli/network/network_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <thread>

#include "cli/base/files.h"

namespace qc::cli {

using ledger::Code;
using ledger::fail;
using ledger::Result;

namespace {

constexpr std::chrono::seconds kStopTimeout{30};
constexpr std::chrono::milliseconds kPollInterval{50};
constexpr std::size_t kLogTailSize = 2000;
constexpr std::size_t kSmallFileMax = 64 * 1024;

/// qcnode lies beside qc.
Result<std::filesystem::path> node_program() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  const auto program = self.parent_path() / "qcnode";
  if (error || !std::filesystem::exists(program)) {
    return fail(Code::kNotFound, fmt::format("no qcnode beside {}: build it", self.string()));
  }
  return program;
}

/// True if `pid` is a qcnode that was started with this configuration file.
bool is_node(pid_t pid, const std::filesystem::path& config) {
  const auto arguments = read_file(fmt::format("/proc/{}/cmdline", pid), kSmallFileMax);
  return arguments && arguments->find("qcnode") != std::string::npos &&
         arguments->find(std::filesystem::absolute(config).string()) != std::string::npos;
}

}  // namespace

std::optional<pid_t> running_node(const NetworkLayout& layout, const std::string& node) {
  const auto text = read_file(layout.pid_file(node), kSmallFileMax);
  pid_t pid = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), pid).ec != std::errc{} ||
      pid <= 0 || !is_node(pid, layout.node_config(node))) {
    return std::nullopt;
  }
  return pid;
}

Result<pid_t> start_node(const NetworkLayout& layout, const std::string& node) {
  if (const auto running = running_node(layout, node)) {
    return *running;
  }
  QC_TRY(const std::filesystem::path program, node_program());
  const std::string config = std::filesystem::absolute(layout.node_config(node)).string();
  const std::string log = layout.log_file(node).string();

  posix_spawn_file_actions_t files{};
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  posix_spawnattr_t attributes{};
  posix_spawnattr_init(&attributes);
  // A session of its own, so that closing the terminal does not end the network.
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  std::string name = program.string();
  std::string option = "--config";
  std::string file = config;
  std::array<char*, 4> arguments = {name.data(), option.data(), file.data(), nullptr};
  pid_t pid = 0;
  const int failure =
      ::posix_spawn(&pid, name.c_str(), &files, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (failure != 0) {
    return fail(Code::kInternal, fmt::format("cannot start {}: {}", name, std::strerror(failure)));
  }
  QC_TRY_VOID(write_file(layout.pid_file(node), fmt::format("{}\n", pid)));
  return pid;
}

Result<void> stop_node(const NetworkLayout& layout, const std::string& node) {
  const auto pid = running_node(layout, node);
  if (!pid) {
    return {};
  }
  ::kill(*pid, SIGTERM);
  const auto deadline = std::chrono::steady_clock::now() + kStopTimeout;
  while (running_node(layout, node) == pid) {
    // The child of a shell that is still there stays a zombie until it is waited for.
    ::waitpid(*pid, nullptr, WNOHANG);
    if (std::chrono::steady_clock::now() > deadline) {
      return fail(Code::kDeadlineExceeded,
                  fmt::format("node {} (process {}) did not end within {} s of SIGTERM", node, *pid,
                              kStopTimeout.count()));
    }
    std::this_thread::sleep_for(kPollInterval);
  }
  std::error_code ignored;
  std::filesystem::remove(layout.pid_file(node), ignored);
  return {};
}

std::string log_tail(const NetworkLayout& layout, const std::string& node) {
  const auto log = read_file(layout.log_file(node));
  if (!log) {
    return {};
  }
  return log->size() <= kLogTailSize ? *log : log->substr(log->size() - kLogTailSize);
}

}  // namespace qc::cli

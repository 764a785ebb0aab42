// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <string>

#include "node/base/log.h"
#include "node/config/config.h"
#include "node/node.h"

namespace {

constexpr const char* kVersion = "0.1.0";

/// What the process ends with (docs/configuration.md).
enum ExitCode : int { kStopped = 0, kFailed = 1, kUsage = 2, kNotStarted = 3 };

/// Keys are in this process' memory: nothing of it may reach a disk, and no file that it makes is
/// for others.
void harden() {
  ::umask(077);
  ::prctl(PR_SET_DUMPABLE, 0);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
}

/// Stop signals are waited for by the main thread and must be blocked before any other starts.
sigset_t block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

int report(const qc::ledger::Error& error, ExitCode code) {
  std::cerr << "qcnode: " << error.message << '\n';
  return code;
}

int run(const qc::node::Config& config) {
  const sigset_t signals = block_stop_signals();
  auto node = qc::node::Node::start(config);
  if (!node) return report(node.error(), kNotStarted);
  const timespec wait{.tv_sec = 0, .tv_nsec = 200'000'000};
  while (true) {
    const int signal = sigtimedwait(&signals, nullptr, &wait);
    if (const auto failure = (*node)->failure()) {
      (*node)->stop();
      if (!(*node)->epoch_ended()) return report(*failure, kFailed);
      (*node).reset();
      node = qc::node::Node::start(config);
      if (!node) return report(node.error(), kNotStarted);
      continue;
    }
    if (signal > 0) {
      qc::node::log(qc::node::LogLevel::kInfo, "stopping", {{"signal", signal}});
      (*node)->stop();
      return kStopped;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  harden();
  CLI::App app{"A node of a Quality Chain network."};
  app.footer(
      "Example:\n  qcnode --config /etc/quality-chain/node.toml\n"
      "Exit codes: 0 stopped by a signal, 1 failed while running, 2 wrong usage or configuration,\n"
      "3 could not start.");
  std::string path;
  bool check = false;
  bool print = false;
  app.add_option("--config,-c", path, "Configuration file (TOML)")->required()->type_name("FILE");
  app.add_flag("--check", check, "Check configuration, keys and genesis document, and end");
  app.add_flag("--print-effective", print, "Print the configuration with all defaults, and end");
  app.set_version_flag("--version", std::string("qcnode ") + kVersion);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kStopped : kUsage;
  }
  auto config = qc::node::load_config(path);
  if (!config) return report(config.error(), kUsage);
  qc::node::set_log_level(config->log_level);
  if (print) std::cout << qc::node::to_toml(*config);
  if (check) {
    const auto checked = qc::node::check_node(*config);
    if (!checked) return report(checked.error(), kUsage);
    if (!print) std::cout << path << ": good\n";
  }
  if (print || check) return kStopped;
  return run(*config);
}

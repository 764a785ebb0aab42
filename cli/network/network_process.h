// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "cli/network/network_layout.h"
#include "ledger/base/result.h"

namespace qc::cli {

/// The process id of a node of this network if it runs: the pid file's, when that process is a
/// qcnode of this very configuration.
std::optional<pid_t> running_node(const NetworkLayout& layout, const std::string& node);

/// Starts a node in the background with its output in its log file; does nothing where it runs
/// already. It is up when it answers, not when this returns.
ledger::Result<pid_t> start_node(const NetworkLayout& layout, const std::string& node);

/// Asks a node to end (SIGTERM) and waits for it; the error says that it did not in 30 s.
ledger::Result<void> stop_node(const NetworkLayout& layout, const std::string& node);

/// The last lines of a node's log, for people who look for the reason of a failure.
std::string log_tail(const NetworkLayout& layout, const std::string& node);

}  // namespace qc::cli

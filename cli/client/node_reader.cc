// SPDX-License-Identifier: Apache-2.0
#include "cli/client/node_reader.h"

#include <fmt/format.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "cli/client/connection.h"

namespace qc::cli {

using ledger::Code;
using ledger::fail;
using ledger::Result;

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kReadConnectTimeout{5};
constexpr std::chrono::seconds kFirstPatience{5};
constexpr std::chrono::minutes kReadPatience{10};
/// A node that restarts is given so long to come back where no other answers.
constexpr std::chrono::seconds kRestartPatience{5};
constexpr std::chrono::milliseconds kRestartPause{500};

/// What one node made of the call.
struct Attempt {
  grpc::Status status;
  bool silent = false;
};

Result<Attempt> ask_node(const ClientProfile& profile, const NodeAddress& node,
                         std::chrono::milliseconds patience, const ReadCall& call) {
  QC_TRY(const auto channel, open_channel(profile, node));
  if (const Result<void> connected = connect(channel, kReadConnectTimeout); !connected) {
    return Attempt{.status = {grpc::StatusCode::UNAVAILABLE, connected.error().message}};
  }
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kReadPatience);
  SilenceWatch watch(context, patience);
  const grpc::Status status = call(channel, context, watch);
  if (status.ok() || !watch.cancelled()) return Attempt{.status = status};
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience).count();
  return Attempt{.status = {grpc::StatusCode::UNAVAILABLE,
                            fmt::format("connected, but nothing came for {} s", seconds)},
                 .silent = true};
}

Result<void> nobody_answered(const ClientProfile& profile, const std::string& waited_for,
                             const std::vector<grpc::Status>& last) {
  std::string reasons;
  bool one_code = true;
  for (std::size_t i = 0; i < last.size(); ++i) {
    one_code = one_code && last[i].error_code() == last.front().error_code();
    reasons += fmt::format("\n  {}: {}", profile.nodes[i].address,
                           connection_reason(last[i].error_message()));
  }
  const auto code = one_code ? static_cast<Code>(last.front().error_code()) : Code::kUnavailable;
  return fail(code, fmt::format("none of the {} nodes in {} gave {}:{}", last.size(),
                                (profile.folder / "profile.json").string(), waited_for, reasons));
}

/// One round of questions to every node, until one answers.
struct Round {
  bool answered = false;
  /// Nodes that were connected gave nothing.
  bool silent = false;
};

Result<Round> ask_round(const ClientProfile& profile, const std::string& waited_for,
                        std::chrono::milliseconds patience, const ReadCall& call,
                        std::vector<grpc::Status>& last) {
  Round round;
  for (std::size_t i = 0; i < profile.nodes.size(); ++i) {
    QC_TRY(const Attempt attempt, ask_node(profile, profile.nodes[i], patience, call));
    if (attempt.status.ok()) return Round{.answered = true};
    last[i] = attempt.status;
    if (!another_node_may_know(last[i])) {
      return fail(static_cast<Code>(last[i].error_code()), last[i].error_message());
    }
    if (attempt.silent && !std::exchange(round.silent, true)) {
      fmt::print(stderr, "qc: waiting for {}: {}: {}; asking the next node\n", waited_for,
                 profile.nodes[i].address, last[i].error_message());
    }
  }
  return round;
}

}  // namespace

bool another_node_may_know(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::OK:
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::NOT_FOUND:
    case grpc::StatusCode::ALREADY_EXISTS:
    case grpc::StatusCode::FAILED_PRECONDITION:
    case grpc::StatusCode::OUT_OF_RANGE:
      return false;
    default:
      return true;
  }
}

Result<void> ask_nodes(const ClientProfile& profile, const std::string& waited_for,
                       const ReadCall& call) {
  if (profile.nodes.empty()) return fail(Code::kInvalidArgument, "the profile names no node");
  const auto begun = Clock::now();
  std::vector<grpc::Status> last(profile.nodes.size());
  for (std::chrono::milliseconds patience = kFirstPatience;;) {
    QC_TRY(const Round round, ask_round(profile, waited_for, patience, call, last));
    if (round.answered) return {};
    if (Clock::now() - begun >= (round.silent ? kReadPatience : kRestartPatience)) {
      return nobody_answered(profile, waited_for, last);
    }
    if (round.silent) patience *= 2;
    std::this_thread::sleep_for(kRestartPause);
  }
}

}  // namespace qc::cli

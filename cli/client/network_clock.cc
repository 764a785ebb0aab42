// SPDX-License-Identifier: Apache-2.0
#include "cli/client/network_clock.h"

#include <fmt/format.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>

#include "cli/client/connection.h"
#include "cli/client/node_status.h"
#include "os/wall_clock.h"
#include "quality/v1/services.grpc.pb.h"

namespace qc::cli {
namespace {

constexpr std::chrono::seconds kClockTimeout{3};
/// Less explains no refusal: the network takes times of up to 5 minutes ahead.
constexpr std::int64_t kWrongClockMs = 60'000;

std::int64_t machine_clock_ms() { return static_cast<std::int64_t>(os::wall_ms()); }

std::optional<std::int64_t> ahead_of_node_ms(const ClientProfile& profile,
                                             const NodeAddress& node) {
  const auto channel = open_channel(profile, node);
  if (!channel || !connect(*channel, kClockTimeout)) return std::nullopt;
  grpc::ClientContext context;
  const std::int64_t asked_ms = machine_clock_ms();
  context.set_deadline(std::chrono::system_clock::now() + kClockTimeout);
  quality::v1::GetStatusResponse status;
  if (!quality::v1::NodeService::NewStub(*channel)->GetStatus(&context, {}, &status).ok()) {
    return std::nullopt;
  }
  // The node read its clock somewhere between question and answer.
  const std::int64_t middle_ms = asked_ms + (machine_clock_ms() - asked_ms) / 2;
  return middle_ms - static_cast<std::int64_t>(status.freshness().now_ms());
}

}  // namespace

std::optional<std::int64_t> median_ms(std::vector<std::int64_t> values) {
  if (values.empty()) return std::nullopt;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

std::optional<std::int64_t> clock_ahead_ms(const ClientProfile& profile) {
  std::vector<std::int64_t> ahead;
  for (const NodeAddress& node : profile.nodes) {
    if (const auto one = ahead_of_node_ms(profile, node)) ahead.push_back(*one);
  }
  return median_ms(std::move(ahead));
}

bool refused_for_time(const quality::v1::SubmitResponse& answer) {
  switch (answer.state()) {
    case quality::v1::SUBMISSION_STATE_REFUSED:
      return answer.message().find("not_after_ms") != std::string::npos;
    case quality::v1::SUBMISSION_STATE_REJECTED:
      return answer.receipt().outcome().code() == quality::v1::OUTCOME_WRONG_TIME;
    default:
      return false;
  }
}

void name_wrong_clock(std::int64_t ahead_ms, quality::v1::SubmitResponse& answer) {
  if (!refused_for_time(answer) || std::abs(ahead_ms) < kWrongClockMs) return;
  // Whole seconds: the way to the node and back makes no "1 h 59 min" of two hours.
  const auto seconds = static_cast<std::uint64_t>(std::abs(ahead_ms) + 500) / 1000;
  const std::string clock =
      fmt::format("this machine's clock is {} {} the network's", span_text(seconds * 1000),
                  ahead_ms > 0 ? "ahead of" : "behind");
  if (answer.state() == quality::v1::SUBMISSION_STATE_REFUSED) {
    answer.set_message(clock + ": set it right, then give the same command again");
  } else {
    answer.set_message(fmt::format("{}; {}", answer.message(), clock));
  }
}

}  // namespace qc::cli

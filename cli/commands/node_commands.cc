// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>

#include "cli/client/connection.h"
#include "cli/client/node_status.h"
#include "cli/client/session.h"
#include "quality/v1/services.grpc.pb.h"

namespace qc::cli {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;

constexpr std::chrono::seconds kNodeAnswerTimeout{5};

struct NodeOptions {
  std::string address;
};

Result<quality::v1::GetStatusResponse> ask_status(const ClientProfile& profile,
                                                  const NodeOptions& options) {
  QC_TRY(const NodeAddress node, chosen_node(profile, options.address));
  QC_TRY(const auto channel, open_channel(profile, node));
  const auto stub = quality::v1::NodeService::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kNodeAnswerTimeout);
  quality::v1::GetStatusResponse response;
  const grpc::Status status = stub->GetStatus(&context, {}, &response);
  if (!status.ok()) {
    return fail(Code::kUnavailable,
                fmt::format("the node at {} does not answer: {}; does it run, and is this "
                            "organisation a member?",
                            node.address, status.error_message()));
  }
  return response;
}

void status(Session& session, const NodeOptions& options) {
  const auto profile = session.load_profile();
  if (!profile) return session.fail(profile.error());
  const auto response = ask_status(*profile, options);
  if (!response) return session.fail(response.error());
  if (session.json) {
    fmt::print("{}\n", status_json(*response).dump(2));
  } else {
    fmt::print("{}", format_status(*response));
  }
  if (!in_order(*response)) session.exit_code = kFailed;
}

}  // namespace

void add_node_commands(CLI::App& app, Session& session) {
  CLI::App* node = node_command(app);
  const auto options = std::make_shared<NodeOptions>();
  auto* look = node->add_subcommand("status", "What a node says of itself");
  look->add_option("--node", options->address,
                   "Address of one of the profile's nodes; default: its first");
  look->footer(
      "Exit codes: 0 in order, 1 it is stale, does not vote although a validator, or refuses\n"
      "submissions; 4 no answer.\n"
      "Example:\n  qc --profile ./net/organisations/regulator node status");
  look->callback([&session, options] { status(session, *options); });
}

}  // namespace qc::cli

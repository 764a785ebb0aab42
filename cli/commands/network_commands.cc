// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/client/connection.h"
#include "cli/client/node_status.h"
#include "cli/client/session.h"
#include "cli/network/network_init.h"
#include "cli/network/network_process.h"
#include "quality/v1/services.grpc.pb.h"

namespace qc::cli {
namespace {

constexpr std::chrono::seconds kStartTimeout{60};
constexpr std::chrono::seconds kNetworkStatusTimeout{3};
constexpr std::chrono::milliseconds kReadyPollInterval{100};

struct NetworkOptions {
  std::string folder;
  std::size_t organisations = 5;
  std::string parties;
  std::uint16_t base_port = 7100;
  std::string node;
};

void init(Session& session, const NetworkOptions& options) {
  auto plan = options.parties.empty()
                  ? ledger::Result<NetworkPlan>(example_plan(options.organisations))
                  : read_plan(options.parties);
  if (!plan) {
    return session.fail(plan.error());
  }
  plan->base_port = options.base_port;
  const NetworkLayout layout(options.folder);
  const auto chain_id = init_network(*plan, layout);
  if (!chain_id) {
    return session.fail(chain_id.error());
  }
  if (session.json) {
    fmt::print("{}\n", nlohmann::ordered_json{{"chain", *chain_id}}.dump(2));
    return;
  }
  fmt::print(
      "Founded {}\n  {} organisations, {} validators, new members by: {}\n"
      "  keys, configurations and profiles in {}\nNext: qc network start {}\n",
      *chain_id, plan->parties.size(), plan->parties.size(), plan->approval_rule, options.folder,
      options.folder);
}

/// What a node says of itself, or why it did not.
ledger::Result<quality::v1::GetStatusResponse> ask_node(const NetworkLayout& layout,
                                                        const std::string& node) {
  QC_TRY(const ClientProfile profile, ClientProfile::load(layout.organisation(node)));
  QC_TRY(const auto channel, open_channel(profile, profile.nodes.front()));
  const auto stub = quality::v1::NodeService::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kNetworkStatusTimeout);
  quality::v1::GetStatusResponse response;
  const grpc::Status status = stub->GetStatus(&context, {}, &response);
  if (!status.ok()) {
    return ledger::fail(ledger::Code::kUnavailable, status.error_message());
  }
  return response;
}

/// True once the node answers and has a certified block.
bool is_ready(const NetworkLayout& layout, const std::string& node) {
  const auto status = ask_node(layout, node);
  return status && status->log_size() > 0;
}

ledger::Result<void> wait_until_ready(const NetworkLayout& layout,
                                      const std::vector<std::string>& nodes) {
  const auto deadline = std::chrono::steady_clock::now() + kStartTimeout;
  for (const std::string& node : nodes) {
    while (!is_ready(layout, node)) {
      if (!running_node(layout, node)) {
        return ledger::fail(ledger::Code::kFailedPrecondition,
                            fmt::format("node {} ended; the end of {}:\n{}", node,
                                        layout.log_file(node).string(), log_tail(layout, node)));
      }
      if (std::chrono::steady_clock::now() > deadline) {
        return ledger::fail(ledger::Code::kUnavailable,
                            fmt::format("node {} is not ready after {} s; see {}", node,
                                        kStartTimeout.count(), layout.log_file(node).string()));
      }
      std::this_thread::sleep_for(kReadyPollInterval);
    }
  }
  return {};
}

/// The node that was named, or all.
ledger::Result<std::vector<std::string>> chosen_nodes(const NetworkLayout& layout,
                                                      const NetworkOptions& options) {
  if (!options.node.empty()) {
    return std::vector<std::string>{options.node};
  }
  return layout.nodes();
}

void start(Session& session, const NetworkOptions& options) {
  const NetworkLayout layout(options.folder);
  const auto nodes = chosen_nodes(layout, options);
  if (!nodes) {
    return session.fail(nodes.error());
  }
  for (const std::string& node : *nodes) {
    if (const auto pid = start_node(layout, node); !pid) {
      return session.fail(pid.error());
    }
  }
  if (const auto ready = wait_until_ready(layout, *nodes); !ready) {
    return session.fail(ready.error());
  }
  if (!session.json) {
    fmt::print("{} node(s) up; logs in {}/nodes/*/qcnode.log\n", nodes->size(), options.folder);
  }
}

void stop(Session& session, const NetworkOptions& options) {
  const NetworkLayout layout(options.folder);
  const auto nodes = chosen_nodes(layout, options);
  if (!nodes) {
    return session.fail(nodes.error());
  }
  for (const std::string& node : *nodes) {
    if (const auto stopped = stop_node(layout, node); !stopped) {
      session.fail(stopped.error());
    }
  }
}

nlohmann::ordered_json entry_of(const NetworkLayout& layout, const std::string& node) {
  nlohmann::ordered_json entry = {{"name", node}, {"running", false}};
  const auto pid = running_node(layout, node);
  if (!pid) {
    return entry;
  }
  entry["running"] = true;
  entry["pid"] = *pid;
  const auto status = ask_node(layout, node);
  if (!status) {
    entry["error"] = status.error().message;
    return entry;
  }
  entry.update(status_json(*status));
  entry["stale_mark"] = stale_mark(status->freshness());
  return entry;
}

void print_status_line(const nlohmann::ordered_json& entry) {
  const std::string name = entry["name"];
  if (!entry.contains("role")) {
    fmt::print("{:<14} {}\n", name,
               entry["running"].get<bool>()
                   ? "running, does not answer: " + entry["error"].get<std::string>()
                   : "not running");
    return;
  }
  fmt::print(
      "{:<14} {}, view {} (primary {}), height {} certified ({} executed), log {} entries, {} of "
      "{} "
      "peers, {} MiB\n",
      name, entry["role"].get<std::string>(), entry["view"].get<std::uint64_t>(),
      entry["primary"].get<std::string>(), entry["certified_height"].get<std::uint64_t>(),
      entry["executed_height"].get<std::uint64_t>(), entry["log_size"].get<std::uint64_t>(),
      entry["peers_connected"].get<int>(), entry["peers"].size(),
      entry["rss_bytes"].get<std::uint64_t>() >> 20U);
  struct Complaint {
    const char* field;
    const char* says;
  };
  static constexpr std::array<Complaint, 4> kComplaints{{{"stale_mark", ""},
                                                         {"not_voting", "does not vote: "},
                                                         {"refusal", "refuses submissions: "},
                                                         {"damage", "has damaged data: "}}};
  for (const auto& [field, says] : kComplaints) {
    const std::string text = entry[field];
    const bool expected = entry["role"] == "observer" && std::string_view(field) != "damage";
    if (!text.empty() && !expected) fmt::print("{:<14}   {}{}\n", "", says, text);
  }
}

void status(Session& session, const NetworkOptions& options) {
  const NetworkLayout layout(options.folder);
  const auto nodes = chosen_nodes(layout, options);
  if (!nodes) {
    return session.fail(nodes.error());
  }
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const std::string& node : *nodes) {
    all.push_back(entry_of(layout, node));
    if (!all.back().contains("role")) {
      session.exit_code = kUnavailable;
    }
    if (!session.json) {
      print_status_line(all.back());
    }
  }
  if (session.json) {
    fmt::print("{}\n", all.dump(2));
  }
}

CLI::App* add_command(CLI::App& network, const std::shared_ptr<NetworkOptions>& options,
                      const char* name, const char* description, const char* example) {
  auto* command = network.add_subcommand(name, description);
  command->add_option("DIR", options->folder, "The network's folder")->required();
  command->footer(std::string("Example:\n  ") + example);
  return command;
}

}  // namespace

void add_network_commands(CLI::App& app, Session& session) {
  auto* network = app.add_subcommand("network", "Found and run a local development network")
                      ->require_subcommand(1);
  const auto options = std::make_shared<NetworkOptions>();

  auto* found = add_command(*network, options, "init", "Make keys, genesis and configurations",
                            "qc network init ./net --organisations 5");
  found
      ->add_option("--organisations", options->organisations,
                   "Founding parties, each with a validator; fewer than 4 tolerate no fault and "
                   "are for development")
      ->check(CLI::Range(1, 31))
      ->capture_default_str();
  found->add_option("--parties", options->parties, "JSON file with the founding parties instead");
  found
      ->add_option("--base-port", options->base_port,
                   "Node i listens on 127.0.0.1 at base+2i for nodes and base+2i+1 for members")
      ->check(CLI::Range(1024, 65000))
      ->capture_default_str();
  found->callback([&session, options] { init(session, *options); });

  auto* up = add_command(*network, options, "start", "Start its nodes and wait until they answer",
                         "qc network start ./net");
  up->add_option("--node", options->node, "Only this one");
  up->callback([&session, options] { start(session, *options); });

  auto* down = add_command(*network, options, "stop", "Stop its nodes", "qc network stop ./net");
  down->add_option("--node", options->node, "Only this one");
  down->callback([&session, options] { stop(session, *options); });

  auto* look = add_command(*network, options, "status", "What each of its nodes says of itself",
                           "qc network status ./net");
  look->add_option("--node", options->node, "Only this one");
  look->callback([&session, options] { status(session, *options); });
}

}  // namespace qc::cli

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/base/files.h"
#include "cli/client/connection.h"
#include "cli/client/session.h"
#include "cli/verify/timeline.h"
#include "cli/verify/verify_command.h"
#include "ledger/base/calendar.h"
#include "ledger/proof/evidence.h"
#include "ledger/proof/policy.h"
#include "quality/v1/services.grpc.pb.h"

namespace qc::cli {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;
using quality::v1::EvidenceEntry;

constexpr std::chrono::seconds kAnswerTimeout{10};
/// A node keeps fewer.
constexpr std::size_t kEntriesMax = 4096;

struct EvidenceOptions {
  std::string address;
  std::string id;
  std::string export_file;
};

Result<std::vector<EvidenceEntry>> fetch_evidence(const ClientProfile& profile,
                                                  const EvidenceOptions& options) {
  QC_TRY(const NodeAddress node, chosen_node(profile, options.address));
  QC_TRY(const auto channel, open_channel(profile, node));
  const auto stub = quality::v1::NodeService::NewStub(channel);
  std::vector<EvidenceEntry> entries;
  quality::v1::ListEvidenceRequest request;
  do {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kAnswerTimeout);
    quality::v1::ListEvidenceResponse page;
    const grpc::Status status = stub->ListEvidence(&context, request, &page);
    if (!status.ok()) {
      return fail(Code::kUnavailable, fmt::format("the node at {} does not answer: {}",
                                                  node.address, status.error_message()));
    }
    entries.insert(entries.end(), page.entries().begin(), page.entries().end());
    request.set_from(page.next());
  } while (request.from() != 0 && entries.size() < kEntriesMax);
  return entries;
}

/// What the file proves under the profile's policy: the node is not believed.
std::string judge(const EvidenceEntry& entry, const ledger::NetworkPolicy& policy) {
  const auto report = ledger::verify_evidence(entry.file(), policy);
  return report ? "proven: " + report->finding
                : "NOT proven under the profile's policy: " + report.error().reason;
}

nlohmann::ordered_json entry_json(const EvidenceEntry& entry, const std::string& verdict) {
  return {{"id", entry.id()},
          {"kind", entry.kind()},
          {"proven", verdict.starts_with("proven")},
          {"finding", entry.finding()},
          {"culprits", std::vector<std::string>(entry.culprits().begin(), entry.culprits().end())},
          {"found_at_ms", entry.found_at_ms()},
          {"verdict", verdict}};
}

Result<void> export_one(const std::vector<EvidenceEntry>& entries, const EvidenceOptions& options) {
  if (entries.size() != 1) {
    return fail(Code::kInvalidArgument,
                fmt::format("--export writes one piece of evidence, there are {}: choose one with "
                            "--id",
                            entries.size()));
  }
  return write_file(options.export_file, entries.front().file());
}

Result<std::vector<EvidenceEntry>> wanted_evidence(const ClientProfile& profile,
                                                   const EvidenceOptions& options) {
  QC_TRY(std::vector<EvidenceEntry> entries, fetch_evidence(profile, options));
  if (!options.id.empty()) {
    std::erase_if(entries,
                  [&](const EvidenceEntry& entry) { return !entry.id().starts_with(options.id); });
    if (entries.empty()) {
      return fail(Code::kNotFound,
                  fmt::format("--id {}: the node has no such evidence", options.id));
    }
  }
  if (!options.export_file.empty()) QC_TRY_VOID(export_one(entries, options));
  return entries;
}

void list_evidence(Session& session, const EvidenceOptions& options) {
  const auto profile = session.load_profile();
  if (!profile) return session.fail(profile.error());
  const auto text = read_file(profile->policy);
  if (!text) return session.fail(text.error());
  const auto policy = ledger::NetworkPolicy::parse(*text);
  if (!policy) return session.fail(policy.error());
  const auto entries = wanted_evidence(*profile, options);
  if (!entries) return session.fail(entries.error());
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const EvidenceEntry& entry : *entries) {
    const std::string verdict = judge(entry, *policy);
    all.push_back(entry_json(entry, verdict));
    if (!session.json) {
      fmt::print("{}  {}  {}\n  {}\n", entry.id(),
                 ledger::format_rfc3339(entry.found_at_ms(), kShownTimeZone), entry.kind(),
                 verdict);
    }
  }
  if (session.json) {
    fmt::print("{}\n", all.dump(2));
  } else if (entries->empty()) {
    fmt::print("This node has found no validator contradicting itself.\n");
  }
}

}  // namespace

void add_evidence_commands(CLI::App& app, Session& session) {
  const auto options = std::make_shared<EvidenceOptions>();
  auto* list = node_command(app)->add_subcommand(
      "evidence", "Validators that contradicted themselves, with the proof");
  list->add_option("--node", options->address,
                   "Address of one of the profile's nodes; default: its first");
  list->add_option("--id", options->id, "Only this one (the first digits will do)");
  list->add_option("--export", options->export_file,
                   "Write the evidence file, for qc evidence verify or qc-verify evidence");
  list->footer(
      "Each is verified against the profile's policy. Exit codes: 0 listed, 2 no such id, 4 no\n"
      "answer.\n"
      "Example:\n  qc --profile ./net/organisations/regulator node evidence --export lie.evidence");
  list->callback([&session, options] { list_evidence(session, *options); });

  auto* evidence = app.add_subcommand("evidence", "Work with evidence")->require_subcommand(1);
  auto* verify = evidence->add_subcommand("verify", "Verify evidence of a broken rule offline");
  add_evidence_command(*verify, session.exit_code);
}

}  // namespace qc::cli

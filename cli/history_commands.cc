// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/connection.h"
#include "cli/files.h"
#include "cli/node_status.h"
#include "cli/session.h"
#include "cli/verify/timeline.h"
#include "cli/verify/verify_command.h"
#include "ledger/audit_verify.h"
#include "ledger/digest.h"
#include "ledger/policy.h"
#include "quality/v1/services.grpc.pb.h"

namespace qc::cli {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;

constexpr std::chrono::minutes kExportTimeout{10};
constexpr std::size_t kBundleSizeMax = std::size_t{1} << 30U;

struct HistoryOptions {
  std::string subject;
  std::string export_file;
  std::string policy;
  std::uint64_t min_height = 0;
  bool verify = false;
};

struct FetchedBundle {
  std::string json;
  quality::v1::Freshness freshness;
};

/// The audit bundle of a subject and of everything that belongs to the answer.
Result<FetchedBundle> fetch_bundle(const ClientProfile& profile, const HistoryOptions& options,
                                   const ledger::NetworkPolicy& policy) {
  QC_TRY(const auto channel, open_any_channel(profile));
  const auto stub = quality::v1::HistoryService::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kExportTimeout);
  quality::v1::ExportBundleRequest request;
  request.set_subject(options.subject);
  request.set_min_height(options.min_height);
  request.set_set_hash(ledger::to_bytes(policy.validators.hash()));
  const auto stream = stub->ExportBundle(&context, request);
  FetchedBundle bundle;
  quality::v1::BundleChunk chunk;
  while (stream->Read(&chunk)) {
    bundle.json += chunk.data();
    if (chunk.has_freshness()) bundle.freshness = chunk.freshness();
    if (bundle.json.size() > kBundleSizeMax) {
      context.TryCancel();
      return fail(Code::kResourceExhausted, "the bundle is larger than 1 GiB");
    }
  }
  const grpc::Status status = stream->Finish();
  if (!status.ok()) {
    return fail(static_cast<Code>(status.error_code()), status.error_message());
  }
  return bundle;
}

/// A history that has been verified, and what the node claims about its age.
struct History {
  ledger::VerifyReport report;
  quality::v1::Freshness freshness;
};

nlohmann::ordered_json report_json(const ledger::VerifyReport& report) {
  nlohmann::ordered_json entries = nlohmann::ordered_json::array();
  for (const TimelineEntry& entry : timeline_of(report)) {
    entries.push_back({{"index", entry.index},
                       {"time_ms", entry.time_ms},
                       {"organisation", entry.organisation},
                       {"subjects", entry.subjects},
                       {"summary", summarize_record(entry.record)}});
  }
  nlohmann::ordered_json subjects = nlohmann::ordered_json::array();
  for (const ledger::ProvenSubject& subject : report.subjects) {
    subjects.push_back({{"id", subject.id},
                        {"present", subject.present},
                        {"records", subject.count},
                        {"status", summarize_status(subject.id, subject.status)}});
  }
  return {{"chain", report.chain},     {"log_size", report.checkpoint.size},
          {"as_of_s", report.as_of_s}, {"height", report.seal.height},
          {"subjects", subjects},      {"entries", entries}};
}

void print_report(const ledger::VerifyReport& report, bool steps) {
  for (const ledger::ProvenSubject& subject : report.subjects) {
    const std::string status = summarize_status(subject.id, subject.status);
    fmt::print(
        "{}: {}{}\n", subject.id,
        subject.present ? fmt::format("{} record(s)", subject.count) : "not on the chain (proven)",
        status.empty() ? "" : ", " + status);
  }
  fmt::print("\n{}", format_timeline(timeline_of(report)));
  if (steps) {
    fmt::print("\nVerified against the validators' signatures:\n");
    for (const std::string& step : report.steps) {
      fmt::print("  {}\n", step);
    }
  }
}

/// Every answer is verified before it is shown; --verify only says how.
Result<History> fetch_history(const ClientProfile& profile, const HistoryOptions& options) {
  QC_TRY(
      const std::string text,
      read_file(options.policy.empty() ? profile.policy : std::filesystem::path(options.policy)));
  QC_TRY(const ledger::NetworkPolicy policy, ledger::NetworkPolicy::parse(text));
  QC_TRY(FetchedBundle bundle, fetch_bundle(profile, options, policy));
  ledger::VerifyReport report = ledger::verify_bundle(
      bundle.json, policy, {.subject = options.subject, .since = {}, .max_age_s = {}});
  if (!is_proven(report.code)) {
    return fail(Code::kDataLoss, fmt::format("the node's answer does not hold: {}", report.reason));
  }
  if (!options.export_file.empty()) {
    QC_TRY_VOID(write_file(options.export_file, bundle.json));
  }
  return History{.report = std::move(report), .freshness = std::move(bundle.freshness)};
}

void history(Session& session, const HistoryOptions& options) {
  const auto profile = session.load_profile();
  if (!profile) {
    return session.fail(profile.error());
  }
  const auto found = fetch_history(*profile, options);
  if (!found) {
    return session.fail(found.error());
  }
  warn_if_stale(found->freshness);
  if (session.json) {
    nlohmann::ordered_json json = report_json(found->report);
    json["freshness"] = freshness_json(found->freshness);
    fmt::print("{}\n", json.dump(2));
  } else {
    print_report(found->report, options.verify);
  }
  if (found->report.code == ledger::VerifyCode::kPartial) {
    session.exit_code = kPartial;
  }
}

}  // namespace

void add_history_commands(CLI::App& app, Session& session) {
  const auto options = std::make_shared<HistoryOptions>();
  auto* command = app.add_subcommand(
      "history", "Everything that the chain has about a subject, verified, as a timeline");
  command
      ->add_option("SUBJECT", options->subject,
                   "GTIN, GS1 Digital Link, EPC URI, USCC, or urn:qc:... id")
      ->required();
  command->add_flag("--verify", options->verify, "Show how the answer was verified");
  command->add_option("--export", options->export_file, "Keep the proof as an audit bundle");
  command->add_option("--policy", options->policy, "Trust anchor instead of the profile's");
  command->add_option("--min-height", options->min_height, "Wait until this block is certified");
  command->footer(
      "Example:\n  qc --profile ./net/organisations/regulator history 06901234567892 --verify "
      "--export product.qcaudit");
  command->callback([&session, options] { history(session, *options); });

  auto* verify = app.add_subcommand("verify", "Verify an audit bundle offline");
  add_verify_command(*verify, session.exit_code);
  auto* receipt = app.add_subcommand("receipt", "Work with receipts")->require_subcommand(1);
  auto* receipt_verify = receipt->add_subcommand("verify", "Verify a receipt offline");
  add_receipt_command(*receipt_verify, session.exit_code);
}

}  // namespace qc::cli

// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/digest.h"
#include "cli/base/files.h"
#include "cli/client/node_reader.h"
#include "cli/client/node_status.h"
#include "cli/client/seen_checkpoint.h"
#include "cli/client/session.h"
#include "cli/commands/receipt_fetch.h"
#include "cli/verify/lot_balance.h"
#include "cli/verify/timeline.h"
#include "cli/verify/verify_command.h"
#include "ledger/audit/audit_verify.h"
#include "ledger/base/calendar.h"
#include "ledger/proof/policy.h"
#include "quality/v1/services.grpc.pb.h"

namespace qc::cli {
namespace {

using ledger::Result;

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

/// The audit bundle of a subject and of everything that belongs to the answer, from one node.
grpc::Status fetch_bundle(const std::shared_ptr<grpc::Channel>& channel,
                          grpc::ClientContext& context, SilenceWatch& watch,
                          const quality::v1::ExportBundleRequest& request, FetchedBundle& bundle) {
  bundle = {};
  const auto stub = quality::v1::HistoryService::NewStub(channel);
  const auto stream = stub->ExportBundle(&context, request);
  quality::v1::BundleChunk chunk;
  while (stream->Read(&chunk)) {
    watch.heard();
    bundle.json += chunk.data();
    if (chunk.has_freshness()) bundle.freshness = chunk.freshness();
    if (bundle.json.size() > kBundleSizeMax) {
      context.TryCancel();
      return {grpc::StatusCode::OUT_OF_RANGE, "the bundle is larger than 1 GiB"};
    }
  }
  return stream->Finish();
}

/// A history that has been verified, and what the node claims about its age.
struct History {
  ledger::VerifyReport report;
  quality::v1::Freshness freshness;
  std::string bundle;
  /// Why it is known to be older than what this profile has verified before; else empty.
  std::string older;
};

nlohmann::ordered_json report_json(const ledger::VerifyReport& report) {
  nlohmann::ordered_json entries = nlohmann::ordered_json::array();
  const std::vector<TimelineEntry> timeline = timeline_of(report);
  for (const TimelineEntry& entry : timeline) {
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
  return {{"chain", report.chain},
          {"log_size", report.checkpoint.size},
          {"as_of_s", report.as_of_s},
          {"height", report.seal.height},
          {"subjects", subjects},
          {"entries", entries},
          {"implausible", implausible_quantities(timeline)}};
}

void print_report(const ledger::VerifyReport& report, bool steps) {
  fmt::print("as of {}, block {}\n", ledger::format_rfc3339(report.as_of_s * 1000, kShownTimeZone),
             report.seal.height);
  for (const ledger::ProvenSubject& subject : report.subjects) {
    const std::string status = summarize_status(subject.id, subject.status);
    fmt::print(
        "{}: {}{}\n", subject.id,
        subject.present ? fmt::format("{} record(s)", subject.count) : "not on the chain (proven)",
        status.empty() ? "" : ", " + status);
  }
  const std::vector<TimelineEntry> timeline = timeline_of(report);
  fmt::print("\n{}{}", format_timeline(timeline), format_findings(timeline));
  if (steps) {
    fmt::print("\nVerified against the validators' signatures:\n");
    for (const std::string& step : report.steps) {
      fmt::print("  {}\n", step);
    }
  }
}

/// Asks one node and verifies what it says. Keeps a verified answer in `found` even where the
/// status sends the caller on to the next node, because it is older than what is known.
class HistoryCall {
 public:
  HistoryCall(const HistoryOptions& options, ledger::NetworkPolicy policy,
              std::optional<SeenCheckpoint> seen)
      : options_(options), policy_(std::move(policy)), seen_(std::move(seen)) {}

  grpc::Status operator()(const std::shared_ptr<grpc::Channel>& channel,
                          grpc::ClientContext& context, SilenceWatch& watch) {
    quality::v1::ExportBundleRequest request;
    request.set_subject(options_.subject);
    request.set_min_height(options_.min_height);
    request.set_set_hash(qc::to_bytes(policy_.validators.hash()));
    FetchedBundle bundle;
    const grpc::Status status = fetch_bundle(channel, context, watch, request, bundle);
    return status.ok() ? judge(std::move(bundle)) : status;
  }

  std::optional<History>& found() { return found_; }

 private:
  grpc::Status judge(FetchedBundle bundle) {
    History answer{
        .report = ledger::verify_bundle(
            bundle.json, policy_, {.subject = options_.subject, .since = {}, .max_age_s = {}}),
        .freshness = std::move(bundle.freshness),
        .bundle = std::move(bundle.json),
        .older = {}};
    const ledger::VerifyReport& report = answer.report;
    if (!is_proven(report.code)) {
      return {grpc::StatusCode::DATA_LOSS, "the node's answer does not hold: " + report.reason};
    }
    switch (compare(seen_now(report.checkpoint, report.as_of_s), seen_)) {
      case AgainstSeen::kNotOlder:
        found_ = std::move(answer);
        return grpc::Status::OK;
      case AgainstSeen::kContradicts:
        return {grpc::StatusCode::DATA_LOSS,
                fmt::format("its log of {} entries is another one than this profile has verified "
                            "before: the validators have signed two",
                            report.checkpoint.size)};
      case AgainstSeen::kOlder:
        break;
    }
    answer.older = fmt::format(
        "this answer is of {}, a log of {} entries; this profile has verified one of {} entries, "
        "of {}, before: what is newer is missing",
        ledger::format_rfc3339(report.as_of_s * 1000, kShownTimeZone), report.checkpoint.size,
        seen_->size, ledger::format_rfc3339(seen_->as_of_s * 1000, kShownTimeZone));
    if (!found_ || found_->report.checkpoint.size < report.checkpoint.size) {
      found_ = std::move(answer);
    }
    return {grpc::StatusCode::ABORTED, "it is behind what this profile has verified before"};
  }

  const HistoryOptions& options_;
  ledger::NetworkPolicy policy_;
  std::optional<SeenCheckpoint> seen_;
  std::optional<History> found_;
};

/// Every answer is verified before it is shown; --verify only says how.
Result<History> fetch_history(const ClientProfile& profile, const HistoryOptions& options) {
  QC_TRY(
      const std::string text,
      read_file(options.policy.empty() ? profile.policy : std::filesystem::path(options.policy)));
  QC_TRY(ledger::NetworkPolicy policy, ledger::NetworkPolicy::parse(text));
  QC_TRY(auto seen, newest_seen(profile));
  HistoryCall call(options, std::move(policy), std::move(seen));
  const std::string waited_for =
      options.min_height == 0 ? "a history" : fmt::format("block {}", options.min_height);
  const Result<void> asked = ask_nodes(profile, waited_for, std::ref(call));
  if (!asked && !call.found()) return tl::unexpected<ledger::Error>(asked.error());
  History& found = *call.found();
  if (!options.export_file.empty()) {
    QC_TRY_VOID(write_file(options.export_file, found.bundle));
  }
  // Another policy is another trust: what it certifies is not what the profile has seen.
  if (options.policy.empty() && found.older.empty()) {
    QC_TRY_VOID(remember_seen(profile, seen_now(found.report.checkpoint, found.report.as_of_s)));
  }
  return std::move(found);
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
  if (!found->older.empty()) fmt::print(stderr, "qc: warning: {}\n", found->older);
  if (session.json) {
    nlohmann::ordered_json json = report_json(found->report);
    json["freshness"] = freshness_json(found->freshness);
    json["older_than_seen"] = !found->older.empty();
    fmt::print("{}\n", json.dump(2));
  } else {
    print_report(found->report, options.verify);
  }
  if (found->report.code == ledger::VerifyCode::kPartial || !found->older.empty()) {
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
  add_receipt_fetch_command(*receipt, session);
}

}  // namespace qc::cli

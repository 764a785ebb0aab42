// SPDX-License-Identifier: Apache-2.0
#include "cli/verify/verify_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/hex.h"
#include "cli/verify/exit_code.h"
#include "cli/verify/lot_balance.h"
#include "cli/verify/timeline.h"
#include "ledger/audit/audit_verify.h"
#include "ledger/base/calendar.h"
#include "ledger/base/encoding.h"
#include "ledger/name/subject_id.h"
#include "ledger/proof/consistency.h"
#include "ledger/proof/evidence.h"
#include "ledger/proof/policy.h"
#include "ledger/proof/receipt.h"
#include "ledger/proof/strict_json.h"
#include "ledger/record/record_rules.h"
#include "os/file.h"
#include "os/wall_clock.h"

namespace qc::cli {

namespace {

using ledger::JsonArray;
using ledger::JsonObject;
using ledger::JsonValue;
using ledger::Result;
using ledger::VerifyCode;
using ledger::VerifyReport;

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }
void complain(const std::string& text) {
  const std::string line = text + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

Result<ledger::NetworkPolicy> read_policy(const std::string& path) {
  QC_TRY(const std::string text, os::read_file(path, ledger::kMaxPolicySize));
  Result<ledger::NetworkPolicy> policy = ledger::NetworkPolicy::parse(text);
  if (!policy) return ledger::fail_at(path, policy.error());
  return policy;
}

std::string time_of_s(std::uint64_t seconds) {
  return ledger::format_rfc3339(seconds * 1000, kShownTimeZone);
}

/// "90", "90s", "10m", "24h", "7d" in seconds; nothing for anything else.
std::optional<std::uint64_t> parse_duration(std::string_view text) {
  static constexpr std::array<std::pair<char, std::uint64_t>, 4> kUnits{
      {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}}};
  std::uint64_t unit = 1;
  for (const auto& [letter, seconds] : kUnits) {
    if (!text.ends_with(letter)) continue;
    unit = seconds;
    text.remove_suffix(1);
    break;
  }
  const std::optional<std::uint64_t> count = ledger::parse_decimal(text);
  if (!count || *count > ledger::kMaxInteger / unit) return std::nullopt;
  return *count * unit;
}

std::string format_steps(const std::vector<std::string>& steps) {
  std::string text;
  int number = 0;
  for (const std::string& step : steps) text += fmt::format("  {:>2}. {}\n", ++number, step);
  return text;
}

JsonValue json_texts(const std::vector<std::string>& texts) {
  JsonArray list;
  for (const std::string& text : texts) list.emplace_back(text);
  return JsonValue(std::move(list));
}

JsonValue json_number(std::uint64_t value) { return JsonValue(static_cast<std::int64_t>(value)); }

// ---- bundles ----

/// What the files of this program say they are, and which command reads each.
enum class Proof : std::uint8_t { kBundle, kReceipt, kConsistency, kEvidence };

struct ProofFormat {
  Proof proof;
  /// Stands near the file's beginning.
  std::string_view mark;
  std::string_view what;
  std::string_view command;
};

constexpr std::array<ProofFormat, 4> kProofFormats{
    {{Proof::kReceipt, "c2sp.org/tlog-proof@", "a receipt", "qc-verify receipt"},
     {Proof::kConsistency, ledger::kConsistencyFormat, "a consistency file",
      "qc-verify consistency"},
     {Proof::kEvidence, ledger::kEvidenceFormat, "an evidence file", "qc-verify evidence"},
     {Proof::kBundle, ledger::kAuditBundleFormat, "an audit bundle", "qc-verify"}}};

/// "; this is a receipt: ..." where an unreadable file is of another kind than was asked about.
std::string hint_for(std::string_view bytes, Proof asked) {
  constexpr std::size_t kBeginning = 256;
  const std::string_view beginning = bytes.substr(0, kBeginning);
  for (const ProofFormat& format : kProofFormats) {
    if (format.proof == asked || beginning.find(format.mark) == std::string_view::npos) continue;
    return fmt::format("; this is {}: verify it with `{}`", format.what, format.command);
  }
  return {};
}

struct VerifyCall {
  std::string bundle;
  std::string policy;
  std::string subject;
  std::string since;
  std::string max_age;
  bool partial_ok = false;
  bool json = false;
};

std::string_view verdict_of(VerifyCode code) {
  switch (code) {
    case VerifyCode::kProven:
      return "PROVEN AND COMPLETE";
    case VerifyCode::kPartial:
      return "PROVEN, BUT PARTIAL";
    case VerifyCode::kRefuted:
      return "REFUTED";
    case VerifyCode::kUnreadable:
      return "UNREADABLE";
    case VerifyCode::kOtherPolicy:
      return "CANNOT BE JUDGED WITH THIS POLICY";
  }
  return "";
}

std::string describe(const ledger::ProvenSubject& subject) {
  if (!subject.present) return fmt::format("  {}\n      is not on the chain\n", subject.id);
  const std::string status = summarize_status(subject.id, subject.status);
  const std::string history =
      subject.status_only
          ? std::string("present status only")
          : fmt::format("{} record(s), {}", subject.count,
                        subject.not_shown.empty() ? "complete" : "not all of them shown");
  return fmt::format("  {}\n      {}{}{}\n", subject.id, history, status.empty() ? "" : "; ",
                     status);
}

std::string text_of(const VerifyReport& report) {
  if (!is_proven(report.code)) {
    std::string text = fmt::format("{}: {}\n", verdict_of(report.code), report.reason);
    if (!report.steps.empty()) text += "\nWhat was in order before that:\n";
    return text + format_steps(report.steps);
  }
  std::string text =
      fmt::format("As of {}: {}\n", time_of_s(report.as_of_s), verdict_of(report.code));
  text += fmt::format("{}, block {}, log of {} entries\n\nChecked:\n", report.chain,
                      report.seal.height, report.checkpoint.size);
  text += format_steps(report.steps);
  text += "\nSubjects:\n";
  for (const ledger::ProvenSubject& subject : report.subjects) text += describe(subject);
  const std::vector<TimelineEntry> timeline = timeline_of(report);
  if (!timeline.empty()) text += "\nTimeline:\n" + format_timeline(timeline);
  text += format_findings(timeline);
  for (const ledger::ProvenAttachment& attachment : report.attachments) {
    text +=
        fmt::format("\nAttachment {} ({} bytes{}{}), named by record #{}\n", attachment.digest_hex,
                    attachment.size, attachment.media_type.empty() ? "" : ", ",
                    attachment.media_type, attachment.index);
  }
  if (!report.remarks.empty()) text += "\nNot shown or unread:\n";
  for (const std::string& remark : report.remarks) text += "  - " + remark + "\n";
  return text;
}

JsonValue json_subject(const ledger::ProvenSubject& subject) {
  JsonArray entries;
  for (const ledger::ProvenEntry& entry : subject.entries) {
    JsonObject object;
    object.emplace_back("index", json_number(entry.index));
    object.emplace_back("shown", JsonValue(entry.shown));
    if (entry.shown) {
      object.emplace_back("time_ms", json_number(entry.time_ms));
      object.emplace_back("organisation", JsonValue(entry.organisation));
      object.emplace_back("key_id", JsonValue(entry.key_id));
      object.emplace_back("decoded", JsonValue(entry.decoded));
      object.emplace_back("summary", JsonValue(summarize_record(entry.record)));
      object.emplace_back("record", JsonValue(ledger::to_base64(entry.record)));
    }
    entries.emplace_back(std::move(object));
  }
  JsonObject object;
  object.emplace_back("id", JsonValue(subject.id));
  object.emplace_back("present", JsonValue(subject.present));
  object.emplace_back("count", json_number(subject.count));
  object.emplace_back("status", JsonValue(summarize_status(subject.id, subject.status)));
  object.emplace_back("status_only", JsonValue(subject.status_only));
  object.emplace_back("not_shown", json_texts(subject.not_shown));
  object.emplace_back("entries", JsonValue(std::move(entries)));
  return JsonValue(std::move(object));
}

std::string json_of(const VerifyReport& report, int exit_code) {
  JsonObject object;
  object.emplace_back("exit_code", JsonValue(std::int64_t{exit_code}));
  object.emplace_back("verdict", JsonValue(std::string(verdict_of(report.code))));
  object.emplace_back("reason", JsonValue(report.reason));
  object.emplace_back("steps", json_texts(report.steps));
  if (is_proven(report.code)) {
    object.emplace_back("chain", JsonValue(report.chain));
    object.emplace_back("as_of", json_number(report.as_of_s));
    object.emplace_back("log_size", json_number(report.checkpoint.size));
    object.emplace_back("height", json_number(report.seal.height));
    object.emplace_back("remarks", json_texts(report.remarks));
    JsonArray subjects;
    for (const ledger::ProvenSubject& subject : report.subjects) {
      subjects.push_back(json_subject(subject));
    }
    object.emplace_back("subjects", JsonValue(std::move(subjects)));
    object.emplace_back("implausible", json_texts(implausible_quantities(timeline_of(report))));
  }
  return write_json(JsonValue(std::move(object)));
}

Result<int> run_verify(const VerifyCall& call) {
  if (!call.subject.empty()) {
    const auto subject = ledger::canonical_subject_id(call.subject);
    if (!subject) return ledger::fail_at("--subject", subject.error());
  }
  QC_TRY(const ledger::NetworkPolicy policy, read_policy(call.policy));
  QC_TRY(const std::string bundle, os::read_file(call.bundle, ledger::kMaxJsonSize));
  ledger::VerifyOptions options{.subject = call.subject};
  std::string since;
  if (!call.since.empty()) {
    QC_TRY(since, os::read_file(call.since, ledger::kMaxJsonSize));
    options.since = since;
  }
  if (!call.max_age.empty()) {
    options.max_age_s = parse_duration(call.max_age);
    if (!options.max_age_s) {
      return ledger::fail(
          ledger::Code::kInvalidArgument,
          fmt::format("--max-age {}: write it like 90s, 10m, 24h or 7d", call.max_age));
    }
    options.now_s = os::wall_s();
  }
  VerifyReport report = ledger::verify_bundle(bundle, policy, options);
  if (report.code == VerifyCode::kUnreadable) report.reason += hint_for(bundle, Proof::kBundle);
  const bool forgiven = report.code == VerifyCode::kPartial && call.partial_ok;
  const int exit_code = forgiven ? kDone : exit_code_of(report.code);
  print(call.json ? json_of(report, exit_code) : text_of(report));
  return exit_code;
}

/// Runs a command, or says why it cannot run.
template <class Call>
void run(Result<int> (*command)(const Call&), const Call& call, int& exit_code) {
  const Result<int> result = command(call);
  if (!result) complain(result.error().message);
  exit_code = result ? *result : static_cast<int>(kUsage);
}

// ---- receipts, consistency, evidence ----

struct FileCall {
  std::string file;
  std::string record;
  std::string policy;
};

std::string text_of(const ledger::ReceiptReport& report) {
  std::string text = fmt::format("As of {}: {}\n", time_of_s(report.as_of_s),
                                 report.accepted ? "PROVEN — the record is on the chain"
                                                 : "PROVEN — the submission was refused");
  text += fmt::format("  submission {} of {}, block time {}\n", to_hex(report.submission_hash),
                      report.header.organisation,
                      ledger::format_rfc3339(report.block_time_ms, kShownTimeZone));
  if (!report.accepted) {
    text += fmt::format("  record {}: {}\n", report.outcome_record,
                        ledger::explain(static_cast<ledger::OutcomeCode>(report.outcome_code),
                                        report.outcome_field));
  }
  return text + "\nChecked:\n" + format_steps(report.steps);
}

int print_refusal(const ledger::FileRefusal& refusal, const std::string& hint) {
  print(fmt::format("{}: {}{}\n", verdict_of(refusal.code), refusal.reason,
                    refusal.code == VerifyCode::kUnreadable ? hint : std::string()));
  return exit_code_of(refusal.code);
}

Result<int> run_receipt(const FileCall& call) {
  QC_TRY(const ledger::NetworkPolicy policy, read_policy(call.policy));
  QC_TRY(const std::string receipt, os::read_file(call.file, ledger::kMaxReceiptSize));
  std::optional<std::string> record;
  if (!call.record.empty()) {
    QC_TRY(record, os::read_file(call.record, ledger::kMaxRecordSize));
  }
  const auto report = ledger::verify_receipt(
      receipt, record ? std::optional<std::string_view>(*record) : std::nullopt, policy);
  if (!report) return print_refusal(report.error(), hint_for(receipt, Proof::kReceipt));
  print(text_of(*report));
  if (record && report->accepted) print("\nRecord: " + summarize_record(*record) + "\n");
  return static_cast<int>(kDone);
}

Result<int> run_consistency(const FileCall& call) {
  QC_TRY(const ledger::NetworkPolicy policy, read_policy(call.policy));
  QC_TRY(const std::string file, os::read_file(call.file, ledger::kMaxJsonSize));
  const auto report = ledger::verify_consistency_file(file, policy);
  if (!report) return print_refusal(report.error(), hint_for(file, Proof::kConsistency));
  print(fmt::format("As of {}: PROVEN — the log of {} entries goes on from that of {} entries\n",
                    time_of_s(report->new_as_of_s), report->new_checkpoint.size,
                    report->old_checkpoint.size));
  print("\nChecked:\n" + format_steps(report->steps));
  return static_cast<int>(kDone);
}

Result<int> run_evidence(const FileCall& call) {
  QC_TRY(const ledger::NetworkPolicy policy, read_policy(call.policy));
  QC_TRY(const std::string file, os::read_file(call.file, ledger::kMaxJsonSize));
  const auto report = ledger::verify_evidence(file, policy);
  if (!report) return print_refusal(report.error(), hint_for(file, Proof::kEvidence));
  print(fmt::format("PROVEN ({}): {}\n", name_of(report->kind), report->finding));
  for (const std::string& culprit : report->culprits) print("  " + culprit + "\n");
  print("\nChecked:\n" + format_steps(report->steps));
  return static_cast<int>(kDone);
}

std::shared_ptr<FileCall> add_file_options(CLI::App& app, const std::string& what) {
  auto call = std::make_shared<FileCall>();
  app.add_option("file", call->file, what)->required();
  app.add_option("--policy", call->policy, "The network's policy file: whom to believe")
      ->required();
  return call;
}

}  // namespace

void add_verify_command(CLI::App& app, int& exit_code) {
  auto call = std::make_shared<VerifyCall>();
  app.add_option("bundle", call->bundle, "Audit bundle (.qcaudit, plain or gzip)")->required();
  app.add_option("--policy", call->policy, "The network's policy file: whom to believe")
      ->required();
  app.add_option("--subject", call->subject,
                 "Demand an answer about this subject, in any spelling (GTIN, Digital Link, code)");
  app.add_option("--since", call->since, "An earlier bundle that has what this one leaves out");
  app.add_option("--max-age", call->max_age, "Refuse an older checkpoint: 90s, 10m, 24h, 7d");
  app.add_flag("--partial", call->partial_ok, "Exit code 0 also where records are not shown");
  app.add_flag("--json", call->json, "Machine-readable output");
  app.footer(
      "Needs no network. Exit codes: 0 proven and complete, 1 refuted, or not to be judged with "
      "this\n"
      "policy, 2 not a bundle (or a call or file that cannot be read), 3 proven but partial.\n"
      "Examples:\n"
      "  qc-verify lot.qcaudit --policy network.policy\n"
      "  qc-verify lot.qcaudit --policy network.policy --subject '(01)06901234567892(10)L2026A'\n"
      "  qc-verify new.qcaudit --policy network.policy --since old.qcaudit --max-age 24h");
  app.callback([call, &exit_code] { run(run_verify, *call, exit_code); });
}

void add_receipt_command(CLI::App& app, int& exit_code) {
  auto call = add_file_options(app, "Receipt (.tlog-proof)");
  app.add_option("--record", call->record,
                 "The record's bytes; a refused submission's receipt proves none");
  app.footer(
      "Exit codes: 0 proven, 1 refuted (so is every record under the receipt of a refusal), or "
      "not\n"
      "to be judged with this policy, 2 not a receipt, or an accepted record's own bytes are "
      "missing.\n"
      "Example:\n"
      "  qc-verify receipt r.tlog-proof --record r.record --policy network.policy");
  app.callback([call, &exit_code] { run(run_receipt, *call, exit_code); });
}

void add_consistency_command(CLI::App& app, int& exit_code) {
  auto call = add_file_options(app, "Consistency file");
  app.footer(
      "Exit codes: 0 proven, 1 refuted, or not to be judged with this policy, 2 not such a file.\n"
      "Example:\n"
      "  qc-verify consistency week.consistency --policy network.policy");
  app.callback([call, &exit_code] { run(run_consistency, *call, exit_code); });
}

void add_evidence_command(CLI::App& app, int& exit_code) {
  auto call = add_file_options(app, "Evidence file");
  app.footer(
      "Exit codes: 0 the accusation is proven, 1 it is not, 2 not such a file.\n"
      "Example:\n"
      "  qc-verify evidence split-view.evidence --policy network.policy");
  app.callback([call, &exit_code] { run(run_evidence, *call, exit_code); });
}

}  // namespace qc::cli

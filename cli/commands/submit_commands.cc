// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/base/files.h"
#include "cli/client/session.h"
#include "cli/intake/intake.h"
#include "cli/intake/source_files.h"
#include "cli/intake/table/sampling_table.h"
#include "cli/submit/submit_report.h"
#include "ledger/consortium/signing_purpose.h"
#include "os/wall_clock.h"

namespace qc::cli {
namespace {

using ledger::Code;
using ledger::Result;

struct SubmitOptions {
  /// Files, folders, or "-".
  std::vector<std::string> sources;
  std::string format = "auto";
  std::string encoding = "utf-8";
  std::string receipts;
  std::size_t batch = 1000;
  bool admin_key = false;
  bool keep_going = false;
};

/// Everything that was taken in from all sources.
struct TakenIn {
  std::vector<quality::v1::Record> records;
  /// Where each record comes from, beside `records`.
  std::vector<std::string> origins;
  std::vector<IntakeProblem> problems;
  std::vector<std::string> notes;
};

IntakeFormat format_of(const std::string& name, std::string_view content, TableEncoding encoding) {
  if (name == "epcis") {
    return IntakeFormat::kEpcis;
  }
  if (name == "json") {
    return IntakeFormat::kRecordJson;
  }
  if (name == "csv") {
    return is_sampling_table(content, encoding) ? IntakeFormat::kSamplingTable
                                                : IntakeFormat::kCertificateCsv;
  }
  return detect_format(content, encoding);
}

/// Adds what a file gave; problems and notes name it.
void add(TakenIn& all, const std::string& file, Intake one) {
  const std::string name = file + ": ";
  for (IntakeRecord& read : one.records) {
    all.records.push_back(std::move(read.record));
    all.origins.push_back(name + read.where);
  }
  for (IntakeProblem& problem : one.problems) {
    all.problems.push_back({name + problem.where, std::move(problem.message)});
  }
  for (const std::string& note : one.notes) {
    all.notes.push_back(name + note);
  }
}

/// Everything in all sources, in order.
Result<TakenIn> take_in(const SubmitOptions& options, const ClientProfile& profile) {
  IntakeOptions intake_options;
  intake_options.organisation = profile.organisation;
  intake_options.claimed_time_ms = os::wall_ms();
  intake_options.encoding =
      options.encoding == "gb18030" ? TableEncoding::kGb18030 : TableEncoding::kUtf8;
  TakenIn all;
  for (const std::string& source : options.sources) {
    QC_TRY(const SourceFiles found, files_of(source));
    all.notes.insert(all.notes.end(), found.notes.begin(), found.notes.end());
    for (const std::filesystem::path& file : found.files) {
      QC_TRY(const std::string content, read_file(file));
      const IntakeFormat format = format_of(options.format, content, intake_options.encoding);
      add(all, file.string(), read_intake(content, format, intake_options));
    }
  }
  return all;
}

nlohmann::ordered_json report_json(const TakenIn& intake, const SubmitReport& report) {
  nlohmann::ordered_json problems = nlohmann::ordered_json::array();
  for (const IntakeProblem& problem : intake.problems) {
    problems.push_back({{"place", problem.where}, {"message", problem.message}});
  }
  nlohmann::ordered_json submissions = nlohmann::ordered_json::array();
  for (const SubmittedPart& part : report.parts) {
    submissions.push_back({{"first_record", part.first_record},
                           {"records", part.record_count},
                           {"state", quality::v1::SubmissionState_Name(part.state)},
                           {"first_log_index", part.first_log_index},
                           {"height", part.height},
                           {"message", part.message},
                           {"earlier_log_indexes", part.earlier_log_indexes},
                           {"refusal_receipt", part.refusal_receipt.string()},
                           {"receipt_missing", part.receipt_missing}});
  }
  return {{"records", intake.records.size()},
          {"committed", report.committed_records()},
          {"problems", problems},
          {"submissions", submissions}};
}

void print_submit_report(const TakenIn& intake, const SubmitReport& report,
                         const std::string& receipts) {
  for (const SubmittedPart& part : report.parts) {
    for (const std::string& sentence : sentences_about(part, intake.origins, receipts))
      fmt::print(stderr, "qc: {}\n", sentence);
  }
  fmt::print("{} of {} records certified", report.committed_records(), intake.records.size());
  if (report.height() != 0) fmt::print(", up to height {}", report.height());
  if (report.earlier_records() != 0)
    fmt::print("; {} on the chain already", report.earlier_records());
  fmt::print("\n");
}

void print_problems(const TakenIn& intake) {
  for (const std::string& note : intake.notes) {
    fmt::print(stderr, "qc: note: {}\n", note);
  }
  for (const IntakeProblem& problem : intake.problems) {
    fmt::print(stderr, "qc: {}: {}\n", problem.where, problem.message);
  }
}

/// The key that these records must be signed with: the admin key for governance and key records.
Result<std::filesystem::path> key_for(const TakenIn& intake, const ClientProfile& profile,
                                      const SubmitOptions& options) {
  const auto needs_admin = [](const quality::v1::Record& record) {
    return ledger::signing_purpose(record) == ledger::KeyPurpose::kAdmin;
  };
  const auto count = std::ranges::count_if(intake.records, needs_admin);
  if (count != 0 && static_cast<std::size_t>(count) != intake.records.size()) {
    return ledger::fail(Code::kInvalidArgument,
                        "governance and key records are signed with the admin key, all others with "
                        "the signing key: put them into files of their own");
  }
  return options.admin_key || count != 0 ? profile.admin_key : profile.signing_key;
}

void submit(Session& session, const SubmitOptions& options) {
  const auto profile = session.load_profile();
  if (!profile) {
    return session.fail(profile.error());
  }
  const auto intake = take_in(options, *profile);
  if (!intake) {
    return session.fail(intake.error());
  }
  print_problems(*intake);
  if (!intake->problems.empty()) {
    session.exit_code = kUsage;
    if (!options.keep_going || intake->records.empty()) {
      fmt::print(stderr, "qc: nothing was submitted{}\n",
                 options.keep_going ? "" : "; mend the file, or --keep-going with the rest");
      return;
    }
  }
  const auto key = key_for(*intake, *profile, options);
  if (!key) {
    return session.fail(key.error());
  }
  const auto report =
      submit_records(*profile, *key, {.records = intake->records, .places = intake->origins},
                     {.records_max = options.batch}, options.receipts);
  if (!report) {
    return session.fail(report.error());
  }
  if (session.json) {
    fmt::print("{}\n", report_json(*intake, *report).dump(2));
  } else {
    print_submit_report(*intake, *report, options.receipts);
  }
  if (!report->complete()) {
    session.exit_code = kFailed;
  } else if (report->receipts_missing()) {
    session.exit_code = kPartial;
  }
}

/// What differs between the commands that take records in from files.
struct SubmitCommand {
  const char* group;
  const char* name;
  const char* group_description;
  const char* description;
  const char* format;
  const char* example;
};

void add_submit_command(CLI::App& app, Session& session, const SubmitCommand& what) {
  auto* group = app.add_subcommand(what.group, what.group_description)->require_subcommand(1);
  auto* command = group->add_subcommand(what.name, what.description);
  const auto options = std::make_shared<SubmitOptions>();
  options->format = what.format;
  command->add_option("SOURCE", options->sources, "Files, folders, or - for standard input")
      ->required();
  if (options->format == "auto") {
    command->add_option("--format", options->format, "auto (by its contents), json or csv")
        ->check(CLI::IsMember({"auto", "json", "csv"}))
        ->capture_default_str();
    command->add_option("--encoding", options->encoding, "What tables are written in")
        ->check(CLI::IsMember({"utf-8", "gb18030"}))
        ->capture_default_str();
  }
  command->add_option("--receipts", options->receipts, "Folder for a receipt of every record");
  command
      ->add_option("--batch", options->batch,
                   "Records under one signature; they are accepted or refused together")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command->add_flag("--keep-going", options->keep_going,
                    "Submit what could be read although something could not");
  if (std::string(what.group) == "record") {
    command->add_flag("--admin-key", options->admin_key,
                      "Sign with the admin key whatever the records are");
  }
  command->footer(std::string("Example:\n  ") + what.example);
  command->callback([&session, options] { submit(session, *options); });
}

}  // namespace

void add_submit_commands(CLI::App& app, Session& session) {
  add_submit_command(
      app, session,
      {"certificate", "submit", "Inspection certificates",
       "Sign and submit certificates from JSON or CSV, or a regulator's sampling table", "auto",
       "qc --profile ./lab certificate submit certificates.csv --receipts ./receipts"});
  add_submit_command(app, session,
                     {"lot", "register", "Lots and items", "Register lots or items from JSON",
                      "auto", "qc --profile ./maker lot register lots.json"});
  add_submit_command(app, session,
                     {"product", "register", "Product classes", "Register products from JSON",
                      "auto", "qc --profile ./maker product register products.json"});
  add_submit_command(
      app, session,
      {"record", "submit", "Records of any type", "Submit records of any type from JSON", "auto",
       "qc --profile ./regulator record submit accreditation.json"});
  add_submit_command(app, session,
                     {"epcis", "submit", "EPCIS 2.0 documents", "Take in EPCIS 2.0 events", "epcis",
                      "qc --profile ./maker epcis submit events.json"});
}

}  // namespace qc::cli

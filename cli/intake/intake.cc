// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/intake.h"

#include <algorithm>
#include <utility>

#include "cli/intake/certificate_csv.h"
#include "cli/intake/epcis.h"
#include "cli/intake/json_value.h"
#include "cli/intake/placeholder.h"
#include "cli/intake/record_json.h"
#include "cli/intake/sampling_table.h"
#include "ledger/record/record_rules.h"

namespace qc::cli {
namespace {

constexpr std::size_t kRecordBytesMax = 48U << 10;

/// JSON is EPCIS where its top says so; a text that is no JSON at all is told by the reader of
/// records.
bool says_epcis(std::string_view text) {
  const auto value = read_json(text);
  if (!value || !value->is(JsonValue::Kind::kObject)) return false;
  const JsonValue* type = value->find("type");
  if (type == nullptr) type = value->find("isA");
  if (value->find("epcisBody") != nullptr || value->find("@context") != nullptr) return true;
  return type != nullptr && type->text.ends_with("Event");
}

Intake read_format(std::string_view bytes, IntakeFormat format, const IntakeOptions& options) {
  switch (format) {
    case IntakeFormat::kRecordJson:
      return read_record_json(bytes, options);
    case IntakeFormat::kEpcis:
      return read_epcis(bytes, options);
    case IntakeFormat::kCertificateCsv:
      return read_certificate_csv(bytes, options);
    case IntakeFormat::kSamplingTable:
      return read_sampling_table(bytes, options);
  }
  return {};
}

}  // namespace

std::string_view name_of(IntakeFormat format) {
  switch (format) {
    case IntakeFormat::kRecordJson:
      return "record JSON";
    case IntakeFormat::kEpcis:
      return "EPCIS 2.0 JSON";
    case IntakeFormat::kCertificateCsv:
      return "certificate table";
    case IntakeFormat::kSamplingTable:
      return "regulator's sampling table";
  }
  return "unknown format";
}

IntakeFormat detect_format(std::string_view bytes, TableEncoding encoding) {
  std::string_view text = bytes;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
  if (json) return says_epcis(text) ? IntakeFormat::kEpcis : IntakeFormat::kRecordJson;
  return is_sampling_table(bytes, encoding) ? IntakeFormat::kSamplingTable
                                            : IntakeFormat::kCertificateCsv;
}

Intake read_intake(std::string_view bytes, IntakeFormat format, const IntakeOptions& options) {
  Intake refused;
  if (bytes.size() > kIntakeBytesMax) {
    refused.problems.push_back({"the file", "is larger than 64 MiB; split it"});
    return refused;
  }
  if (auto reason = no_text_reason(bytes)) {
    refused.problems.push_back({"the file", *std::move(reason)});
    return refused;
  }
  Intake intake = read_format(bytes, format, options);
  if (intake.records.empty() && intake.problems.empty()) {
    intake.problems.push_back(
        {"the file", std::string("holds no record; it was read as ").append(name_of(format))});
  }
  return intake;
}

void judge_records(Intake& intake, const IntakeOptions& options) {
  std::vector<IntakeRecord> good;
  good.reserve(intake.records.size());
  for (IntakeRecord& read : intake.records) {
    if (auto fault = placeholder_fault(read.record)) {
      intake.problems.push_back({read.where, *std::move(fault)});
      continue;
    }
    if (options.organisation.empty()) {
      good.push_back(std::move(read));
      continue;
    }
    const auto judged = ledger::check_record(
        read.record, {.organisation = options.organisation, .time_zone = options.time_zone});
    if (!judged) {
      intake.problems.push_back({read.where, judged.error().field + ": " + judged.error().message});
    } else if (read.record.ByteSizeLong() > kRecordBytesMax) {
      intake.problems.push_back({read.where, "the record is larger than 48 KiB; split it"});
    } else {
      good.push_back(std::move(read));
    }
  }
  intake.records = std::move(good);
}

}  // namespace qc::cli

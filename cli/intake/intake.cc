// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/intake.h"

#include <algorithm>
#include <utility>

#include "cli/intake/epcis/epcis.h"
#include "cli/intake/record_json.h"
#include "cli/intake/table/certificate_csv.h"
#include "cli/intake/table/sampling_table.h"
#include "cli/intake/value/json_value.h"

namespace qc::cli {
namespace {

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

}  // namespace qc::cli

// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/epcis/epcis_ilmd.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string_view>

#include "cli/intake/value/field_text.h"
#include "ledger/base/calendar.h"
#include "ledger/base/result.h"
#include "ledger/base/text.h"

namespace qc::cli {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;
using Kind = JsonValue::Kind;

struct Field {
  std::string_view name;
  std::string EpcisIlmd::*value;
};

constexpr std::array<Field, 4> kFields{{
    {"lotNumber", &EpcisIlmd::lot},
    {"productionDate", &EpcisIlmd::production_date},
    {"bestBeforeDate", &EpcisIlmd::best_before_date},
    {"itemExpirationDate", &EpcisIlmd::item_expiration_date},
}};

std::string lower(std::string_view text) {
  std::string folded(text);
  std::transform(folded.begin(), folded.end(), folded.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return folded;
}

/// What stands behind the vocabulary's part of a name.
std::string_view local_name(std::string_view name) {
  const std::size_t end = name.find_last_of(":/#");
  return end == std::string_view::npos ? name : name.substr(end + 1);
}

/// The field that a name means or comes close to.
const Field* field_like(std::string_view name) {
  const auto* const found = std::find_if(
      kFields.begin(), kFields.end(),
      [name](const Field& field) { return lower(field.name) == lower(local_name(name)); });
  return found == kFields.end() ? nullptr : found;
}

/// In the namespace of CBV's master data; XML's has no mark at its end.
bool is_cbv(std::string_view full, const Field& field) {
  constexpr std::string_view kNamespace = "urn:epcglobal:cbv:mda";
  if (!full.starts_with(kNamespace) || !full.ends_with(field.name)) return false;
  const std::size_t mark = full.size() - kNamespace.size() - field.name.size();
  const std::string_view between = full.substr(kNamespace.size(), mark);
  return between.empty() || between == ":" || between == "#" || between == "/";
}

/// A name of somebody's own vocabulary, which @context or the name itself tells in full.
bool is_of_own_vocabulary(const std::string& name, const std::string& full) {
  if (lower(name).starts_with("cbvmda:") || lower(full).starts_with("urn:epcglobal:cbv:")) {
    return false;
  }
  return full.find("://") != std::string::npos || full.starts_with("urn:");
}

/// The text of a value, plain or as JSON-LD's {"@value": ...}.
Result<std::string> text_of(const JsonValue& value) {
  const auto refuse = [&value] {
    return fail(Code::kInvalidArgument,
                quote(value) + " should be text, not " + std::string(name_of(value.kind)));
  };
  if (value.is(Kind::kString)) return value.text;
  const JsonValue* inner = value.find("@value");
  if (inner == nullptr || !inner->is(Kind::kString)) return refuse();
  const bool understood =
      std::all_of(value.names.begin(), value.names.end(), [](const std::string& name) {
        return name == "@value" || name == "@type" || name == "@language";
      });
  if (!understood) return refuse();
  return inner->text;
}

Result<std::string> day_of_text(const std::string& text, std::uint32_t time_zone) {
  if (ledger::parse_date(text)) return text;
  if (const auto time = ledger::parse_rfc3339(text)) {
    return ledger::format_date(ledger::day_of(*time, time_zone));
  }
  return fail(Code::kInvalidArgument,
              ledger::quote(text) +
                  " should be an existing day such as 2025-09-15, or a time with its offset such "
                  "as 2025-09-15T08:00:00+08:00, whose day in eventTimeZoneOffset is taken");
}

Result<std::string> read_field(const Field& field, const JsonValue& value,
                               std::uint32_t time_zone) {
  QC_TRY(std::string text, text_of(value));
  if (field.value != &EpcisIlmd::lot) return day_of_text(text, time_zone);
  if (ledger::Fault fault = ledger::lot_or_serial_fault(text)) {
    return fail(Code::kInvalidArgument, *std::move(fault));
  }
  if (ledger::Fault fault = shortened_number_fault(text)) {
    return fail(Code::kInvalidArgument, *std::move(fault));
  }
  return text;
}

void read_member(const std::string& name, const JsonValue& value, const JsonLdContext& context,
                 std::uint32_t time_zone, EpcisIlmd& ilmd) {
  const std::string full = context.expand(name);
  const Field* field = field_like(full);
  if (field == nullptr || is_of_own_vocabulary(name, full)) {
    ilmd.unmapped.push_back(name);
    return;
  }
  if (!is_cbv(full, *field)) {
    ilmd.problems.emplace_back(name, "should be written cbvmda:" + std::string(field->name) +
                                         " where CBV's master data is meant, else with a prefix "
                                         "that @context explains");
    return;
  }
  if (value.is(Kind::kNull)) return;
  Result<std::string> read = read_field(*field, value, time_zone);
  if (!read) {
    ilmd.problems.emplace_back(name, read.error().message);
    return;
  }
  std::string& known = ilmd.*field->value;
  if (!known.empty() && known != *read) {
    ilmd.problems.emplace_back(name, ledger::quote(*read) + " differs from " +
                                         ledger::quote(known) +
                                         ", which the same field states in another spelling");
    return;
  }
  known = *std::move(read);
}

}  // namespace

EpcisIlmd read_ilmd(const JsonValue& ilmd, const JsonLdContext& context, std::uint32_t time_zone) {
  EpcisIlmd read;
  if (ilmd.is(Kind::kNull)) return read;
  if (!ilmd.is(Kind::kObject)) {
    read.problems.emplace_back("", "should be an object, not " + std::string(name_of(ilmd.kind)));
    return read;
  }
  for (std::size_t i = 0; i < ilmd.names.size(); ++i) {
    read_member(ilmd.names[i], ilmd.elements[i], context, time_zone, read);
  }
  return read;
}

}  // namespace qc::cli

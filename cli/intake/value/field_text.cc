// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/value/field_text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "ledger/base/calendar.h"
#include "ledger/base/decimal.h"
#include "ledger/base/encoding.h"
#include "ledger/base/percent.h"
#include "ledger/base/text.h"
#include "ledger/name/check_digit.h"
#include "ledger/name/standard_code.h"
#include "ledger/name/subject_id.h"

namespace qc::cli {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;

/// Upper case, with _ for - and blank.
std::string constant_case(std::string_view text) {
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(), [](char character) {
    if (character == '-' || character == ' ') return '_';
    return character >= 'a' && character <= 'z' ? static_cast<char>(character - 'a' + 'A')
                                                : character;
  });
  return name;
}

/// What all names of an enum's values begin with: that of the first one before UNSPECIFIED.
std::string_view prefix_of(const google::protobuf::EnumDescriptor& type) {
  constexpr std::string_view kUnspecified = "UNSPECIFIED";
  const std::string_view first = type.value(0)->name();
  return first.ends_with(kUnspecified) ? first.substr(0, first.size() - kUnspecified.size())
                                       : std::string_view();
}

std::string choices(const google::protobuf::EnumDescriptor& type) {
  std::string list;
  for (int i = 1; i < type.value_count(); ++i) {
    if (i > 1) list += ", ";
    list += std::string_view(type.value(i)->name()).substr(prefix_of(type).size());
  }
  std::transform(list.begin(), list.end(), list.begin(), [](char character) {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a')
                                                : character;
  });
  return list;
}

/// A record says 0 where no time is given, and nothing that is inspected lies so far ahead.
Result<std::uint64_t> plausible_time(std::string_view text, std::uint64_t time_ms,
                                     std::uint64_t before_ms) {
  if (time_ms == 0) {
    return fail(Code::kInvalidArgument,
                ledger::quote(text) + " is before 1970; no record says that");
  }
  if (time_ms >= before_ms) {
    return fail(Code::kInvalidArgument, ledger::quote(text) + " is after the year 2100");
  }
  return time_ms;
}

/// Such a time differs from one that can be read by its year alone.
bool is_rfc3339_before_1970(std::string_view text) {
  constexpr std::string_view kEpochYear = "1970";
  if (text.size() < kEpochYear.size() || text.substr(0, kEpochYear.size()) > kEpochYear)
    return false;
  return ledger::parse_rfc3339("2000" + std::string(text.substr(kEpochYear.size()))).has_value();
}

/// A record's times are whole milliseconds; what is finer would be cut off.
bool is_finer_than_a_millisecond(std::string_view rfc3339) {
  constexpr std::size_t kMsDigits = 3;
  const std::size_t point = rfc3339.find('.');
  if (point == std::string_view::npos) return false;
  const std::string_view fraction = rfc3339.substr(point + 1);
  const std::string_view digits = fraction.substr(0, fraction.find_first_not_of("0123456789"));
  return digits.find_first_not_of('0', kMsDigits) != std::string_view::npos;
}

/// Digits that are too many for unix milliseconds are mostly a civil time without its marks.
std::string no_unix_ms(std::string_view text) {
  constexpr std::size_t kCivilDigits = 14;
  std::string message = ledger::quote(text) + " has too many digits for unix milliseconds";
  const auto number = ledger::parse_decimal(text);
  if (number && text.size() == kCivilDigits) {
    message += ", as which it means " +
               ledger::format_date(ledger::day_of(*number, ledger::kTimeZoneBias));
  }
  const std::string civil = std::string(text.substr(0, 4)) + "-" + std::string(text.substr(4, 2)) +
                            "-" + std::string(text.substr(6, 2)) + "T" +
                            std::string(text.substr(8, 2)) + ":" + std::string(text.substr(10, 2)) +
                            ":" + std::string(text.substr(12, 2)) + "+08:00";
  return message + "; write " +
         (ledger::parse_rfc3339(civil) ? civil : "2026-11-23T08:00:00+08:00");
}

}  // namespace

Result<std::uint64_t> read_time(std::string_view text, std::uint32_t time_zone,
                                std::uint64_t before_ms) {
  if (const auto time = ledger::parse_rfc3339(text)) {
    if (is_finer_than_a_millisecond(text)) {
      return fail(Code::kInvalidArgument, ledger::quote(text) +
                                              " is finer than a millisecond, which no record says; "
                                              "write at most three digits after the point");
    }
    return plausible_time(text, *time, before_ms);
  }
  if (const auto day = ledger::parse_date(text)) {
    return plausible_time(text, ledger::start_of_day_ms(*day, time_zone), before_ms);
  }
  if (is_rfc3339_before_1970(text)) return plausible_time(text, 0, before_ms);
  constexpr std::size_t kMsDigits = 13;
  const bool digits = text.find_first_not_of("0123456789") == std::string_view::npos;
  if (digits && text.size() > kMsDigits) return fail(Code::kInvalidArgument, no_unix_ms(text));
  const auto number = ledger::parse_decimal(text);
  if (number && text.size() == kMsDigits) return plausible_time(text, *number, before_ms);
  return fail(Code::kInvalidArgument, ledger::quote(text) +
                                          " should be a time with its offset such as "
                                          "2026-11-23T08:00:00+08:00, a day such as 2026-11-23, or "
                                          "unix milliseconds");
}

Result<int> read_enum(std::string_view text, const google::protobuf::EnumDescriptor& type) {
  const std::string name = constant_case(text);
  const auto* value = type.FindValueByName(name);
  if (value == nullptr) value = type.FindValueByName(std::string(prefix_of(type)) + name);
  if (value != nullptr && value->number() != 0) return value->number();
  return fail(Code::kInvalidArgument, ledger::quote(text) + " should be one of " + choices(type));
}

Result<std::string> read_gtin(std::string_view text) {
  if (auto fault = ledger::any_gtin_fault(text)) {
    return fail(Code::kInvalidArgument, *std::move(fault));
  }
  return *ledger::gtin14_of(text);
}

Result<quality::v1::ObjectRef> read_object(std::string_view text) {
  QC_TRY(const ledger::SubjectSpelling spelling, ledger::read_subject(text));
  const auto subject = ledger::parse_subject_id(spelling.id);
  quality::v1::ObjectRef object;
  switch (subject->kind) {
    case ledger::SubjectKind::kItem:
      object.set_gtin(subject->components[0]);
      object.set_serial(subject->components[1]);
      object.set_lot(spelling.lot);
      break;
    case ledger::SubjectKind::kLot:
      object.set_gtin(subject->components[0]);
      object.set_lot(subject->components[1]);
      break;
    case ledger::SubjectKind::kClass:
      object.set_gtin(subject->components[0]);
      break;
    default:
      object.set_id(spelling.id);
      break;
  }
  return object;
}

std::string said_beside_identity(std::string_view text) {
  constexpr auto kIdentifying = std::to_array<std::string_view>(
      {"01", "10", "21", "00", "414", "254", "417", "8003", "8004"});
  std::string list;
  for (const std::string_view mark : {"/22/", "(22)"}) {
    if (text.find(mark) != std::string_view::npos) list = "22";
  }
  std::size_t at =
      text.find("://") == std::string_view::npos ? std::string_view::npos : text.find('?');
  while (at != std::string_view::npos) {
    const std::size_t end = text.find('&', at + 1);
    const std::string_view attribute = text.substr(at + 1, end - at - 1);
    const std::string_view name = attribute.substr(0, attribute.find('='));
    if (std::find(kIdentifying.begin(), kIdentifying.end(), name) == kIdentifying.end())
      list.append(list.empty() ? "" : ", ").append(attribute);
    at = end;
  }
  return list;
}

ledger::Fault shortened_number_fault(std::string_view lot_or_serial) {
  const std::size_t exponent = lot_or_serial.find("E+");
  if (exponent == std::string_view::npos) return std::nullopt;
  const std::string_view digits = lot_or_serial.substr(exponent + 2);
  const bool is_number = !digits.empty() &&
                         digits.find_first_not_of("0123456789") == std::string_view::npos &&
                         ledger::Decimal::parse(lot_or_serial.substr(0, exponent)).has_value();
  if (!is_number) return std::nullopt;
  return ledger::quote(lot_or_serial) +
         " is how a spreadsheet shortens a long number: write all of its digits";
}

ledger::Fault shortened_number_fault(const quality::v1::ObjectRef& object) {
  auto fault = shortened_number_fault(object.lot());
  return fault ? fault : shortened_number_fault(object.serial());
}

ledger::Fault beside_identity_fault(std::string_view text) {
  const std::string left = said_beside_identity(text);
  if (left.empty()) return std::nullopt;
  return ledger::quote(text) + " says " + ledger::quote(left) +
         " besides which thing it names, and that would be lost: leave it out, and write it where "
         "the record has a field for it";
}

Result<quality::v1::ObjectRef> read_bare_object(std::string_view text) {
  if (auto fault = beside_identity_fault(text)) {
    return fail(Code::kInvalidArgument, *std::move(fault));
  }
  QC_TRY(quality::v1::ObjectRef object, read_object(text));
  if (auto fault = shortened_number_fault(object)) {
    return fail(Code::kInvalidArgument, *std::move(fault));
  }
  return object;
}

quality::v1::PartyRef read_party(std::string_view text) {
  quality::v1::PartyRef party;
  if (!ledger::party_code_fault(text)) {
    party.set_code(std::string(text));
  } else {
    party.set_name(std::string(text));
  }
  return party;
}

quality::v1::Method read_method(std::string_view text) {
  quality::v1::Method method;
  Result<std::string> standard = ledger::normalise_standard_code(text);
  if (standard) {
    method.set_standard(*std::move(standard));
  } else {
    method.set_other(std::string(text));
  }
  return method;
}

Result<quality::v1::Quantity> read_quantity(std::string_view text) {
  const std::size_t blank = text.find(' ');
  quality::v1::Quantity quantity;
  quantity.set_value(without_trailing_zeros(text.substr(0, blank)));
  quantity.set_unit(blank == std::string_view::npos ? "H87" : std::string(text.substr(blank + 1)));
  if (auto fault = ledger::quantity_fault(quantity.value()))
    return fail(Code::kInvalidArgument, *std::move(fault));
  return quantity;
}

Result<std::string> read_accreditation(std::string_view text) {
  const std::size_t blank = text.find(' ');
  if (blank == std::string_view::npos) return ledger::canonical_subject_id(text);
  return ledger::canonical_subject_id(
      "urn:qc:accreditation:" + ledger::percent_encode(text.substr(0, blank)) + ":" +
      ledger::percent_encode(text.substr(blank + 1)));
}

std::string without_trailing_zeros(std::string_view decimal) {
  const auto number = ledger::Decimal::parse(decimal);
  return number ? number->text() : std::string(decimal);
}

}  // namespace qc::cli

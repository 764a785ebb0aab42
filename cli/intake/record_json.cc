// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/record_json.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "base/hex.h"
#include "cli/intake/value/field_text.h"
#include "cli/intake/value/json_value.h"
#include "cli/intake/value/judge_records.h"
#include "cli/intake/value/plausible.h"
#include "ledger/base/calendar.h"
#include "ledger/base/encoding.h"
#include "ledger/base/text.h"
#include "ledger/name/check_digit.h"
#include "ledger/name/standard_code.h"
#include "ledger/name/subject_id.h"

namespace qc::cli {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using ledger::Result;
using quality::v1::Record;
using Kind = JsonValue::Kind;

/// Fields of canonical ids, which may be written in any spelling.
constexpr std::array<std::string_view, 5> kSubjectFields{"place", "sample", "certificate",
                                                         "spot_check", "id"};

/// A text as its field wants it; what cannot be brought into that form stays as it is, for the
/// rules to judge.
std::string canonical_text(const FieldDescriptor& field, std::string text) {
  const std::string& name = field.name();
  if (name == "gtin") return ledger::gtin14_of(text).value_or(text);
  if (name == "standard" || name == "standards" || name == "method_standard") {
    return ledger::normalise_standard_code(text).value_or(text);
  }
  if (name == "accreditation") return read_accreditation(text).value_or(text);
  if (std::find(kSubjectFields.begin(), kSubjectFields.end(), name) != kSubjectFields.end()) {
    return ledger::canonical_subject_id(text).value_or(text);
  }
  if (name == "value" && field.containing_type() == quality::v1::Quantity::descriptor()) {
    return without_trailing_zeros(text);
  }
  return text;
}

/// As long as a party's code and of its characters, so that a mistyped one does not become a name.
bool is_meant_as_code(std::string_view text) {
  constexpr std::size_t kDigitsOfACode = 8;
  const auto digits =
      std::count_if(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  const bool code_characters = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
  return (text.size() == 18 || text.size() == 20) && code_characters &&
         static_cast<std::size_t>(digits) >= kDigitsOfACode;
}

/// 32 bytes and more in hex where it is hex, else base64.
std::optional<std::string> bytes_of(const std::string& text) {
  constexpr std::size_t kDigestHexDigits = 64;
  if (text.size() == kDigestHexDigits) {
    if (auto bytes = from_hex(text)) return bytes;
  }
  return ledger::from_base64(text);
}

/// Reads JSON values into messages by their descriptors; gathers problems instead of stopping at
/// the first.
class MessageReader {
 public:
  MessageReader(std::string_view text, const IntakeOptions& options,
                std::vector<IntakeProblem>& problems)
      : text_(text), options_(&options), problems_(&problems) {}

  /// Recurses as deep as the messages nest, which their schema bounds.
  // NOLINTNEXTLINE(misc-no-recursion)
  void read(const JsonValue& object, const std::string& path, Message& message) {
    if (!object.is(Kind::kObject)) return expected("an object", object, path);
    std::map<const void*, std::string> seen;
    for (std::size_t i = 0; i < object.names.size(); ++i) {
      const std::string& name = object.names[i];
      const JsonValue& value = object.elements[i];
      const std::string at = std::string(path).append(".").append(name);
      const FieldDescriptor* field = find_field(*message.GetDescriptor(), name);
      if (field == nullptr) {
        unknown(name, *message.GetDescriptor(), value, at);
        continue;
      }
      // Two spellings of one field, or two of a choice: one would overwrite the other.
      const auto [place, first] = value.is(Kind::kNull) ? std::pair(seen.end(), true)
                                                        : seen.try_emplace(slot_of(*field), name);
      if (first) {
        read_field(value, at, *field, message);
      } else {
        problem(value, at, "stands beside " + ledger::quote(place->second) + ": write one of them");
      }
    }
  }

  void problem(const JsonValue& value, const std::string& path, std::string message) {
    problems_->push_back(
        {path + " (line " + std::to_string(line_of(text_, value.raw)) + ")", std::move(message)});
  }

  /// By its name in the proto, in JSON, or without the unit of a time.
  static const FieldDescriptor* find_field(const Descriptor& type, const std::string& name) {
    for (int i = 0; i < type.field_count(); ++i) {
      const FieldDescriptor* field = type.field(i);
      if (field->name() == name || field->json_name() == name) return field;
      const bool time = field->name().ends_with("_ms");
      if (time && (field->name() == name + "_ms" || field->json_name() == name + "Ms"))
        return field;
    }
    return nullptr;
  }

 private:
  void expected(std::string_view what, const JsonValue& value, const std::string& path) {
    problem(value, path,
            std::string("should be ").append(what).append(", not ").append(name_of(value.kind)));
  }

  void unknown(const std::string& name, const Descriptor& type, const JsonValue& value,
               const std::string& path) {
    std::string known;
    for (int i = 0; i < type.field_count(); ++i)
      known.append(i == 0 ? "" : ", ").append(type.field(i)->name());
    problem(value, path, "no field is named " + ledger::quote(name) + "; there are " + known);
  }

  /// What a field fills: of the members of a oneof only one can be stated.
  static const void* slot_of(const FieldDescriptor& field) {
    const auto* choice = field.real_containing_oneof();
    return choice != nullptr ? static_cast<const void*>(choice) : &field;
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  void read_field(const JsonValue& value, const std::string& path, const FieldDescriptor& field,
                  Message& message) {
    if (value.is(Kind::kNull)) return;
    if (!field.is_repeated()) return read_one(value, path, field, message);
    if (!value.is(Kind::kArray)) return expected("a list", value, path);
    for (std::size_t i = 0; i < value.elements.size(); ++i) {
      read_one(value.elements[i], path + "[" + std::to_string(i) + "]", field, message);
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  void read_one(const JsonValue& value, const std::string& path, const FieldDescriptor& field,
                Message& message) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return read_message(value, path, field, message);
      case FieldDescriptor::CPPTYPE_STRING:
        return read_text(value, path, field, message);
      case FieldDescriptor::CPPTYPE_ENUM:
        return read_choice(value, path, field, message);
      case FieldDescriptor::CPPTYPE_BOOL:
        if (!value.is(Kind::kBoolean)) return expected("true or false", value, path);
        return message.GetReflection()->SetBool(&message, &field, value.raw == "true");
      default:
        return read_number(value, path, field, message);
    }
  }

  // NOLINTNEXTLINE(misc-no-recursion)
  void read_message(const JsonValue& value, const std::string& path, const FieldDescriptor& field,
                    Message& message) {
    const auto* reflection = message.GetReflection();
    Message& part = field.is_repeated() ? *reflection->AddMessage(&message, &field)
                                        : *reflection->MutableMessage(&message, &field);
    if (value.is(Kind::kNumber) && part.GetDescriptor() == quality::v1::Quantity::descriptor()) {
      if (auto fault = exponent_fault(value)) return problem(value, path, *std::move(fault));
      return read_short_form(value, path, std::string(value.raw), part);
    }
    if (value.is(Kind::kString)) return read_short_form(value, path, value.text, part);
    read(value, path, part);
    auto* object = dynamic_cast<quality::v1::ObjectRef*>(&part);
    if (object == nullptr) return;
    if (auto fault = spread_id(*object)) problem(value, path, *std::move(fault));
  }

  /// Parts that people write as one text.
  void read_short_form(const JsonValue& value, const std::string& path, const std::string& text,
                       Message& part) {
    ledger::Fault fault;
    if (auto* object = dynamic_cast<quality::v1::ObjectRef*>(&part)) {
      fault = take(read_bare_object(text), *object);
    } else if (auto* moved = dynamic_cast<quality::v1::ObjectQuantity*>(&part)) {
      fault = take(read_bare_object(text), *moved->mutable_object());
    } else if (auto* quantity = dynamic_cast<quality::v1::Quantity*>(&part)) {
      fault = take(read_counted(text), *quantity);
    } else if (auto* party = dynamic_cast<quality::v1::PartyRef*>(&part)) {
      *party = read_party(text);
      if (is_meant_as_code(text)) fault = ledger::party_code_fault(text);
    } else if (auto* method = dynamic_cast<quality::v1::Method*>(&part)) {
      *method = read_method(text);
    } else if (auto* name = dynamic_cast<quality::v1::LocalizedName*>(&part)) {
      const bool ascii = std::all_of(text.begin(), text.end(),
                                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
      (ascii ? *name->mutable_en() : *name->mutable_zh()) = text;
    } else {
      return expected("an object", value, path);
    }
    if (fault) problem(value, path, *std::move(fault));
  }

  template <class Part>
  static ledger::Fault take(Result<Part> read, Part& part) {
    if (!read) return read.error().message;
    part = *std::move(read);
    return std::nullopt;
  }

  /// A quantity; what has no unit counts pieces, of which there are no fractions.
  static Result<quality::v1::Quantity> read_counted(const std::string& text) {
    QC_TRY(quality::v1::Quantity quantity, read_quantity(text));
    const bool has_unit = text.find(' ') != std::string::npos;
    if (has_unit || quantity.value().find('.') == std::string::npos) return quantity;
    return ledger::fail(ledger::Code::kInvalidArgument,
                        ledger::quote(text) +
                            " has no unit and would count pieces, of which there are no "
                            "fractions: write \"" +
                            quantity.value() + " KGM\" or another unit's code");
  }

  /// A product that was named by an id or digital link is written as gtin, lot and serial; what
  /// stands beside the id must say the same.
  static ledger::Fault spread_id(quality::v1::ObjectRef& object) {
    if (object.id().empty()) return std::nullopt;
    const bool alone = object.gtin().empty() && object.lot().empty() && object.serial().empty();
    Result<quality::v1::ObjectRef> read = read_object(object.id());
    // Ids that do not read are told by the rules.
    if (!read) return std::nullopt;
    if (auto fault = shortened_number_fault(*read)) return fault;
    if (read->gtin().empty() && !alone) {
      return "id " + ledger::quote(object.id()) +
             " names no product, but gtin, lot or serial stand beside it";
    }
    for (const auto& [part, stated] :
         {std::pair("gtin", object.gtin()), std::pair("lot", object.lot()),
          std::pair("serial", object.serial())}) {
      const auto& field = *read->GetDescriptor()->FindFieldByName(part);
      const std::string of_id = read->GetReflection()->GetString(*read, &field);
      if (stated.empty() || stated == of_id) continue;
      if (!of_id.empty()) {
        return std::string(part) + " " + ledger::quote(stated) + " differs from " +
               ledger::quote(of_id) + " of id " + ledger::quote(object.id());
      }
      read->GetReflection()->SetString(&*read, &field, stated);
    }
    object = *std::move(read);
    return std::nullopt;
  }

  void read_text(const JsonValue& value, const std::string& path, const FieldDescriptor& field,
                 Message& message) {
    const bool is_bytes = field.type() == FieldDescriptor::TYPE_BYTES;
    // Numbers stay as they are written: 0.50 is a result with two decimals.
    const bool number = value.is(Kind::kNumber) && !is_bytes;
    if (auto fault = number ? exponent_fault(value) : std::nullopt)
      return problem(value, path, *std::move(fault));
    if (!value.is(Kind::kString) && !number)
      return expected(is_bytes ? "text in base64 or hex" : "text", value, path);
    std::string text = number ? std::string(value.raw) : value.text;
    const bool is_number_of_thing = field.name() == "lot" || field.name() == "serial";
    if (auto fault = is_number_of_thing ? shortened_number_fault(text) : std::nullopt)
      return problem(value, path, *std::move(fault));
    if (is_bytes) {
      std::optional<std::string> bytes = bytes_of(text);
      if (!bytes)
        return problem(value, path,
                       ledger::quote(text) + " is neither canonical base64 nor 64 hex digits");
      text = *std::move(bytes);
    } else {
      const bool subject = std::ranges::find(kSubjectFields, field.name()) != kSubjectFields.end();
      if (auto fault = subject ? beside_identity_fault(text) : std::nullopt)
        return problem(value, path, *std::move(fault));
      text = canonical_text(field, std::move(text));
    }
    const auto* reflection = message.GetReflection();
    if (field.is_repeated()) {
      reflection->AddString(&message, &field, std::move(text));
    } else {
      reflection->SetString(&message, &field, std::move(text));
    }
  }

  void read_choice(const JsonValue& value, const std::string& path, const FieldDescriptor& field,
                   Message& message) {
    if (!value.is(Kind::kString)) return expected("the name of a choice", value, path);
    const Result<int> number = read_enum(value.text, *field.enum_type());
    if (!number) return problem(value, path, number.error().message);
    message.GetReflection()->SetEnumValue(&message, &field, *number);
  }

  void read_number(const JsonValue& value, const std::string& path, const FieldDescriptor& field,
                   Message& message) {
    // Windows are durations.
    const bool time = field.name().ends_with("_ms") && !field.name().ends_with("_window_ms");
    if (!value.is(Kind::kNumber) && !value.is(Kind::kString)) {
      return expected(time ? "a time" : "a number", value, path);
    }
    const std::string_view written =
        value.is(Kind::kString) ? std::string_view(value.text) : value.raw;
    if (auto fault = exponent_fault(value)) return problem(value, path, *std::move(fault));
    std::optional<std::uint64_t> number = ledger::parse_decimal(written);
    if (time && (number || value.is(Kind::kString))) {
      const Result<std::uint64_t> read = time_of(field, written);
      if (!read) return problem(value, path, read.error().message);
      number = *read;
    }
    const bool narrow = field.cpp_type() == FieldDescriptor::CPPTYPE_UINT32;
    const std::uint64_t most = narrow ? UINT32_MAX : ledger::kMaxInteger;
    if (!number || *number > most) {
      return problem(
          value, path,
          ledger::quote(written) + " should be a whole number from 0 to " + std::to_string(most));
    }
    const auto* reflection = message.GetReflection();
    if (field.is_repeated()) return reflection->AddUInt64(&message, &field, *number);
    if (narrow) return reflection->SetUInt32(&message, &field, static_cast<std::uint32_t>(*number));
    reflection->SetUInt64(&message, &field, *number);
  }

  [[nodiscard]] Result<std::uint64_t> time_of(const FieldDescriptor& field,
                                              std::string_view written) const {
    // A key's validity may have no end, written 0 or as a far day.
    const bool may_be_open = field.name() == "valid_to_ms";
    if (may_be_open && written == "0") return 0;
    return read_time(written, options_->time_zone,
                     may_be_open ? std::numeric_limits<std::uint64_t>::max() : kYear2100Ms);
  }

  std::string_view text_;
  const IntakeOptions* options_;
  std::vector<IntakeProblem>* problems_;
};

/// The object is a record and not the body of a certificate alone, which may hold an
/// `accreditation`, but as text.
bool is_record(const JsonValue& object) {
  for (std::size_t i = 0; i < object.names.size(); ++i) {
    const FieldDescriptor* field =
        MessageReader::find_field(*Record::descriptor(), object.names[i]);
    const bool body = field != nullptr && field->containing_oneof() != nullptr;
    if (body && object.elements[i].is(Kind::kObject)) return true;
  }
  return false;
}

/// A certificate's body names these; a record without any known body but with one of them is one.
bool is_certificate(const JsonValue& object) {
  return object.find("results") != nullptr || object.find("objects") != nullptr;
}

void read_record(const JsonValue& value, const std::string& where, std::string_view text,
                 const IntakeOptions& options, Intake& intake) {
  const std::size_t before = intake.problems.size();
  MessageReader reader(text, options, intake.problems);
  IntakeRecord read;
  read.where = where + " (line " + std::to_string(line_of(text, value.raw)) + ")";
  if (value.is(Kind::kObject) && !is_record(value) && is_certificate(value)) {
    reader.read(value, where, *read.record.mutable_inspection_certificate());
  } else {
    reader.read(value, where, read.record);
    if (read.record.body_case() == Record::BODY_NOT_SET && intake.problems.size() == before) {
      reader.problem(value, where,
                     "names no type of record, such as lot_registration or inspection_certificate");
    }
  }
  if (intake.problems.size() > before) return;
  if (read.record.claimed_time_ms() == 0) read.record.set_claimed_time_ms(options.claimed_time_ms);
  if (read.record.domain() == quality::v1::QUALITY_DOMAIN_UNSPECIFIED)
    read.record.set_domain(options.domain);
  if (auto doubt = doubt_about(read.record, options.time_zone))
    intake.notes.push_back(read.where + ": " + *doubt);
  intake.records.push_back(std::move(read));
}

}  // namespace

Intake read_record_json(std::string_view text, const IntakeOptions& options) {
  Intake intake;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const Result<std::vector<JsonValue>> values = read_json_values(text);
  if (!values) {
    intake.problems.push_back({"the file", values.error().message});
    return intake;
  }
  const bool several = values->size() > 1;
  for (std::size_t i = 0; i < values->size(); ++i) {
    const JsonValue& value = (*values)[i];
    const std::string where = several ? "$" + std::to_string(i + 1) : "$";
    if (!value.is(Kind::kArray)) {
      read_record(value, where, text, options, intake);
      continue;
    }
    for (std::size_t k = 0; k < value.elements.size(); ++k) {
      read_record(value.elements[k], where + "[" + std::to_string(k) + "]", text, options, intake);
    }
  }
  judge_records(intake, options);
  return intake;
}

}  // namespace qc::cli

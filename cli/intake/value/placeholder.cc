// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/value/placeholder.h"

#include <google/protobuf/message.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "cli/intake/value/cell_text.h"
#include "ledger/base/text.h"
#include "quality/v1/record.pb.h"

namespace qc::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

/// Fields that identify or name; what stands in others is free text or has a form of its own.
constexpr auto kNaming = std::to_array<std::string_view>(
    {"category", "en", "lot", "maker_address", "name", "number", "parameter", "product_name",
     "production_date_or_lot", "reference", "sample_number", "sampled_party_address", "seal_number",
     "serial", "specification", "task_source", "title", "trademark", "zh"});

ledger::Fault fault_of(const FieldDescriptor& field, const std::string& text) {
  if (std::ranges::find(kNaming, field.name()) == kNaming.end()) return std::nullopt;
  // Fields of attachments and the like may be empty.
  if (text.empty()) return std::nullopt;
  if (says_nothing(text)) return ledger::quote(text) + " says nothing; leave the field out";
  const bool party = field.containing_type() == quality::v1::PartyRef::descriptor();
  return party ? name_fault(text) : std::nullopt;
}

ledger::Fault fault_in(const Message& message, const FieldDescriptor& field, int place,
                       const std::string& path);

// NOLINTNEXTLINE(misc-no-recursion): as deep as the schema.
ledger::Fault fault_below(const Message& message, const std::string& path) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const std::string at = path + (path.empty() ? "" : ".") + field->name();
    const int count = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      const bool one = !field->is_repeated();
      if (auto fault = fault_in(message, *field, i, one ? at : at + "[" + std::to_string(i) + "]"))
        return fault;
    }
  }
  return std::nullopt;
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the schema.
ledger::Fault fault_in(const Message& message, const FieldDescriptor& field, int place,
                       const std::string& path) {
  const auto* reflection = message.GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    return fault_below(field.is_repeated() ? reflection->GetRepeatedMessage(message, &field, place)
                                           : reflection->GetMessage(message, &field),
                       path);
  }
  if (field.type() != FieldDescriptor::TYPE_STRING) return std::nullopt;
  auto fault =
      fault_of(field, field.is_repeated() ? reflection->GetRepeatedString(message, &field, place)
                                          : reflection->GetString(message, &field));
  if (fault) fault->insert(0, path + ": ");
  return fault;
}

}  // namespace

ledger::Fault placeholder_fault(const Message& record) { return fault_below(record, ""); }

}  // namespace qc::cli

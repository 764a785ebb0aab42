// SPDX-License-Identifier: Apache-2.0
#include "node/config/normal_form.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <cstdlib>
#include <memory>
#include <vector>

#include "ledger/base/text.h"

namespace qc::node {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

/// Latin, CJK ideographs, their punctuation and the full-width forms stand for themselves in form C
/// whatever is beside them: nearly all that records say, without a table.
bool always_normal(char32_t point) {
  return point < 0x300 || (point >= 0x4E00 && point <= 0x9FFF) ||
         (point >= 0x3001 && point <= 0x3029) || (point >= 0xFF00 && point <= 0xFFEF);
}

// A message may hold messages: these two call each other as deep as quality.proto nests, and the
// parser refused what nests deeper than 100.
// NOLINTBEGIN(misc-no-recursion)
std::optional<std::string> first_in(const Message& message);

std::optional<std::string> first_in_field(const Message& message, const FieldDescriptor& field,
                                          int index) {
  const auto& reflection = *message.GetReflection();
  if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    const std::optional<std::string> inner =
        first_in(field.is_repeated() ? reflection.GetRepeatedMessage(message, &field, index)
                                     : reflection.GetMessage(message, &field));
    return inner ? std::optional("." + *inner) : std::nullopt;
  }
  if (field.type() != FieldDescriptor::TYPE_STRING) return std::nullopt;
  std::string scratch;
  const std::string& text =
      field.is_repeated() ? reflection.GetRepeatedStringReference(message, &field, index, &scratch)
                          : reflection.GetStringReference(message, &field, &scratch);
  return is_normal(text) ? std::nullopt : std::optional(std::string());
}

std::optional<std::string> first_in(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    const int count = field->is_repeated() ? message.GetReflection()->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (const auto found = first_in_field(message, *field, i)) {
        return field->is_repeated() ? fmt::format("{}[{}]{}", field->name(), i, *found)
                                    : field->name() + *found;
      }
    }
  }
  return std::nullopt;
}
// NOLINTEND(misc-no-recursion)

}  // namespace

bool is_normal(std::string_view text) {
  std::string_view rest = text;
  std::optional<char32_t> point = ledger::take_code_point(rest);
  while (point && always_normal(*point)) point = ledger::take_code_point(rest);
  if (!point) return rest.empty();
  utf8proc_uint8_t* composed = nullptr;
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &composed,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(composed, &std::free);
  return size >= 0 && text == std::string_view(reinterpret_cast<const char*>(composed),
                                               static_cast<std::size_t>(size));
}

std::optional<std::string> first_not_normal(const quality::v1::Record& record) {
  return first_in(record);
}

}  // namespace qc::node

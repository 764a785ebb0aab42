// SPDX-License-Identifier: Apache-2.0
#include "ledger/json_shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace qc::ledger {

namespace {

/// A value whose parts are being checked; the stack of them is the path.
struct Frame {
  const JsonValue* value;
  const JsonShape* shape;
  std::size_t next = 0;
};

std::string path_of(const std::vector<Frame>& stack) {
  std::string path;
  for (const Frame& frame : stack) {
    if (frame.next == 0) break;
    if (frame.value->type() == JsonType::kArray) {
      path.append(fmt::format("[{}]", frame.next - 1));
    } else {
      if (!path.empty()) path.push_back('.');
      path.append(frame.value->object()[frame.next - 1].first);
    }
  }
  return path.empty() ? "the file" : path;
}

const JsonField* find_field(const JsonShape& shape, std::string_view name) {
  const auto found = std::ranges::find_if(
      shape.fields, [name](const JsonField& field) { return field.name == name; });
  return found == shape.fields.end() ? nullptr : &*found;
}

/// What is wrong with the value itself, not its parts; empty if nothing.
std::string fault_of(const JsonValue& value, const JsonShape& shape) {
  if (value.is_null() && shape.or_null) return {};
  if (value.type() != shape.type) {
    return fmt::format("must be {}, is {}", describe(shape.type), describe(value.type()));
  }
  if (value.type() != JsonType::kObject) return {};
  for (const JsonField& field : shape.fields) {
    if (field.presence == JsonPresence::kRequired && value.find(field.name) == nullptr) {
      return fmt::format("member \"{}\" is missing", field.name);
    }
  }
  for (const auto& [name, member] : value.object()) {
    if (find_field(shape, name) == nullptr) return fmt::format("unknown member \"{}\"", name);
  }
  return {};
}

}  // namespace

Result<void> check_shape(const JsonValue& value, const JsonShape& shape) {
  std::vector<Frame> stack;
  const auto enter = [&stack](const JsonValue& part, const JsonShape* expected) -> Result<void> {
    if (expected->choose != nullptr) expected = expected->choose(part);
    const std::string fault =
        expected == nullptr ? "has none of the forms that it may have" : fault_of(part, *expected);
    if (!fault.empty()) {
      return fail(Code::kInvalidArgument, fmt::format("{}: {}", path_of(stack), fault));
    }
    const bool has_parts = part.type() == JsonType::kArray || part.type() == JsonType::kObject;
    if (has_parts) stack.push_back({&part, expected});
    return {};
  };

  QC_TRY_VOID(enter(value, &shape));
  while (!stack.empty()) {
    Frame& frame = stack.back();
    const std::size_t place = frame.next;
    const bool is_array = frame.value->type() == JsonType::kArray;
    const std::size_t size = is_array ? frame.value->array().size() : frame.value->object().size();
    if (place == size) {
      stack.pop_back();
      continue;
    }
    ++frame.next;
    if (is_array) {
      QC_TRY_VOID(enter(frame.value->array()[place], frame.shape->element));
      continue;
    }
    const auto& [name, member] = frame.value->object()[place];
    QC_TRY_VOID(enter(member, find_field(*frame.shape, name)->shape));
  }
  return {};
}

}  // namespace qc::ledger

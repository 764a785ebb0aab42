// SPDX-License-Identifier: Apache-2.0
#include "ledger/proof/json_shape.h"

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

/// Checks a value itself; what has parts goes onto the stack, to be looked into.
Result<void> enter(std::vector<Frame>& stack, const JsonValue& value, const JsonShape* shape) {
  if (shape->choose != nullptr) shape = shape->choose(value);
  const std::string fault =
      shape == nullptr ? "has none of the forms that it may have" : fault_of(value, *shape);
  if (!fault.empty()) {
    return fail(Code::kInvalidArgument, fmt::format("{}: {}", path_of(stack), fault));
  }
  if (value.type() == JsonType::kArray || value.type() == JsonType::kObject) {
    stack.push_back({&value, shape});
  }
  return {};
}

std::size_t parts_of(const JsonValue& value) {
  return value.type() == JsonType::kArray ? value.array().size() : value.object().size();
}

/// Goes on to the part at `place` of the value on top of the stack.
Result<void> enter_part(std::vector<Frame>& stack, std::size_t place) {
  const Frame frame = stack.back();
  if (frame.value->type() == JsonType::kArray) {
    return enter(stack, frame.value->array()[place], frame.shape->element);
  }
  const auto& [name, member] = frame.value->object()[place];
  return enter(stack, member, find_field(*frame.shape, name)->shape);
}

}  // namespace

Result<void> check_shape(const JsonValue& value, const JsonShape& shape) {
  std::vector<Frame> stack;
  QC_TRY_VOID(enter(stack, value, &shape));
  while (!stack.empty()) {
    const std::size_t place = stack.back().next++;
    if (place == parts_of(*stack.back().value)) {
      stack.pop_back();
      continue;
    }
    QC_TRY_VOID(enter_part(stack, place));
  }
  return {};
}

}  // namespace qc::ledger

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "ledger/base/result.h"
#include "ledger/proof/strict_json.h"

namespace qc::ledger {

struct JsonShape;

enum class JsonPresence : std::uint8_t { kRequired, kOptional };

/// A member that an object has, or may have.
struct JsonField {
  std::string_view name;
  const JsonShape* shape = nullptr;
  JsonPresence presence = JsonPresence::kRequired;
};

/// What a file of ours looks like, as a tree of constants: types and members, not the meaning of
/// texts and numbers. Where `choose` is set it picks the shape by the value (it returns nothing
/// where no shape fits), and all else is ignored.
struct JsonShape {
  JsonType type = JsonType::kNull;
  /// `null` will do as well.
  bool or_null = false;
  /// Of an array.
  const JsonShape* element = nullptr;
  /// Of an object: exactly these.
  std::span<const JsonField> fields = {};
  const JsonShape* (*choose)(const JsonValue& value) = nullptr;
};

/// Checks a value against a shape; the error names the path and what is wrong there: a wrong type,
/// a missing or an unknown member.
Result<void> check_shape(const JsonValue& value, const JsonShape& shape);

}  // namespace qc::ledger

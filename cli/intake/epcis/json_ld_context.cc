// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/epcis/json_ld_context.h"

namespace qc::cli {

void JsonLdContext::add(const JsonValue& context) {
  if (context.is(JsonValue::Kind::kObject)) add_terms(context);
  if (!context.is(JsonValue::Kind::kArray)) return;
  for (const JsonValue& part : context.elements) {
    if (part.is(JsonValue::Kind::kObject)) add_terms(part);
  }
}

void JsonLdContext::add_terms(const JsonValue& object) {
  for (std::size_t i = 0; i < object.names.size(); ++i) {
    const JsonValue& meaning = object.elements[i];
    const JsonValue* id = meaning.is(JsonValue::Kind::kObject) ? meaning.find("@id") : &meaning;
    if (id == nullptr || !id->is(JsonValue::Kind::kString)) continue;
    if (object.names[i] == "@vocab") {
      vocabulary_ = id->text;
    } else {
      terms_[object.names[i]] = id->text;
    }
  }
}

std::string JsonLdContext::expand(std::string_view name) const {
  // A term may be explained by a prefix, which is explained in turn; two steps are what is written.
  constexpr int kStepsMax = 4;
  std::string full(name);
  for (int step = 0; step < kStepsMax; ++step) {
    if (const auto term = terms_.find(full); term != terms_.end() && term->second != full) {
      full = term->second;
      continue;
    }
    const std::size_t colon = full.find(':');
    if (colon == std::string::npos) return vocabulary_.empty() ? full : vocabulary_ + full;
    const auto prefix = terms_.find(std::string_view(full).substr(0, colon));
    if (prefix == terms_.end() || full.substr(colon).starts_with("://")) return full;
    full = prefix->second + full.substr(colon + 1);
  }
  return full;
}

}  // namespace qc::cli

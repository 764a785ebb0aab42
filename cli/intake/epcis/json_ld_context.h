// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "cli/intake/value/json_value.h"

namespace qc::cli {

/// What the prefixes and terms of a document's members mean by its `@context`. Contexts that are
/// named by address are not fetched: what EPCIS's own says is known here.
class JsonLdContext {
 public:
  /// Later contexts overrule earlier ones, as in JSON-LD.
  void add(const JsonValue& context);

  /// The full name (an IRI) of a member; the name as it stands where nothing explains it.
  [[nodiscard]] std::string expand(std::string_view name) const;

 private:
  void add_terms(const JsonValue& object);

  std::map<std::string, std::string, std::less<>> terms_{{"cbvmda", "urn:epcglobal:cbv:mda:"}};
  std::string vocabulary_;
};

}  // namespace qc::cli

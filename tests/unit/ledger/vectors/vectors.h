// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/hex.h"

namespace qc::ledger {

/// A file of tests/vectors, whole.
inline std::string vector_file(const std::string& name) {
  std::ifstream file(std::string(QC_VECTORS_DIR) + "/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// The founding values of every structure, made by a model that shares no code with the project.
inline const nlohmann::json& vectors() {
  static const nlohmann::json values = nlohmann::json::parse(vector_file("formats.json"));
  return values;
}

inline std::string bytes_of(const nlohmann::json& hex) {
  return from_hex(hex.get<std::string>()).value();
}
inline Digest digest_of(const nlohmann::json& hex) {
  return digest_from_hex(hex.get<std::string>()).value();
}
inline std::vector<Digest> digests_of(const nlohmann::json& list) {
  std::vector<Digest> digests;
  for (const auto& hex : list) digests.push_back(digest_of(hex));
  return digests;
}

}  // namespace qc::ledger

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace qc::node {

/// One piece of evidence as the operator sees it.
struct EvidenceItem {
  /// 32 hex digits: of what is accused, so that the same offence has the same id everywhere.
  std::string id;
  /// As ledger::name_of(EvidenceKind), and what is proven, one sentence.
  std::string kind;
  std::string finding;
  std::vector<std::string> culprits;
  /// When it was first stored here, unix milliseconds.
  std::uint64_t found_at_ms = 0;
  /// The evidence file (docs/formats.md), exact bytes.
  std::string file;
};

}  // namespace qc::node

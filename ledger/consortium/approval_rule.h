// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "ledger/base/result.h"

namespace qc::ledger {

/// Who must approve: `regulator and 2 of (government, association, university, platform)`.
///
///   rule   = term { "or" term }            and binds closer than or
///   term   = factor { "and" factor }
///   factor = kind | number "of" "(" rule { "," rule } ")" | "(" rule ")"
///   kind   = regulator | government | association | university | platform | inspection_body |
///            enterprise
///
/// A kind is met by one approving party of it. Inside `k of (...)` k different places must be met.
/// An immutable value; may be used from any thread.
class ApprovalRule {
 public:
  /// Longer or deeper rules are refused.
  static constexpr std::size_t kMaxLength = 1000;
  static constexpr int kMaxDepth = 8;

  /// Refuses with the place and what was expected there.
  static Result<ApprovalRule> parse(std::string_view text);

  /// True if parties of these kinds (numbers of quality.v1.PartyKind, one entry a party) are
  /// enough. Monotone: more approvals never make it false.
  bool satisfied_by(std::span<const std::uint32_t> kinds) const;

  /// What is still wanted, for people: "regulator; 1 more of (association, university)". Empty
  /// where the rule is met.
  std::string missing(std::span<const std::uint32_t> kinds) const;

  /// One spelling for one rule: lower case, single blanks, no needless brackets.
  std::string text() const;

  struct Node;

 private:
  explicit ApprovalRule(std::shared_ptr<const Node> root);

  std::shared_ptr<const Node> root_;
};

}  // namespace qc::ledger

// SPDX-License-Identifier: Apache-2.0
#include "ledger/consortium/approval_rule.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "ledger/base/text.h"
#include "quality/v1/record.pb.h"

namespace qc::ledger {

/// A kind that must approve, or at least `needed` of the children: "and" needs all, "or" one.
struct ApprovalRule::Node {
  std::uint32_t kind = 0;
  std::size_t needed = 0;
  std::vector<Node> children;
};

// The grammar nests, so its reader and its judges do: never deeper than kMaxDepth.
// NOLINTBEGIN(misc-no-recursion)

namespace {

using Node = ApprovalRule::Node;

struct KindName {
  std::string_view name;
  std::uint32_t kind;
};
constexpr std::array<KindName, 7> kKinds{{
    {"regulator", quality::v1::PARTY_KIND_REGULATOR},
    {"government", quality::v1::PARTY_KIND_GOVERNMENT},
    {"association", quality::v1::PARTY_KIND_ASSOCIATION},
    {"university", quality::v1::PARTY_KIND_UNIVERSITY},
    {"platform", quality::v1::PARTY_KIND_PLATFORM},
    {"inspection_body", quality::v1::PARTY_KIND_INSPECTION_BODY},
    {"enterprise", quality::v1::PARTY_KIND_ENTERPRISE},
}};

std::string_view kind_name(std::uint32_t kind) {
  const auto* const found = std::ranges::find(kKinds, kind, &KindName::kind);
  return found == kKinds.end() ? "unknown" : found->name;
}

bool is_word(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }
/// Recursive descent over the rule's text.
class RuleParser {
 public:
  explicit RuleParser(std::string_view text) : text_(text) {}

  Result<Node> whole() {
    QC_TRY(Node node, alternatives(0));
    if (!peek().empty()) return expected("\"and\", \"or\" or the end");
    return node;
  }

 private:
  std::string_view peek() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    std::size_t end = at_;
    if (end == text_.size()) return {};
    if (is_word(text_[end])) {
      while (end < text_.size() && is_word(text_[end])) ++end;
    } else if (is_digit(text_[end])) {
      while (end < text_.size() && is_digit(text_[end])) ++end;
    } else {
      ++end;
    }
    return text_.substr(at_, end - at_);
  }
  bool accept(std::string_view token) {
    if (peek() != token) return false;
    at_ += token.size();
    return true;
  }
  tl::unexpected<Error> expected(const std::string& what) {
    return fail(Code::kInvalidArgument, "approval rule, character " + std::to_string(at_ + 1) +
                                            ": expected " + what + ", found \"" +
                                            std::string(peek()) + "\"");
  }

  Result<Node> alternatives(int depth) {
    QC_TRY(Node first, conjunction(depth));
    Node node{.kind = 0, .needed = 1, .children = {}};
    node.children.push_back(std::move(first));
    while (accept("or")) {
      QC_TRY(Node next, conjunction(depth));
      node.children.push_back(std::move(next));
    }
    return node.children.size() == 1 ? std::move(node.children.front()) : std::move(node);
  }

  Result<Node> conjunction(int depth) {
    QC_TRY(Node first, factor(depth));
    Node node;
    node.children.push_back(std::move(first));
    while (accept("and")) {
      QC_TRY(Node next, factor(depth));
      node.children.push_back(std::move(next));
    }
    node.needed = node.children.size();
    return node.children.size() == 1 ? std::move(node.children.front()) : std::move(node);
  }

  Result<Node> factor(int depth) {
    if (depth >= ApprovalRule::kMaxDepth) return expected("less nesting");
    if (accept("(")) {
      QC_TRY(Node inner, alternatives(depth + 1));
      if (!accept(")")) return expected("\")\"");
      return inner;
    }
    const std::string_view token = peek();
    if (!token.empty() && is_digit(token.front())) return threshold(depth);
    const auto* const found = std::ranges::find(kKinds, token, &KindName::name);
    if (found == kKinds.end()) {
      return expected("a kind of party (regulator, government ...), a number or \"(\"");
    }
    at_ += token.size();
    return Node{.kind = found->kind, .needed = 0, .children = {}};
  }

  Result<Node> threshold(int depth) {
    const std::string_view digits = peek();
    std::size_t needed = 0;
    if (digits.size() > 3 || digits.front() == '0') return expected("a number from 1 to 999");
    for (const char digit : digits) needed = needed * 10 + static_cast<std::size_t>(digit - '0');
    at_ += digits.size();
    if (!accept("of")) return expected("\"of\"");
    if (!accept("(")) return expected("\"(\"");
    Node node{.kind = 0, .needed = needed, .children = {}};
    do {
      QC_TRY(Node child, alternatives(depth + 1));
      node.children.push_back(std::move(child));
    } while (accept(","));
    if (!accept(")")) return expected("\",\" or \")\"");
    if (needed > node.children.size()) {
      return expected("at least " + std::to_string(needed) + " places in the brackets");
    }
    return node;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool met(const Node& node, std::span<const std::uint32_t> kinds) {
  if (node.children.empty()) return std::ranges::find(kinds, node.kind) != kinds.end();
  const auto count =
      std::ranges::count_if(node.children, [&](const Node& child) { return met(child, kinds); });
  return static_cast<std::size_t>(count) >= node.needed;
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += separator;
    text += part;
  }
  return text;
}

std::string missing_of(const Node& node, std::span<const std::uint32_t> kinds) {
  if (met(node, kinds)) return {};
  if (node.children.empty()) return std::string(kind_name(node.kind));
  std::vector<std::string> open;
  for (const Node& child : node.children) {
    if (std::string part = missing_of(child, kinds); !part.empty()) {
      open.push_back(std::move(part));
    }
  }
  const std::size_t still = node.needed - (node.children.size() - open.size());
  if (still == open.size()) return join(open, "; ");
  return std::to_string(still) + " more of (" + join(open, ", ") + ")";
}

enum class Nesting { kTop, kInOr, kInAnd };

std::string text_of(const Node& node, Nesting place) {
  if (node.children.empty()) return std::string(kind_name(node.kind));
  const bool all = node.needed == node.children.size();
  const bool any = node.needed == 1;
  std::vector<std::string> parts;
  for (const Node& child : node.children) {
    parts.push_back(text_of(child, all ? Nesting::kInAnd : any ? Nesting::kInOr : Nesting::kTop));
  }
  if (all) {
    std::string text = join(parts, " and ");
    return place == Nesting::kInAnd && parts.size() > 1 ? "(" + text + ")" : text;
  }
  if (any) {
    std::string text = join(parts, " or ");
    return place == Nesting::kInAnd ? "(" + text + ")" : text;
  }
  return std::to_string(node.needed) + " of (" + join(parts, ", ") + ")";
}

}  // namespace

// NOLINTEND(misc-no-recursion)

ApprovalRule::ApprovalRule(std::shared_ptr<const Node> root) : root_(std::move(root)) {}

Result<ApprovalRule> ApprovalRule::parse(std::string_view text) {
  if (text.size() > kMaxLength) {
    return fail(Code::kInvalidArgument,
                "approval rule: longer than " + std::to_string(kMaxLength) + " bytes");
  }
  QC_TRY(Node root, RuleParser(text).whole());
  return ApprovalRule(std::make_shared<const Node>(std::move(root)));
}

bool ApprovalRule::satisfied_by(std::span<const std::uint32_t> kinds) const {
  return met(*root_, kinds);
}

std::string ApprovalRule::missing(std::span<const std::uint32_t> kinds) const {
  return missing_of(*root_, kinds);
}

std::string ApprovalRule::text() const { return text_of(*root_, Nesting::kTop); }

}  // namespace qc::ledger

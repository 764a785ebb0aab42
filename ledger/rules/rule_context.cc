// SPDX-License-Identifier: Apache-2.0
#include "ledger/rules/rule_context.h"

#include <utility>

#include "ledger/name/subject_id.h"

namespace qc::ledger {

namespace {

/// Parts joined by NUL, which no text on the chain can contain.
std::string joined(std::string_view standard, std::string_view category) {
  std::string key(standard);
  key.push_back('\0');
  key.append(category);
  return key;
}

std::string joined(std::string_view standard, std::string_view category,
                   std::string_view parameter) {
  std::string key = joined(standard, category);
  key.push_back('\0');
  key.append(parameter);
  return key;
}

}  // namespace

bool AccreditationScope::covers(std::string_view standard, std::string_view category,
                                std::string_view parameter) const {
  return lines.contains(joined(standard, category, parameter)) ||
         lines.contains(joined(standard, category, {})) ||
         lines.contains(joined(standard, {}, parameter)) ||
         lines.contains(joined(standard, {}, {}));
}

bool AccreditationScope::covers(std::string_view standard, std::string_view category) const {
  return standards.contains(joined(standard, category)) || standards.contains(joined(standard, {}));
}

template <class S>
std::optional<S> StartOfBlock::read(std::string_view id) {
  auto status = find_status<S>(state_, algorithm_, id);
  if (status) return *std::move(status);
  if (!failure_) failure_ = std::move(status).error();
  return std::nullopt;
}

const quality::v1::NetworkStatus& StartOfBlock::network() {
  if (!network_) {
    network_ =
        read<quality::v1::NetworkStatus>(network_id()).value_or(quality::v1::NetworkStatus());
    if (auto rule = ApprovalRule::parse(network_->parameters().approval_rule())) rule_ = *rule;
  }
  return *network_;
}

const ApprovalRule* StartOfBlock::approval_rule() {
  network();
  return rule_ ? &*rule_ : nullptr;
}

const quality::v1::PartyStatus& StartOfBlock::party(std::string_view code) {
  const auto known = parties_.find(code);
  if (known != parties_.end()) return known->second;
  auto status = read<quality::v1::PartyStatus>(party_id(code));
  return parties_.emplace(std::string(code), std::move(status).value_or(quality::v1::PartyStatus()))
      .first->second;
}

const AccreditationScope* StartOfBlock::accreditation(std::string_view id) {
  auto known = accreditations_.find(id);
  if (known == accreditations_.end()) {
    std::optional<AccreditationScope> scope;
    auto status = read<quality::v1::AccreditationStatus>(id);
    if (status && !status->code().empty()) {
      scope.emplace();
      for (const quality::v1::ScopeLine& line : status->scope()) {
        scope->lines.insert(joined(line.standard(), line.category(), line.parameter()));
        scope->standards.insert(joined(line.standard(), line.category()));
      }
      scope->status = *std::move(status);
    }
    known = accreditations_.emplace(std::string(id), std::move(scope)).first;
  }
  return known->second ? &*known->second : nullptr;
}

std::string element(std::string_view message, std::string_view field, int index,
                    std::string_view member) {
  std::string path(message);
  path.append(".").append(field).append("[").append(std::to_string(index)).append("]");
  if (!member.empty()) path.append(".").append(member);
  return path;
}

}  // namespace qc::ledger

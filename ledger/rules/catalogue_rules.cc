// SPDX-License-Identifier: Apache-2.0
// What exists: accreditations, products, lots, items.
#include <array>

#include "ledger/name/subject_id.h"
#include "ledger/rules/rule_context.h"

namespace qc::ledger {

using quality::v1::ItemStatus;
using quality::v1::LotStatus;
using quality::v1::PrefixStatus;
using quality::v1::ProductStatus;

namespace {

/// Whose GS1 company prefix a GTIN lies under; empty where no part of it is granted. At most one
/// grant can match: a grant inside another one is refused, and the longest one counts.
std::string prefix_holder(WorkingSet& state, std::string_view gtin14) {
  // The first digit of a GTIN-14 is the packaging level, the last one the check digit.
  const std::string_view digits = gtin14.substr(1, 12);
  for (std::size_t length = 12; length >= 4; --length) {
    const auto status = state.status<PrefixStatus>(gs1_prefix_id(digits.substr(0, length)));
    if (!status.holder().empty()) return status.holder();
  }
  return {};
}

/// May the actor register under this GTIN? Says whether by a grant.
tl::expected<bool, Refusal> registers_by_grant(RuleContext& context, const std::string& gtin,
                                               std::string_view message) {
  const std::string holder = prefix_holder(context.state, gtin);
  if (holder == context.organisation) return true;
  const std::string field = std::string(message) + ".gtin";
  if (!holder.empty()) {
    return refuse(OutcomeCode::kPrefixNotHeld, field,
                  "the GS1 company prefix of " + gtin + " is granted to " + holder);
  }
  const auto product = context.state.status<ProductStatus>(class_id(gtin));
  if (!product.registrant().empty() && product.registrant() != context.organisation) {
    return refuse(OutcomeCode::kPrefixNotHeld, field,
                  gtin + " was registered by " + product.registrant() +
                      " first; a grant of the GS1 company prefix would decide otherwise");
  }
  return false;
}

}  // namespace

Judgement apply(RuleContext& context, const quality::v1::Accreditation& record) {
  const std::string subject = accreditation_id(record.scheme(), record.number());
  auto status = context.state.status<quality::v1::AccreditationStatus>(subject);
  const auto body = context.state.status<quality::v1::PartyStatus>(party_id(record.code()));
  if (body.state() != quality::v1::PARTY_STATE_ACTIVE) {
    return refuse(OutcomeCode::kUnknownOrganisation, "accreditation.code",
                  record.code() + " is not an active member of this network; enrol it first");
  }
  if (!status.code().empty() && status.code() != record.code()) {
    return refuse(OutcomeCode::kDuplicate, "accreditation.number",
                  "accreditation " + record.scheme() + " " + record.number() + " is " +
                      status.code() + "'s; a number belongs to one body");
  }
  // A later record about the same accreditation renews it: new scope, new validity.
  status.set_code(record.code());
  *status.mutable_scope() = record.scope();
  status.set_valid_from(record.valid_from());
  status.set_valid_to(record.valid_to());
  context.state.set_status(subject, status);
  return {};
}

Judgement apply(RuleContext& context, const quality::v1::ProductRegistration& record) {
  const std::string subject = class_id(record.gtin());
  auto status = context.state.status<ProductStatus>(subject);
  const std::string holder = prefix_holder(context.state, record.gtin());
  const bool granted = holder == context.organisation;
  if (!holder.empty() && !granted) {
    return refuse(OutcomeCode::kPrefixNotHeld, "product_registration.gtin",
                  "the GS1 company prefix of " + record.gtin() + " is granted to " + holder);
  }
  // Who is granted the prefix later takes over what somebody else registered without a grant.
  const bool takes_over =
      granted && !status.prefix_granted() && status.registrant() != context.organisation;
  if (!status.registrant().empty() && !takes_over) {
    return refuse(OutcomeCode::kDuplicate, "product_registration.gtin",
                  record.gtin() + " is registered already, by " + status.registrant());
  }
  status.set_registrant(std::string(context.organisation));
  status.set_prefix_granted(granted);
  status.set_category(record.category());
  context.state.set_status(subject, status);
  return {};
}

Judgement apply(RuleContext& context, const quality::v1::LotRegistration& record) {
  const std::string subject = lot_id(record.gtin(), record.lot());
  auto status = context.state.status<LotStatus>(subject);
  if (status.registered()) {
    return refuse(OutcomeCode::kDuplicate, "lot_registration.lot",
                  "lot " + record.lot() + " of " + record.gtin() + " is registered already, by " +
                      status.registrant() + "; a lot is registered once");
  }
  const auto granted = registers_by_grant(context, record.gtin(), "lot_registration");
  if (!granted) return tl::unexpected<Refusal>(granted.error());
  status.set_registered(true);
  status.set_registrant(std::string(context.organisation));
  status.set_prefix_granted(*granted);
  status.add_holders(std::string(context.organisation));
  context.state.set_status(subject, status);
  return {};
}

Judgement apply(RuleContext& context, const quality::v1::ItemRegistration& record) {
  const std::string subject = item_id(record.gtin(), record.serial());
  auto status = context.state.status<ItemStatus>(subject);
  if (status.registered()) {
    return refuse(OutcomeCode::kDuplicate, "item_registration.serial",
                  "serial " + record.serial() + " of " + record.gtin() +
                      " is registered already, by " + status.registrant());
  }
  const auto granted = registers_by_grant(context, record.gtin(), "item_registration");
  if (!granted) return tl::unexpected<Refusal>(granted.error());
  if (!record.lot().empty() &&
      !context.state.status<LotStatus>(lot_id(record.gtin(), record.lot())).registered()) {
    return refuse(OutcomeCode::kUnknownSubject, "item_registration.lot",
                  "lot " + record.lot() + " of " + record.gtin() +
                      " was never registered; register the lot first, or leave it out");
  }
  status.set_registered(true);
  status.set_registrant(std::string(context.organisation));
  status.set_prefix_granted(*granted);
  status.set_holder(std::string(context.organisation));
  context.state.set_status(subject, status);
  return {};
}

}  // namespace qc::ledger

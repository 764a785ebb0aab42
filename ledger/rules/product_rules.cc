// SPDX-License-Identifier: Apache-2.0
// What happens to goods: what they are in, what becomes of them, who has them.
#include <algorithm>
#include <optional>
#include <set>

#include "ledger/name/subject_id.h"
#include "ledger/record/record_subjects.h"
#include "ledger/rules/rule_context.h"

namespace qc::ledger {

using quality::v1::Aggregation;
using quality::v1::CustodyTransfer;
using quality::v1::ItemStatus;
using quality::v1::LotStatus;
using quality::v1::ObjectRef;
using quality::v1::TransferStatus;
using quality::v1::Transformation;

namespace {

/// Pallets in containers in ships: nesting that nobody packs is refused.
constexpr int kNestingMax = 16;
/// What one logistic unit is known to hold.
constexpr int kContentsMax = 4096;

/// How the rules look at an object.
enum class Goods : std::uint8_t {
  /// A class or what is below one: counted, held by nobody in particular.
  kUncounted,
  /// A lot: as many holders as registered it or confirmed receipt.
  kLot,
  /// An item, logistic unit or asset: one holder.
  kSingle,
};

struct Good {
  Goods goods = Goods::kUncounted;
  std::string id;
};

Good good_of(const ObjectRef& object) {
  if (object.id().empty()) {
    const bool lot = object.serial().empty() && !object.lot().empty();
    const bool single = !object.serial().empty();
    return {single ? Goods::kSingle : lot ? Goods::kLot : Goods::kUncounted, subject_of(object)};
  }
  const auto id = parse_subject_id(object.id());
  const bool single =
      id && (id->kind == SubjectKind::kLogisticUnit || id->kind == SubjectKind::kReturnableAsset ||
             id->kind == SubjectKind::kIndividualAsset || id->kind == SubjectKind::kItem);
  const bool lot = id && id->kind == SubjectKind::kLot;
  // A holding is a part of a lot; its holder is judged as the lot's.
  if (id && id->kind == SubjectKind::kHolding) {
    return {Goods::kLot, lot_of(object.id()).value_or(object.id())};
  }
  return {single ? Goods::kSingle : lot ? Goods::kLot : Goods::kUncounted, object.id()};
}

Good good_of_id(const std::string& id) {
  ObjectRef object;
  object.set_id(id);
  return good_of(object);
}

/// What may be used without having been registered: carriers of goods, not goods.
bool is_carrier(const std::string& id) {
  const auto parsed = parse_subject_id(id);
  return parsed && (parsed->kind == SubjectKind::kLogisticUnit ||
                    parsed->kind == SubjectKind::kReturnableAsset ||
                    parsed->kind == SubjectKind::kIndividualAsset);
}

bool holds_lot(const LotStatus& lot, std::string_view code) {
  return std::ranges::find(lot.holders(), code) != lot.holders().end();
}

Judgement require_held(RuleContext& context, const Good& good, std::string_view code,
                       const std::string& field) {
  if (good.goods == Goods::kUncounted) return {};
  if (good.goods == Goods::kLot) {
    if (holds_lot(context.state.status<LotStatus>(good.id), code)) return {};
    return refuse(OutcomeCode::kWrongState, field,
                  std::string(code) + " does not hold " + good.id +
                      "; a lot is held by who registered it or confirmed receipt of it");
  }
  const std::string holder = holder_of(context.state, good.id);
  if (holder == code || (holder.empty() && is_carrier(good.id))) return {};
  return refuse(
      OutcomeCode::kWrongState, field,
      good.id + (holder.empty() ? " was never registered, so nobody holds it"
                                : " is held by " + holder + ", not by " + std::string(code)));
}

/// Whether `id` is `wanted` or in it at some depth.
Judgement require_not_inside(RuleContext& context, std::string id, const std::string& wanted,
                             const std::string& field) {
  for (int depth = 0; depth < kNestingMax; ++depth) {
    if (id == wanted) {
      return refuse(OutcomeCode::kCycle, field, wanted + " would be inside itself");
    }
    id = context.state.status<ItemStatus>(id).parent();
    if (id.empty()) return {};
  }
  return refuse(OutcomeCode::kTooLarge, field,
                "goods are packed at most " + std::to_string(kNestingMax) + " deep");
}

Judgement put_in(RuleContext& context, const std::string& parent, ItemStatus& parent_status,
                 const Good& child, const std::string& field) {
  if (auto fine = require_held(context, child, context.organisation, field); !fine) return fine;
  if (child.goods == Goods::kSingle) {
    if (auto fine = require_not_inside(context, parent, child.id, field); !fine) return fine;
    auto status = context.state.status<ItemStatus>(child.id);
    if (!status.parent().empty()) {
      return refuse(OutcomeCode::kWrongState, field,
                    child.id + " is in " + status.parent() + "; take it out first");
    }
    status.set_parent(parent);
    if (status.holder().empty()) status.set_holder(std::string(context.organisation));
    context.state.set_status(child.id, status);
  }
  auto& contents = *parent_status.mutable_children();
  if (child.goods == Goods::kUncounted) return {};
  if (std::ranges::find(contents, child.id) == contents.end()) *contents.Add() = child.id;
  if (contents.size() <= kContentsMax) return {};
  return refuse(OutcomeCode::kTooLarge, field,
                "a unit is known to hold at most " + std::to_string(kContentsMax) + " things");
}

void become_holder(RuleContext& context, const std::string& lot, std::string_view code) {
  auto status = context.state.status<LotStatus>(lot);
  if (holds_lot(status, code)) return;
  status.add_holders(std::string(code));
  context.state.set_status(lot, status);
}

Judgement take_out(RuleContext& context, const std::string& parent, ItemStatus& parent_status,
                   const Good& child, const std::string& field) {
  if (child.goods == Goods::kUncounted) return {};
  auto& contents = *parent_status.mutable_children();
  const auto place = std::ranges::find(contents, child.id);
  if (place == contents.end()) {
    return refuse(OutcomeCode::kWrongState, field, child.id + " is not known to be in " + parent);
  }
  contents.erase(place);
  // What was inside belonged to who held the unit; outside it is held by who unpacked it.
  if (child.goods == Goods::kLot) {
    become_holder(context, child.id, context.organisation);
    return {};
  }
  auto status = context.state.status<ItemStatus>(child.id);
  status.clear_parent();
  status.set_holder(std::string(context.organisation));
  context.state.set_status(child.id, status);
  return {};
}

Judgement take_all_out(RuleContext& context, const std::string& parent, ItemStatus& status) {
  const std::vector<std::string> contents(status.children().begin(), status.children().end());
  for (const std::string& id : contents) {
    auto out = take_out(context, parent, status, good_of_id(id), "aggregation.children");
    if (!out) return out;
    context.extra_subjects.push_back(id);
  }
  return {};
}

Judgement move_children(RuleContext& context, const Aggregation& record, const Good& parent,
                        ItemStatus& status) {
  const bool adds = record.action() == Aggregation::ACTION_ADD;
  for (int i = 0; i < record.children_size(); ++i) {
    const std::string field = element("aggregation", "children", i, "object");
    const Good child = good_of(record.children(i).object());
    auto done = adds ? put_in(context, parent.id, status, child, field)
                     : take_out(context, parent.id, status, child, field);
    if (!done) return done;
  }
  // GS1 EPCIS: taking out without naming children empties the unit.
  if (!adds && record.children_size() == 0) return take_all_out(context, parent.id, status);
  return {};
}

Judgement consume(RuleContext& context, const Good& good, const std::string& field) {
  if (auto fine = require_held(context, good, context.organisation, field); !fine) return fine;
  if (good.goods == Goods::kUncounted) return {};
  if (good.goods == Goods::kLot) {
    auto status = context.state.status<LotStatus>(good.id);
    status.set_consumed(true);
    context.state.set_status(good.id, status);
    return {};
  }
  auto status = context.state.status<ItemStatus>(good.id);
  if (status.consumed()) {
    return refuse(OutcomeCode::kWrongState, field, good.id + " has been used up already");
  }
  status.set_consumed(true);
  context.state.set_status(good.id, status);
  return {};
}

/// A lot or item that comes out: it has never gone in anywhere, and is nobody else's.
template <class S>
Judgement come_out(RuleContext& context, const std::string& id, const std::string& field) {
  auto status = context.state.status<S>(id);
  if (status.consumed()) {
    return refuse(OutcomeCode::kCycle, field,
                  id + " has been an input of a transformation, so it cannot be an output");
  }
  if (status.registered() && status.registrant() != context.organisation) {
    return refuse(
        OutcomeCode::kNotAllowed, field,
        id + " was registered by " + status.registrant() + "; only they can have made it");
  }
  status.set_produced(true);
  context.state.set_status(id, status);
  return {};
}

Judgement produce(RuleContext& context, const Good& good, const std::string& field) {
  if (good.goods == Goods::kUncounted) return {};
  if (good.goods == Goods::kLot) return come_out<LotStatus>(context, good.id, field);
  return come_out<ItemStatus>(context, good.id, field);
}

Judgement hand_out(RuleContext& context, const CustodyTransfer& record, const Good& good,
                   const std::string& field) {
  if (auto fine = require_held(context, good, context.organisation, field); !fine) return fine;
  const bool back = record.purpose() == quality::v1::CUSTODY_PURPOSE_RECALL_RETURN ||
                    record.purpose() == quality::v1::CUSTODY_PURPOSE_DESTRUCTION;
  std::string inside;
  int recalls = 0;
  if (good.goods == Goods::kSingle) {
    const auto status = context.state.status<ItemStatus>(good.id);
    inside = status.parent();
    recalls = status.recalls_size();
  } else if (good.goods == Goods::kLot) {
    recalls = context.state.status<LotStatus>(good.id).recalls_size();
  }
  if (!inside.empty()) {
    return refuse(OutcomeCode::kWrongState, field,
                  good.id + " is in " + inside + "; hand that over, or take it out first");
  }
  if (recalls != 0 && !back) {
    return refuse(OutcomeCode::kWrongState, field,
                  good.id + " is recalled; it may only be returned or destroyed");
  }
  return {};
}

/// An event is captured once by a party, whatever a second record of it says: counted twice, goods
/// would be made from nothing. The place of the first stands in the event's status.
Judgement capture_once(RuleContext& context, const std::string& event_id,
                       const std::string& field) {
  if (event_id.empty()) return {};
  const std::string subject = event_subject_id(context.organisation, event_id);
  if (context.state.get(subject).exists()) {
    const auto first = context.state.status<quality::v1::ThingStatus>(subject);
    return refuse(OutcomeCode::kDuplicate, field,
                  "event " + event_id + " is captured already, by log entry " +
                      std::to_string(first.log_index()));
  }
  quality::v1::ThingStatus status;
  status.set_owner(std::string(context.organisation));
  status.set_log_index(context.log_index);
  context.state.set_status(subject, status);
  return {};
}

Judgement receive(RuleContext& context, const TransferStatus& transfer, const std::string& id) {
  const Good good = good_of_id(id);
  const std::string field = "custody_confirmation.number";
  if (auto fine = require_held(context, good, transfer.sender(), field); !fine) return fine;
  if (good.goods == Goods::kLot) become_holder(context, good.id, context.organisation);
  if (good.goods != Goods::kSingle) return {};
  auto status = context.state.status<ItemStatus>(good.id);
  status.set_holder(std::string(context.organisation));
  context.state.set_status(good.id, status);
  return {};
}

}  // namespace

std::string holder_of(WorkingSet& state, const std::string& id) {
  std::string at = id;
  for (int depth = 0; depth <= kNestingMax; ++depth) {
    auto status = state.status<ItemStatus>(at);
    if (status.parent().empty()) return status.holder();
    at = status.parent();
  }
  return {};
}

Judgement apply(RuleContext& context, const Aggregation& record) {
  if (too_late(context, record.event_time_ms())) {
    return refuse(OutcomeCode::kWrongTime, "aggregation.event_time_ms",
                  "the event lies in the future of the block");
  }
  if (auto once = capture_once(context, record.event_id(), "aggregation.event_id"); !once) {
    return once;
  }
  if (record.action() == Aggregation::ACTION_OBSERVE) return {};
  const Good parent = good_of(record.parent());
  auto held = require_held(context, parent, context.organisation, "aggregation.parent");
  if (!held) return held;
  auto status = context.state.status<ItemStatus>(parent.id);
  if (status.holder().empty()) status.set_holder(std::string(context.organisation));
  if (auto moved = move_children(context, record, parent, status); !moved) return moved;
  context.state.set_status(parent.id, status);
  return {};
}

Judgement apply(RuleContext& context, const Transformation& record) {
  if (too_late(context, record.event_time_ms())) {
    return refuse(OutcomeCode::kWrongTime, "transformation.event_time_ms",
                  "the event lies in the future of the block");
  }
  if (auto once = capture_once(context, record.event_id(), "transformation.event_id"); !once) {
    return once;
  }
  for (int i = 0; i < record.inputs_size(); ++i) {
    auto done = consume(context, good_of(record.inputs(i).object()),
                        element("transformation", "inputs", i, "object"));
    if (!done) return done;
  }
  for (int i = 0; i < record.outputs_size(); ++i) {
    auto done = produce(context, good_of(record.outputs(i).object()),
                        element("transformation", "outputs", i, "object"));
    if (!done) return done;
  }
  return {};
}

Judgement apply(RuleContext& context, const CustodyTransfer& record) {
  const std::string subject = custody_id(context.organisation, record.number());
  if (context.state.get(subject).exists()) {
    return refuse(OutcomeCode::kDuplicate, "custody_transfer.number",
                  "transfer number " + record.number() + " is used already; give a new one");
  }
  if (record.receiver() == context.organisation) {
    return refuse(OutcomeCode::kInvalidField, "custody_transfer.receiver",
                  "the receiver is the sender itself");
  }
  const auto receiver = context.state.status<quality::v1::PartyStatus>(party_id(record.receiver()));
  if (receiver.state() != quality::v1::PARTY_STATE_ACTIVE) {
    return refuse(OutcomeCode::kUnknownOrganisation, "custody_transfer.receiver",
                  record.receiver() + " is not an active member, so it could not confirm receipt");
  }
  if (too_late(context, record.event_time_ms())) {
    return refuse(OutcomeCode::kWrongTime, "custody_transfer.event_time_ms",
                  "the event lies in the future of the block");
  }
  TransferStatus status;
  status.set_sender(std::string(context.organisation));
  status.set_receiver(record.receiver());
  status.set_log_index(context.log_index);
  for (int i = 0; i < record.objects_size(); ++i) {
    const Good good = good_of(record.objects(i).object());
    auto fine =
        hand_out(context, record, good, element("custody_transfer", "objects", i, "object"));
    if (!fine) return fine;
    status.add_objects(good.id);
  }
  context.state.set_status(subject, status);
  return {};
}

Judgement apply(RuleContext& context, const quality::v1::CustodyConfirmation& record) {
  const std::string subject = custody_id(record.sender(), record.number());
  auto status = context.state.status<TransferStatus>(subject);
  if (status.receiver() != context.organisation) {
    return refuse(OutcomeCode::kNotAllowed, "custody_confirmation.number",
                  "the transfer names " + status.receiver() + " as receiver; only they confirm it");
  }
  if (status.confirmed()) {
    return refuse(OutcomeCode::kWrongState, "custody_confirmation.number",
                  "receipt is confirmed already");
  }
  if (too_late(context, record.event_time_ms())) {
    return refuse(OutcomeCode::kWrongTime, "custody_confirmation.event_time_ms",
                  "the event lies in the future of the block");
  }
  for (const std::string& id : status.objects()) {
    if (auto received = receive(context, status, id); !received) return received;
  }
  status.set_confirmed(true);
  context.state.set_status(subject, status);
  return {};
}

}  // namespace qc::ledger

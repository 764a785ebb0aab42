// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <string>
#include <string_view>

#include "ledger/base/calendar.h"
#include "ledger/base/text.h"
#include "ledger/name/check_digit.h"
#include "ledger/name/standard_code.h"
#include "ledger/record/record_judge.h"
#include "ledger/record/record_rules.h"
#include "ledger/record/record_subjects.h"

namespace qc::ledger {
namespace {

using quality::v1::ObjectQuantity;

constexpr int kStandardsMax = 64;
constexpr std::string_view kProductionRule = "production is not after best before";

Fault accreditation_scheme_fault(std::string_view scheme) {
  if (parse_subject_id(accreditation_id(scheme, "1"))) return std::nullopt;
  return quote(scheme) + " should be an accreditation scheme of A-Z, 0-9 and -, such as CMA";
}

void judge_dates(RecordJudge& judge, const Place& place, std::string_view production,
                 std::string_view best_before) {
  judge.optional_text(place.field("production_date"), production, date_fault);
  judge.optional_text(place.field("best_before"), best_before, date_fault);
  judge.date_order(production, place.field("best_before"), best_before, kProductionRule);
}

/// Each object named once in its list; `seen` goes on from list to list.
void judge_moved(RecordJudge& judge, const Place& place, const ObjectQuantity& moved, ObjectUse use,
                 std::set<std::string>& seen) {
  const Place object_place = place.field("object");
  judge_object(judge, object_place, moved.object(), use);
  if (moved.has_quantity()) {
    judge.require(moved.object().serial().empty() && moved.object().id().empty(),
                  place.field("quantity"),
                  "only a lot or class has a quantity; an item, logistic unit or asset is one");
    judge.quantity(place.field("quantity"), moved.quantity());
  }
  if (judge.refused()) return;
  std::string id = subject_of(moved.object());
  judge.require(!seen.contains(id), object_place,
                quote(id) + " is named twice; each object stands once");
  seen.insert(std::move(id));
}

template <class List>
void judge_list(RecordJudge& judge, const Place& place, std::string_view name, const List& list,
                ObjectUse use, std::set<std::string>& seen) {
  for (int i = 0; i < list.size() && !judge.refused(); ++i) {
    judge_moved(judge, place.element(name, i), list[i], use, seen);
  }
}

}  // namespace

void judge(RecordJudge& judge, const Place& place,
           const quality::v1::Accreditation& accreditation) {
  judge.text(place.field("scheme"), accreditation.scheme(), accreditation_scheme_fault);
  judge.text(place.field("number"), accreditation.number(), component_fault);
  judge.text(place.field("code"), accreditation.code(), uscc_fault);
  judge.count(place.field("scope"), accreditation.scope_size(), 1, kScopeLinesMax);
  for (int i = 0; i < accreditation.scope_size() && !judge.refused(); ++i) {
    const Place line = place.element("scope", i);
    judge.text(line.field("standard"), accreditation.scope(i).standard(), standard_code_fault);
    judge.optional_text(line.field("category"), accreditation.scope(i).category(), name_fault);
    judge.optional_text(line.field("parameter"), accreditation.scope(i).parameter(), name_fault);
  }
  judge.text(place.field("valid_from"), accreditation.valid_from(), date_fault);
  judge.text(place.field("valid_to"), accreditation.valid_to(), date_fault);
  judge.date_order(accreditation.valid_from(), place.field("valid_to"), accreditation.valid_to(),
                   "an accreditation ends after it begins");
}

void judge(RecordJudge& judge, const Place& place,
           const quality::v1::ProductRegistration& product) {
  judge.text(place.field("gtin"), product.gtin(), gtin14_fault);
  if (product.has_brand_owner()) judge.party(place.field("brand_owner"), product.brand_owner());
  judge.names(place.field("name"), product.name());
  judge.optional_text(place.field("category"), product.category(), name_fault);
  judge.count(place.field("standards"), product.standards_size(), 0, kStandardsMax);
  for (int i = 0; i < product.standards_size(); ++i) {
    judge.text(place.element("standards", i), product.standards(i), standard_code_fault);
  }
  judge.optional_text(place.field("specification"), product.specification(), name_fault);
}

void judge(RecordJudge& judge, const Place& place, const quality::v1::LotRegistration& lot) {
  judge.text(place.field("gtin"), lot.gtin(), gtin14_fault);
  judge.text(place.field("lot"), lot.lot(), lot_or_serial_fault);
  judge_dates(judge, place, lot.production_date(), lot.best_before());
  if (lot.has_quantity()) judge.quantity(place.field("quantity"), lot.quantity());
  judge.optional_text(place.field("plant_gln"), lot.plant_gln(), gln_fault);
}

void judge(RecordJudge& judge, const Place& place, const quality::v1::ItemRegistration& item) {
  judge.text(place.field("gtin"), item.gtin(), gtin14_fault);
  judge.text(place.field("serial"), item.serial(), lot_or_serial_fault);
  judge.optional_text(place.field("lot"), item.lot(), lot_or_serial_fault);
  judge_dates(judge, place, item.production_date(), item.best_before());
  judge.optional_text(place.field("plant_gln"), item.plant_gln(), gln_fault);
}

void judge(RecordJudge& judge, const Place& place, const quality::v1::Aggregation& aggregation) {
  using quality::v1::Aggregation;
  judge.chosen(place.field("action"), aggregation.action(), "add, observe or delete");
  judge_object(judge, place.field("parent"), aggregation.parent(), ObjectUse::kContainer);
  if (judge.refused()) return;
  // Taking apart may leave the children out: all of them are meant.
  const int least = aggregation.action() == Aggregation::ACTION_DELETE ? 0 : 1;
  judge.count(place.field("children"), aggregation.children_size(), least, kChildrenMax);
  std::set<std::string> seen{subject_of(aggregation.parent())};
  judge_list(judge, place, "children", aggregation.children(), ObjectUse::kMoved, seen);
  judge.optional_place(place.field("place"), aggregation.place());
  judge.require_present(aggregation.event_time_ms() != 0, place.field("event_time_ms"),
                        "the event's time in unix ms");
  judge.optional_text(place.field("event_id"), aggregation.event_id(), name_fault);
}

void judge(RecordJudge& judge, const Place& place,
           const quality::v1::Transformation& transformation) {
  judge.count(place.field("inputs"), transformation.inputs_size(), 1, kChildrenMax);
  // One set for both lists: what goes in does not come out as itself.
  std::set<std::string> seen;
  judge_list(judge, place, "inputs", transformation.inputs(), ObjectUse::kMoved, seen);
  judge.count(place.field("outputs"), transformation.outputs_size(), 1, kChildrenMax);
  judge_list(judge, place, "outputs", transformation.outputs(), ObjectUse::kMoved, seen);
  judge.optional_place(place.field("place"), transformation.place());
  judge.require_present(transformation.event_time_ms() != 0, place.field("event_time_ms"),
                        "the event's time in unix ms");
  judge.optional_text(place.field("event_id"), transformation.event_id(), name_fault);
}

void judge(RecordJudge& judge, const Place& place, const quality::v1::CustodyTransfer& transfer) {
  judge.text(place.field("number"), transfer.number(), component_fault);
  judge.count(place.field("objects"), transfer.objects_size(), 1, kObjectsMax);
  std::set<std::string> seen;
  judge_list(judge, place, "objects", transfer.objects(), ObjectUse::kHandedOver, seen);
  judge.text(place.field("receiver"), transfer.receiver(), party_code_fault);
  judge.require(transfer.receiver() != judge.context().organisation, place.field("receiver"),
                "the receiver is the sender; name another party");
  judge.chosen(place.field("purpose"), transfer.purpose(), "what the goods are handed over for");
  judge.optional_place(place.field("place"), transfer.place());
  judge.require_present(transfer.event_time_ms() != 0, place.field("event_time_ms"),
                        "the event's time in unix ms");
}

void judge(RecordJudge& judge, const Place& place,
           const quality::v1::CustodyConfirmation& confirmation) {
  judge.text(place.field("sender"), confirmation.sender(), party_code_fault);
  judge.require(confirmation.sender() != judge.context().organisation, place.field("sender"),
                "the sender is the confirming party; only the receiver confirms");
  judge.text(place.field("number"), confirmation.number(), component_fault);
  judge.require_present(confirmation.event_time_ms() != 0, place.field("event_time_ms"),
                        "the event's time in unix ms");
}

}  // namespace qc::ledger

// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/epcis/epcis_event.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "cli/intake/epcis/epcis_event_id.h"
#include "cli/intake/value/field_text.h"
#include "ledger/base/calendar.h"
#include "ledger/base/decimal.h"
#include "ledger/base/encoding.h"
#include "ledger/base/text.h"
#include "ledger/name/subject_id.h"

namespace qc::cli {
namespace {

using ledger::Result;
using quality::v1::Record;
using Kind = JsonValue::Kind;

/// What becomes a part of records (docs/epcis.md says which).
constexpr std::array<std::string_view, 18> kMapped{"type",          "isA",
                                                   "action",        "eventTime",
                                                   "eventID",       "eventTimeZoneOffset",
                                                   "epcList",       "quantityList",
                                                   "parentID",      "childEPCs",
                                                   "inputEPCList",  "childQuantityList",
                                                   "outputEPCList", "inputQuantityList",
                                                   "readPoint",     "outputQuantityList",
                                                   "bizLocation",   "ilmd"};

/// Fields of EPCIS that are kept in the event's bytes only.
constexpr std::array<std::string_view, 6> kKept{"recordTime",         "bizStep",
                                                "disposition",        "persistentDisposition",
                                                "bizTransactionList", "certificationInfo"};

/// Fields that change what the event means to a history and have no record yet.
constexpr std::array<std::string_view, 5> kNotMapped{
    "errorDeclaration", "sensorElementList", "sourceList", "destinationList", "transformationID"};

constexpr std::array<std::string_view, 4> kQuantityLists{"quantityList", "childQuantityList",
                                                         "inputQuantityList", "outputQuantityList"};
constexpr std::array<std::string_view, 4> kEpcLists{"epcList", "childEPCs", "inputEPCList",
                                                    "outputEPCList"};

template <std::size_t n>
bool holds(const std::array<std::string_view, n>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string at(std::string_view field, std::size_t index) {
  return std::string(field) + "[" + std::to_string(index) + "]";
}

/// "+02:00": hours up to 14.
bool is_offset(std::string_view text) {
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return false;
  return ledger::parse_rfc3339(std::string("2000-01-01T00:00:00").append(text)).has_value() &&
         text.substr(1, 2) <= "14";
}

bool is_extension(std::string_view name) {
  // Vendors' fields carry a prefix that @context explains; @-names are JSON-LD's own.
  return name.find(':') != std::string_view::npos || name.starts_with('@');
}

bool empty_list(const JsonValue* list) { return list == nullptr || list->elements.empty(); }

/// The network's notation of an offset that `is_offset`.
std::uint32_t zone_of(std::string_view offset) {
  const auto digits = [offset](std::size_t at) {
    return static_cast<std::uint32_t>(ledger::parse_decimal(offset.substr(at, 1)).value_or(0));
  };
  const std::uint32_t minutes = (digits(1) * 10 + digits(2)) * 60 + digits(4) * 10 + digits(5);
  return offset.front() == '-' ? ledger::kTimeZoneBias - minutes : ledger::kTimeZoneBias + minutes;
}

/// Says to be a place of GS1's, whether or not it reads as one.
bool claims_gs1_place(std::string_view id) {
  return id.find("/414/") != std::string_view::npos || id.starts_with("urn:epc:") ||
         id.starts_with('(') ||
         (!id.empty() && id.find_first_not_of("0123456789") == std::string_view::npos);
}

}  // namespace

EpcisEventReader::EpcisEventReader(const JsonValue& event, std::string path, JsonLdContext context,
                                   std::vector<IntakeProblem>& problems)
    : event_(&event), path_(std::move(path)), context_(std::move(context)), problems_(&problems) {
  if (const JsonValue* own = event_->find("@context")) context_.add(*own);
}

void EpcisEventReader::problem(std::string_view field, std::string message) {
  problems_->push_back(
      {field.empty() ? path_ : path_ + "." + std::string(field), std::move(message)});
}

void EpcisEventReader::not_mapped(std::string_view field) { problem(field, "not mapped yet"); }

const JsonValue* EpcisEventReader::list(std::string_view field) {
  const JsonValue* value = event_->find(field);
  return value != nullptr && value->is(Kind::kArray) ? value : nullptr;
}

std::string EpcisEventReader::required_text(std::string_view field) {
  const JsonValue* value = event_->find(field);
  if (value == nullptr) {
    problem(field, "is missing (EPCIS 2.0 requires it)");
    return "";
  }
  if (!value->is(Kind::kString)) {
    problem(field, "should be text, not " + std::string(name_of(value->kind)));
    return "";
  }
  return value->text;
}

std::string EpcisEventReader::title() const {
  return id_.empty() || ledger::name_fault(id_) ? "EPCIS " + header_.type : id_;
}

std::string EpcisEventReader::event_id(ledger::HashAlgorithm hash) const {
  return id_.empty() ? content_event_id(*event_, hash) : recorded_event_id(id_, hash);
}

std::vector<Record> EpcisEventReader::read() {
  const std::size_t before = problems_->size();
  if (!event_->is(Kind::kObject)) {
    problem("", "should be an event, not " + std::string(name_of(event_->kind)));
    return {};
  }
  header_.type = required_text(event_->find("isA") != nullptr ? "isA" : "type");
  const std::string time = required_text("eventTime");
  if (!time.empty()) {
    if (auto fault = ledger::rfc3339_fault(time)) problem("eventTime", *std::move(fault));
    header_.time_ms = ledger::parse_rfc3339(time).value_or(0);
  }
  check_type_and_id();
  check_offset();
  check_action();
  check_fields();
  check_identifiers();
  read_locations();
  read_master_data();
  if (problems_->size() > before) return {};

  std::vector<Record> records;
  if (header_.type == "ObjectEvent") {
    read_object_event(records);
  } else if (header_.type == "AggregationEvent") {
    read_aggregation(records);
  } else {
    read_transformation(records);
  }
  if (problems_->size() > before) return {};
  for (Record& record : records) record.set_claimed_time_ms(header_.time_ms);
  return records;
}

void EpcisEventReader::check_type_and_id() {
  const JsonValue* type = event_->find("type");
  if (type != nullptr && type->text != header_.type) {
    problem("isA", ledger::quote(header_.type) + " differs from " + ledger::quote(type->text) +
                       " of type: write one of them");
  }
  const JsonValue* id = event_->find("eventID");
  if (id == nullptr) return;
  if (!id->is(Kind::kString)) {
    return problem("eventID", quote(*id) + " should be an address (URI) as text, not " +
                                  std::string(name_of(id->kind)));
  }
  Result<std::string> read = read_event_id(id->text);
  if (!read) return problem("eventID", read.error().message);
  id_ = *std::move(read);
  // Too long for a title.
  if (ledger::name_fault(id_)) unmapped_.emplace_back("eventID");
}

void EpcisEventReader::check_offset() {
  const std::string offset = required_text("eventTimeZoneOffset");
  if (!offset.empty() && !is_offset(offset)) {
    return problem("eventTimeZoneOffset",
                   ledger::quote(offset) + " should be an offset such as +08:00");
  }
  if (!offset.empty()) header_.time_zone = zone_of(offset);
}

void EpcisEventReader::check_action() {
  constexpr std::array<std::string_view, 3> kActions{"ADD", "OBSERVE", "DELETE"};
  if (header_.type.empty() || header_.type == "TransformationEvent") return;
  header_.action = required_text("action");
  if (header_.action.empty()) return;
  if (!holds(kActions, header_.action)) {
    return problem("action", ledger::quote(header_.action) + " should be ADD, OBSERVE or DELETE");
  }
  if (header_.type == "AssociationEvent" || header_.type == "TransactionEvent")
    return not_mapped("type");
  if (header_.type == "ObjectEvent" && header_.action != "ADD") {
    problem("action", ledger::quote(header_.action) +
                          " of an ObjectEvent is not mapped yet; ADD registers items and lots");
  }
}

void EpcisEventReader::check_fields() {
  constexpr std::array<std::string_view, 5> kTypes{"ObjectEvent", "AggregationEvent",
                                                   "TransformationEvent", "AssociationEvent",
                                                   "TransactionEvent"};
  if (!header_.type.empty() && !holds(kTypes, header_.type)) {
    problem("type",
            ledger::quote(header_.type) + " should be one of EPCIS 2.0's five types of event");
  }
  for (const std::string& name : event_->names) check_field(name);
  for (const std::string_view field : kQuantityLists) check_quantities(field);
  for (const std::string_view field : kEpcLists) {
    const JsonValue* epcs = list(field);
    for (std::size_t i = 0; epcs != nullptr && i < epcs->elements.size(); ++i) {
      if (!epcs->elements[i].is(Kind::kString))
        problem(at(field, i), "should be an identifier as text");
    }
  }
}

void EpcisEventReader::check_field(const std::string& name) {
  if (holds(kNotMapped, name)) {
    // An empty list says nothing.
    const JsonValue* value = event_->find(name);
    if (!value->is(Kind::kArray) || !value->elements.empty()) not_mapped(name);
    return;
  }
  if (name == "certificationInfo" && event_->find(name)->is(Kind::kObject)) {
    return problem(name, "should be an address (URI) as text, not an object");
  }
  if (holds(kQuantityLists, name) || holds(kEpcLists, name)) {
    const JsonValue* value = event_->find(name);
    if (!value->is(Kind::kArray))
      problem(name, "should be a list, not " + std::string(name_of(value->kind)));
    return;
  }
  if (holds(kMapped, name) || name == "@context") return;
  if (holds(kKept, name) || is_extension(name)) {
    unmapped_.push_back(name);
    return;
  }
  problem(name,
          "is no field of an EPCIS 2.0 event; fields of one's own carry a prefix that @context "
          "explains");
}

void EpcisEventReader::check_quantities(std::string_view field) {
  const JsonValue* quantities = list(field);
  for (std::size_t i = 0; quantities != nullptr && i < quantities->elements.size(); ++i) {
    check_quantity(quantities->elements[i], at(field, i));
  }
}

void EpcisEventReader::check_quantity(const JsonValue& element, const std::string& place) {
  const JsonValue* epc_class = element.find("epcClass");
  if (epc_class == nullptr || !epc_class->is(Kind::kString)) {
    problem(place + ".epcClass", "is missing or no text (EPCIS 2.0 requires it)");
  }
  for (const std::string& name : element.names) {
    if (is_extension(name)) {
      unmapped_.push_back(place.substr(0, place.find('[')).append(".").append(name));
    } else if (name != "epcClass" && name != "quantity" && name != "uom") {
      problem(std::string(place).append(".").append(name), "is no field of a quantity element");
    }
  }
  const JsonValue* quantity = element.find("quantity");
  const JsonValue* unit = element.find("uom");
  if (unit != nullptr && !unit->is(Kind::kString)) {
    problem(place + ".uom",
            quote(*unit) + " should be text, not " + std::string(name_of(unit->kind)));
  } else if (unit != nullptr && quantity == nullptr) {
    problem(place + ".uom",
            ledger::quote(unit->text) + " is the unit of no quantity: state quantity beside it");
  }
  if (quantity == nullptr) return;
  if (!quantity->is(Kind::kNumber)) {
    return problem(place + ".quantity", quote(*quantity) + " should be a number, not " +
                                            std::string(name_of(quantity->kind)));
  }
  if (auto fault = exponent_fault(*quantity)) {
    return problem(place + ".quantity", *std::move(fault));
  }
  const std::string value = without_trailing_zeros(quantity->raw);
  if (auto fault = ledger::quantity_fault(value)) {
    problem(place + ".quantity", *std::move(fault));
  } else if (unit == nullptr && value.find('.') != std::string::npos) {
    problem(place + ".quantity",
            quote(*quantity) +
                " has no unit and would count pieces, of which there are no fractions: write its "
                "unit's code as uom beside it, such as \"KGM\"");
  }
}

void EpcisEventReader::check_identifiers() {
  if (header_.type == "ObjectEvent" && empty_list(list("epcList")) &&
      empty_list(list("quantityList"))) {
    // An observation by sensors alone is refused by its sensorElementList.
    if (event_->find("sensorElementList") == nullptr) {
      problem("epcList",
              "is missing: an ObjectEvent names what it is about in epcList or quantityList");
    }
  }
  if (header_.type == "AggregationEvent") {
    if (event_->find("parentID") == nullptr)
      problem("parentID", "is missing: an aggregation without parent is not mapped yet");
    const bool children = !empty_list(list("childEPCs")) || !empty_list(list("childQuantityList"));
    if (!children && header_.action != "DELETE")
      problem("childEPCs", "is missing: nothing is aggregated");
  }
  if (header_.type == "TransformationEvent") {
    if (empty_list(list("inputEPCList")) && empty_list(list("inputQuantityList"))) {
      problem("inputEPCList", "is missing: a transformation needs inputs");
    }
    if (empty_list(list("outputEPCList")) && empty_list(list("outputQuantityList"))) {
      problem("outputEPCList", "is missing: a transformation needs outputs");
    }
  }
}

void EpcisEventReader::read_locations() {
  for (const std::string_view field : {"readPoint", "bizLocation"}) {
    const JsonValue* location = event_->find(field);
    if (location == nullptr || location->is(Kind::kNull)) continue;
    const JsonValue* id = location->find("id");
    if (id == nullptr || !id->is(Kind::kString)) {
      problem(field,
              quote(*location) + R"( should be an object with an id as text: {"id": "..."})");
      continue;
    }
    for (const std::string& name : location->names) {
      if (name != "id") unmapped_.push_back(std::string(field).append(".").append(name));
    }
    read_location(std::string(field), id->text);
  }
}

void EpcisEventReader::read_location(const std::string& field, const std::string& id) {
  const Result<std::string> subject = ledger::canonical_subject_id(id);
  if (!subject) {
    if (claims_gs1_place(id)) return problem(field + ".id", subject.error().message);
    // A place under somebody's own naming scheme has no field.
    unmapped_.push_back(field);
    return;
  }
  const auto parsed = ledger::parse_subject_id(*subject);
  if (!parsed || parsed->kind != ledger::SubjectKind::kPlace) {
    return problem(field + ".id", ledger::quote(id) +
                                      " names no place: write a GLN as a digital link, "
                                      "https://id.gs1.org/414/ and its 13 digits");
  }
  if (const std::string left = said_beside_identity(id); !left.empty())
    unmapped_.push_back(field + ".id (" + left + ")");
  if (place_.empty()) {
    place_ = *subject;
    // A registration has the plant's GLN, and no field for a part of the plant.
    if (header_.type == "ObjectEvent" && parsed->components.size() > 1)
      unmapped_.push_back(field + ".id (extension " + parsed->components[1] + " of the GLN)");
  } else if (place_ != *subject) {
    unmapped_.push_back(field);
  }
}

std::string EpcisEventReader::plant() const {
  const auto parsed = ledger::parse_subject_id(place_);
  return parsed ? parsed->components[0] : "";
}

void EpcisEventReader::read_master_data() {
  const JsonValue* ilmd = event_->find("ilmd");
  if (ilmd == nullptr) return;
  ilmd_ = read_ilmd(*ilmd, context_, header_.time_zone);
  for (auto& [name, message] : ilmd_.problems) {
    problem(name.empty() ? "ilmd" : "ilmd." + name, std::move(message));
  }
  for (const std::string& name : ilmd_.unmapped) unmapped_.push_back("ilmd." + name);
  if (header_.type == "AggregationEvent") {
    return problem("ilmd",
                   "is no field of an AggregationEvent; it belongs to the event that "
                   "makes the items or lots");
  }
  const bool registers = header_.type == "ObjectEvent";
  const auto kept = [this](std::string_view name, const std::string& value) {
    if (!value.empty()) unmapped_.push_back("ilmd.cbvmda:" + std::string(name));
  };
  if (!registers) {
    kept("productionDate", ilmd_.production_date);
    kept("bestBeforeDate", ilmd_.best_before_date);
  }
  // A registration has one date of the two.
  if (!registers || !ilmd_.best_before_date.empty())
    kept("itemExpirationDate", ilmd_.item_expiration_date);
}

const std::string& EpcisEventReader::best_before() const {
  return ilmd_.best_before_date.empty() ? ilmd_.item_expiration_date : ilmd_.best_before_date;
}

void EpcisEventReader::agree_on_lot(const std::string& lot, const std::string& place) {
  if (ilmd_.lot.empty() || lot.empty() || lot == ilmd_.lot) return;
  problem("ilmd.cbvmda:lotNumber", ledger::quote(ilmd_.lot) + " differs from lot " +
                                       ledger::quote(lot) + " of " + place +
                                       "; the master data holds for all that the event names");
}

void EpcisEventReader::register_items(std::vector<Record>& records) {
  const JsonValue* epcs = list("epcList");
  for (std::size_t i = 0; epcs != nullptr && i < epcs->elements.size(); ++i) {
    const Result<quality::v1::ObjectRef> object = read_bare_object(epcs->elements[i].text);
    if (!object) {
      problem(at("epcList", i), object.error().message);
      continue;
    }
    if (object->serial().empty()) {
      problem(at("epcList", i),
              "not mapped yet: only items (GTIN and serial) are registered from epcList");
      continue;
    }
    agree_on_lot(object->lot(), at("epcList", i));
    auto& item = *records.emplace_back().mutable_item_registration();
    item.set_gtin(object->gtin());
    item.set_serial(object->serial());
    item.set_lot(object->lot().empty() ? ilmd_.lot : object->lot());
    item.set_production_date(ilmd_.production_date);
    item.set_best_before(best_before());
    item.set_plant_gln(plant());
  }
}

void EpcisEventReader::register_lots(std::vector<Record>& records) {
  const JsonValue* quantities = list("quantityList");
  google::protobuf::RepeatedPtrField<quality::v1::ObjectQuantity> read;
  read_quantities("quantityList", read);
  for (int i = 0; quantities != nullptr && i < read.size(); ++i) {
    // What names nothing has its problem already.
    if (!read[i].has_object()) continue;
    const quality::v1::ObjectRef& object = read[i].object();
    if (object.lot().empty()) {
      problem(at("quantityList", static_cast<std::size_t>(i)) + ".epcClass",
              "not mapped yet: only lots (GTIN and lot) are registered from quantityList");
      continue;
    }
    agree_on_lot(object.lot(), at("quantityList", static_cast<std::size_t>(i)) + ".epcClass");
    auto& lot = *records.emplace_back().mutable_lot_registration();
    lot.set_gtin(object.gtin());
    lot.set_lot(object.lot());
    lot.set_production_date(ilmd_.production_date);
    lot.set_best_before(best_before());
    if (read[i].has_quantity()) *lot.mutable_quantity() = read[i].quantity();
    lot.set_plant_gln(plant());
  }
}

void EpcisEventReader::read_object_event(std::vector<Record>& records) {
  register_lots(records);
  register_items(records);
}

template <class List>
void EpcisEventReader::read_epcs(std::string_view field, List& into) {
  const JsonValue* epcs = list(field);
  for (std::size_t i = 0; epcs != nullptr && i < epcs->elements.size(); ++i) {
    Result<quality::v1::ObjectRef> object = read_bare_object(epcs->elements[i].text);
    if (!object) {
      problem(at(field, i), object.error().message);
    } else {
      *into.Add()->mutable_object() = *std::move(object);
    }
  }
}

template <class List>
void EpcisEventReader::read_quantities(std::string_view field, List& into) {
  const JsonValue* quantities = list(field);
  for (std::size_t i = 0; quantities != nullptr && i < quantities->elements.size(); ++i) {
    const JsonValue& element = quantities->elements[i];
    auto& moved = *into.Add();
    Result<quality::v1::ObjectRef> object = read_bare_object(element.find("epcClass")->text);
    if (!object) {
      problem(at(field, i) + ".epcClass", object.error().message);
      continue;
    }
    *moved.mutable_object() = *std::move(object);
    const JsonValue* quantity = element.find("quantity");
    if (quantity == nullptr) continue;
    const JsonValue* unit = element.find("uom");
    moved.mutable_quantity()->set_value(without_trailing_zeros(quantity->raw));
    // EPCIS leaves the unit out where instances are counted.
    moved.mutable_quantity()->set_unit(unit == nullptr ? "H87" : unit->text);
  }
}

void EpcisEventReader::read_aggregation(std::vector<Record>& records) {
  auto& aggregation = *records.emplace_back().mutable_aggregation();
  aggregation.set_action(header_.action == "ADD"       ? quality::v1::Aggregation::ACTION_ADD
                         : header_.action == "OBSERVE" ? quality::v1::Aggregation::ACTION_OBSERVE
                                                       : quality::v1::Aggregation::ACTION_DELETE);
  Result<quality::v1::ObjectRef> parent = read_bare_object(event_->find("parentID")->text);
  if (!parent) {
    problem("parentID", parent.error().message);
  } else {
    *aggregation.mutable_parent() = *std::move(parent);
  }
  read_epcs("childEPCs", *aggregation.mutable_children());
  read_quantities("childQuantityList", *aggregation.mutable_children());
  aggregation.set_place(place_);
  aggregation.set_event_time_ms(header_.time_ms);
}

void EpcisEventReader::state_lot(quality::v1::ObjectRef& output) {
  if (ilmd_.lot.empty() || output.gtin().empty()) return;
  agree_on_lot(output.lot(), "an output of GTIN " + output.gtin());
  if (!output.lot().empty()) return;
  if (!output.serial().empty()) {
    output.set_lot(ilmd_.lot);
    return;
  }
  problem("ilmd.cbvmda:lotNumber", ledger::quote(ilmd_.lot) +
                                       " is no lot of an output that is named by GTIN " +
                                       output.gtin() + " alone: write the lot into its epcClass");
}

void EpcisEventReader::read_transformation(std::vector<Record>& records) {
  auto& transformation = *records.emplace_back().mutable_transformation();
  read_epcs("inputEPCList", *transformation.mutable_inputs());
  read_quantities("inputQuantityList", *transformation.mutable_inputs());
  read_epcs("outputEPCList", *transformation.mutable_outputs());
  read_quantities("outputQuantityList", *transformation.mutable_outputs());
  for (auto& output : *transformation.mutable_outputs()) state_lot(*output.mutable_object());
  transformation.set_place(place_);
  transformation.set_event_time_ms(header_.time_ms);
}

}  // namespace qc::cli

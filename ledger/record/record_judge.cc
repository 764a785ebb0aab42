// SPDX-License-Identifier: Apache-2.0
#include "ledger/record/record_judge.h"

#include <algorithm>
#include <utility>

#include "ledger/base/calendar.h"
#include "ledger/base/decimal.h"
#include "ledger/base/text.h"
#include "ledger/crypto/key.h"
#include "ledger/name/check_digit.h"

namespace qc::ledger {
namespace {

using quality::v1::ObjectRef;

bool holds(std::initializer_list<SubjectKind> kinds, SubjectKind kind) {
  return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

Fault unit_fault(std::string_view unit) {
  const auto fits = [](char character) {
    return (character >= '0' && character <= '9') || (character >= 'A' && character <= 'Z');
  };
  if ((unit.size() == 2 || unit.size() == 3) && std::all_of(unit.begin(), unit.end(), fits)) {
    return std::nullopt;
  }
  return quote(unit) +
         " should be a common code of UN/ECE Recommendation 20, such as KGM, LTR or H87 (piece)";
}

/// The kinds that may stand in `id` where an object is used so.
std::initializer_list<SubjectKind> other_kinds(ObjectUse use) {
  using enum SubjectKind;
  static constexpr std::initializer_list<SubjectKind> kInspected{
      kBelow, kLogisticUnit, kPlace, kReturnableAsset, kIndividualAsset, kParty, kHolding, kObject};
  static constexpr std::initializer_list<SubjectKind> kSampled{
      kBelow, kLogisticUnit, kPlace, kReturnableAsset, kIndividualAsset, kHolding, kObject};
  static constexpr std::initializer_list<SubjectKind> kAssets{kLogisticUnit, kReturnableAsset,
                                                              kIndividualAsset};
  switch (use) {
    case ObjectUse::kInspected:
      return kInspected;
    case ObjectUse::kSampled:
      return kSampled;
    case ObjectUse::kMoved:
    case ObjectUse::kHandedOver:
    case ObjectUse::kContainer:
      return kAssets;
  }
  return kAssets;
}

std::string_view other_kinds_text(ObjectUse use) {
  switch (use) {
    case ObjectUse::kInspected:
      return "a place, logistic unit, asset, party, holding, other object or #below";
    case ObjectUse::kSampled:
      return "a place, logistic unit, asset, holding, other object or #below";
    case ObjectUse::kMoved:
    case ObjectUse::kHandedOver:
    case ObjectUse::kContainer:
      return "a logistic unit or an asset";
  }
  return "a subject";
}

void judge_product(RecordJudge& judge, const Place& place, const ObjectRef& object, ObjectUse use) {
  judge.text(place.field("gtin"), object.gtin(), gtin14_fault);
  judge.optional_text(place.field("lot"), object.lot(), lot_or_serial_fault);
  judge.optional_text(place.field("serial"), object.serial(), lot_or_serial_fault);
  if (use == ObjectUse::kHandedOver && object.lot().empty() && object.serial().empty()) {
    judge.refuse(
        OutcomeCode::kMissingField, place.field("lot"),
        "a product without lot or serial cannot change hands; name the lot, the serial or the "
        "logistic unit");
  }
  if (use == ObjectUse::kContainer && object.serial().empty()) {
    judge.refuse(OutcomeCode::kMissingField, place.field("serial"),
                 "only a single item can hold others; name the serial, or in `id` the logistic "
                 "unit or asset");
  }
}

}  // namespace

std::string Place::path() const {
  std::string path;
  for (const Place* place = this; place != nullptr; place = place->parent_) {
    std::string step(place->name_);
    if (place->index_ != kNone) step.append("[").append(std::to_string(place->index_)).append("]");
    if (!step.empty() && !path.empty()) step += '.';
    path.insert(0, step);
  }
  return path;
}

void RecordJudge::refuse(OutcomeCode code, const Place& place, std::string message) {
  if (!refused()) refusal_ = Refusal{code, place.path(), std::move(message)};
}

void RecordJudge::require(bool fine, const Place& place, std::string_view message) {
  if (!fine) refuse(OutcomeCode::kInvalidField, place, std::string(message));
}

void RecordJudge::require_present(bool present, const Place& place, std::string_view what) {
  if (!present)
    refuse(OutcomeCode::kMissingField, place, "is missing; it should be " + std::string(what));
}

void RecordJudge::text(const Place& place, std::string_view value, FaultOf fault_of) {
  if (refused()) return;
  if (value.empty()) {
    refuse(OutcomeCode::kMissingField, place, "is missing");
    return;
  }
  optional_text(place, value, fault_of);
}

void RecordJudge::optional_text(const Place& place, std::string_view value, FaultOf fault_of) {
  if (refused() || value.empty()) return;
  if (Fault fault = fault_of(value)) refuse(OutcomeCode::kInvalidField, place, *std::move(fault));
}

void RecordJudge::bytes(const Place& place, std::string_view value, std::size_t size) {
  if (value.empty()) {
    refuse(OutcomeCode::kMissingField, place,
           "is missing; it should be " + std::to_string(size) + " bytes");
  }
  optional_bytes(place, value, size);
}

void RecordJudge::optional_bytes(const Place& place, std::string_view value, std::size_t size) {
  if (value.empty() || value.size() == size) return;
  refuse(OutcomeCode::kInvalidField, place,
         "has " + std::to_string(value.size()) + " bytes, it should have " + std::to_string(size));
}

void RecordJudge::count(const Place& place, int elements, int least, int most) {
  if (elements < least) {
    refuse(OutcomeCode::kMissingField, place,
           "has " + std::to_string(elements) + " entries, at least " + std::to_string(least) +
               " should be there");
  }
  if (elements > most) {
    refuse(OutcomeCode::kTooLarge, place,
           "has " + std::to_string(elements) + " entries, at most " + std::to_string(most) +
               " are allowed; split the record");
  }
}

void RecordJudge::chosen(const Place& place, int value, std::string_view what) {
  require_present(value != 0, place, what);
}

void RecordJudge::subject(const Place& place, std::string_view id,
                          std::initializer_list<SubjectKind> kinds, std::string_view what) {
  if (refused()) return;
  require_present(!id.empty(), place, std::string("the canonical id of ") + std::string(what));
  optional_subject(place, id, kinds, what);
}

void RecordJudge::optional_subject(const Place& place, std::string_view id,
                                   std::initializer_list<SubjectKind> kinds,
                                   std::string_view what) {
  if (refused() || id.empty()) return;
  const std::optional<SubjectId> parsed = parse_subject_id(id);
  if (parsed && holds(kinds, parsed->kind)) return;
  std::string message = quote(id) + " should be the canonical id of " + std::string(what);
  if (!parsed) {
    const Result<std::string> canonical = canonical_subject_id(id);
    message += canonical ? ": " + quote(*canonical) : "; " + canonical.error().message;
  }
  refuse(OutcomeCode::kInvalidField, place, std::move(message));
}

void RecordJudge::optional_place(const Place& place, std::string_view id) {
  optional_subject(place, id,
                   {SubjectKind::kPlace, SubjectKind::kObject, SubjectKind::kIndividualAsset},
                   "a place (…/414/{GLN}), a named object or an asset");
}

void RecordJudge::party(const Place& place, const quality::v1::PartyRef& party) {
  require_present(!party.code().empty() || !party.name().empty(), place.field("code"),
                  "a unified social credit code or LEI, or else a name beside it");
  optional_text(place.field("code"), party.code(), party_code_fault);
  optional_text(place.field("name"), party.name(), name_fault);
}

void RecordJudge::names(const Place& place, const quality::v1::LocalizedName& name) {
  require_present(!name.zh().empty() || !name.en().empty(), place.field("zh"),
                  "a name in Chinese or English");
  optional_text(place.field("zh"), name.zh(), name_fault);
  optional_text(place.field("en"), name.en(), name_fault);
}

void RecordJudge::quantity(const Place& place, const quality::v1::Quantity& quantity) {
  text(place.field("value"), quantity.value(), quantity_fault);
  text(place.field("unit"), quantity.unit(), unit_fault);
}

void RecordJudge::new_key(const Place& place, const quality::v1::NewKey& key) {
  if (refused()) return;
  require_present(!key.spki().empty(), place.field("spki"), "a SubjectPublicKeyInfo in DER");
  if (refused()) return;
  const Result<PublicKey> parsed = PublicKey::from_spki(key.spki());
  if (!parsed)
    return refuse(OutcomeCode::kInvalidField, place.field("spki"), parsed.error().message);
  chosen(place.field("purpose"), key.purpose(), "the key's purpose");
  const bool note_key = key.purpose() == quality::v1::KEY_PURPOSE_VALIDATOR ||
                        key.purpose() == quality::v1::KEY_PURPOSE_LOG;
  require(!note_key || parsed->algorithm() == KeyAlgorithm::kEd25519, place.field("spki"),
          "a validator's or log's key should be an Ed25519 key");
  // Founders cannot prove possession: the proof would name the chain, whose id commits to their
  // keys.
  if (!context().genesis) bytes(place.field("possession"), key.possession(), kSignatureSize);
}

void RecordJudge::date_order(std::string_view earlier, const Place& later_place,
                             std::string_view later, std::string_view rule) {
  if (earlier.empty() || later.empty()) return;
  // Days are written so that the order of their texts is theirs.
  if (later < earlier) {
    refuse(OutcomeCode::kInvalidField, later_place,
           quote(later) + " is before " + quote(earlier) + ": " + std::string(rule));
  }
}

void judge_object(RecordJudge& judge, const Place& place, const ObjectRef& object, ObjectUse use) {
  if (judge.refused()) return;
  if (object.id().empty()) {
    judge.require_present(!object.gtin().empty(), place.field("gtin"),
                          "a GTIN of 14 digits, or in `id` the canonical id of what is no product");
    return judge_product(judge, place, object, use);
  }
  const bool alone = object.gtin().empty() && object.lot().empty() && object.serial().empty();
  judge.require(alone, place.field("id"),
                "an id excludes gtin, lot and serial; name the object once");
  judge.optional_subject(place.field("id"), object.id(), other_kinds(use), other_kinds_text(use));
}

}  // namespace qc::ledger

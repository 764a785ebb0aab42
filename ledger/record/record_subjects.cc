// SPDX-License-Identifier: Apache-2.0
#include "ledger/record/record_subjects.h"

#include <set>
#include <utility>

#include "base/hex.h"
#include "ledger/base/canonical_protobuf.h"
#include "ledger/name/subject_id.h"
#include "quality/v1/record.pb.h"

namespace qc::ledger {
namespace {

using quality::v1::ObjectRef;
using quality::v1::PartyRef;
using quality::v1::Record;

/// Gathers the subjects of one record, each once, in the order in which they are named.
class Gatherer {
 public:
  explicit Gatherer(const SubjectContext& context) : context_(&context) {}

  RecordSubjects finish() { return std::move(subjects_); }

  void name(std::string id) {
    if (id.empty() || !named_.insert(id).second) return;
    subjects_.named.push_back(std::move(id));
  }

  void actor() {
    if (!context_->organisation.empty()) name(party_id(context_->organisation));
  }
  void party(const PartyRef& party) { name(subject_of(party)); }
  void party(std::string_view code) {
    if (!code.empty()) name(party_id(code));
  }
  void place(const std::string& id) { name(id); }
  void plant(const std::string& gln) {
    if (!gln.empty()) name(place_id(gln));
  }
  void key(std::string_view spki) { name(key_subject_id(to_hex(hash(context_->hash, spki)))); }
  void open(std::string id) {
    subjects_.opens = id;
    name(std::move(id));
  }
  /// What an event is named by for who captures it; its goods have the record in their histories.
  void event(const std::string& event_id) {
    if (!event_id.empty()) name(event_subject_id(context_->organisation, event_id));
  }
  void about(const std::string& id) {
    if (id.empty()) return;
    subjects_.about.push_back(id);
    name(id);
  }

  /// An object of a certificate: a class is named as such, a holding brings its lot.
  void inspected(const ObjectRef& object) { add(object, subject_of(object)); }

  /// An object of anything else: a class becomes its list of children, unless a regulator writes.
  void object(const ObjectRef& object) {
    const bool is_class = object.id().empty() && object.lot().empty() && object.serial().empty();
    std::string id = subject_of(object);
    if (is_class && !id.empty() && !context_->by_regulator) id = below_id(id);
    add(object, std::move(id));
  }

  void lot(const std::string& gtin, const std::string& lot) {
    std::string id = lot_id(gtin, lot);
    child(class_id(gtin), id);
    name(std::move(id));
  }
  void item(const std::string& gtin, const std::string& serial, const std::string& lot) {
    std::string id = item_id(gtin, serial);
    child(class_id(gtin), id);
    if (!lot.empty()) {
      const std::string its_lot = lot_id(gtin, lot);
      child(class_id(gtin), its_lot);
      child(its_lot, id);
      see(id, its_lot);
    }
    name(std::move(id));
  }

 private:
  void add(const ObjectRef& object, std::string id) {
    if (object.id().empty()) {
      if (!object.serial().empty()) return item(object.gtin(), object.serial(), object.lot());
      if (!object.lot().empty()) return lot(object.gtin(), object.lot());
    }
    const std::optional<std::string> lot_of_holding = lot_of(id);
    name(std::move(id));
    if (!lot_of_holding) return;
    child(class_of(*lot_of_holding).value_or(""), *lot_of_holding);
    name(*lot_of_holding);
  }

  void child(const std::string& of, const std::string& id) {
    RecordSubjects::Child entry{below_id(of), id};
    if (children_.emplace(entry.list, entry.child).second)
      subjects_.below.push_back(std::move(entry));
  }

  void see(const std::string& subject, const std::string& id) {
    if (sees_.emplace(subject, id).second) subjects_.see.push_back({subject, id});
  }

  const SubjectContext* context_;
  RecordSubjects subjects_;
  std::set<std::string> named_;
  std::set<std::pair<std::string, std::string>> children_;
  std::set<std::pair<std::string, std::string>> sees_;
};

void gather(Gatherer& to, const quality::v1::EnrolmentRequest& request) {
  to.actor();
  const auto application =
      parse_canonical<quality::v1::EnrolmentApplication>(request.application());
  if (application) to.party(application->code());
}

void gather(Gatherer& to, const quality::v1::FoundingNetwork& network) {
  for (const auto& validator : network.validators()) to.party(validator.organisation());
  to.name(network_id());
  for (const auto& validator : network.validators()) {
    to.key(validator.spki());
    to.key(validator.node_tls_spki());
  }
}

void gather(Gatherer& to, const quality::v1::FoundingParty& party) {
  to.party(party.code());
  for (const auto& key : party.keys()) to.key(key.spki());
}

void gather(Gatherer& to, const quality::v1::Accreditation& accreditation) {
  to.actor();
  to.party(accreditation.code());
  to.name(accreditation_id(accreditation.scheme(), accreditation.number()));
}

void gather(Gatherer& to, const quality::v1::ProductRegistration& product) {
  to.name(class_id(product.gtin()));
  to.actor();
  to.party(product.brand_owner());
}

void gather(Gatherer& to, const quality::v1::LotRegistration& lot) {
  to.lot(lot.gtin(), lot.lot());
  to.actor();
  to.plant(lot.plant_gln());
}

void gather(Gatherer& to, const quality::v1::ItemRegistration& item) {
  to.item(item.gtin(), item.serial(), item.lot());
  to.actor();
  to.plant(item.plant_gln());
}

void gather(Gatherer& to, const quality::v1::Aggregation& aggregation) {
  to.object(aggregation.parent());
  for (const auto& child : aggregation.children()) to.object(child.object());
  to.actor();
  to.event(aggregation.event_id());
  to.place(aggregation.place());
}

void gather(Gatherer& to, const quality::v1::Transformation& transformation) {
  for (const auto& input : transformation.inputs()) to.object(input.object());
  for (const auto& output : transformation.outputs()) to.object(output.object());
  to.actor();
  to.event(transformation.event_id());
  to.place(transformation.place());
}

void gather(Gatherer& to, const quality::v1::CustodyTransfer& transfer, std::string_view sender) {
  for (const auto& moved : transfer.objects()) to.object(moved.object());
  to.actor();
  to.party(transfer.receiver());
  to.open(custody_id(sender, transfer.number()));
  to.place(transfer.place());
}

void gather(Gatherer& to, const quality::v1::CustodyConfirmation& confirmation) {
  to.actor();
  to.party(confirmation.sender());
  to.about(custody_id(confirmation.sender(), confirmation.number()));
}

void gather(Gatherer& to, const quality::v1::SampleTaken& sample, std::string_view sampler) {
  to.object(sample.object());
  to.actor();
  to.party(sample.sampled_party());
  to.party(sample.maker());
  to.open(sample_id(sampler, sample.number()));
  to.place(sample.place());
}

void gather(Gatherer& to, const quality::v1::InspectionCertificate& certificate,
            std::string_view issuer) {
  for (const auto& object : certificate.objects()) to.inspected(object);
  to.actor();
  to.party(certificate.customer());
  to.party(certificate.maker());
  to.open(certificate_id(issuer, certificate.number()));
  to.about(certificate.sample());
  if (!certificate.supersedes().empty()) to.about(certificate_id(issuer, certificate.supersedes()));
  to.place(certificate.place());
}

void gather(Gatherer& to, const quality::v1::CertificateAction& action) {
  to.actor();
  to.about(action.certificate());
  if (action.replacement().empty()) return;
  const auto certificate = parse_subject_id(action.certificate());
  if (certificate) to.about(certificate_id(certificate->components[0], action.replacement()));
}

void gather(Gatherer& to, const quality::v1::SpotCheckResult& result, std::string_view regulator) {
  if (result.has_object()) to.object(result.object());
  to.actor();
  to.party(result.maker());
  to.party(result.sampled_party());
  to.party(result.inspection_body());
  to.open(spot_check_id(regulator, result.number()));
  to.about(result.spot_check());
}

void gather_member(Gatherer& to, std::string_view code) {
  to.actor();
  to.party(code);
}

void gather_governance(Gatherer& to, const Record& record) {
  switch (record.body_case()) {
    case Record::kEnrolmentRequest:
      return gather(to, record.enrolment_request());
    case Record::kEnrolmentDecision:
      return gather_member(to, record.enrolment_decision().code());
    case Record::kMemberAction:
      return gather_member(to, record.member_action().code());
    case Record::kKeyAdd:
      to.actor();
      return to.key(record.key_add().key().spki());
    case Record::kKeyRevoke:
      to.actor();
      return to.name(key_subject_id(to_hex(record.key_revoke().key_id())));
    case Record::kPrefixGrant:
      gather_member(to, record.prefix_grant().code());
      return to.name(gs1_prefix_id(record.prefix_grant().prefix()));
    case Record::kValidatorSetChange:
      gather_member(to, record.validator_set_change().validator().organisation());
      return to.name(network_id());
    case Record::kFoundingNetwork:
      return gather(to, record.founding_network());
    case Record::kFoundingParty:
      return gather(to, record.founding_party());
    default:
      return to.actor();
  }
}

}  // namespace

std::string subject_of(const ObjectRef& object) {
  if (!object.id().empty()) return object.id();
  if (object.gtin().empty()) return "";
  if (!object.serial().empty()) return item_id(object.gtin(), object.serial());
  if (!object.lot().empty()) return lot_id(object.gtin(), object.lot());
  return class_id(object.gtin());
}

std::string subject_of(const PartyRef& party) {
  if (!party.code().empty()) return party_id(party.code());
  return party.name().empty() ? "" : party_name_id(party.name());
}

RecordSubjects subjects_of(const Record& record, const SubjectContext& context) {
  Gatherer to(context);
  const std::string_view actor = context.organisation;
  switch (record.body_case()) {
    case Record::kAccreditation:
      gather(to, record.accreditation());
      break;
    case Record::kProductRegistration:
      gather(to, record.product_registration());
      break;
    case Record::kLotRegistration:
      gather(to, record.lot_registration());
      break;
    case Record::kItemRegistration:
      gather(to, record.item_registration());
      break;
    case Record::kAggregation:
      gather(to, record.aggregation());
      break;
    case Record::kTransformation:
      gather(to, record.transformation());
      break;
    case Record::kCustodyTransfer:
      gather(to, record.custody_transfer(), actor);
      break;
    case Record::kCustodyConfirmation:
      gather(to, record.custody_confirmation());
      break;
    case Record::kSampleTaken:
      gather(to, record.sample_taken(), actor);
      break;
    case Record::kInspectionCertificate:
      gather(to, record.inspection_certificate(), actor);
      break;
    case Record::kCertificateAction:
      gather(to, record.certificate_action());
      break;
    case Record::kSpotCheckResult:
      gather(to, record.spot_check_result(), actor);
      break;
    default:
      gather_governance(to, record);
      break;
  }
  return to.finish();
}

}  // namespace qc::ledger

// SPDX-License-Identifier: Apache-2.0
#include "ledger/rules/record_effects.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "ledger/name/subject_id.h"
#include "ledger/rules/party_rights.h"

namespace qc::ledger {

namespace {

using quality::v1::CertificateStatus;
using quality::v1::ItemStatus;
using quality::v1::Record;
using quality::v1::ThingStatus;
using quality::v1::TransferStatus;

using Ids = google::protobuf::RepeatedPtrField<std::string>;

/// Calls `use` with the status message of a thing, which depends on the kind of thing.
template <class Use>
auto with_thing(WorkingSet& state, const std::string& id, Use use) {
  if (id.starts_with("urn:qc:certificate:")) return use(state.status<CertificateStatus>(id));
  if (id.starts_with("urn:qc:custody:")) return use(state.status<TransferStatus>(id));
  return use(state.status<ThingStatus>(id));
}

Ids subjects_of_thing(WorkingSet& state, const std::string& id) {
  return with_thing(state, id, [](const auto& status) { return Ids(status.subjects()); });
}

void set_subjects_of_thing(WorkingSet& state, const std::string& id,
                           const std::vector<std::string>& subjects) {
  with_thing(state, id, [&](auto status) {
    status.mutable_subjects()->Assign(subjects.begin(), subjects.end());
    state.set_status(id, status);
    return true;
  });
}

/// Where the record names a thing that it is about.
std::string about_field(const Record& record, const std::string& thing) {
  switch (record.body_case()) {
    case Record::kCustodyConfirmation:
      return "custody_confirmation.number";
    case Record::kInspectionCertificate:
      return record.inspection_certificate().sample() == thing
                 ? "inspection_certificate.sample"
                 : "inspection_certificate.supersedes";
    case Record::kCertificateAction:
      return record.certificate_action().certificate() == thing ? "certificate_action.certificate"
                                                                : "certificate_action.replacement";
    case Record::kSpotCheckResult:
      return "spot_check_result.spot_check";
    default:
      return std::string(record_type_name(record));
  }
}

Judgement check_things(RuleContext& context, const Record& record, const RecordSubjects& subjects) {
  for (const std::string& thing : subjects.about) {
    if (context.state.get(thing).exists() && !subjects_of_thing(context.state, thing).empty()) {
      continue;
    }
    return refuse(OutcomeCode::kUnknownSubject, about_field(record, thing),
                  thing + " is not on the chain");
  }
  return {};
}

Judgement check_envelope(const RuleContext& context, const Record& record) {
  if (too_late(context, record.claimed_time_ms())) {
    return refuse(OutcomeCode::kWrongTime, "claimed_time_ms",
                  "it lies more than 5 minutes after the block's time");
  }
  for (int i = 0; i < record.references_size(); ++i) {
    if (record.references(i) < context.log_index) continue;
    return refuse(OutcomeCode::kBadReference, "references[" + std::to_string(i) + "]",
                  "the log has no entry " + std::to_string(record.references(i)) + " yet");
  }
  return {};
}

Judgement apply_body(RuleContext& context, const Record& record) {
  switch (record.body_case()) {
    case Record::kFoundingNetwork:
      return apply(context, record.founding_network());
    case Record::kFoundingParty:
      return apply(context, record.founding_party());
    case Record::kEnrolmentRequest:
      return apply(context, record.enrolment_request());
    case Record::kEnrolmentDecision:
      return apply(context, record.enrolment_decision());
    case Record::kMemberAction:
      return apply(context, record.member_action());
    case Record::kKeyAdd:
      return apply(context, record.key_add());
    case Record::kKeyRevoke:
      return apply(context, record.key_revoke());
    case Record::kPrefixGrant:
      return apply(context, record.prefix_grant());
    case Record::kValidatorSetChange:
      return apply(context, record.validator_set_change());
    case Record::kAccreditation:
      return apply(context, record.accreditation());
    case Record::kProductRegistration:
      return apply(context, record.product_registration());
    case Record::kLotRegistration:
      return apply(context, record.lot_registration());
    case Record::kItemRegistration:
      return apply(context, record.item_registration());
    case Record::kAggregation:
      return apply(context, record.aggregation());
    case Record::kTransformation:
      return apply(context, record.transformation());
    case Record::kCustodyTransfer:
      return apply(context, record.custody_transfer());
    case Record::kCustodyConfirmation:
      return apply(context, record.custody_confirmation());
    case Record::kSampleTaken:
      return apply(context, record.sample_taken());
    case Record::kInspectionCertificate:
      return apply(context, record.inspection_certificate());
    case Record::kCertificateAction:
      return apply(context, record.certificate_action());
    case Record::kSpotCheckResult:
      return apply(context, record.spot_check_result());
    default:
      return refuse(OutcomeCode::kNotSupported, std::string(record_type_name(record)),
                    "records of this type are not judged by this version of the rules");
  }
}

/// Whether the child was named under the list by no earlier record. A lot that only items have
/// stated so far has no history of its own; its list of items tells.
bool first_naming(RuleContext& context, const RecordSubjects::Child& child) {
  const bool under_lot = child.list.find("/10/") != std::string::npos;
  if (under_lot) {
    const auto item = context.state.status<ItemStatus>(child.child);
    const std::string_view lot =
        std::string_view(child.list)
            .substr(0, child.list.size() - std::string_view("#below").size());
    return std::ranges::find(item.see(), lot) == item.see().end();
  }
  if (context.state.get(child.child).exists()) return false;
  return !context.state.get(below_id(child.child)).exists();
}

std::vector<std::string> lists_to_join(RuleContext& context, const RecordSubjects& subjects) {
  std::vector<std::string> lists;
  for (const RecordSubjects::Child& child : subjects.below) {
    if (first_naming(context, child)) lists.push_back(child.list);
  }
  return lists;
}

void add_sees(RuleContext& context, const RecordSubjects& subjects) {
  for (const RecordSubjects::See& see : subjects.see) {
    auto status = context.state.status<ItemStatus>(see.subject);
    if (std::ranges::find(status.see(), see.id) != status.see().end()) continue;
    status.add_see(see.id);
    context.state.set_status(see.subject, status);
  }
}

/// Ids in order, each once.
class DistinctIds {
 public:
  void add(const std::string& id) {
    if (seen_.insert(id).second) ids_.push_back(id);
  }
  template <class Range>
  void add_all(const Range& ids) {
    for (const std::string& id : ids) add(id);
  }
  const std::vector<std::string>& ids() const { return ids_; }
  std::vector<std::string> take() { return std::move(ids_); }

 private:
  std::unordered_set<std::string> seen_;
  std::vector<std::string> ids_;
};

/// The things keep what they are about: earlier records' subjects first, then this one's.
void keep_subjects(RuleContext& context, const RecordSubjects& subjects,
                   const std::vector<std::string>& of_record) {
  const auto keep = [&](const std::string& thing) {
    DistinctIds kept;
    kept.add_all(subjects_of_thing(context.state, thing));
    kept.add_all(of_record);
    set_subjects_of_thing(context.state, thing, kept.ids());
  };
  for (const std::string& thing : subjects.about) keep(thing);
  if (!subjects.opens.empty()) keep(subjects.opens);
}

}  // namespace

tl::expected<std::vector<std::string>, Refusal> apply_record(RuleContext& context,
                                                             const Record& record) {
  if (auto fine = check_envelope(context, record); !fine) {
    return tl::unexpected<Refusal>(std::move(fine).error());
  }
  const SubjectContext subject_context{
      .organisation = context.organisation,
      .by_regulator = context.actor != nullptr && is_regulator(*context.actor),
      .hash = context.network.algorithm};
  const RecordSubjects subjects = subjects_of(record, subject_context);
  if (auto fine = check_things(context, record, subjects); !fine) {
    return tl::unexpected<Refusal>(std::move(fine).error());
  }
  const std::vector<std::string> lists = lists_to_join(context, subjects);
  if (auto applied = apply_body(context, record); !applied) {
    return tl::unexpected<Refusal>(std::move(applied).error());
  }
  add_sees(context, subjects);
  DistinctIds all;
  all.add_all(subjects.named);
  all.add_all(context.extra_subjects);
  for (const std::string& thing : subjects.about) {
    all.add_all(subjects_of_thing(context.state, thing));
  }
  keep_subjects(context, subjects, all.ids());
  all.add_all(lists);
  return all.take();
}

}  // namespace qc::ledger

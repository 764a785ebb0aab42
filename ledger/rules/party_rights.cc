// SPDX-License-Identifier: Apache-2.0
#include "ledger/rules/party_rights.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace qc::ledger {

namespace {

using quality::v1::PartyKind;
using quality::v1::Record;
using quality::v1::Role;

constexpr unsigned kind_bit(PartyKind kind) { return 1U << static_cast<unsigned>(kind); }

constexpr unsigned kRegulator = kind_bit(quality::v1::PARTY_KIND_REGULATOR);
constexpr unsigned kAssociation = kind_bit(quality::v1::PARTY_KIND_ASSOCIATION);
constexpr unsigned kInspectionBody = kind_bit(quality::v1::PARTY_KIND_INSPECTION_BODY);
constexpr unsigned kEnterprise = kind_bit(quality::v1::PARTY_KIND_ENTERPRISE);
constexpr unsigned kAnyMember = kRegulator | kind_bit(quality::v1::PARTY_KIND_GOVERNMENT) |
                                kAssociation | kind_bit(quality::v1::PARTY_KIND_UNIVERSITY) |
                                kind_bit(quality::v1::PARTY_KIND_PLATFORM) | kInspectionBody |
                                kEnterprise;
constexpr unsigned kGoverning = kRegulator | kind_bit(quality::v1::PARTY_KIND_GOVERNMENT) |
                                kAssociation | kind_bit(quality::v1::PARTY_KIND_UNIVERSITY) |
                                kind_bit(quality::v1::PARTY_KIND_PLATFORM);
constexpr unsigned kEverybody = kAnyMember | kind_bit(quality::v1::PARTY_KIND_OBSERVER);

/// One line of the table: who may write a type, by kind or by a role beyond the kind's.
struct Right {
  Record::BodyCase type;
  unsigned kinds;
  Role role;
  const char* who;
};

constexpr std::array kRights{
    Right{Record::kEnrolmentRequest, kAnyMember, quality::v1::ROLE_UNSPECIFIED, "members"},
    Right{Record::kEnrolmentDecision, kGoverning, quality::v1::ROLE_UNSPECIFIED,
          "the governance parties"},
    Right{Record::kMemberAction, kEverybody, quality::v1::ROLE_UNSPECIFIED, "members"},
    Right{Record::kKeyAdd, kEverybody, quality::v1::ROLE_UNSPECIFIED, "members"},
    Right{Record::kKeyRevoke, kEverybody, quality::v1::ROLE_UNSPECIFIED, "members"},
    Right{Record::kPrefixGrant, kRegulator | kAssociation, quality::v1::ROLE_REGULATOR,
          "associations and regulators"},
    // Which of them, is decided by whose seat it is and whether the governance parties approve.
    Right{Record::kValidatorSetChange, kEverybody, quality::v1::ROLE_UNSPECIFIED, "members"},
    Right{Record::kAccreditation, kRegulator, quality::v1::ROLE_REGULATOR, "regulators"},
    Right{Record::kProductRegistration, kEnterprise, quality::v1::ROLE_REGISTRANT, "enterprises"},
    Right{Record::kLotRegistration, kEnterprise, quality::v1::ROLE_REGISTRANT, "enterprises"},
    Right{Record::kItemRegistration, kEnterprise, quality::v1::ROLE_REGISTRANT, "enterprises"},
    Right{Record::kAggregation, kAnyMember, quality::v1::ROLE_CARRIER, "members"},
    Right{Record::kTransformation, kEnterprise, quality::v1::ROLE_REGISTRANT, "enterprises"},
    Right{Record::kCustodyTransfer, kAnyMember, quality::v1::ROLE_CARRIER, "members"},
    Right{Record::kCustodyConfirmation, kAnyMember, quality::v1::ROLE_CARRIER, "members"},
    Right{Record::kSampleTaken, kInspectionBody | kRegulator, quality::v1::ROLE_SAMPLER,
          "inspection bodies and regulators"},
    Right{Record::kInspectionCertificate, kInspectionBody, quality::v1::ROLE_INSPECTOR,
          "inspection bodies"},
    Right{Record::kCertificateAction, kInspectionBody | kRegulator, quality::v1::ROLE_INSPECTOR,
          "the issuing inspection body and regulators"},
    Right{Record::kSpotCheckResult, kRegulator, quality::v1::ROLE_REGULATOR, "regulators"},
};

bool has_role(const quality::v1::PartyStatus& party, Role role) {
  return role != quality::v1::ROLE_UNSPECIFIED &&
         std::ranges::find(party.roles(), static_cast<int>(role)) != party.roles().end();
}

}  // namespace

bool is_regulator(const quality::v1::PartyStatus& party) {
  return party.kind() == quality::v1::PARTY_KIND_REGULATOR ||
         has_role(party, quality::v1::ROLE_REGULATOR);
}

bool is_governing_kind(PartyKind kind) { return (kGoverning & kind_bit(kind)) != 0; }

Judgement check_rights(const quality::v1::PartyStatus& actor, const Record& record) {
  const auto* const right = std::ranges::find(kRights, record.body_case(), &Right::type);
  if (right == kRights.end()) {
    return refuse(OutcomeCode::kNotSupported, std::string(record_type_name(record)),
                  "records of this type are not judged by this version of the rules");
  }
  const bool by_role = has_role(actor, right->role) ||
                       (right->type == Record::kCertificateAction && is_regulator(actor));
  if ((right->kinds & kind_bit(actor.kind())) != 0 || by_role) return {};
  return refuse(OutcomeCode::kNotAllowed, std::string(record_type_name(record)),
                std::string("only ") + right->who + " may write this record; the organisation is " +
                    quality::v1::PartyKind_Name(actor.kind()));
}

}  // namespace qc::ledger

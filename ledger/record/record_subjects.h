// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/crypto/hash.h"

namespace quality::v1 {
class ObjectRef;
class PartyRef;
class Record;
}  // namespace quality::v1

namespace qc::ledger {

/// The subjects of a record as far as the record itself decides them (docs/formats.md, Subjects,
/// rules 1, 2 and 5; of rule 3 which things it is about, whose inherited subjects only the state
/// knows). All ids are canonical.
struct RecordSubjects {
  /// Entry of a `#below` list: `list` gets this record if it is the first that names `child` under
  /// it.
  struct Child {
    std::string list;
    std::string child;
  };
  /// `id` joins the `see` of `subject`.
  struct See {
    std::string subject;
    std::string id;
  };

  /// Rule 1 and 5, in this order, distinct: objects (inputs, outputs, parent, children), the acting
  /// party, the parties named, the thing or other subject concerned, the place.
  std::vector<std::string> named;
  /// Rule 2, in order, distinct.
  std::vector<Child> below;
  /// An item's lots, in order, distinct.
  std::vector<See> see;
  /// The thing whose history this record opens (certificate, sample, spot check, transfer); empty
  /// if none. Also in `named`.
  std::string opens;
  /// Things on the chain that it is about (rule 3): it inherits every subject that they have. Also
  /// in `named`. Each must exist, else the record is refused.
  std::vector<std::string> about;
};

/// What the subjects of a record depend on besides the record.
struct SubjectContext {
  /// USCC or LEI of the submission's organisation; empty in genesis.
  std::string_view organisation;
  /// It acts as a regulator: a class is a subject of what regulators write, its `#below` of what
  /// others do.
  bool by_regulator = false;
  /// The network's hash, for key ids.
  HashAlgorithm hash = HashAlgorithm::kSha256;
};

/// Pure; `record` has passed check_record. Types that are not judged yet name the acting party
/// only. An EnrolmentRequest or ValidatorSetChange names the party, not its keys: they become
/// subjects with the deciding approval.
[[nodiscard]] RecordSubjects subjects_of(const quality::v1::Record& record,
                                         const SubjectContext& context);

/// The subject that an object reference names, at its own level (a class stays a class); `object`
/// is valid.
[[nodiscard]] std::string subject_of(const quality::v1::ObjectRef& object);
/// `urn:qc:party:...` by code, else `urn:qc:party-name:...`; empty if the reference is empty.
[[nodiscard]] std::string subject_of(const quality::v1::PartyRef& party);

}  // namespace qc::ledger

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/base/fault.h"
#include "ledger/name/subject_id.h"
#include "ledger/record/refusal.h"
#include "quality/v1/record.pb.h"

namespace qc::ledger {

/// Where a value stands in a record, as a path that is spelled out only when something is wrong. A
/// chain of places on the stack: a place refers to the one it was made from.
class Place {
 public:
  explicit Place(std::string_view name) : name_(name) {}
  /// A field of this message.
  [[nodiscard]] Place field(std::string_view name) const { return Place(this, name, kNone); }
  /// An element of a repeated field of this message.
  [[nodiscard]] Place element(std::string_view name, int index) const {
    return Place(this, name, index);
  }
  /// "inspection_certificate.objects[0].gtin".
  [[nodiscard]] std::string path() const;

 private:
  static constexpr int kNone = -1;
  Place(const Place* parent, std::string_view name, int index)
      : parent_(parent), name_(name), index_(index) {}

  const Place* parent_ = nullptr;
  std::string_view name_;
  int index_ = kNone;
};

/// Keeps the first refusal of a record. Once there is one every further check is passed over, so
/// rules read as a list in the order that decides which refusal stands on the chain.
class RecordJudge {
 public:
  using FaultOf = Fault (*)(std::string_view);

  RecordJudge(const quality::v1::Record& record, const RecordContext& context)
      : record_(&record), context_(&context) {}

  [[nodiscard]] bool refused() const { return refusal_.has_value(); }
  [[nodiscard]] const std::optional<Refusal>& refusal() const { return refusal_; }
  [[nodiscard]] const RecordContext& context() const { return *context_; }
  [[nodiscard]] const quality::v1::Record& record() const { return *record_; }

  void refuse(OutcomeCode code, const Place& place, std::string message);
  /// Refuses with kInvalidField unless `fine`.
  void require(bool fine, const Place& place, std::string_view message);
  /// Refuses with kMissingField unless `present`.
  void require_present(bool present, const Place& place, std::string_view what);

  /// A text that must be there and without fault.
  void text(const Place& place, std::string_view value, FaultOf fault_of);
  /// A text that may be empty.
  void optional_text(const Place& place, std::string_view value, FaultOf fault_of);
  /// A digest or the like: exactly `size` bytes.
  void bytes(const Place& place, std::string_view value, std::size_t size);
  void optional_bytes(const Place& place, std::string_view value, std::size_t size);
  /// At least `least` and at most `most` elements.
  void count(const Place& place, int elements, int least, int most);
  /// An enum that is set; `value` is its number.
  void chosen(const Place& place, int value, std::string_view what);

  /// A canonical subject id of one of `kinds`.
  void subject(const Place& place, std::string_view id, std::initializer_list<SubjectKind> kinds,
               std::string_view what);
  void optional_subject(const Place& place, std::string_view id,
                        std::initializer_list<SubjectKind> kinds, std::string_view what);
  /// A place of activity; may be empty.
  void optional_place(const Place& place, std::string_view id);

  void party(const Place& place, const quality::v1::PartyRef& party);
  void names(const Place& place, const quality::v1::LocalizedName& name);
  void quantity(const Place& place, const quality::v1::Quantity& quantity);
  void new_key(const Place& place, const quality::v1::NewKey& key);

  /// Dates in order where both are there: `later` is not before `earlier`.
  void date_order(std::string_view earlier, const Place& later_place, std::string_view later,
                  std::string_view rule);

 private:
  const quality::v1::Record* record_;
  const RecordContext* context_;
  std::optional<Refusal> refusal_;
};

/// What an object reference may be where it stands.
enum class ObjectUse : std::uint8_t {
  /// What a certificate is about: everything that can be inspected.
  kInspected,
  /// What a sample was taken from or a spot check found: everything but a party.
  kSampled,
  /// What an event moves: product of any level, logistic unit, asset.
  kMoved,
  /// What changes hands: not a class, which nobody can hand over.
  kHandedOver,
  /// What others are put into: logistic unit, asset, item.
  kContainer,
};

void judge_object(RecordJudge& judge, const Place& place, const quality::v1::ObjectRef& object,
                  ObjectUse use);

// One function for each type that is judged, in the order of the types' numbers.

void judge(RecordJudge& judge, const Place& place, const quality::v1::EnrolmentRequest& request);
void judge(RecordJudge& judge, const Place& place, const quality::v1::EnrolmentDecision& decision);
void judge(RecordJudge& judge, const Place& place, const quality::v1::MemberAction& action);
void judge(RecordJudge& judge, const Place& place, const quality::v1::KeyAdd& add);
void judge(RecordJudge& judge, const Place& place, const quality::v1::KeyRevoke& revoke);
void judge(RecordJudge& judge, const Place& place, const quality::v1::PrefixGrant& grant);
void judge(RecordJudge& judge, const Place& place, const quality::v1::ValidatorSetChange& change);
void judge(RecordJudge& judge, const Place& place, const quality::v1::FoundingNetwork& network);
void judge(RecordJudge& judge, const Place& place, const quality::v1::FoundingParty& party);

void judge(RecordJudge& judge, const Place& place, const quality::v1::Accreditation& accreditation);
void judge(RecordJudge& judge, const Place& place, const quality::v1::ProductRegistration& product);
void judge(RecordJudge& judge, const Place& place, const quality::v1::LotRegistration& lot);
void judge(RecordJudge& judge, const Place& place, const quality::v1::ItemRegistration& item);
void judge(RecordJudge& judge, const Place& place, const quality::v1::Aggregation& aggregation);
void judge(RecordJudge& judge, const Place& place,
           const quality::v1::Transformation& transformation);
void judge(RecordJudge& judge, const Place& place, const quality::v1::CustodyTransfer& transfer);
void judge(RecordJudge& judge, const Place& place,
           const quality::v1::CustodyConfirmation& confirmation);

void judge(RecordJudge& judge, const Place& place, const quality::v1::SampleTaken& sample);
void judge(RecordJudge& judge, const Place& place,
           const quality::v1::InspectionCertificate& certificate);
void judge(RecordJudge& judge, const Place& place, const quality::v1::CertificateAction& action);
void judge(RecordJudge& judge, const Place& place, const quality::v1::SpotCheckResult& result);

}  // namespace qc::ledger

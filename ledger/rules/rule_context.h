// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ledger/consortium/approval_rule.h"
#include "ledger/crypto/hash.h"
#include "ledger/crypto/network.h"
#include "ledger/record/record_rules.h"
#include "ledger/state/state_view.h"
#include "ledger/state/working_set.h"
#include "quality/v1/record.pb.h"
#include "quality/v1/status.pb.h"

namespace qc::ledger {

/// An accreditation in the form in which certificates ask for it.
struct AccreditationScope {
  quality::v1::AccreditationStatus status;
  /// standard NUL category NUL parameter of each line, empty parts as wildcards.
  std::unordered_set<std::string> lines;
  /// standard NUL category of each line.
  std::unordered_set<std::string> standards;

  bool covers(std::string_view standard, std::string_view category,
              std::string_view parameter) const;
  bool covers(std::string_view standard, std::string_view category) const;
};

/// What is judged as it stood before the block: keys, rights and accreditations, each read and
/// decoded once a block (docs/formats.md, Record and submission).
class StartOfBlock {
 public:
  StartOfBlock(const StateView& state, HashAlgorithm algorithm)
      : state_(state), algorithm_(algorithm) {}

  const quality::v1::NetworkStatus& network();
  /// The approval rule in force; nothing before genesis.
  const ApprovalRule* approval_rule();
  const quality::v1::PartyStatus& party(std::string_view code);
  /// Nothing where it is not on the chain.
  const AccreditationScope* accreditation(std::string_view id);

  /// The first read error, as in WorkingSet.
  const std::optional<Error>& failure() const { return failure_; }

 private:
  template <class S>
  std::optional<S> read(std::string_view id);

  const StateView& state_;
  HashAlgorithm algorithm_;
  std::optional<quality::v1::NetworkStatus> network_;
  std::optional<ApprovalRule> rule_;
  std::map<std::string, quality::v1::PartyStatus, std::less<>> parties_;
  std::map<std::string, std::optional<AccreditationScope>, std::less<>> accreditations_;
  std::optional<Error> failure_;
};

/// Everything that a stateful rule may look at, and where it puts its effects. One record's.
struct RuleContext {
  const Network& network;
  /// Of the block.
  std::uint64_t height = 0;
  std::uint64_t block_time_ms = 0;
  /// Minutes east of UTC plus kTimeZoneBias.
  std::uint32_t time_zone = 0;
  StartOfBlock& start;
  WorkingSet& state;
  /// Who submits: code and status at the start of the block; empty in genesis.
  std::string_view organisation;
  const quality::v1::PartyStatus* actor = nullptr;
  /// Log index that the record gets.
  std::uint64_t log_index = 0;
  /// Subjects that the record has besides those that it names itself.
  std::vector<std::string> extra_subjects;
};

using Judgement = tl::expected<void, Refusal>;

inline tl::unexpected<Refusal> refuse(OutcomeCode code, std::string field, std::string message) {
  return tl::unexpected<Refusal>(Refusal{code, std::move(field), std::move(message)});
}

/// Times in records may be so far ahead of the block: clocks differ.
inline constexpr std::uint64_t kClaimAheadMsMax = 5ULL * 60 * 1000;

inline bool too_late(const RuleContext& context, std::uint64_t claimed_ms) {
  return claimed_ms > context.block_time_ms + kClaimAheadMsMax;
}

/// "objects[3].object"
std::string element(std::string_view message, std::string_view field, int index,
                    std::string_view member = {});

// The stateful rules of each type (docs/domain.md): refuse, or put the effects into the state. All
// of them may assume that check_record has passed and the actor may write the type.

Judgement apply(RuleContext& context, const quality::v1::FoundingNetwork& record);
Judgement apply(RuleContext& context, const quality::v1::FoundingParty& record);
Judgement apply(RuleContext& context, const quality::v1::EnrolmentRequest& record);
Judgement apply(RuleContext& context, const quality::v1::EnrolmentDecision& record);
Judgement apply(RuleContext& context, const quality::v1::MemberAction& record);
Judgement apply(RuleContext& context, const quality::v1::KeyAdd& record);
Judgement apply(RuleContext& context, const quality::v1::KeyRevoke& record);
Judgement apply(RuleContext& context, const quality::v1::PrefixGrant& record);
Judgement apply(RuleContext& context, const quality::v1::ValidatorSetChange& record);
Judgement apply(RuleContext& context, const quality::v1::Accreditation& record);
Judgement apply(RuleContext& context, const quality::v1::ProductRegistration& record);
Judgement apply(RuleContext& context, const quality::v1::LotRegistration& record);
Judgement apply(RuleContext& context, const quality::v1::ItemRegistration& record);
Judgement apply(RuleContext& context, const quality::v1::Aggregation& record);
Judgement apply(RuleContext& context, const quality::v1::Transformation& record);
Judgement apply(RuleContext& context, const quality::v1::CustodyTransfer& record);
Judgement apply(RuleContext& context, const quality::v1::CustodyConfirmation& record);
Judgement apply(RuleContext& context, const quality::v1::SampleTaken& record);
Judgement apply(RuleContext& context, const quality::v1::InspectionCertificate& record);
Judgement apply(RuleContext& context, const quality::v1::CertificateAction& record);
Judgement apply(RuleContext& context, const quality::v1::SpotCheckResult& record);

/// Enrols keys for an organisation from this block on; `field` is where the first key stands. The
/// record must have them as subjects. Refuses a key that the chain has already.
Judgement enrol_keys(RuleContext& context, quality::v1::PartyStatus& party, const std::string& code,
                     const google::protobuf::RepeatedPtrField<quality::v1::NewKey>& keys,
                     const std::string& field);

/// Proof of possession of a new key for `organisation`.
Judgement check_possession(const RuleContext& context, std::string_view organisation,
                           const quality::v1::NewKey& key, const std::string& field);

/// The seats of the set that votes at this height and of every set decided after it: whose keys and
/// organisations are needed. One that stands in several sets is listed for each.
std::vector<quality::v1::Validator> present_and_later_seats(RuleContext& context);

/// Who holds a good, walking up from what it is in; empty where nobody does.
std::string holder_of(WorkingSet& state, const std::string& id);

}  // namespace qc::ledger

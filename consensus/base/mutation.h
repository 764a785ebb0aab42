// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace qc::consensus {

/// Deliberate bugs, one a rule that safety or liveness rests on. The simulator must find each of
/// them (tests/simulation); what ships has none: outside of the one test build that defines
/// QC_MUTATIONS, `mutated` is the constant false.
enum class Mutation : std::uint8_t {
  kNone,
  kQuorumMinusOne,
  kJournalSkipped,
  kParentCheckSkipped,
  kBaseByHeight,
  kSecondNewView,
  kStartNotJournalled,
  kTruncatedAtCommitted,
  kVotesBeforeReexecution,
  kHighestDiscarded,
  kEpochNotSigned,
  kCheckpointUnderBase,
  kOnePeerViewJump,
  kDuplicateSigners,
  kPayloadNotHeld,
  kCertificateNotJournalled,
  kJournalNotProved,
};

#ifdef QC_MUTATIONS
/// The bug that is switched on: set once, before the first replica is made.
inline Mutation active_mutation = Mutation::kNone;

inline bool mutated(Mutation mutation) { return active_mutation == mutation; }
#else
constexpr bool mutated(Mutation /*mutation*/) { return false; }
#endif

}  // namespace qc::consensus

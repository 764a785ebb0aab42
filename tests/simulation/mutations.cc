// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/mutations.h"

#include <algorithm>

namespace qc::simulation {

using consensus::Mutation;

const std::vector<NamedMutation>& mutations() {
#ifdef QC_MUTATIONS
  static const std::vector<NamedMutation> all = {
      {Mutation::kQuorumMinusOne, "quorum_minus_one", "a quorum is one more"},
      {Mutation::kJournalSkipped, "journal_skipped", "prepares and proposals are journalled"},
      {Mutation::kCertificateNotJournalled, "certificate_not_journalled",
       "certificates are journalled"},
      {Mutation::kParentCheckSkipped, "parent_check_skipped", "a proposal follows its parent"},
      {Mutation::kBaseByHeight, "base_by_height", "the base is the highest by view first"},
      {Mutation::kSecondNewView, "second_new_view", "one new view a view"},
      {Mutation::kStartNotJournalled, "start_not_journalled", "the start of a view is journalled"},
      {Mutation::kTruncatedAtCommitted, "truncated_at_committed",
       "a rotated journal keeps votes above the certified height"},
      {Mutation::kVotesBeforeReexecution, "votes_before_reexecution",
       "no vote while the ledger is behind the journal"},
      {Mutation::kHighestDiscarded, "highest_discarded",
       "the highest certificate is kept, certified or not"},
      {Mutation::kEpochNotSigned, "epoch_not_signed", "chain and epoch are signed"},
      {Mutation::kCheckpointUnderBase, "checkpoint_under_base",
       "no checkpoint is a parent at or below the base"},
      {Mutation::kOnePeerViewJump, "one_peer_view_jump", "f + 1 others take one to a view"},
      {Mutation::kDuplicateSigners, "duplicate_signers", "signers of a certificate are distinct"},
      {Mutation::kJournalNotProved, "journal_not_proved",
       "no vote before the peers have shown what they hold of it"},
      {Mutation::kPayloadNotHeld, "payload_not_held", "what is voted for is held"},
  };
#else
  static const std::vector<NamedMutation> all;
#endif
  return all;
}

bool switch_on(std::string_view name) {
  const auto place = std::ranges::find(mutations(), name, &NamedMutation::name);
  if (place == mutations().end()) {
    return false;
  }
#ifdef QC_MUTATIONS
  consensus::active_mutation = place->mutation;
#endif
  return true;
}

}  // namespace qc::simulation

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "chain/certifier.h"
#include "consensus/message/authenticator.h"
#include "consensus/message/messages.h"
#include "consensus/message/types.h"
#include "ledger/consortium/validator_set.h"
#include "ledger/crypto/network.h"

namespace qc::chain {

/// Verifies all that is signed in what a validator sends, before the replica sees it. From any
/// thread, as its authenticator.
class MessageVerifier {
 public:
  /// `authenticator` must outlive it.
  MessageVerifier(ledger::Network network, ledger::ValidatorSet validators, consensus::Epoch epoch,
                  const consensus::Authenticator& authenticator);

  /// What a good message shows beside that it is good.
  struct Verified {
    /// Of a CheckpointVote (consensus::MessageReceived::cosigned_s); 0 of all others.
    std::uint64_t cosigned_s = 0;
  };
  /// Nothing where a signature or a proof in it is false.
  std::optional<Verified> verify(consensus::ReplicaIndex from,
                                 const consensus::Message& message) const;

 private:
  const ledger::Network network_;
  const ledger::ValidatorSet validators_;
  const consensus::Epoch epoch_;
  const consensus::Authenticator& authenticator_;
  const Certifier certifier_;
};

}  // namespace qc::chain

// SPDX-License-Identifier: Apache-2.0
#include "chain/message_verifier.h"

#include <utility>
#include <variant>

#include "chain/checkpoint_proof.h"
#include "consensus/message/verifier.h"

namespace qc::chain {

MessageVerifier::MessageVerifier(ledger::Network network, ledger::ValidatorSet validators,
                                 consensus::Epoch epoch,
                                 const consensus::Authenticator& authenticator)
    : network_(std::move(network)),
      validators_(std::move(validators)),
      epoch_(std::move(epoch)),
      authenticator_(authenticator),
      certifier_(validators_) {}

std::optional<MessageVerifier::Verified> MessageVerifier::verify(
    consensus::ReplicaIndex from, const consensus::Message& message) const {
  const auto when = [](bool good) { return good ? std::optional(Verified{}) : std::nullopt; };
  if (const auto* vote = std::get_if<consensus::CheckpointVote>(&message)) {
    const auto stamp = certifier_.stamp(from.value, *vote);
    return stamp ? std::optional(Verified{.cosigned_s = *stamp}) : std::nullopt;
  }
  if (const auto* certified = std::get_if<consensus::CertifiedCheckpoint>(&message)) {
    return when(verify_certified(network_, validators_, *certified));
  }
  const consensus::CertifiedCheckpoint* attached = consensus::attached_checkpoint(message);
  if (attached != nullptr && !verify_certified(network_, validators_, *attached)) {
    return std::nullopt;
  }
  return when(consensus::verify_message(epoch_, authenticator_, message));
}

}  // namespace qc::chain

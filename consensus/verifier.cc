// SPDX-License-Identifier: Apache-2.0
#include "consensus/verifier.h"

#include "consensus/statement.h"

namespace qc::consensus {
namespace {

bool verify(const Epoch& epoch, const Authenticator& authenticator, const PrePrepare& message) {
  const VoteStatement statement{Phase::kPrePrepare, message.view, message.proposal.height,
                                proposal_digest(message.proposal, authenticator)};
  return authenticator.verify(epoch.primary(message.view), vote_statement_bytes(epoch, statement),
                              message.signature);
}

bool verify(const Epoch& epoch, const Authenticator& authenticator, const Vote& vote) {
  if (vote.voter.value >= epoch.validators || vote.phase == Phase::kPrePrepare) {
    return false;
  }
  const VoteStatement statement{vote.phase, vote.view, vote.height, vote.digest};
  return authenticator.verify(vote.voter, vote_statement_bytes(epoch, statement), vote.signature);
}

}  // namespace

bool verify_message(const Epoch& epoch, const Authenticator& authenticator,
                    const Message& message) {
  if (const auto* pre_prepare = std::get_if<PrePrepare>(&message)) {
    return verify(epoch, authenticator, *pre_prepare);
  }
  if (const auto* vote = std::get_if<Vote>(&message)) {
    return verify(epoch, authenticator, *vote);
  }
  return true;
}

bool verify_certificate(const Epoch& epoch, const Authenticator& authenticator,
                        const PreparedCertificate& certificate) {
  if (certificate.prepares.size() < epoch.quorum().certificate()) {
    return false;
  }
  const std::string statement = vote_statement_bytes(
      epoch,
      VoteStatement{Phase::kPrepare, certificate.view, certificate.height, certificate.digest});
  for (std::size_t i = 0; i < certificate.prepares.size(); ++i) {
    const SignedBy& prepare = certificate.prepares[i];
    const bool ascending = i == 0 || certificate.prepares[i - 1].voter < prepare.voter;
    if (!ascending || prepare.voter.value >= epoch.validators ||
        !authenticator.verify(prepare.voter, statement, prepare.signature)) {
      return false;
    }
  }
  return true;
}

}  // namespace qc::consensus

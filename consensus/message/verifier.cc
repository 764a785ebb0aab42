// SPDX-License-Identifier: Apache-2.0
#include "consensus/message/verifier.h"

#include <algorithm>

#include "consensus/base/mutation.h"
#include "consensus/message/statement.h"
#include "consensus/message/view_start.h"

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

bool header_is_good(const Epoch& epoch, const Authenticator& authenticator,
                    const ViewChangeHeader& header) {
  const PreparedPoint& prepared = header.prepared;
  const bool prepared_possible =
      prepared.height == Height{}
          ? prepared == PreparedPoint{}
          : prepared.view < header.view && prepared.height >= epoch.first_height;
  const bool at_epoch_start = header.checkpoint.height.next() == epoch.first_height;
  const bool checkpoint_possible = at_epoch_start ? header.checkpoint.proposal == Digest{}
                                                  : header.checkpoint.height >= epoch.first_height;
  return header.view > View{} && prepared_possible && checkpoint_possible &&
         header.voter.value < epoch.validators &&
         authenticator.verify(header.voter, view_change_statement_bytes(epoch, header),
                              header.signature);
}

/// Whether the proofs are those of the two points, no more and no less.
bool proofs_match(const Epoch& epoch, const Authenticator& authenticator, const Basis& basis,
                  const std::optional<PreparedCertificate>& certificate,
                  const std::optional<CertifiedCheckpoint>& checkpoint) {
  const bool in_epoch = basis.checkpoint.height >= epoch.first_height;
  if (checkpoint.has_value() != in_epoch ||
      certificate.has_value() != (basis.prepared.height > Height{})) {
    return false;
  }
  if (checkpoint && CertifiedPoint{checkpoint->height, checkpoint->proposal} != basis.checkpoint) {
    return false;
  }
  return !certificate || (PreparedPoint{certificate->view, certificate->height,
                                        certificate->digest} == basis.prepared &&
                          verify_certificate(epoch, authenticator, *certificate));
}

bool verify(const Epoch& epoch, const Authenticator& authenticator, const ViewChange& message) {
  const ViewChangeHeader& header = message.header;
  return header_is_good(epoch, authenticator, header) &&
         proofs_match(epoch, authenticator, Basis{header.prepared, header.checkpoint},
                      message.certificate, message.checkpoint);
}

bool verify(const Epoch& epoch, const Authenticator& authenticator, const NewView& message) {
  const std::vector<ViewChangeHeader>& headers = message.headers;
  const auto not_ascending = [](const ViewChangeHeader& one, const ViewChangeHeader& next) {
    return one.voter >= next.voter;
  };
  if (headers.size() != epoch.quorum().certificate() ||
      std::ranges::adjacent_find(headers, not_ascending) != headers.end() ||
      !authenticator.verify(epoch.primary(message.view), new_view_statement_bytes(epoch, message),
                            message.signature)) {
    return false;
  }
  const bool headers_good = std::ranges::all_of(headers, [&](const ViewChangeHeader& header) {
    return header.view == message.view && header_is_good(epoch, authenticator, header);
  });
  return headers_good && proofs_match(epoch, authenticator, greatest(headers), message.certificate,
                                      message.checkpoint);
}

bool verify(const Epoch& epoch, const Authenticator& authenticator, const PromisesHeld& message) {
  const bool votes_good = std::ranges::all_of(message.votes, [&](const Vote& vote) {
    const bool possible =
        vote.voter.value < epoch.validators &&
        (vote.phase != Phase::kPrePrepare || vote.voter == epoch.primary(vote.view));
    const VoteStatement statement{vote.phase, vote.view, vote.height, vote.digest};
    return possible &&
           authenticator.verify(vote.voter, vote_statement_bytes(epoch, statement), vote.signature);
  });
  return votes_good &&
         (!message.view_change || header_is_good(epoch, authenticator, *message.view_change));
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
  if (const auto* view_change = std::get_if<ViewChange>(&message)) {
    return verify(epoch, authenticator, *view_change);
  }
  if (const auto* new_view = std::get_if<NewView>(&message)) {
    return verify(epoch, authenticator, *new_view);
  }
  if (const auto* promises = std::get_if<PromisesHeld>(&message)) {
    return verify(epoch, authenticator, *promises);
  }
  return true;
}

const CertifiedCheckpoint* attached_checkpoint(const Message& message) {
  const std::optional<CertifiedCheckpoint>* attached = nullptr;
  if (const auto* view_change = std::get_if<ViewChange>(&message)) {
    attached = &view_change->checkpoint;
  } else if (const auto* new_view = std::get_if<NewView>(&message)) {
    attached = &new_view->checkpoint;
  }
  return attached != nullptr && *attached ? &**attached : nullptr;
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
    const bool ascending = i == 0 || certificate.prepares[i - 1].voter < prepare.voter ||
                           mutated(Mutation::kDuplicateSigners);
    if (!ascending || prepare.voter.value >= epoch.validators ||
        !authenticator.verify(prepare.voter, statement, prepare.signature)) {
      return false;
    }
  }
  return true;
}

}  // namespace qc::consensus

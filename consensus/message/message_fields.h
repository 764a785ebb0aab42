// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <vector>

#include "consensus/message/archive.h"
#include "consensus/message/messages.h"

namespace qc::consensus {

// What each message is made of, in the order in which it is encoded (archive.h). Journal entries
// hold messages, hence the header.

/// Encoded size of one, for refusing a count before anything is allocated.
constexpr std::size_t kVoteSize = 1 + 2 * 8 + sizeof(Digest) + 2 + sizeof(Signature);
constexpr std::size_t kViewChangeHeaderSize = 5 * 8 + 2 * sizeof(Digest) + 2 + sizeof(Signature);

/// A list in strictly ascending order of a member, hence without duplicates.
template <class A, class T, class Member>
void require_ascending(A& a, const std::vector<T>& list, Member member) {
  a.require(std::ranges::adjacent_find(list, [member](const T& one, const T& next) {
              return one.*member >= next.*member;
            }) == list.end());
}

template <class A, class M>
void digests(A& a, M& list, std::size_t count_max) {
  a.list(list, count_max, sizeof(Digest), [](A& archive, auto& digest) { archive.field(digest); });
}

template <class A, Is<Proposal> M>
void fields(A& a, M& m) {
  a.field(m.height);
  a.field(m.parent);
  a.field(m.time_ms);
  digests(a, m.batches, kProposalBatchesMax);
}

template <class A, Is<PrePrepare> M>
void fields(A& a, M& m) {
  a.field(m.view);
  fields(a, m.proposal);
  a.field(m.signature);
}

template <class A, Is<Vote> M>
void fields(A& a, M& m) {
  a.field(m.phase);
  a.field(m.view);
  a.field(m.height);
  a.field(m.digest);
  a.field(m.voter);
  a.field(m.signature);
}

template <class A, Is<PreparedCertificate> M>
void fields(A& a, M& m) {
  a.field(m.view);
  a.field(m.height);
  a.field(m.digest);
  a.list(m.prepares, kValidatorsMax, sizeof(std::uint16_t) + sizeof(Signature),
         [](A& archive, auto& prepare) {
           archive.field(prepare.voter);
           archive.field(prepare.signature);
         });
  require_ascending(a, m.prepares, &SignedBy::voter);
}

template <class A, class M>
requires Is<M, CheckpointVote> || Is<M, CheckpointSigned>
void fields(A& a, M& m) {
  // An observer signs nothing, but it remembers nothing either: a cosignature is never empty.
  a.field(m.height);
  a.text(m.checkpoint, 1, kCheckpointBytesMax);
  a.text(m.cosignature, 1, kCosignatureBytesMax);
}

template <class A, Is<CertifiedCheckpoint> M>
void fields(A& a, M& m) {
  a.field(m.height);
  a.field(m.proposal);
  a.text(m.checkpoint, 1, kCheckpointBytesMax);
  a.text(m.proof, 0, kCertifiedProofBytesMax);
}

template <class A, class M>
requires Is<M, BatchAck> || Is<M, FetchBatches>
void fields(A& a, M& m) {
  digests(a, m.batches, kDigestListMax);
  a.require(!m.batches.empty());
}

template <class A, Is<HeldVotes> M>
void fields(A& a, M& m) {
  a.field(m.height);
  a.field(m.proposal);
  a.bytes(m.prepares, kValidatorsMax / 8);
  a.bytes(m.commits, kValidatorsMax / 8);
}

template <class A, Is<Status> M>
void fields(A& a, M& m) {
  a.field(m.view);
  a.field(m.certified);
  digests(a, m.acknowledged, kDigestListMax);
  a.list(m.votes, kWindowMax, 48, [](A& archive, auto& held) { fields(archive, held); });
  require_ascending(a, m.votes, &HeldVotes::height);
  a.field(m.mark);
}

template <class A, Is<ViewChangeHeader> M>
void fields(A& a, M& m) {
  a.field(m.view);
  a.field(m.checkpoint.height);
  a.field(m.checkpoint.proposal);
  a.field(m.prepared.view);
  a.field(m.prepared.height);
  a.field(m.prepared.digest);
  a.field(m.voter);
  a.field(m.signature);
}

template <class A, class M>
void proofs(A& a, M& m) {
  const auto each = [](A& archive, auto& value) { fields(archive, value); };
  a.optional(m.certificate, each);
  a.optional(m.checkpoint, each);
}

template <class A, Is<ViewChange> M>
void fields(A& a, M& m) {
  fields(a, m.header);
  proofs(a, m);
}

template <class A, Is<NewView> M>
void fields(A& a, M& m) {
  a.field(m.view);
  a.list(m.headers, kValidatorsMax, kViewChangeHeaderSize,
         [](A& archive, auto& header) { fields(archive, header); });
  require_ascending(a, m.headers, &ViewChangeHeader::voter);
  proofs(a, m);
  a.field(m.signature);
}

template <class A, Is<FetchProposals> M>
void fields(A& a, M& m) {
  a.field(m.height);
  a.field(m.digest);
  a.field(m.above);
}

template <class A, Is<ProposalFetched> M>
void fields(A& a, M& m) {
  fields(a, m.proposal);
}

template <class A, Is<Echo> M>
void fields(A& a, M& m) {
  a.field(m.mark);
}

template <class A, Is<AskPromises> M>
void fields(A& a, M& m) {
  a.field(m.life);
}

template <class A, Is<PromisesHeld> M>
void fields(A& a, M& m) {
  a.field(m.life);
  a.list(m.votes, kPhases, kVoteSize, [](A& archive, auto& vote) {
    archive.any_phase(vote.phase);
    archive.field(vote.view);
    archive.field(vote.height);
    archive.field(vote.digest);
    archive.field(vote.voter);
    archive.field(vote.signature);
  });
  a.require(
      std::adjacent_find(m.votes.begin(), m.votes.end(), [](const Vote& one, const Vote& next) {
        return one.phase >= next.phase;
      }) == m.votes.end());
  a.optional(m.view_change, [](A& archive, auto& header) { fields(archive, header); });
}

}  // namespace qc::consensus

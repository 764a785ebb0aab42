// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "consensus/message/types.h"

namespace qc::consensus {

/// What a block shall hold: the value that replicas agree on. Its digest is the hash of
/// `proposal_bytes` (statement.h).
struct Proposal {
  Height height;
  /// Digest of the proposal one height below; 32 zero bytes where that is genesis.
  Digest parent{};
  /// Block time: the primary's clock, unix milliseconds, greater than the parent's.
  std::uint64_t time_ms = 0;
  /// Digests of the batches, in the order in which they are executed. No duplicates. Empty only to
  /// carry a set change.
  std::vector<Digest> batches;

  friend bool operator==(const Proposal&, const Proposal&) = default;
};

/// The primary's signed assignment of a proposal to (view, height). It is not a vote: the primary
/// prepares like everybody. Anyone may relay it.
struct PrePrepare {
  View view;
  Proposal proposal;
  /// By the primary of `view`, over the statement (kPrePrepare, view, height, proposal digest).
  Signature signature{};

  friend bool operator==(const PrePrepare&, const PrePrepare&) = default;
};

/// What a signed statement says. The values are part of the signed bytes.
enum class Phase : std::uint8_t {
  kPrePrepare = 1,
  kPrepare = 2,
  kCommit = 3,
};

/// A prepare or a commit. Signed, so anyone may relay it; `voter` need not be the peer that it came
/// from.
struct Vote {
  /// kPrepare or kCommit.
  Phase phase = Phase::kPrepare;
  View view;
  Height height;
  /// Digest of the proposal voted for.
  Digest digest{};
  ReplicaIndex voter;
  Signature signature{};

  friend bool operator==(const Vote&, const Vote&) = default;
};

/// A signature in a certificate and whose it is.
struct SignedBy {
  ReplicaIndex voter;
  Signature signature{};

  friend bool operator==(const SignedBy&, const SignedBy&) = default;
};

/// Proof that a quorum prepared a digest in one view: nothing else can ever be prepared there.
struct PreparedCertificate {
  View view;
  Height height;
  Digest digest{};
  /// At least a quorum, in ascending order of voter, hence distinct.
  std::vector<SignedBy> prepares;

  friend bool operator==(const PreparedCertificate&, const PreparedCertificate&) = default;
};

/// The sender executed `height` and cosigned the resulting checkpoint. The voter is the peer that
/// it came from; the host has verified the cosignature over `checkpoint` before `step` sees it.
struct CheckpointVote {
  Height height;
  /// The checkpoint body that was cosigned; opaque here, compared byte by byte. 1 ..
  /// kCheckpointBytesMax bytes.
  std::string checkpoint;
  /// The cosignature; opaque here. 1 .. kCosignatureBytesMax bytes.
  std::string cosignature;

  friend bool operator==(const CheckpointVote&, const CheckpointVote&) = default;
};

/// A checkpoint with a quorum of cosignatures, its seal and the seal's inclusion path.
///
/// `height`, `proposal` and `checkpoint` are what the proof says, never what a sender says: the
/// host verifies `proof`, reads the three from the seal and refuses a message that claims others.
struct CertifiedCheckpoint {
  Height height;
  /// Digest of the proposal of that block, from its seal.
  Digest proposal{};
  /// The checkpoint body, the same bytes as in the votes.
  std::string checkpoint;
  /// The host's proof; opaque here. At most kCertifiedProofBytesMax bytes; empty for genesis only.
  std::string proof;

  friend bool operator==(const CertifiedCheckpoint&, const CertifiedCheckpoint&) = default;
};

/// The sender has verified and stored these batches. Sent to everybody; the link authenticates it.
struct BatchAck {
  /// 1 .. kDigestListMax.
  std::vector<Digest> batches;

  friend bool operator==(const BatchAck&, const BatchAck&) = default;
};

/// The sender asks for the bytes of these batches. The host answers with the batches it holds.
struct FetchBatches {
  /// 1 .. kDigestListMax.
  std::vector<Digest> batches;

  friend bool operator==(const FetchBatches&, const FetchBatches&) = default;
};

/// Which votes a replica holds at one height of its current view; voter i is bit i % 8 of byte i
/// / 8.
struct HeldVotes {
  Height height;
  /// Digest of the proposal held, or 32 zero bytes where there is none.
  Digest proposal{};
  /// Both have ceil(n / 8) bytes, no bit at or above n.
  std::vector<std::uint8_t> prepares;
  std::vector<std::uint8_t> commits;

  friend bool operator==(const HeldVotes&, const HeldVotes&) = default;
};

/// Sent on each link every `status_interval`, work or not; the other end answers with what is
/// missing.
struct Status {
  View view;
  /// Executed and certified there. A claim: it counts only as the (f + 1)-th largest of all.
  Height certified;
  /// Batches held that are not ordered yet: acknowledgements again, for whoever missed them. At
  /// most kDigestListMax.
  std::vector<Digest> acknowledged;
  /// Heights above `certified` at which something is held, ascending. At most kWindowMax.
  std::vector<HeldVotes> votes;
  /// The sender's own mark, sent back in an Echo: how long the way there and back takes. 0: none.
  std::uint64_t mark = 0;

  friend bool operator==(const Status&, const Status&) = default;
};

/// A certified height and the digest of its proposal. At the height below the epoch's first, which
/// everybody who may vote in the epoch holds certified, the digest is 32 zero bytes.
struct CertifiedPoint {
  Height height;
  Digest proposal{};

  friend bool operator==(const CertifiedPoint&, const CertifiedPoint&) = default;
};

/// What a prepared certificate says. Height 0 (and all else zero): there is none.
struct PreparedPoint {
  View view;
  Height height;
  Digest digest{};

  friend bool operator==(const PreparedPoint&, const PreparedPoint&) = default;
};

/// The signed part of a view change: the voter votes in no view below `view` any more, and this is
/// the highest that it has.
struct ViewChangeHeader {
  /// At least 1.
  View view;
  CertifiedPoint checkpoint;
  /// The greatest (view, height), by view first, of the certificates in its journal; its view is
  /// below `view`.
  PreparedPoint prepared;
  ReplicaIndex voter;
  Signature signature{};

  friend bool operator==(const ViewChangeHeader&, const ViewChangeHeader&) = default;
};

/// A replica leaves the views below, with the proofs of what its header says.
struct ViewChange {
  ViewChangeHeader header;
  /// Present if and only if the header names one.
  std::optional<PreparedCertificate> certificate;
  /// Present if and only if the header's checkpoint is in this epoch. Its proof is the host's to
  /// verify.
  std::optional<CertifiedCheckpoint> checkpoint;

  friend bool operator==(const ViewChange&, const ViewChange&) = default;
};

/// The primary of a view says with what it begins, which every receiver computes anew from the
/// headers. Anyone may relay it.
struct NewView {
  View view;
  /// Exactly a quorum, all for `view`, in ascending order of voter.
  std::vector<ViewChangeHeader> headers;
  /// Proof of the greatest certificate that the headers name, if they name any.
  std::optional<PreparedCertificate> certificate;
  /// The greatest checkpoint that they name, where it is in this epoch. Its proof is the host's to
  /// verify.
  std::optional<CertifiedCheckpoint> checkpoint;
  /// By the primary of `view`, over the view and the headers.
  Signature signature{};

  friend bool operator==(const NewView&, const NewView&) = default;
};

/// The sender asks for the proposal with that digest and for its ancestors above a height.
struct FetchProposals {
  Height height;
  Digest digest{};
  Height above;

  friend bool operator==(const FetchProposals&, const FetchProposals&) = default;
};

/// An answer to FetchProposals. It proves itself: whoever asked knows the digest.
struct ProposalFetched {
  Proposal proposal;

  friend bool operator==(const ProposalFetched&, const ProposalFetched&) = default;
};

/// The answer to a Status at once, with its mark. The link authenticates it.
struct Echo {
  std::uint64_t mark = 0;

  friend bool operator==(const Echo&, const Echo&) = default;
};

/// The sender has just started and will not vote before it knows that its journal is whole: what
/// does the receiver hold that bears the sender's signature?
struct AskPromises {
  /// Names the sender's process life, so that no answer to an earlier one counts.
  std::uint64_t life = 0;

  friend bool operator==(const AskPromises&, const AskPromises&) = default;
};

/// The newest that the sender has ever heard of the receiver in this epoch, signed by the receiver:
/// it proves itself.
struct PromisesHeld {
  /// As asked.
  std::uint64_t life = 0;
  /// At most one a phase, in ascending order of phase. One of phase kPrePrepare is the signature of
  /// a pre-prepare, `voter` the view's primary.
  std::vector<Vote> votes;
  std::optional<ViewChangeHeader> view_change;

  friend bool operator==(const PromisesHeld&, const PromisesHeld&) = default;
};

/// Everything that replicas say to each other about ordering. Batch bytes and blocks travel in the
/// host's own frames.
using Message = std::variant<PrePrepare, Vote, CheckpointVote, CertifiedCheckpoint, BatchAck,
                             FetchBatches, Status, ViewChange, NewView, FetchProposals,
                             ProposalFetched, Echo, AskPromises, PromisesHeld>;

}  // namespace qc::consensus

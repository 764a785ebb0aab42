// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "consensus/message/authenticator.h"
#include "consensus/message/messages.h"
#include "consensus/message/types.h"

namespace qc::consensus {

/// The exact bytes that were signed, and the signature.
struct SignedStatement {
  std::string statement;
  /// 64 bytes; for a checkpoint the line of its cosignature as the host wrote it.
  std::string signature;

  friend bool operator==(const SignedStatement&, const SignedStatement&) = default;
};

/// Proof that a validator contradicted itself: two statements, both signed by it, of which a
/// correct one signs at most one. It needs no trust in who reports it: the set's public keys and
/// the bytes in here are enough (`verify_equivocation`).
struct Equivocation {
  enum class Kind : std::uint8_t {
    /// Two proposals of a primary for one view and height.
    kPrePrepare = 1,
    /// Two prepares, or two commits, for different proposals at one view and height.
    kPrepare = 2,
    kCommit = 3,
    /// Two beginnings of one view. `height` is 0.
    kNewView = 4,
    /// Cosignatures of two different checkpoints of one height. `view` is 0; the statements are the
    /// two checkpoint bodies, as they are in CheckpointVote. The height is what the culprit said
    /// unsigned: the proof is that the bodies differ for one size of the log (the host's to see).
    kCheckpoint = 5,
  };
  Kind kind = Kind::kPrePrepare;
  /// The first height of the epoch in whose set `culprit` is counted.
  Height epoch_first_height{1};
  ReplicaIndex culprit;
  View view;
  Height height;
  /// In ascending order of statement, so that the same contradiction makes the same bytes
  /// everywhere.
  SignedStatement first;
  SignedStatement second;

  friend bool operator==(const Equivocation&, const Equivocation&) = default;
};

/// No statement is longer: a NewView of `kValidatorsMax` headers fits.
inline constexpr std::size_t kStatementBytesMax = std::size_t{64} << 10;

/// What two contradicting messages prove. Both must be verified and really differ in what they
/// say about the same view and height; two votes must be of one voter and phase.
Equivocation equivocation_of(const Epoch& epoch, const Authenticator& hasher,
                             const PrePrepare& first, const PrePrepare& second);
Equivocation equivocation_of(const Epoch& epoch, const Vote& first, const Vote& second);
Equivocation equivocation_of(const Epoch& epoch, const NewView& first, const NewView& second);
Equivocation equivocation_of(const Epoch& epoch, ReplicaIndex voter, const CheckpointVote& first,
                             const CheckpointVote& second);

/// Whether the evidence proves what it says under the keys of that epoch's set: both statements are
/// of that chain, epoch, kind, view and height, they differ, and the culprit signed both (as the
/// view's primary, where only that one may).
///
/// For kCheckpoint only that the two bodies differ is checked here: that they contradict each other
/// and that the culprit's cosignatures are good is for the host, who knows their form.
bool verify_equivocation(const Epoch& epoch, const Authenticator& authenticator,
                         const Equivocation& evidence);

}  // namespace qc::consensus

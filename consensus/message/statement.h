// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "consensus/message/authenticator.h"
#include "consensus/message/messages.h"
#include "consensus/message/types.h"

namespace qc::consensus {

/// What a validator signs when it proposes or votes.
struct VoteStatement {
  Phase phase = Phase::kPrepare;
  View view;
  Height height;
  Digest digest{};

  friend bool operator==(const VoteStatement&, const VoteStatement&) = default;
};

/// The exact bytes that are signed:
/// `"qc/vote/v1" NUL  u32 length of chain id  chain id  u64 epoch's first height  set hash[32]  u8
/// phase  u64 view  u64 height digest[32]`, integers big-endian. Chain, epoch and set are in it so
/// that a vote means nothing anywhere else.
std::string vote_statement_bytes(const Epoch& epoch, const VoteStatement& statement);

/// The exact bytes that the header of a view change signs: `"qc/view-change/v1" NUL`, chain, epoch
/// and set as in a vote, then `u64 view  u64 checkpoint height  its digest[32]  u64 certificate's
/// view  u64 its height  its digest[32]`.
std::string view_change_statement_bytes(const Epoch& epoch, const ViewChangeHeader& header);

/// The exact bytes that a new view signs: `"qc/new-view/v1" NUL`, chain, epoch and set as in a
/// vote, then `u64 view  u32 count` and for each header `u16 voter`, its fields as above and its
/// signature. What the proofs prove is in the headers already.
std::string new_view_statement_bytes(const Epoch& epoch, const NewView& new_view);

/// The exact bytes whose hash is a proposal's digest:
/// `"qc/proposal/v1" NUL  u64 height  parent[32]  u64 time_ms  u32 count  digests`, integers
/// big-endian.
std::string proposal_bytes(const Proposal& proposal);

/// The digest that replicas vote for and that the block's seal names.
Digest proposal_digest(const Proposal& proposal, const Authenticator& authenticator);

}  // namespace qc::consensus

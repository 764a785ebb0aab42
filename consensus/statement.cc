// SPDX-License-Identifier: Apache-2.0
#include "consensus/statement.h"

#include <string_view>

#include "consensus/byte_writer.h"

namespace qc::consensus {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kVoteTag = "qc/vote/v1\0"sv;
constexpr std::string_view kProposalTag = "qc/proposal/v1\0"sv;

}  // namespace

std::string vote_statement_bytes(const Epoch& epoch, const VoteStatement& statement) {
  ByteWriter out;
  out.raw(kVoteTag);
  out.text(epoch.chain_id);
  out.u64(epoch.first_height.value);
  out.raw(epoch.set_hash);
  out.u8(static_cast<std::uint8_t>(statement.phase));
  out.u64(statement.view.value);
  out.u64(statement.height.value);
  out.raw(statement.digest);
  return std::move(out).take();
}

std::string proposal_bytes(const Proposal& proposal) {
  ByteWriter out;
  out.raw(kProposalTag);
  out.u64(proposal.height.value);
  out.raw(proposal.parent);
  out.u64(proposal.time_ms);
  out.u32(static_cast<std::uint32_t>(proposal.batches.size()));
  for (const Digest& batch : proposal.batches) {
    out.raw(batch);
  }
  return std::move(out).take();
}

Digest proposal_digest(const Proposal& proposal, const Authenticator& authenticator) {
  return authenticator.hash(proposal_bytes(proposal));
}

}  // namespace qc::consensus

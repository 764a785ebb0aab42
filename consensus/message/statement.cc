// SPDX-License-Identifier: Apache-2.0
#include "consensus/message/statement.h"

#include <string_view>

#include "base/byte_writer.h"
#include "consensus/base/mutation.h"

namespace qc::consensus {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kVoteTag = "qc/vote/v1\0"sv;
constexpr std::string_view kViewChangeTag = "qc/view-change/v1\0"sv;
constexpr std::string_view kNewViewTag = "qc/new-view/v1\0"sv;
constexpr std::string_view kProposalTag = "qc/proposal/v1\0"sv;

void write_epoch(ByteWriter& out, const Epoch& epoch) {
  if (mutated(Mutation::kEpochNotSigned)) {
    return;
  }
  out.text(epoch.chain_id);
  out.u64(epoch.first_height.value);
  out.raw(epoch.set_hash);
}

void write_header(ByteWriter& out, const ViewChangeHeader& header) {
  out.u64(header.view.value);
  out.u64(header.checkpoint.height.value);
  out.raw(header.checkpoint.proposal);
  out.u64(header.prepared.view.value);
  out.u64(header.prepared.height.value);
  out.raw(header.prepared.digest);
}

}  // namespace

std::string vote_statement_bytes(const Epoch& epoch, const VoteStatement& statement) {
  ByteWriter out;
  out.raw(kVoteTag);
  write_epoch(out, epoch);
  out.u8(static_cast<std::uint8_t>(statement.phase));
  out.u64(statement.view.value);
  out.u64(statement.height.value);
  out.raw(statement.digest);
  return std::move(out).take();
}

std::string view_change_statement_bytes(const Epoch& epoch, const ViewChangeHeader& header) {
  ByteWriter out;
  out.raw(kViewChangeTag);
  write_epoch(out, epoch);
  write_header(out, header);
  return std::move(out).take();
}

std::string new_view_statement_bytes(const Epoch& epoch, const NewView& new_view) {
  ByteWriter out;
  out.raw(kNewViewTag);
  write_epoch(out, epoch);
  out.u64(new_view.view.value);
  out.u32(static_cast<std::uint32_t>(new_view.headers.size()));
  for (const ViewChangeHeader& header : new_view.headers) {
    out.u16(header.voter.value);
    write_header(out, header);
    out.raw(header.signature);
  }
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

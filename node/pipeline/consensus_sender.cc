// SPDX-License-Identifier: Apache-2.0
// What the replica says leaves here and nowhere else. A file of its own, so that a program of the
// tests can be linked with another mouth on the same head (tests/tools/lies.cc).
#include "consensus/message/codec.h"
#include "node/pipeline/consensus_driver.h"

namespace qc::node {
namespace {

chain::FramePriority priority_of(const consensus::Message& message) {
  return std::holds_alternative<consensus::PrePrepare>(message) ? chain::FramePriority::kProposals
                                                                : chain::FramePriority::kVotes;
}

}  // namespace

void ConsensusDriver::send(const consensus::Actions& actions) {
  // An observer has nothing to say to consensus.
  if (!options_.consensus.self) return;
  for (const consensus::Outgoing& outgoing : actions.send) {
    if (parts_.metrics != nullptr) parts_.metrics->message_sent(outgoing.message);
    say(outgoing);
  }
  for (const consensus::SendBatches& wanted : actions.send_batches) send_batches(wanted);
}

void ConsensusDriver::say(const consensus::Outgoing& outgoing) {
  const chain::Frame frame =
      chain::make_frame(chain::FrameType::kConsensus, consensus::encode(outgoing.message));
  const chain::FramePriority priority = priority_of(outgoing.message);
  if (outgoing.to) {
    network_.load()->send(outgoing.to->value, priority, frame);
  } else {
    network_.load()->broadcast_all(priority, frame);
  }
}

void ConsensusDriver::send_batches(const consensus::SendBatches& wanted) {
  for (const Digest& digest : wanted.batches) {
    const chain::SharedBatch batch = parts_.batches.find(digest);
    if (batch == nullptr) continue;
    const chain::Frame frame = chain::make_frame(chain::FrameType::kBatch, batch->bytes);
    if (wanted.to) {
      network_.load()->send(wanted.to->value, chain::FramePriority::kBatches, frame);
    } else {
      network_.load()->broadcast_validators(chain::FramePriority::kBatches, frame);
    }
  }
}

}  // namespace qc::node

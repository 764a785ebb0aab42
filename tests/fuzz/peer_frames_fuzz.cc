// SPDX-License-Identifier: Apache-2.0
// Everything that a peer's link can carry: frame headers, hellos, consensus messages, batches,
// requests for blocks, blocks, proofs of certified checkpoints, proposals' bytes. The first byte
// says what the rest is.
#include <algorithm>
#include <array>
#include <vector>

#include "chain/batch.h"
#include "chain/block_range.h"
#include "chain/checkpoint_proof.h"
#include "chain/frame.h"
#include "consensus/message/codec.h"
#include "consensus/message/statement.h"
#include "ledger/consortium/checkpoint.h"
#include "ledger/execution/chain_state.h"
#include "ledger/log/merkle_log.h"
#include "ledger/log/record_log.h"
#include "quality/peer/v1/peer.pb.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/simulation/node/consortium.h"

namespace qc::fuzz {
namespace {

using quality::peer::v1::Blocks;

const simulation::Consortium& consortium() {
  static const simulation::Consortium made(4);
  return made;
}

/// Three blocks as an honest peer sends them, made by real execution and cosigned by a quorum.
class HonestPeer {
 public:
  HonestPeer() : genesis_(*ledger::execute_genesis(consortium().genesis())) {
    log_.append(genesis_.log_leaves[0]);
    for (std::size_t i = 1; i < genesis_.log_leaves.size(); ++i)
      log_.append(genesis_.log_leaves[i]);
    state_.nodes.apply(genesis_.bundles);
    for (const auto& write : genesis_.subjects) state_.values[write.key] = write.value;
    ledger::ChainState chain(consortium().network(), ledger::ChainHead::after(genesis_), {}, state_,
                             state_.nodes);
    std::shared_ptr<const ledger::ExecutedBlock> last;
    for (std::uint64_t height = 1; height <= 3; ++height) last = add_block(chain, height);
    const ledger::Checkpoint checkpoint{consortium().network().chain_id, last->log_size(),
                                        last->log_root};
    ledger::SignedNote note{checkpoint.text(), {}};
    for (std::size_t i = 0; i < 3; ++i) {
      note.signatures.push_back(*ledger::cosign(consortium().voting_key(i), consortium().name(i),
                                                last->time_ms / 1000 + 1, checkpoint));
    }
    message_.set_checkpoint(note.format());
    message_.set_checkpoint_seal(last->seal_text);
    for (const Digest& hash : log_.path(last->seal_index())) {
      message_.add_last_seal_path(qc::to_bytes(hash));
    }
  }

  const Blocks& message() const { return message_; }
  chain::ChainEdge edge() const { return {0, genesis_.seal_text, genesis_.log_size()}; }

 private:
  struct State final : ledger::StateView {
    ledger::Result<std::optional<std::string>> value(const Digest& key) const override {
      const auto found = values.find(key);
      return found == values.end() ? std::nullopt : std::optional(found->second);
    }
    std::map<Digest, std::string> values;
    ledger::MemoryNodeStore nodes;
  };

  std::shared_ptr<const ledger::ExecutedBlock> add_block(ledger::ChainState& chain,
                                                         std::uint64_t height) {
    const std::uint64_t time_ms = simulation::Consortium::kFoundedMs + height * 1'000;
    const consensus::Proposal proposal{
        consensus::Height{height}, last_proposal_, time_ms, {Digest{}}};
    const std::string proposal_bytes = consensus::proposal_bytes(proposal);
    last_proposal_ = ledger::hash(ledger::HashAlgorithm::kSha256, proposal_bytes);
    ledger::Block block{height, time_ms, last_proposal_, {}};
    auto* out = message_.add_blocks();
    // The second lot of block 3 is a lot of block 2: refused, and that is part of the block.
    for (std::uint64_t i = 0; i < 2; ++i) {
      const std::string bytes = consortium().register_lot(0, "L" + std::to_string(height + i),
                                                          10 * height + i, time_ms + 60'000);
      block.submissions.push_back(
          {std::make_shared<const ledger::Submission>(*ledger::Submission::parse(bytes)),
           ledger::SignatureCheck::kUnknown});
      out->add_submissions(bytes);
    }
    const auto executed = *chain.execute(block);
    for (const auto& submission : executed->submissions) {
      out->add_outcomes(submission.dropped ? std::string(1, '\0')
                                           : "\1" + submission.outcome_bytes);
    }
    for (const Digest& leaf : executed->log_leaves) log_.append(leaf);
    out->set_height(height);
    out->set_time_ms(time_ms);
    out->set_proposal(proposal_bytes);
    out->set_seal(executed->seal_text);
    return executed;
  }

  ledger::ExecutedBlock genesis_;
  State state_;
  ledger::MerkleTree log_;
  Blocks message_;
  Digest last_proposal_{};
};

const HonestPeer& honest() {
  static const HonestPeer made;
  return made;
}

const chain::BlockRangeCheck& range_check() {
  static const chain::BlockRangeCheck made(consortium().network(), consortium().validators());
  return made;
}

void check_blocks(Blocks message) {
  const Blocks sent = message;
  chain::ChainEdge edge = honest().edge();
  const auto checked = range_check().range(message, edge);
  if (!checked) return;
  // No peer has three validators' keys: what passes is a part of what they signed.
  const Blocks& original = honest().message();
  require(checked->blocks.size() <= static_cast<std::size_t>(original.blocks_size()),
          "no block is accepted that the validators did not certify");
  for (std::size_t i = 0; i < checked->blocks.size(); ++i) {
    const auto place = static_cast<int>(i);
    const auto& block = original.blocks(place);
    require(checked->blocks[i].seal_text == block.seal(), "an accepted seal is the certified one");
    const auto same = [](const auto& one, const auto& other) {
      return std::equal(one.begin(), one.end(), other.begin(), other.end());
    };
    const auto& got = sent.blocks(place);
    require(got.proposal() == block.proposal() && same(got.submissions(), block.submissions()) &&
                same(got.outcomes(), block.outcomes()),
            "an accepted block is the certified one, byte for byte");
  }
}

/// The honest message with a few bytes of one of its fields changed.
void lie_in_one_field(Source& source) {
  Blocks message = honest().message();
  std::vector<std::string*> fields = {message.mutable_checkpoint(),
                                      message.mutable_checkpoint_seal()};
  for (auto& hash : *message.mutable_last_seal_path()) fields.push_back(&hash);
  for (auto& block : *message.mutable_blocks()) {
    fields.push_back(block.mutable_proposal());
    fields.push_back(block.mutable_seal());
    for (auto& submission : *block.mutable_submissions()) fields.push_back(&submission);
    for (auto& outcome : *block.mutable_outcomes()) fields.push_back(&outcome);
  }
  std::string& field = *fields[source.byte() % fields.size()];
  const std::size_t at = field.empty() ? 0 : source.number() % field.size();
  const std::size_t cut = std::min<std::size_t>(source.byte(), field.size() - at);
  field.replace(at, cut, source.rest());
  const std::string bytes = message.SerializeAsString();
  Blocks received;
  if (received.ParseFromString(bytes)) check_blocks(std::move(received));
}

/// Blocks left out, repeated, in another order.
void rearrange(Source& source) {
  Blocks message = honest().message();
  message.clear_blocks();
  for (unsigned i = source.byte() % 6U; i > 0; --i) {
    auto& block = *message.add_blocks();
    block = honest().message().blocks(source.byte() % 3);
    if (source.byte() % 4U == 0) block.set_height(source.number());
    if (source.byte() % 4U == 0) block.clear_submissions();
    if (source.byte() % 4U == 0) block.clear_outcomes();
  }
  check_blocks(std::move(message));
}

void check_batch(std::string_view bytes) {
  static const ledger::EmptyStateView empty;
  const auto batch = chain::parse_batch(consortium().network(), empty, std::string(bytes));
  if (!batch) return;
  require((*batch)->bytes == bytes, "a batch keeps its exact bytes");
  require(!(*batch)->submissions.empty(), "a batch has submissions");
  for (const auto& ordered : (*batch)->submissions) {
    require(ordered.submission->header().chain_id == consortium().network().chain_id,
            "a batch is of this chain");
    require(ordered.submission->header().not_after_ms <= (*batch)->expires_at_ms,
            "a batch lives as long as its last submission");
  }
}

void check_proof(std::string_view bytes) {
  const auto proof = chain::CheckpointProof::decode(bytes);
  if (!proof) return;
  const auto again = chain::CheckpointProof::decode(proof->encode());
  require(again && again->note == proof->note && again->seal_path == proof->seal_path,
          "a proof survives its encoding");
  const auto proven =
      chain::verify_proof(consortium().network(), consortium().validators(), *proof);
  require(!proven || proven->seal.height == 3, "only what a quorum cosigned is proven");
}

void check_proposal(std::string_view bytes) {
  const auto proposal = chain::parse_proposal(bytes);
  require(!proposal || consensus::proposal_bytes(*proposal) == bytes,
          "a proposal's bytes are what is written of it");
}

void check_body(std::uint8_t type, std::string_view body) {
  quality::peer::v1::Hello hello;
  quality::peer::v1::FetchBlocks fetch;
  Blocks blocks;
  const std::string bytes(body);
  switch (static_cast<chain::FrameType>(type)) {
    case chain::FrameType::kHello:
      (void)hello.ParseFromString(bytes);
      break;
    case chain::FrameType::kConsensus:
    case chain::FrameType::kCosignature:
      if (const auto message = consensus::decode_message(body)) {
        require(consensus::encode(*message) == body, "encode(decode(message)) == message");
      }
      break;
    case chain::FrameType::kBatch:
      check_batch(body);
      break;
    case chain::FrameType::kFetchBlocks:
      (void)fetch.ParseFromString(bytes);
      break;
    case chain::FrameType::kBlocks:
      if (blocks.ParseFromString(bytes)) check_blocks(std::move(blocks));
      break;
    case chain::FrameType::kPing:
      break;
  }
}

/// A link's bytes: frames one after the other, until one may not be.
void check_stream(Source& source) {
  while (!source.rest().empty()) {
    std::array<char, chain::kFrameHeaderSize> header{};
    const std::string_view bytes = source.bytes(header.size());
    if (bytes.size() < header.size()) return;
    std::copy(bytes.begin(), bytes.end(), header.begin());
    const chain::FrameHeader announced = chain::read_frame_header(header);
    if (!announced.allowed) return;
    require(announced.body_size <= chain::frame_body_max(announced.type),
            "no frame is longer than its type allows");
    if (source.rest().size() < announced.body_size) return;
    const std::string_view body = source.bytes(announced.body_size);
    const chain::Frame frame =
        chain::make_frame(static_cast<chain::FrameType>(announced.type), body);
    require(frame->substr(0, header.size()) == bytes && frame->substr(header.size()) == body,
            "a frame is written as it is read");
    check_body(announced.type, body);
  }
}

}  // namespace

void run(std::string_view input) {
  Source source(input);
  switch (source.byte() % 6U) {
    case 0:
      check_stream(source);
      break;
    case 1:
      check_body(source.byte(), source.rest());
      break;
    case 2:
      lie_in_one_field(source);
      break;
    case 3:
      rearrange(source);
      break;
    case 4:
      check_proof(source.rest());
      break;
    default:
      check_proposal(source.rest());
  }
}

}  // namespace qc::fuzz

// SPDX-License-Identifier: Apache-2.0
// The blocks that a lying node serves (linked in place of node/sync/block_server.cc). With
// QC_LIE=old_keys it goes on after the end of a validator set with a block of its own, certified by
// that set's keys: QC_OLD_KEYS is a folder with their files, NAME.pem each.
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "chain/checkpoint_proof.h"
#include "consensus/message/statement.h"
#include "ledger/consortium/checkpoint.h"
#include "ledger/crypto/signer.h"
#include "ledger/log/merkle_log.h"
#include "ledger/log/record_log.h"
#include "ledger/log/seal.h"
#include "node/sync/block_server.h"
#include "node/sync/block_source.h"
#include "os/file.h"

namespace qc::node {
namespace {

using ledger::Result;
using quality::peer::v1::Blocks;

constexpr std::uint64_t kKeyFileMax = 4096;

/// Those of the old set whose key this liar has, as they cosigned `note`.
Result<std::vector<ledger::NoteSignature>> cosigned_by_old_keys(
    const ledger::SignedNote& note, const ledger::Checkpoint& checkpoint, std::uint64_t stamp) {
  const std::filesystem::path folder(std::getenv("QC_OLD_KEYS"));
  std::vector<ledger::NoteSignature> lines;
  for (const ledger::NoteSignature& line : note.signatures) {
    const std::string short_name = line.name.substr(line.name.rfind('/') + 1) + ".pem";
    if (!std::filesystem::exists(folder / short_name) || !chain::cosignature_time(line)) continue;
    QC_TRY(const std::string pem, os::read_file(folder / short_name, kKeyFileMax));
    QC_TRY(const auto key, ledger::PemSigner::from_pem(pem));
    QC_TRY(lines.emplace_back(), ledger::cosign(*key, line.name, stamp, checkpoint));
  }
  return lines;
}

/// A log and the subtrees that further entries complete.
class LongerLog final : public ledger::HashReader {
 public:
  LongerLog(const ledger::HashReader& shown, std::vector<ledger::LogNode> more)
      : shown_(shown), more_(std::move(more)) {}
  std::optional<Digest> node(std::uint32_t level, std::uint64_t index) const override {
    for (const ledger::LogNode& node : more_) {
      if (node.level == level && node.index == index) return node.hash;
    }
    return shown_.node(level, index);
  }

 private:
  const ledger::HashReader& shown_;
  const std::vector<ledger::LogNode> more_;
};

/// A block without submissions on `below`, as the set that `below` names would have to make it.
struct Forged {
  consensus::Proposal proposal;
  ledger::Seal seal;
};
Forged forged_on(const ledger::Seal& below, ledger::HashAlgorithm algorithm) {
  Forged block{.proposal = {.height = {below.height + 1},
                            .parent = below.proposal,
                            .time_ms = below.time_ms + 1,
                            .batches = {}},
               .seal = below};
  block.seal.height = below.height + 1;
  block.seal.time_ms = block.proposal.time_ms;
  block.seal.parent = ledger::seal_leaf_hash(algorithm, below.text());
  block.seal.proposal = ledger::hash(algorithm, consensus::proposal_bytes(block.proposal));
  block.seal.submission_count = 0;
  block.seal.submissions = ledger::merkle_root(algorithm, {});
  block.seal.validators = below.next;
  return block;
}

void add(Blocks& message, const Forged& forged) {
  auto* block = message.add_blocks();
  block->set_height(forged.seal.height);
  block->set_time_ms(forged.seal.time_ms);
  block->set_proposal(consensus::proposal_bytes(forged.proposal));
  block->set_seal(forged.seal.text());
}

/// Goes on where `message` reaches the end of a set: one block more, under a checkpoint of the old
/// keys over that block and another.
Result<void> extend(const storage::ReadView& view, Blocks& message) {
  if (message.blocks().empty()) return {};
  const ledger::HashAlgorithm algorithm = view.network().algorithm;
  QC_TRY(const ledger::Seal end, ledger::Seal::parse(message.blocks().rbegin()->seal()));
  QC_TRY(const ledger::SignedNote note, ledger::SignedNote::parse(message.checkpoint()));
  QC_TRY(ledger::Checkpoint checkpoint, ledger::Checkpoint::parse(note.text));
  if (end.next == end.validators || message.checkpoint_seal() != end.text()) return {};
  const Forged first = forged_on(end, algorithm);
  const Forged second = forged_on(first.seal, algorithm);
  add(message, first);
  QC_TRY(ledger::Frontier log, ledger::Frontier::load(view.log(), checkpoint.size, algorithm));
  std::vector<ledger::LogNode> more;
  log.append(ledger::seal_leaf_hash(algorithm, first.seal.text()), more);
  log.append(ledger::seal_leaf_hash(algorithm, second.seal.text()), more);
  const LongerLog longer(view.log(), std::move(more));
  QC_TRY(const auto path,
         ledger::inclusion_path(algorithm, longer, checkpoint.size, checkpoint.size + 2));
  checkpoint.size = log.size();
  checkpoint.root = log.root();
  ledger::SignedNote signed_anew{.text = checkpoint.text(), .signatures = {}};
  QC_TRY(signed_anew.signatures, cosigned_by_old_keys(note, checkpoint, end.time_ms / 1000 + 3600));
  message.set_checkpoint(signed_anew.format());
  message.set_checkpoint_seal(second.seal.text());
  message.clear_last_seal_path();
  for (const Digest& hash : path) message.add_last_seal_path(qc::to_bytes(hash));
  return {};
}

}  // namespace

void BlockServer::serve(PeerNetwork& network, chain::PeerId peer,
                        const std::string& request) const {
  static const char* const kLie = std::getenv("QC_LIE");
  quality::peer::v1::FetchBlocks wanted;
  if (!wanted.ParseFromString(request)) return;
  const auto view = store_.latest();
  auto blocks = certified_blocks(*view, wanted.from(), wanted.to(), range_bytes_);
  if (!blocks) return damage_.note(blocks.error());
  if (kLie != nullptr && std::string_view(kLie) == "old_keys") {
    if (const auto extended = extend(*view, *blocks); !extended) {
      return damage_.note(extended.error());
    }
  }
  network.send(peer, chain::FramePriority::kSync,
               chain::make_frame(chain::FrameType::kBlocks, blocks->SerializeAsString()));
}

}  // namespace qc::node

// SPDX-License-Identifier: Apache-2.0
#include "node/sync/block_source.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "ledger/log/merkle_log.h"

namespace qc::node {
namespace {

using ledger::Result;

/// What certifies a stretch of blocks: the checkpoint at the end of their validator set, or the
/// newest one.
struct Certificate {
  std::uint64_t height = 0;
  std::uint64_t size = 0;
  std::string note;
  std::string seal_text;
};

Result<Certificate> certificate_above(const storage::ReadView& view, std::uint64_t from) {
  QC_TRY(const std::vector<std::uint64_t> ends, view.set_ends(from - 1));
  if (ends.empty() || ends.front() == view.height()) {
    return Certificate{.height = view.height(),
                       .size = view.log_size(),
                       .note = view.checkpoint_note(),
                       .seal_text = view.seal_text()};
  }
  QC_TRY(storage::StoredBlock block, view.block(ends.front()));
  QC_TRY(std::string note, view.set_end_note(ends.front()));
  return Certificate{.height = ends.front(),
                     .size = block.seal_index() + 1,
                     .note = std::move(note),
                     .seal_text = std::move(block.seal_text)};
}

void add_block(quality::peer::v1::Blocks& message, storage::FullBlock block) {
  auto* out = message.add_blocks();
  out->set_height(block.height);
  out->set_time_ms(block.time_ms);
  out->set_proposal(std::move(block.proposal));
  out->set_seal(std::move(block.seal_text));
  for (std::string& submission : block.submissions) out->add_submissions(std::move(submission));
  for (std::string& outcome : block.outcomes) out->add_outcomes(std::move(outcome));
}

}  // namespace

Result<quality::peer::v1::Blocks> certified_blocks(const storage::ReadView& view,
                                                   std::uint64_t from, std::uint64_t to,
                                                   std::size_t bytes) {
  quality::peer::v1::Blocks message;
  if (view.checkpoint_note().empty()) return message;
  QC_TRY(const Certificate certificate, certificate_above(view, from));
  std::uint64_t last_index = certificate.size - 1;
  if (from <= certificate.height) {
    QC_TRY(std::vector<storage::FullBlock> blocks,
           view.full_blocks(from, std::clamp(to, from, certificate.height), bytes));
    for (storage::FullBlock& block : blocks) add_block(message, std::move(block));
    QC_TRY(const storage::StoredBlock last, view.block(message.blocks().rbegin()->height()));
    last_index = last.seal_index();
  }
  QC_TRY(
      const std::vector<Digest> path,
      ledger::inclusion_path(view.network().algorithm, view.log(), last_index, certificate.size));
  message.set_checkpoint(certificate.note);
  message.set_checkpoint_seal(certificate.seal_text);
  for (const Digest& hash : path) message.add_last_seal_path(qc::to_bytes(hash));
  return message;
}

}  // namespace qc::node

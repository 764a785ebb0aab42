// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/storage/model_chain.h"

#include <utility>

#include "base/assert.h"
#include "base/big_endian.h"
#include "ledger/crypto/hash.h"
#include "ledger/execution/genesis.h"
#include "ledger/log/record_log.h"
#include "ledger/log/seal.h"

namespace qc::storage {
namespace {

using ledger::HashAlgorithm;

constexpr auto kHash = HashAlgorithm::kSha256;

std::vector<std::string> subjects_of(std::string_view record) {
  std::vector<std::string> ids;
  std::string_view names = record.substr(0, record.find('|'));
  while (!names.empty()) {
    const std::size_t comma = names.find(',');
    ids.emplace_back(names.substr(0, comma));
    names.remove_prefix(comma == std::string_view::npos ? names.size() : comma + 1);
  }
  return ids;
}

}  // namespace

ModelChain::ModelChain(const std::string& name) {
  auto pem = ledger::generate_private_key(ledger::KeyAlgorithm::kEd25519);
  signer_ = *ledger::PemSigner::from_pem(*pem);
  const ledger::GenesisDocument document{name, kModelGenesisTime, {"network|1", "party,network|2"}};
  genesis_document_ = document.encode();
  const Digest genesis_hash = ledger::genesis_hash(kHash, genesis_document_);
  network_ = {ledger::chain_id(name, genesis_hash), kHash};

  ledger::ExecutedBlock block;
  block.time_ms = kModelGenesisTime;
  for (std::uint32_t position = 0; position < document.records.size(); ++position) {
    append_record(block, ledger::kGenesisSubmission, position, document.records[position],
                  genesis_hash);
  }
  finish(block, kZeroDigest, {});
  genesis_ = std::make_shared<const ledger::ExecutedBlock>(std::move(block));
}

Digest ModelChain::subject(std::string_view id) { return ledger::subject_key(kHash, id); }

std::shared_ptr<ledger::Submission> ModelChain::sign(const std::vector<std::string>& records) {
  ledger::SubmissionDraft draft;
  draft.chain_id = network_.chain_id;
  draft.organisation = "91371500MA3C000000";
  std::string nonce;
  append_big_endian(nonce, ++nonce_);
  std::copy(nonce.begin(), nonce.end(), draft.nonce.begin());
  draft.not_after_ms = kModelGenesisTime + height_ * 1000 + 3'600'000;
  auto bytes = ledger::sign_submission(draft, records, *signer_);
  QC_ASSERT(bytes.has_value());
  auto parsed = ledger::Submission::parse(*std::move(bytes));
  QC_ASSERT(parsed.has_value());
  return std::make_shared<ledger::Submission>(*std::move(parsed));
}

void ModelChain::append_record(ledger::ExecutedBlock& block, std::uint32_t submission,
                               std::uint32_t position, std::string_view record,
                               const Digest& submission_hash) {
  if (block.log_leaves.empty()) block.first_log_index = log_.size();
  ledger::RecordWrite write;
  write.log_index = log_.size();
  write.submission = submission;
  write.position = position;
  write.record_hash = ledger::record_hash(kHash, record);
  write.leaf_hash =
      ledger::record_leaf_hash(kHash, {write.record_hash, submission_hash, block.time_ms});
  write.links_begin = static_cast<std::uint32_t>(block.links.size());
  for (const std::string& id : subjects_of(record)) {
    const Digest key = subject(id);
    ledger::SubjectHead head;
    if (const auto found = values_.find(key); found != values_.end()) {
      head = ledger::decode_subject_value(found->second)->head;
    }
    block.links.push_back({key, head.count + 1, head.last_index, head.link});
    const auto next = ledger::extend(kHash, head, write.log_index, write.leaf_hash);
    values_[key] = ledger::encode_subject_value(next, "status of " + id);
    changed_[key] = id;
    histories_[id].push_back(write.log_index);
  }
  write.links_end = static_cast<std::uint32_t>(block.links.size());
  log_.append(write.leaf_hash);
  leaves_.push_back(write.leaf_hash);
  block.log_leaves.push_back(write.leaf_hash);
  block.records.push_back(write);
}

void ModelChain::finish(ledger::ExecutedBlock& block, const Digest& proposal,
                        const std::vector<Digest>& outcomes) {
  if (block.log_leaves.empty()) block.first_log_index = log_.size();
  std::vector<ledger::StateLeaf> leaves;
  for (const auto& [key, id] : changed_) {
    const std::string& value = values_[key];
    block.subjects.push_back({key, id, value, ledger::hash(kHash, value)});
    leaves.push_back({key, block.subjects.back().value_hash});
  }
  changed_.clear();
  auto update = ledger::StateTree(nodes_).update(leaves);
  QC_ASSERT(update.has_value());
  block.bundles = update->bundles;
  nodes_.apply(std::move(update->bundles));

  block.seal.height = block.height;
  block.seal.time_ms = block.time_ms;
  block.seal.parent = parent_;
  block.seal.proposal = proposal;
  block.seal.submission_count = outcomes.size();
  block.seal.submissions = ledger::merkle_root(kHash, outcomes);
  block.seal.state = update->root;
  block.seal.validators = set_;
  set_ = std::exchange(next_set_, std::nullopt).value_or(set_);
  block.seal.next = set_;
  block.seal_text = block.seal.text();
  parent_ = ledger::seal_leaf_hash(kHash, block.seal_text);
  log_.append(parent_);
  leaves_.push_back(parent_);
  block.log_leaves.push_back(parent_);
  block.log = log_;
  block.log_root = log_.root();
}

ModelChain::Step ModelChain::extend(const Submissions& submissions) {
  ++height_;
  Step step;
  step.block.height = height_;
  step.block.time_ms = kModelGenesisTime + height_ * 1000;
  step.proposal = "proposal " + std::to_string(height_);
  step.block.proposal_digest = ledger::hash(kHash, step.proposal);
  step.note = "note of " + std::to_string(height_);

  ledger::ExecutedBlock executed;
  executed.height = height_;
  executed.time_ms = step.block.time_ms;
  std::vector<Digest> outcomes;
  for (const auto& records : submissions) {
    const auto submission = sign(records);
    const auto place = static_cast<std::uint32_t>(step.block.submissions.size());
    step.block.submissions.push_back({submission, ledger::SignatureCheck::kValid});
    ledger::ExecutedSubmission result;
    result.submission_hash = submission->hash();
    if (records[0].starts_with("drop")) {
      result.dropped = ledger::Drop::kReplayed;
      executed.submissions.push_back(result);
      continue;
    }
    if (records[0].starts_with("reject")) {
      result.outcome.code = ledger::OutcomeCode::kDuplicate;
      result.outcome.field = "some.path";
    } else {
      result.outcome.first_log_index = log_.size();
      for (std::uint32_t position = 0; position < records.size(); ++position) {
        append_record(executed, place, position, records[position], submission->hash());
      }
    }
    result.outcome_bytes = result.outcome.encode();
    result.position = outcomes.size();
    outcomes.push_back(ledger::submission_leaf(kHash, submission->header_bytes(),
                                               submission->signature(), result.outcome_bytes));
    executed.replay.push_back({submission->hash(), submission->header().not_after_ms});
    executed.submissions.push_back(std::move(result));
  }
  finish(executed, step.block.proposal_digest, outcomes);
  step.executed = std::make_shared<const ledger::ExecutedBlock>(std::move(executed));
  return step;
}

}  // namespace qc::storage

// SPDX-License-Identifier: Apache-2.0
#include "node/startup.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/hex.h"
#include "chain/checkpoint_proof.h"
#include "consensus/message/codec.h"
#include "ledger/consortium/checkpoint.h"
#include "ledger/consortium/validator_schedule.h"
#include "ledger/log/merkle_log.h"
#include "ledger/name/subject_id.h"
#include "node/base/log.h"
#include "node/pipeline/consensus_driver.h"
#include "os/file.h"
#include "os/wall_clock.h"
#include "quality/v1/status.pb.h"

namespace qc::node {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;

/// Blocks that are executed again are handed to the store in parts of this.
constexpr std::size_t kReexecutedUnappliedMax = 32;

consensus::BlockPoint point_of(const ledger::Seal& seal) {
  return {
      .height = consensus::Height{seal.height}, .proposal = seal.proposal, .time_ms = seal.time_ms};
}

/// The batches of a block, from the proposal's bytes.
void add_ordered(const std::string& proposal_bytes, std::uint64_t time_ms,
                 std::vector<consensus::OrderedBatch>& ordered) {
  const auto proposal = chain::parse_proposal(proposal_bytes);
  if (!proposal) return;
  for (const Digest& batch : proposal->batches)
    ordered.push_back({.digest = batch, .block_time_ms = time_ms});
}

/// Newest first until the window is left, then turned around.
Result<std::vector<consensus::OrderedBatch>> ordered_batches(const PositionInputs& inputs) {
  std::vector<consensus::OrderedBatch> ordered;
  const ledger::ChainHead& head = inputs.start.chain->head();
  const std::uint64_t since = head.time_ms - std::min(head.time_ms, inputs.replay_window_ms);
  const auto view = inputs.store.latest();
  for (std::uint64_t height = head.height; height > 0; --height) {
    std::uint64_t time_ms = 0;
    if (height <= view->height()) {
      QC_TRY(const storage::StoredBlock block, view->block(height));
      time_ms = block.time_ms;
      add_ordered(block.proposal, time_ms, ordered);
    } else {
      QC_TRY(const storage::FullBlock block, inputs.store.full_block(height));
      time_ms = block.time_ms;
      add_ordered(block.proposal, time_ms, ordered);
    }
    if (time_ms < since) break;
  }
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto& a, const auto& b) { return a.block_time_ms < b.block_time_ms; });
  return ordered;
}

Result<std::string> own_cosignature(const PositionInputs& inputs,
                                    const ledger::Checkpoint& checkpoint) {
  const ledger::ChainHead& head = inputs.start.chain->head();
  if (inputs.signer == nullptr || head.height == 0) return std::string();
  const auto& promised = inputs.promises.state.cosigned();
  if (promised && promised->height.value == head.height &&
      promised->checkpoint == checkpoint.text())
    return promised->cosignature;
  QC_TRY(const ledger::NoteSignature line,
         ledger::cosign(*inputs.signer, inputs.name, std::max(os::wall_s(), head.time_ms / 1000),
                        checkpoint));
  return line.line();
}

/// Executes one durable block again, and hands it to the store where it is certified.
Result<void> execute_again(std::uint64_t height, const storage::Store::Recovery& recovery,
                           storage::Store& store, Executor::Start& start) {
  QC_TRY(const ledger::Block block, store.block_for_execution(height));
  QC_TRY(auto executed, start.chain->execute(block));
  QC_TRY_VOID(store.check_reexecuted(*executed));
  start.uncertified.push_back(std::move(executed));
  const bool noted = height == recovery.note_height;
  const bool many = start.uncertified.size() >= kReexecutedUnappliedMax;
  if (!noted && !(many && height < recovery.note_height)) return {};
  QC_TRY_VOID(store.apply_certified(start.uncertified, noted ? recovery.note : ""));
  start.chain->certified(height);
  start.uncertified.clear();
  return {};
}

}  // namespace

Result<ledger::Genesis> read_genesis(const Config& config) {
  auto bytes = os::read_file(config.genesis, ledger::kMaxGenesisSize);
  if (!bytes) return ledger::fail_at("the genesis document", bytes.error());
  if (bytes->empty()) {
    return fail(Code::kInvalidArgument,
                fmt::format("the genesis document {} is empty; copy it again from another node",
                            config.genesis));
  }
  auto genesis = ledger::parse_genesis(*std::move(bytes));
  if (!genesis) return ledger::fail_at(config.genesis, std::move(genesis).error());
  if (!config.chain.empty() && config.chain != genesis->network.chain_id &&
      config.chain != genesis->document.name) {
    return fail(Code::kFailedPrecondition,
                fmt::format("{} is the genesis document of {}, the configuration names the chain "
                            "{}; give the right document",
                            config.genesis, genesis->network.chain_id, config.chain));
  }
  return *std::move(genesis);
}

Result<void> prepare_data_dir(const Config& config) {
  if (::mkdir(config.data_dir.c_str(), 0700) != 0 && errno != EEXIST) {
    const int reason = errno;
    return fail(Code::kFailedPrecondition,
                fmt::format("cannot make the data directory {}: {}; {}", config.data_dir,
                            std::strerror(reason),
                            reason == ENOENT ? "make its parent first"
                                             : "make it for the user that the node runs as"));
  }
  if (!std::filesystem::is_directory(config.data_dir)) {
    return fail(Code::kFailedPrecondition,
                fmt::format("data_dir {} is not a directory", config.data_dir));
  }
  return {};
}

/// The journal of a validator that never voted; refused where the store knows that it did.
Result<Promises> first_promises(const std::string& directory, const std::string& identity,
                                const std::string& key_id, storage::Store& store) {
  QC_TRY(const bool voted, store.knows_voting_key(key_id));
  if (voted) {
    return fail(Code::kFailedPrecondition,
                fmt::format("the vote journal {} is missing, but this validator has voted: it "
                            "cannot know what it has promised and must not vote with this key "
                            "again; {}",
                            directory, storage::kNewVotingKeyRemedy));
  }
  QC_TRY(auto created, storage::VoteJournal::create(directory, identity));
  QC_TRY_VOID(store.note_voting_key(key_id));
  Promises promises;
  promises.journal = std::move(created.journal);
  return promises;
}

Result<void> take_record(storage::JournalRecord& record, const std::string& directory,
                         Promises& promises) {
  if (record.type == static_cast<std::uint8_t>(JournalRecordType::kBatch)) {
    promises.batches.push_back(std::move(record.bytes));
    return {};
  }
  const auto entry = consensus::decode_journal_entry(record.bytes);
  if (!entry || record.type != static_cast<std::uint8_t>(JournalRecordType::kEntry)) {
    return fail(Code::kDataLoss, fmt::format("the vote journal {} holds an entry that this "
                                             "program cannot read; use the version that wrote it",
                                             directory));
  }
  promises.state.apply(*entry);
  return {};
}

Result<Promises> open_promises(const Config& config, const ledger::Network& network,
                               const ledger::Signer& signer, storage::Store& store) {
  const std::string directory = (std::filesystem::path(config.data_dir) / "votes").string();
  const std::string key_id = to_hex(qc::view(signer.public_key().id(network.algorithm)));
  const std::string identity = network.chain_id + "\n" + key_id;
  if (!storage::VoteJournal::exists(directory)) {
    return first_promises(directory, identity, key_id, store);
  }
  QC_TRY(auto opened, storage::VoteJournal::open(directory, identity));
  if (opened.torn_bytes > 0)
    log(LogLevel::kWarn, "vote_journal_torn_end", {{"bytes", opened.torn_bytes}});
  Promises promises;
  for (storage::JournalRecord& record : opened.records) {
    QC_TRY_VOID(take_record(record, directory, promises));
  }
  QC_TRY_VOID(store.note_voting_key(key_id));
  promises.journal = std::move(opened.journal);
  const auto& certified = promises.state.certified();
  if (certified && certified->checkpoint.height.value > store.durable_height()) {
    log(LogLevel::kWarn, "database_behind_vote_journal",
        {{"database", store.durable_height()},
         {"journal", certified->checkpoint.height.value},
         {"meaning", "the database was rolled back; nothing is voted until it has caught up"}});
  }
  return promises;
}

Result<Executor::Start> recover_chain(const ledger::Genesis& genesis, storage::Store& store) {
  if (store.empty()) {
    QC_TRY(const ledger::ExecutedBlock block, ledger::execute_genesis(genesis));
    QC_TRY_VOID(store.commit_genesis(genesis.bytes, block));
  }
  QC_TRY(storage::Store::Recovery recovery, store.recovery());
  Executor::Start start;
  start.chain = std::make_unique<ledger::ChainState>(genesis.network, std::move(recovery.head),
                                                     std::move(recovery.replay), store.state(),
                                                     store.nodes());
  const std::uint64_t behind = recovery.durable_height - recovery.applied_height;
  if (behind > 0)
    log(LogLevel::kInfo, "executing_again",
        {{"from", recovery.applied_height + 1}, {"to", recovery.durable_height}});
  for (std::uint64_t height = recovery.applied_height + 1; height <= recovery.durable_height;
       ++height) {
    QC_TRY_VOID(execute_again(height, recovery, store, start));
  }
  return start;
}

Result<Epoch> read_epoch(const ledger::Network& network, const ledger::StateView& state,
                         std::uint64_t certified_height) {
  QC_TRY(const auto status, ledger::find_status<quality::v1::NetworkStatus>(
                                state, network.algorithm, ledger::network_id()));
  if (!status)
    return fail(Code::kDataLoss, "the ledger holds no network status; restore the database");
  QC_TRY(const ledger::ValidatorSchedule schedule, ledger::ValidatorSchedule::of(*status));
  const ledger::ValidatorEpoch& epoch = schedule.at(certified_height + 1);
  return Epoch{.validators = epoch.validators,
               .tls_spkis = epoch.node_tls_spkis,
               .first_height = epoch.first_height,
               .replay_window_ms = status->parameters().replay_window_ms()};
}

namespace {

/// What certified the last block of a validator set.
Result<chain::CheckpointProof> set_end_proof(const storage::ReadView& view, std::uint64_t height) {
  QC_TRY(const storage::StoredBlock block, view.block(height));
  auto note = view.set_end_note(height);
  if (!note) {
    return fail(
        Code::kDataLoss,
        fmt::format("this database holds blocks above the end of a validator set (block {}) "
                    "without what certifies that end; stop the node, move the folder "
                    "ledger/ of its data directory away and start it again: it fetches the "
                    "blocks from the others",
                    height));
  }
  const std::uint64_t index = block.seal_index();
  QC_TRY(std::vector<Digest> path,
         ledger::inclusion_path(view.network().algorithm, view.log(), index, index + 1));
  return chain::CheckpointProof{
      .note = *std::move(note), .seal_text = block.seal_text, .seal_path = std::move(path)};
}

/// The last certified block that has a checkpoint of its own, and that.
Result<void> place_certified(const PositionInputs& inputs, consensus::LedgerPosition& position) {
  const auto view = inputs.store.latest();
  const ledger::Network& network = inputs.genesis.network;
  if (view->height() > 0 && !view->checkpoint_note().empty()) {
    QC_TRY(const chain::CheckpointProof proof, proof_of(*view));
    const ledger::Checkpoint newest{
        .origin = network.chain_id, .size = view->log_size(), .root = view->log_root()};
    position.certified_block = point_of(view->seal());
    position.certified = chain::certified_message(proof, newest, view->seal());
    return {};
  }
  if (inputs.epoch_begin > 1) {
    // Fetched blocks under a later checkpoint: the end of the set before is what is certified.
    QC_TRY(const chain::CheckpointProof proof, set_end_proof(*view, inputs.epoch_begin - 1));
    QC_TRY(const ledger::Seal seal, ledger::Seal::parse(proof.seal_text));
    QC_TRY(const ledger::SignedNote note, ledger::SignedNote::parse(proof.note));
    QC_TRY(const ledger::Checkpoint checkpoint, ledger::Checkpoint::parse(note.text));
    position.certified_block = point_of(seal);
    position.certified = chain::certified_message(proof, checkpoint, seal);
    return {};
  }
  QC_TRY(const ledger::ExecutedBlock block0, ledger::execute_genesis(inputs.genesis));
  const ledger::Checkpoint first{
      .origin = network.chain_id, .size = block0.log_size(), .root = block0.log_root};
  position.certified_block = point_of(block0.seal);
  position.certified = {.height = consensus::Height{0},
                        .proposal = block0.seal.proposal,
                        .checkpoint = first.text(),
                        .proof = {}};
  return {};
}

}  // namespace

Result<consensus::LedgerPosition> ledger_position(const PositionInputs& inputs) {
  const ledger::ChainHead& head = inputs.start.chain->head();
  const auto view = inputs.store.latest();
  consensus::LedgerPosition position;
  QC_TRY_VOID(place_certified(inputs, position));
  position.executed = inputs.start.uncertified.empty()
                          ? point_of(view->seal())
                          : point_of(inputs.start.uncertified.back()->seal);
  const ledger::Checkpoint checkpoint{
      .origin = inputs.genesis.network.chain_id, .size = head.log.size(), .root = head.log.root()};
  position.checkpoint = checkpoint.text();
  QC_TRY(position.cosignature, own_cosignature(inputs, checkpoint));
  QC_TRY(position.ordered, ordered_batches(inputs));
  QC_TRY(const auto schedule, ledger::ValidatorSchedule::read(inputs.start.chain->state(),
                                                              inputs.genesis.network.algorithm));
  // The epoch is that of the height above the certified one; its end may be decided already.
  if (const auto next = schedule.next_change(position.certified_block.height.value + 1))
    position.next_epoch = consensus::Height{*next};
  return position;
}

}  // namespace qc::node

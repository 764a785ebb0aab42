// SPDX-License-Identifier: Apache-2.0
#include "storage/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/assert.h"
#include "base/big_endian.h"
#include "ledger/execution/genesis.h"
#include "ledger/log/record_log.h"
#include "ledger/log/seal.h"
#include "storage/derived_batch.h"
#include "storage/read_view_state.h"
#include "storage/rows.h"
#include "storage/store_state.h"

namespace qc::storage {
namespace {

using ledger::Code;
using ledger::fail;
using ledger::Result;

/// Adds what the caller's scope takes to a total.
class Stopwatch {
 public:
  std::uint64_t ns() const {
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                          std::chrono::steady_clock::now() - begin_)
                                          .count());
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

StoredSubmission stored(const ledger::Submission& submission,
                        const ledger::ExecutedSubmission& executed) {
  StoredSubmission row;
  row.submission_hash = submission.hash();
  row.header = submission.header_bytes();
  row.signature = submission.signature();
  row.not_after_ms = submission.header().not_after_ms;
  row.dropped = executed.dropped;
  if (executed.dropped) return row;
  row.outcome = executed.outcome_bytes;
  row.position = executed.position;
  if (executed.outcome.accepted()) {
    row.first_log_index = executed.outcome.first_log_index;
    row.record_count = static_cast<std::uint32_t>(submission.records().size());
  }
  return row;
}

StoredBlock stored_without_submissions(const ledger::ExecutedBlock& executed,
                                       std::string_view proposal) {
  StoredBlock row;
  row.height = executed.height;
  row.time_ms = executed.time_ms;
  row.proposal = proposal;
  row.seal_text = executed.seal_text;
  row.first_log_index = executed.first_log_index;
  row.log_size = executed.log_size();
  return row;
}

/// The rows of a block's records, whose bytes `bytes_of` finds, and of its seal.
template <class BytesOf>
std::uint64_t put_records(const Database& database, Database::Batch& batch,
                          const ledger::ExecutedBlock& executed, const BytesOf& bytes_of) {
  std::uint64_t bytes = 0;
  StoredRecord place;
  place.height = executed.height;
  for (const ledger::RecordWrite& record : executed.records) {
    const std::string_view record_bytes = bytes_of(record);
    place.submission = record.submission;
    place.position = record.position;
    database.put(batch, Column::kRecords, number_key(record.log_index),
                 encode_record(place, executed.links_of(record), record_bytes));
    bytes += record_bytes.size();
  }
  database.put(batch, Column::kRecords, number_key(executed.seal_index()),
               encode_seal_row(executed.height));
  return bytes;
}

std::string note_row(std::uint64_t height, std::string_view note) {
  std::string row = number_key(height);
  row.append(note);
  return row;
}

/// A height that the meta column must hold.
Result<std::uint64_t> required_height(const LedgerReader& reader, std::string_view key) {
  QC_TRY(const auto row, reader.meta(key));
  if (!row) {
    return fail(Code::kDataLoss, fmt::format("the {} height is missing from the database", key));
  }
  return parse_number(*row);
}

/// Checks whose database this is; writes that into a new one.
Result<void> check_owner(Database& database, const LedgerReader& reader,
                         const std::string& directory, const ledger::Network& network) {
  std::string format;
  append_big_endian(format, kFormat);
  QC_TRY(const auto found_format, reader.meta(kFormatKey));
  if (!found_format) {
    Database::Batch batch;
    database.put(batch, Column::kMeta, kFormatKey, format);
    database.put(batch, Column::kMeta, kChainKey, chain_row(network));
    return database.write(std::move(batch), Database::Durability::kSynced);
  }
  if (*found_format != format) {
    return fail(Code::kFailedPrecondition,
                fmt::format("the database in {} has format {}, this program knows {}; use the "
                            "version that wrote it",
                            directory,
                            found_format->size() == sizeof(kFormat)
                                ? load_big_endian<std::uint32_t>(*found_format)
                                : 0,
                            kFormat));
  }
  QC_TRY(const auto chain, reader.meta(kChainKey));
  if (!chain || *chain != chain_row(network)) {
    return fail(
        Code::kFailedPrecondition,
        fmt::format("the database in {} holds chain \"{}\", this node is configured for "
                    "\"{}\"; use another data directory",
                    directory, chain && !chain->empty() ? chain->substr(1) : "", network.chain_id));
  }
  return {};
}

/// The chain after a block of the store whose derived data is there.
Result<ledger::ChainHead> head_at(const LedgerReader& reader, const ledger::Network& network,
                                  std::uint64_t height) {
  QC_TRY(const StoredBlock block, reader.block(height));
  QC_TRY(const ledger::Seal seal, ledger::Seal::parse(block.seal_text));
  ledger::ChainHead head;
  head.height = height;
  head.time_ms = block.time_ms;
  head.seal_leaf = ledger::seal_leaf_hash(network.algorithm, block.seal_text);
  head.state_root = seal.state;
  head.validators = seal.next;
  QC_TRY(head.log, ledger::Frontier::load(reader, block.log_size, network.algorithm));
  return head;
}

}  // namespace

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const std::string& directory,
                                           const ledger::Network& network) {
  return open(directory, network, Options());
}

Result<std::unique_ptr<Store>> Store::open(const std::string& directory,
                                           const ledger::Network& network, const Options& options) {
  QC_TRY(auto database,
         Database::open(directory, {options.block_cache_bytes, options.write_buffer_bytes,
                                    options.open_files_max}));
  auto state = std::make_unique<State>(std::move(database), network, options);
  QC_TRY_VOID(check_owner(*state->database, state->reader, directory, network));
  QC_TRY_VOID(state->load(directory));
  return std::unique_ptr<Store>(new Store(std::move(state)));
}

Result<void> Store::State::load(const std::string& directory) {
  QC_TRY(const auto durable_row, reader.meta(kDurableKey));
  if (!durable_row) return {};
  QC_TRY(durable, parse_number(*durable_row));
  QC_TRY(applied, required_height(reader, kAppliedKey));
  if (applied > durable) {
    return fail(Code::kDataLoss,
                fmt::format("the database in {} has applied block {} but holds blocks up to {} "
                            "only; it lost data: restore a backup of it, or move this folder away: "
                            "the node then fetches the ledger from the others",
                            directory, applied.load(), durable.load()));
  }
  QC_TRY_VOID(reader.block(durable));
  QC_TRY(const ledger::ChainHead head, head_at(reader, network, applied));
  log = head.log;
  flushed = applied;
  empty = false;
  QC_TRY(const auto note, reader.meta(kNoteKey));
  if (!note) return applied == 0 ? publish(0, {}) : Result<void>();
  if (note->size() < sizeof(std::uint64_t) || load_big_endian<std::uint64_t>(*note) != applied) {
    return {};
  }
  return publish(applied, note->substr(sizeof(std::uint64_t)));
}

Result<void> Store::State::publish(std::uint64_t height, std::string note) {
  auto view = std::make_unique<ReadView::State>(database, network);
  QC_TRY(const StoredBlock block, view->reader.block(height));
  QC_TRY(view->seal, ledger::Seal::parse(block.seal_text));
  view->height = height;
  view->note = std::move(note);
  view->seal_text = block.seal_text;
  view->log_size = log.size();
  view->log_root = log.root();
  std::shared_ptr<const ReadView> next(new ReadView(std::move(view)));
  // The old view, and with it a snapshot, may end here, but outside of the lock.
  const std::lock_guard guard(latest_mutex);
  latest.swap(next);
  return {};
}

bool Store::empty() const { return state_->empty; }
std::uint64_t Store::durable_height() const { return state_->durable; }
std::uint64_t Store::applied_height() const { return state_->applied; }
const ledger::StateView& Store::state() const { return state_->reader; }
const ledger::NodeStore& Store::nodes() const { return state_->reader; }

std::shared_ptr<const ReadView> Store::latest() const {
  const std::lock_guard guard(state_->latest_mutex);
  return state_->latest;
}

Result<void> Store::commit_genesis(std::string_view document,
                                   const ledger::ExecutedBlock& executed) {
  QC_ASSERT(state_->empty && executed.height == 0);
  QC_TRY(const auto parsed, ledger::GenesisDocument::parse(document));
  const Database& database = *state_->database;
  Database::Batch batch;
  database.put(batch, Column::kMeta, kGenesisKey, document);
  database.put(batch, Column::kMeta, kDurableKey, number_key(0));
  database.put(batch, Column::kMeta, kAppliedKey, number_key(0));
  database.put(batch, Column::kBlocks, number_key(0),
               encode_block(stored_without_submissions(executed, {})));
  put_records(database, batch, executed, [&](const ledger::RecordWrite& record) {
    return std::string_view(parsed.records[record.position]);
  });
  DerivedBatch derived(database, state_->log);
  QC_TRY_VOID(derived.add(executed));
  derived.put_into(batch);
  QC_TRY_VOID(state_->database->write(std::move(batch), Database::Durability::kSynced));
  QC_TRY_VOID(state_->database->flush(Database::Wait::kYes));
  state_->empty = false;
  return state_->publish(0, {});
}

Result<void> Store::commit_block(const ledger::Block& block, std::string_view proposal,
                                 const ledger::ExecutedBlock& executed) {
  QC_ASSERT(!state_->empty && executed.height == state_->durable + 1 &&
            block.height == executed.height &&
            block.submissions.size() == executed.submissions.size());
  const Stopwatch stopwatch;
  const Database& database = *state_->database;
  StoredBlock row = stored_without_submissions(executed, proposal);
  Database::Batch batch;
  row.submissions.reserve(block.submissions.size());
  for (std::uint32_t place = 0; place < block.submissions.size(); ++place) {
    const ledger::Submission& submission = *block.submissions[place].submission;
    row.submissions.push_back(stored(submission, executed.submissions[place]));
    if (row.submissions.back().accepted()) continue;
    database.put(batch, Column::kBlocks, raw_submission_key(block.height, place),
                 submission.bytes());
  }
  database.put(batch, Column::kBlocks, number_key(block.height), encode_block(row));
  const std::uint64_t bytes =
      put_records(database, batch, executed, [&](const ledger::RecordWrite& record) {
        return block.submissions[record.submission].submission->records()[record.position];
      });
  database.put(batch, Column::kMeta, kDurableKey, number_key(block.height));
  QC_TRY_VOID(state_->database->write(std::move(batch), Database::Durability::kSynced));
  state_->durable = block.height;
  state_->records += executed.records.size();
  state_->record_bytes += bytes;
  ++state_->commits;
  state_->commit_ns_last = stopwatch.ns();
  state_->commit_ns_total += state_->commit_ns_last;
  return {};
}

/// Beside the note of a set's last block: the set that comes after it. The row is on disk
/// before any block of the next set is, as that one's write is synced.
Result<void> Store::State::keep_handover(const ledger::ExecutedBlock& block) {
  if (!block.successor) return {};
  Handover handover{.height = block.height, .note = {}, .next = {}};
  for (const ledger::Validator& validator : block.successor->validators.validators()) {
    handover.next.push_back({validator.name, validator.key.spki()});
  }
  Database::Batch batch;
  database->put(batch, Column::kMeta, handover_key(block.height), encode_handover(handover));
  return database->write(std::move(batch), Database::Durability::kLogged);
}

Result<void> Store::State::write_behind(
    std::span<const std::shared_ptr<const ledger::ExecutedBlock>> blocks) {
  if (blocks.empty()) return {};
  DerivedBatch derived(*database, log);
  for (const auto& block : blocks) QC_TRY_VOID(derived.add(*block));
  const std::uint64_t height = blocks.back()->height;
  Database::Batch batch;
  derived.put_into(batch);
  database->put(batch, Column::kMeta, kAppliedKey, number_key(height));
  QC_TRY_VOID(database->write(std::move(batch), Database::Durability::kWrittenBehind));
  applied = height;
  return keep_handover(*blocks.back());
}

Result<void> Store::State::keep_note(
    std::span<const std::shared_ptr<const ledger::ExecutedBlock>> blocks, std::uint64_t height,
    std::string_view note) {
  Database::Batch batch;
  database->put(batch, Column::kMeta, kNoteKey, note_row(height, note));
  const bool ends_set =
      !blocks.empty() && blocks.back()->seal.next != blocks.back()->seal.validators;
  if (note.empty() || !ends_set) {
    return database->write(std::move(batch), Database::Durability::kLogged);
  }
  // Kept for ever: whoever follows the chain from the start learns the next set by it. And synced:
  // the next set's validators begin on it, and none of them signs for the set before any more.
  database->put(batch, Column::kMeta, set_end_key(height), std::string(note));
  return database->write(std::move(batch), Database::Durability::kSynced);
}

Result<void> Store::apply_certified(
    std::span<const std::shared_ptr<const ledger::ExecutedBlock>> blocks, std::string_view note) {
  QC_ASSERT(!state_->empty);
  const Stopwatch stopwatch;
  std::uint64_t height = state_->applied;
  for (const auto& block : blocks) QC_ASSERT(block->height == ++height);
  QC_ASSERT(height <= state_->durable);

  // The note first: a flush in between must not leave a height without what certifies it.
  QC_TRY_VOID(state_->keep_note(blocks, height, note));
  QC_TRY_VOID(state_->write_behind(blocks));
  QC_TRY_VOID(state_->publish(height, std::string(note)));
  if (height - state_->flushed >= state_->options.flush_blocks_max) {
    QC_TRY_VOID(state_->database->flush(Database::Wait::kNo));
    state_->flushed = height;
  }
  ++state_->applies;
  state_->apply_ns_total += stopwatch.ns();
  return {};
}

Result<Store::Recovery> Store::recovery(std::uint64_t replay_window_ms) const {
  QC_ASSERT(!state_->empty);
  Recovery recovery;
  recovery.applied_height = state_->applied;
  recovery.durable_height = state_->durable;
  QC_TRY(recovery.head, head_at(state_->reader, state_->network, recovery.applied_height));
  for (std::uint64_t height = recovery.applied_height; height > 0; --height) {
    QC_TRY(const StoredBlock block, state_->reader.block(height));
    if (block.time_ms + replay_window_ms < recovery.head.time_ms) break;
    for (const StoredSubmission& submission : block.submissions) {
      if (submission.dropped) continue;
      recovery.replay.add({submission.submission_hash, submission.not_after_ms});
    }
  }
  QC_TRY(const auto note, state_->reader.meta(kNoteKey));
  if (!note) return recovery;
  if (note->size() < sizeof(std::uint64_t)) {
    return fail(Code::kDataLoss, "the stored checkpoint is damaged");
  }
  recovery.note_height = load_big_endian<std::uint64_t>(*note);
  recovery.note = note->substr(sizeof(std::uint64_t));
  if (recovery.note_height > recovery.durable_height ||
      recovery.note_height < recovery.applied_height) {
    return fail(
        Code::kDataLoss,
        fmt::format(
            "the stored checkpoint is of block {}, the database holds blocks up to "
            "{} and has applied {}; restore a backup of ledger/, or move that folder away: the "
            "node then fetches the ledger from the others",
            recovery.note_height, recovery.durable_height, recovery.applied_height));
  }
  return recovery;
}

Result<ledger::Block> Store::block_for_execution(std::uint64_t height) const {
  if (height == 0 || height > state_->durable) {
    return fail(Code::kOutOfRange, fmt::format("block {} cannot be executed: this store holds 1 to "
                                               "{}",
                                               height, state_->durable.load()));
  }
  QC_TRY(const StoredBlock stored_block, state_->reader.block(height));
  QC_TRY(const ledger::Seal seal, ledger::Seal::parse(stored_block.seal_text));
  ledger::Block block;
  block.height = height;
  block.time_ms = stored_block.time_ms;
  block.proposal_digest = seal.proposal;
  for (std::uint32_t place = 0; place < stored_block.submissions.size(); ++place) {
    QC_TRY(auto bytes, state_->reader.submission_bytes(stored_block, place));
    auto submission = ledger::Submission::parse(std::move(bytes), state_->network.algorithm);
    if (!submission) {
      return fail(Code::kDataLoss, fmt::format("submission {} of block {} is damaged: {}", place,
                                               height, submission.error().message));
    }
    block.submissions.push_back({std::make_shared<const ledger::Submission>(*std::move(submission)),
                                 ledger::SignatureCheck::kUnknown});
  }
  return block;
}

Result<void> Store::check_reexecuted(const ledger::ExecutedBlock& executed) const {
  QC_TRY(const StoredBlock block, state_->reader.block(executed.height));
  const auto differs = [&](const std::string& what) {
    return fail(Code::kDataLoss,
                fmt::format("executing block {} again gave another {}; this node stops: check its "
                            "memory, disk and program version before it is started again",
                            executed.height, what));
  };
  if (block.submissions.size() != executed.submissions.size()) return differs("number of outcomes");
  for (std::size_t place = 0; place < block.submissions.size(); ++place) {
    const StoredSubmission& before = block.submissions[place];
    const ledger::ExecutedSubmission& now = executed.submissions[place];
    const bool same = before.submission_hash == now.submission_hash &&
                      before.dropped == now.dropped &&
                      (now.dropped || before.outcome == now.outcome_bytes);
    if (!same) return differs(fmt::format("outcome of submission {}", place));
  }
  if (block.seal_text != executed.seal_text) return differs("seal");
  if (block.log_size != executed.log_size()) return differs("log size");
  return {};
}

Result<FullBlock> Store::full_block(std::uint64_t height) const {
  if (state_->empty || height > state_->durable) {
    return fail(Code::kOutOfRange, fmt::format("block {} is above the last one here, {}", height,
                                               state_->durable.load()));
  }
  return state_->reader.full_block(height);
}

Result<void> Store::note_voting_key(std::string_view key_id) {
  QC_TRY(const bool known, knows_voting_key(key_id));
  if (known) return {};
  Database::Batch batch;
  state_->database->put(batch, Column::kMeta, std::string(kVotesKeyPrefix).append(key_id), "");
  return state_->database->write(std::move(batch), Database::Durability::kSynced);
}

Result<bool> Store::knows_voting_key(std::string_view key_id) const {
  QC_TRY(const auto row, state_->reader.meta(std::string(kVotesKeyPrefix).append(key_id)));
  return row.has_value();
}

Result<void> Store::flush() { return state_->database->flush(Database::Wait::kYes); }

Store::Stats Store::stats() const {
  Stats stats;
  stats.commits = state_->commits;
  stats.commit_ns_total = state_->commit_ns_total;
  stats.commit_ns_last = state_->commit_ns_last;
  stats.applies = state_->applies;
  stats.apply_ns_total = state_->apply_ns_total;
  stats.records = state_->records;
  stats.record_bytes = state_->record_bytes;
  stats.table_bytes = state_->database->property_sum("rocksdb.live-sst-files-size");
  stats.memory_bytes = state_->database->property_sum("rocksdb.cur-size-all-mem-tables");
  return stats;
}

}  // namespace qc::storage

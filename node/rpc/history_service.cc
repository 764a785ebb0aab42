// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/name/subject_id.h"
#include "ledger/state/state_tree.h"
#include "ledger/state/subject.h"
#include "node/answer/bundle_export.h"
#include "node/answer/freshness_note.h"
#include "node/answer/record_reader.h"
#include "node/rpc/call.h"
#include "node/rpc/services.h"
#include "node/status/node_view.h"
#include "quality/v1/services.grpc.pb.h"
#include "storage/read_view.h"

namespace qc::node {

using ledger::Result;
using quality::v1::GetHistoryRequest;
using quality::v1::GetHistoryResponse;
using quality::v1::GetRecordRequest;
using quality::v1::GetRecordResponse;

namespace {

constexpr std::uint32_t kDefaultPage = 100;
constexpr std::uint32_t kMaxPage = 1000;
/// What gRPC's clients receive unless told otherwise is 4 MiB.
constexpr std::size_t kMaxPageBytes = std::size_t{3} << 20;
/// A page ends early where its records' submissions are so big that the paths cost more.
constexpr std::size_t kMaxPageLeaves = 50'000;

template <class Repeated>
void add_all(const std::vector<Digest>& hashes, Repeated* out) {
  for (const Digest& hash : hashes) *out->Add() = qc::to_bytes(hash);
}

Result<void> fill_entry(RecordReader& reader, storage::StoredRecord record,
                        quality::v1::RecordEntry& entry) {
  QC_TRY(const std::vector<Digest> path, reader.path(record));
  QC_TRY(const RecordOrigin* const origin, reader.origin(record));
  entry.set_log_index(record.log_index);
  entry.set_block_time_ms(origin->block_time_ms);
  entry.set_header(origin->header);
  entry.set_signature(origin->signature);
  entry.set_spki(origin->spki);
  entry.set_position(record.position);
  add_all(path, entry.mutable_path());
  entry.set_record(std::move(record.bytes));
  return {};
}

Result<void> get_record(const storage::ReadView& view, const GetRecordRequest& request,
                        GetRecordResponse& response) {
  QC_TRY(storage::StoredRecord record, view.record(request.log_index()));
  RecordReader reader(view);
  QC_TRY(const std::vector<Digest> inclusion, reader.inclusion(request.log_index()));
  add_all(inclusion, response.mutable_inclusion_path());
  response.set_checkpoint(view.checkpoint_note());
  return fill_entry(reader, std::move(record), *response.mutable_entry());
}

Result<void> fill_proof(const storage::ReadView& view, const Digest& key,
                        GetHistoryResponse& response) {
  const ledger::StateTree tree(view.nodes(), view.network().algorithm);
  QC_TRY(const ledger::StateProof proof, tree.prove(key));
  quality::v1::StateProof& out = *response.mutable_proof();
  out.set_bitmap(proof.bitmap);
  out.set_depth(proof.depth);
  add_all(proof.siblings, out.mutable_siblings());
  if (proof.terminal) {
    out.set_terminal_key(qc::to_bytes(proof.terminal->key));
    out.set_terminal_value_hash(qc::to_bytes(proof.terminal->value_hash));
  }
  QC_TRY(const std::vector<Digest> seal_path,
         ledger::inclusion_path(view.network().algorithm, view.log(), view.seal_index(),
                                view.log_size()));
  response.set_seal(view.seal_text());
  response.set_seal_index(view.seal_index());
  add_all(seal_path, response.mutable_seal_path());
  return {};
}

/// The records from request.from() on.
Result<void> fill_page(const storage::ReadView& view, const Digest& key,
                       const GetHistoryRequest& request, GetHistoryResponse& response) {
  const std::uint64_t from = std::max<std::uint64_t>(request.from(), 1);
  const std::uint32_t limit =
      request.limit() == 0 ? kDefaultPage : std::min(request.limit(), kMaxPage);
  QC_TRY(storage::HistoryPage page, view.history(key, from, limit, kMaxPageBytes));
  response.set_count(page.head.count);
  if (!page.entries.empty()) {
    response.set_link_before(qc::to_bytes(page.entries.front().previous_link));
  }
  RecordReader reader(view);
  std::uint64_t next = from;
  for (storage::HistoryEntry& entry : page.entries) {
    if (next > from && reader.leaves_read() > kMaxPageLeaves) break;
    QC_TRY_VOID(fill_entry(reader, std::move(entry.record), *response.add_entries()));
    ++next;
  }
  if (next <= page.head.count && next > from) response.set_next(next);
  return {};
}

Result<void> get_history(const storage::ReadView& view, const GetHistoryRequest& request,
                         GetHistoryResponse& response) {
  QC_TRY(const std::string id, ledger::canonical_subject_id(request.subject()));
  const Digest key = ledger::subject_key(view.network().algorithm, id);
  response.set_subject(id);
  response.set_checkpoint(view.checkpoint_note());
  response.set_height(view.height());
  QC_TRY(const std::optional<std::string> value, view.state().value(key));
  if (request.with_proof()) QC_TRY_VOID(fill_proof(view, key, response));
  QC_TRY(std::vector<std::string> belongs, subjects_beside(id, value));
  for (std::string& subject : belongs) response.add_belongs(std::move(subject));
  if (!value) return {};
  response.set_value(*value);
  return fill_page(view, key, request, response);
}

/// One ExportBundle: waits for the height, puts the file together on the export pool, hands it out
/// chunk by chunk as the client takes it. gRPC owns it until OnDone, which deletes it.
class ExportCall final : public grpc::ServerWriteReactor<quality::v1::BundleChunk> {
 public:
  explicit ExportCall(const RpcEnvironment& environment) : environment_(environment) {}

  /// Called once, before gRPC knows this reactor: nothing is cancelled earlier.
  void start(const ledger::Result<Caller>& caller,
             const quality::v1::ExportBundleRequest& request) {
    if (!caller) {
      Finish(read_status(environment_.node, caller.error()));
      return;
    }
    ledger::Result<std::string> id = ledger::canonical_subject_id(request.subject());
    if (!id) {
      Finish(to_status(id.error()));
      return;
    }
    id_ = *std::move(id);
    since_ = request.set_hash();
    ticket_ = environment_.node.wait_for_height(
        request.min_height(),
        [this](std::shared_ptr<const storage::ReadView> view) { on_height(std::move(view)); });
  }

  // NOLINTBEGIN(readability-identifier-naming): gRPC's names.
  void OnWriteDone(bool ok) override {
    if (!ok) {
      Finish({grpc::StatusCode::CANCELLED, "the client stopped taking the bundle"});
      return;
    }
    chunk_.clear_freshness();
    write_next();
  }
  void OnCancel() override {
    if (ticket_ && environment_.node.cancel_wait(*ticket_)) {
      Finish({grpc::StatusCode::CANCELLED, "the call was cancelled while it waited for a height"});
    }
  }
  void OnDone() override { delete this; }
  // NOLINTEND(readability-identifier-naming)

 private:
  static constexpr std::size_t kChunkSize = 64 * 1024;

  void on_height(std::shared_ptr<const storage::ReadView> view) {
    if (!view) {
      Finish({grpc::StatusCode::UNAVAILABLE,
              "the node is stopping or has too many waiting callers; try again, or another node"});
      return;
    }
    if (!environment_.exports.post([this, state = std::move(view)] { build(*state); })) {
      Finish({grpc::StatusCode::RESOURCE_EXHAUSTED,
              "too many audit bundles are being made for others; try again, or another node"});
    }
  }

  void build(const storage::ReadView& view) {
    const ledger::Result<ledger::AuditBundle> bundle = export_bundle(view, id_, since_);
    if (!bundle) {
      Finish(read_status(environment_.node, bundle.error()));
      return;
    }
    json_ = bundle->to_json();
    set_freshness(environment_.node, view, *chunk_.mutable_freshness());
    write_next();
  }

  void write_next() {
    if (written_ == json_.size()) {
      Finish(grpc::Status::OK);
      return;
    }
    const std::size_t size = std::min(kChunkSize, json_.size() - written_);
    chunk_.set_data(json_.data() + written_, size);
    written_ += size;
    StartWrite(&chunk_);
  }

  const RpcEnvironment& environment_;
  std::string id_;
  /// Hash of the validator set that the caller trusts.
  std::string since_;
  std::optional<NodeView::Ticket> ticket_;
  std::string json_;
  std::size_t written_ = 0;
  quality::v1::BundleChunk chunk_;
};

// NOLINTBEGIN(readability-identifier-naming): gRPC's names.
class HistoryService final : public quality::v1::HistoryService::CallbackService {
 public:
  explicit HistoryService(const RpcEnvironment& environment) : environment_(environment) {}

  grpc::ServerUnaryReactor* GetRecord(grpc::CallbackServerContext* context,
                                      const GetRecordRequest* request,
                                      GetRecordResponse* response) override {
    return answer_from_state(environment_, context, request->min_height(),
                             [this, request, response](const storage::ReadView& view) {
                               set_freshness(environment_.node, view,
                                             *response->mutable_freshness());
                               return get_record(view, *request, *response);
                             });
  }

  grpc::ServerUnaryReactor* GetHistory(grpc::CallbackServerContext* context,
                                       const GetHistoryRequest* request,
                                       GetHistoryResponse* response) override {
    return answer_from_state(environment_, context, request->min_height(),
                             [this, request, response](const storage::ReadView& view) {
                               set_freshness(environment_.node, view,
                                             *response->mutable_freshness());
                               return get_history(view, *request, *response);
                             });
  }

  grpc::ServerWriteReactor<quality::v1::BundleChunk>* ExportBundle(
      grpc::CallbackServerContext* context,
      const quality::v1::ExportBundleRequest* request) override {
    auto* call = new ExportCall(environment_);
    call->start(caller_of(*context, environment_.gate), *request);
    return call;
  }

 private:
  const RpcEnvironment& environment_;
};
// NOLINTEND(readability-identifier-naming)

}  // namespace

std::unique_ptr<grpc::Service> make_history_service(const RpcEnvironment& environment) {
  return std::make_unique<HistoryService>(environment);
}

}  // namespace qc::node

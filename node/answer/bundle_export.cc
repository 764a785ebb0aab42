// SPDX-License-Identifier: Apache-2.0
#include "node/answer/bundle_export.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <utility>

#include "base/digest.h"
#include "ledger/execution/block.h"
#include "ledger/name/subject_id.h"
#include "ledger/state/state_tree.h"
#include "ledger/state/subject.h"
#include "node/answer/network_reader.h"
#include "node/answer/record_reader.h"
#include "storage/read_view.h"

namespace qc::node {

using ledger::AuditBundle;
using ledger::BundleEntry;
using ledger::Code;
using ledger::fail;
using ledger::Result;

namespace {

constexpr std::size_t kMaxRecords = 50'000;
constexpr std::size_t kMaxRecordBytes = std::size_t{64} << 20;
constexpr std::size_t kPageRecords = 500;
constexpr std::size_t kPageBytes = std::size_t{4} << 20;

/// Fills one bundle from one view, subject by subject.
class BundleBuilder {
 public:
  explicit BundleBuilder(const storage::ReadView& view)
      : view_(view), reader_(view), tree_(view.nodes(), view.network().algorithm) {}

  Result<void> frame(std::string_view since) {
    bundle_.chain = view_.network().chain_id;
    bundle_.checkpoint = view_.checkpoint_note();
    bundle_.seal.index = view_.seal_index();
    bundle_.seal.text = view_.seal_text();
    QC_TRY(bundle_.seal.path, reader_.inclusion(view_.seal_index()));
    QC_TRY(bundle_.validator_sets, filed_sets(view_, since));
    return {};
  }

  /// Adds the subject with its whole history; its companions are queued.
  Result<void> add_subject(const std::string& id) {
    ledger::BundleSubject subject;
    subject.id = id;
    const Digest key = ledger::subject_key(view_.network().algorithm, id);
    QC_TRY(subject.value, view_.state().value(key));
    QC_TRY(subject.proof, tree_.prove(key));
    QC_TRY(std::vector<std::string> beside, subjects_beside(id, subject.value));
    for (std::string& companion : beside) {
      if (known_.insert(companion).second) queue_.push_back(std::move(companion));
    }
    subject.entries.emplace();
    if (subject.value) {
      QC_TRY_VOID(add_entries(key, *subject.entries));
    }
    bundle_.subjects.push_back(std::move(subject));
    return {};
  }

  Result<AuditBundle> build(const std::string& id, std::string_view since) {
    QC_TRY_VOID(frame(since));
    known_.insert(id);
    queue_.push_back(id);
    while (!queue_.empty()) {
      if (bundle_.subjects.size() >= ledger::kMaxAnswerSubjects) {
        return fail(Code::kResourceExhausted,
                    fmt::format("an answer about {} has more than {} subjects, more than one audit "
                                "bundle may hold: read the histories one by one",
                                id, ledger::kMaxAnswerSubjects));
      }
      const std::string next = std::move(queue_.front());
      queue_.pop_front();
      QC_TRY_VOID(add_subject(next));
    }
    return std::move(bundle_);
  }

 private:
  Result<void> add_entries(const Digest& key, std::vector<BundleEntry>& entries) {
    for (;;) {
      QC_TRY(storage::HistoryPage page,
             view_.history(key, entries.size() + 1, kPageRecords, kPageBytes));
      for (storage::HistoryEntry& entry : page.entries) {
        QC_TRY(BundleEntry shown, show(std::move(entry.record)));
        entries.push_back(std::move(shown));
      }
      if (entries.size() >= page.head.count) return {};
      if (page.entries.empty()) {
        return fail(Code::kDataLoss, "a stored history is shorter than its head says");
      }
    }
  }

  Result<BundleEntry> show(storage::StoredRecord record) {
    ++records_;
    record_bytes_ += record.bytes.size();
    if (records_ > kMaxRecords || record_bytes_ > kMaxRecordBytes) {
      return fail(Code::kResourceExhausted,
                  fmt::format("the answer has more than {} records or {} MiB of them: read the "
                              "history by pages (GetHistory)",
                              kMaxRecords, kMaxRecordBytes >> 20));
    }
    ledger::ShownRecord shown;
    QC_TRY(shown.path, reader_.path(record));
    QC_TRY(const RecordOrigin* const origin, reader_.origin(record));
    shown.time_ms = origin->block_time_ms;
    shown.position = record.position;
    if (record.submission == ledger::kGenesisSubmission) {
      if (!bundle_.genesis) {
        QC_TRY(bundle_.genesis, view_.genesis());
      }
    } else {
      QC_TRY(shown.submission, submission_place(*origin));
    }
    shown.record = std::move(record.bytes);
    return BundleEntry{.index = record.log_index, .content = std::move(shown)};
  }

  Result<std::uint64_t> submission_place(const RecordOrigin& origin) {
    const auto known = submissions_.find(origin.submission_hash);
    if (known != submissions_.end()) return known->second;
    QC_TRY(const std::uint64_t key, key_place(origin.key_id));
    const std::uint64_t place = bundle_.submissions.size();
    bundle_.submissions.push_back({origin.header, origin.signature, key});
    submissions_.emplace(origin.submission_hash, place);
    return place;
  }

  Result<std::uint64_t> key_place(const Digest& key_id) {
    const auto known = keys_.find(key_id);
    if (known != keys_.end()) return known->second;
    const Digest subject =
        ledger::subject_key(view_.network().algorithm, ledger::key_subject(key_id));
    QC_TRY(const std::optional<std::string> value, view_.state().value(subject));
    if (!value) return fail(Code::kDataLoss, "a signing key has no leaf in the state");
    QC_TRY(ledger::StateProof proof, tree_.prove(subject));
    const std::uint64_t place = bundle_.keys.size();
    bundle_.keys.push_back({*value, std::move(proof)});
    keys_.emplace(key_id, place);
    return place;
  }

  const storage::ReadView& view_;
  RecordReader reader_;
  ledger::StateTree tree_;
  AuditBundle bundle_;
  std::set<std::string> known_;
  std::deque<std::string> queue_;
  std::map<Digest, std::uint64_t> submissions_;
  std::map<Digest, std::uint64_t> keys_;
  std::size_t records_ = 0;
  std::size_t record_bytes_ = 0;
};

}  // namespace

Result<std::vector<std::string>> subjects_beside(std::string_view id,
                                                 const std::optional<std::string>& value) {
  std::vector<std::string> beside = ledger::implied_subjects(id);
  if (value) {
    QC_TRY(const ledger::SubjectValue subject, ledger::decode_subject_value(*value));
    QC_TRY(std::vector<std::string> see, ledger::see_of_status(subject.status));
    for (std::string& listed : see) {
      if (listed != id && std::ranges::find(beside, listed) == beside.end()) {
        beside.push_back(std::move(listed));
      }
    }
  }
  return beside;
}

Result<AuditBundle> export_bundle(const storage::ReadView& view, const std::string& id,
                                  std::string_view since) {
  return BundleBuilder(view).build(id, since);
}

}  // namespace qc::node

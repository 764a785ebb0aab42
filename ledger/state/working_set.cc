// SPDX-License-Identifier: Apache-2.0
#include "ledger/state/working_set.h"

#include <algorithm>
#include <utility>

#include "base/big_endian.h"

namespace qc::ledger {

std::size_t WorkingSet::SeededHash::operator()(const Digest& digest) const {
  // Mixes as SplitMix64 does, so that neighbouring buckets do not fill together.
  std::uint64_t value = load_big_endian<std::uint64_t>(view(digest)) ^ seed;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebULL;
  return static_cast<std::size_t>(value ^ (value >> 31U));
}

WorkingSet::WorkingSet(const StateView& base, HashAlgorithm algorithm, const Digest& seed)
    : base_(base),
      algorithm_(algorithm),
      places_(1024, SeededHash{load_big_endian<std::uint64_t>(view(seed))}) {}

WorkingSet::Place WorkingSet::find(std::string_view id) {
  const Digest key = subject_key(algorithm_, id);
  const auto [entry, added] = places_.try_emplace(key, static_cast<Place>(subjects_.size()));
  if (!added) return entry->second;
  Subject subject{.key = key, .id = std::string(id), .head = {}, .status = {}, .touched = false};
  auto value = base_.value(key);
  if (!value) {
    if (!failure_) failure_ = std::move(value).error();
  } else if (*value) {
    if (const auto decoded = decode_subject_value(**value)) {
      subject.head = decoded->head;
      subject.status = std::string(decoded->status);
    } else {
      damaged(subject.id);
    }
  }
  subjects_.push_back(std::move(subject));
  remembered_.push_back(0);
  extended_.push_back(0);
  return entry->second;
}

void WorkingSet::damaged(const std::string& id) {
  if (failure_) return;
  failure_ = Error{Code::kDataLoss, "the stored value of " + id +
                                        " is damaged; check the disk and restore the database"};
}

void WorkingSet::remember(Place place) {
  if (remembered_[place] == submission_) return;
  remembered_[place] = submission_;
  const Subject& subject = subjects_[place];
  undo_.push_back({place, subject.head, subject.status, subject.touched});
}

void WorkingSet::set_status_bytes(Place place, std::string status) {
  remember(place);
  subjects_[place].status = std::move(status);
}

RecordLink WorkingSet::extend(Place place, std::uint64_t log_index, const Digest& leaf_hash) {
  remember(place);
  Subject& subject = subjects_[place];
  const RecordLink link{.subject_key = subject.key,
                        .count = subject.head.count + 1,
                        .previous_index = subject.head.last_index,
                        .previous_link = subject.head.link};
  subject.head = ledger::extend(algorithm_, subject.head, log_index, leaf_hash);
  if (extended_[place] != submission_) {
    extended_[place] = submission_;
    ++submission_subjects_;
  }
  if (!subject.touched) ++block_subjects_;
  subject.touched = true;
  return link;
}

void WorkingSet::begin_submission() {
  ++submission_;
  undo_.clear();
  submission_subjects_ = 0;
  block_subjects_before_ = block_subjects_;
}

void WorkingSet::undo_submission() {
  for (Undo& undo : undo_) {
    Subject& subject = subjects_[undo.place];
    subject.head = undo.head;
    subject.status = std::move(undo.status);
    subject.touched = undo.touched;
  }
  undo_.clear();
  block_subjects_ = block_subjects_before_;
  submission_subjects_ = 0;
}

std::vector<SubjectWrite> WorkingSet::writes() const {
  std::vector<SubjectWrite> writes;
  writes.reserve(block_subjects_);
  for (const Subject& subject : subjects_) {
    if (!subject.touched) continue;
    SubjectWrite write{.key = subject.key,
                       .id = subject.id,
                       .value = encode_subject_value(subject.head, subject.status),
                       .value_hash = {}};
    write.value_hash = hash(algorithm_, write.value);
    writes.push_back(std::move(write));
  }
  std::ranges::sort(writes, {}, &SubjectWrite::key);
  return writes;
}

}  // namespace qc::ledger

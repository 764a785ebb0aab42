// SPDX-License-Identifier: Apache-2.0
#include "node/pipeline/batch_store.h"

#include <algorithm>
#include <utility>

namespace qc::node {

bool BatchStore::begin_incoming(std::uint32_t sender, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  std::uint64_t& underway = incoming_[sender];
  if (underway + bytes > incoming_bytes_max_) return false;
  underway += bytes;
  return true;
}

void BatchStore::end_incoming(std::uint32_t sender, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto found = incoming_.find(sender);
  if (found == incoming_.end()) return;
  found->second -= std::min<std::uint64_t>(found->second, bytes);
  if (found->second == 0) incoming_.erase(found);
}

void BatchStore::put(chain::SharedBatch batch) {
  const std::lock_guard lock(mutex_);
  const std::size_t size = batch->bytes.size();
  const Digest digest = batch->digest;
  if (batches_.emplace(digest, std::move(batch)).second) bytes_ += size;
}

chain::SharedBatch BatchStore::find(const Digest& digest) const {
  const std::lock_guard lock(mutex_);
  const auto found = batches_.find(digest);
  return found == batches_.end() ? nullptr : found->second;
}

std::vector<chain::SharedBatch> BatchStore::find_all(const std::vector<Digest>& digests) const {
  std::vector<chain::SharedBatch> found;
  found.reserve(digests.size());
  const std::lock_guard lock(mutex_);
  for (const Digest& digest : digests) {
    const auto batch = batches_.find(digest);
    if (batch == batches_.end()) return {};
    found.push_back(batch->second);
  }
  return found;
}

void BatchStore::forget(const std::vector<Digest>& digests) {
  const std::lock_guard lock(mutex_);
  for (const Digest& digest : digests) {
    const auto found = batches_.find(digest);
    if (found == batches_.end()) continue;
    bytes_ -= found->second->bytes.size();
    batches_.erase(found);
  }
}

std::size_t BatchStore::count() const {
  const std::lock_guard lock(mutex_);
  return batches_.size();
}

std::uint64_t BatchStore::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace qc::node

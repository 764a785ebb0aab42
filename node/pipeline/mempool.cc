// SPDX-License-Identifier: Apache-2.0
#include "node/pipeline/mempool.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace qc::node {

using ledger::Code;
using ledger::fail;

ledger::Result<void> Mempool::add(std::shared_ptr<const ledger::Submission> submission,
                                  Clock::time_point now) {
  const std::size_t size = submission->bytes().size();
  const std::lock_guard lock(mutex_);
  if (usage_.bytes + size > limits_.bytes) {
    return fail(Code::kResourceExhausted,
                fmt::format("this node holds {} bytes of submissions that are not ordered yet, its "
                            "limit is {}; try again, or another node",
                            usage_.bytes, limits_.bytes));
  }
  const std::string& organisation = submission->header().organisation;
  const auto charged = organisations_.find(organisation);
  const std::uint64_t before = charged == organisations_.end() ? 0 : charged->second;
  if (before + size > limits_.organisation_bytes) {
    return fail(Code::kResourceExhausted,
                fmt::format("organisation {} has {} bytes of submissions on this node that are not "
                            "ordered yet, its limit is {}; wait for their receipts first",
                            organisation, before, limits_.organisation_bytes));
  }
  organisations_[organisation] = before + size;
  usage_.bytes += size;
  ++usage_.submissions;
  waiting_bytes_ += size;
  waiting_.push_back({.submission = std::move(submission), .since = now});
  return {};
}

void Mempool::release(const std::string& organisation, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto charged = organisations_.find(organisation);
  if (charged == organisations_.end()) return;
  charged->second -= std::min<std::uint64_t>(charged->second, bytes);
  if (charged->second == 0) organisations_.erase(charged);
  usage_.bytes -= std::min<std::uint64_t>(usage_.bytes, bytes);
  if (usage_.submissions > 0) --usage_.submissions;
}

std::vector<std::shared_ptr<const ledger::Submission>> Mempool::take(Pipeline pipeline,
                                                                     Clock::time_point now) {
  std::vector<std::shared_ptr<const ledger::Submission>> taken;
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) return taken;
  const bool due = pipeline == Pipeline::kIdle || waiting_bytes_ >= limits_.batch_bytes ||
                   waiting_.front().since + limits_.batch_wait <= now;
  if (!due) return taken;
  std::size_t bytes = 0;
  while (!waiting_.empty()) {
    const std::size_t next = waiting_.front().submission->bytes().size();
    if (!taken.empty() && bytes + next > limits_.batch_bytes) break;
    bytes += next;
    waiting_bytes_ -= next;
    taken.push_back(std::move(waiting_.front().submission));
    waiting_.pop_front();
  }
  return taken;
}

Mempool::Clock::time_point Mempool::due() const {
  const std::lock_guard lock(mutex_);
  return waiting_.empty() ? Clock::time_point::max() : waiting_.front().since + limits_.batch_wait;
}

Mempool::Usage Mempool::usage() const {
  const std::lock_guard lock(mutex_);
  return usage_;
}

}  // namespace qc::node

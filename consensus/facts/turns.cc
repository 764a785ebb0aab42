// SPDX-License-Identifier: Apache-2.0
#include "consensus/facts/turns.h"

#include <algorithm>

namespace qc::consensus {
namespace {

/// Amount per second, without overflow for any turn that a window of blocks can make.
std::uint64_t per_second(std::uint64_t amount, Duration time) {
  const auto milliseconds =
      static_cast<std::uint64_t>(std::max<std::int64_t>(time.ns / Duration::milliseconds(1).ns, 1));
  return amount > UINT64_MAX / 1'000 ? UINT64_MAX / milliseconds : amount * 1'000 / milliseconds;
}

/// The lower median of one quantity; the list is not empty.
std::uint64_t median(std::vector<std::uint64_t> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace

bool Turns::delivered(ReplicaIndex primary, std::size_t batches, std::size_t bytes, bool backlog,
                      Time now) {
  if (!backlog) {
    interrupt();
    return false;
  }
  if (!began_) {
    began_ = now;
    delivered_ = 0;
    batches_ = 0;
    bytes_ = 0;
    return false;
  }
  ++delivered_;
  batches_ += batches;
  bytes_ += bytes;
  if (delivered_ < blocks_) {
    return false;
  }
  const Duration time = now.since(*began_);
  const Rate rate{per_second(batches_, time), per_second(bytes_, time)};
  interrupt();
  last_[primary.value] = rate;
  return below_half_of_others(primary, rate);
}

bool Turns::below_half_of_others(ReplicaIndex primary, const Rate& rate) const {
  std::vector<std::uint64_t> batches;
  std::vector<std::uint64_t> bytes;
  for (std::size_t i = 0; i < last_.size(); ++i) {
    if (last_[i] && replica_at(i) != primary) {
      batches.push_back(last_[i]->batches);
      bytes.push_back(last_[i]->bytes);
    }
  }
  // Fewer could all be liars' turns.
  return batches.size() >= quorum_.one_correct() && rate.batches < median(batches) / 2 &&
         rate.bytes < median(bytes) / 2;
}

}  // namespace qc::consensus

// SPDX-License-Identifier: Apache-2.0
#include "cli/network/latency_recorder.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace qc::cli {

std::size_t LatencyRecorder::bucket_of(std::uint64_t microseconds) {
  constexpr std::uint64_t kLinear = std::uint64_t{1} << kStepBits;
  if (microseconds < kLinear) {
    return microseconds;
  }
  const std::size_t power = static_cast<std::size_t>(std::bit_width(microseconds)) - 1;
  const std::size_t shift = power - kStepBits;
  const std::size_t step = (microseconds >> shift) & (kLinear - 1);
  return ((shift + 1) << kStepBits) + step;
}

std::uint64_t LatencyRecorder::upper_end(std::size_t bucket) {
  constexpr std::uint64_t kLinear = std::uint64_t{1} << kStepBits;
  if (bucket < kLinear) {
    return bucket;
  }
  const std::size_t shift = (bucket >> kStepBits) - 1;
  const std::uint64_t step = bucket & (kLinear - 1);
  return ((kLinear + step + 1) << shift) - 1;
}

void LatencyRecorder::record(std::uint64_t microseconds) {
  ++buckets_[std::min(bucket_of(microseconds), kBuckets - 1)];
  ++count_;
  max_us_ = std::max(max_us_, microseconds);
}

void LatencyRecorder::merge(const LatencyRecorder& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) {
    buckets_[i] += other.buckets_[i];
  }
  count_ += other.count_;
  max_us_ = std::max(max_us_, other.max_us_);
}

std::uint64_t LatencyRecorder::quantile_us(double share) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen >= wanted && seen > 0) {
      return std::min(upper_end(i), max_us_);
    }
  }
  return 0;
}

}  // namespace qc::cli

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace qc::cli {

/// Counts latencies in buckets of about 3 % width from 1 µs to an hour, like an HDR histogram: a
/// fixed size however many are recorded. Not for several threads at once; merge their recorders.
class LatencyRecorder {
 public:
  void record(std::uint64_t microseconds);
  void merge(const LatencyRecorder& other);

  std::uint64_t count() const { return count_; }
  std::uint64_t max_us() const { return max_us_; }
  /// The latency that the given share (0..1) of all did not exceed, as the upper end of its bucket;
  /// 0 where nothing was recorded.
  std::uint64_t quantile_us(double share) const;

 private:
  /// 32 linear steps in each power of two.
  static constexpr std::size_t kStepBits = 5;
  static constexpr std::size_t kBuckets = (64 - kStepBits) << kStepBits;
  static std::size_t bucket_of(std::uint64_t microseconds);
  static std::uint64_t upper_end(std::size_t bucket);

  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_us_ = 0;
};

}  // namespace qc::cli

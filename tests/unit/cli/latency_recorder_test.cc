// SPDX-License-Identifier: Apache-2.0
#include "cli/network/latency_recorder.h"

#include <gtest/gtest.h>

namespace qc::cli {
namespace {

TEST(LatencyRecorder, SaysNothingOfNothing) {
  const LatencyRecorder recorder;

  EXPECT_EQ(recorder.count(), 0U);
  EXPECT_EQ(recorder.quantile_us(0.5), 0U);
}

TEST(LatencyRecorder, QuantilesAreWithinFourPercent) {
  LatencyRecorder recorder;
  for (std::uint64_t us = 1; us <= 100'000; ++us) {
    recorder.record(us);
  }

  for (const double share : {0.5, 0.9, 0.99}) {
    const double exact = share * 100'000;
    EXPECT_NEAR(static_cast<double>(recorder.quantile_us(share)), exact, exact * 0.04);
  }
  EXPECT_EQ(recorder.max_us(), 100'000U);
  EXPECT_EQ(recorder.quantile_us(1.0), 100'000U);
}

TEST(LatencyRecorder, MergingIsRecordingBoth) {
  LatencyRecorder a;
  LatencyRecorder b;
  LatencyRecorder both;
  for (const std::uint64_t us : {3U, 70U, 9'000U}) {
    a.record(us);
    both.record(us);
  }
  for (const std::uint64_t us : {1U, 1'000'000U}) {
    b.record(us);
    both.record(us);
  }

  a.merge(b);

  EXPECT_EQ(a.count(), both.count());
  EXPECT_EQ(a.max_us(), both.max_us());
  for (const double share : {0.2, 0.5, 0.8, 1.0}) {
    EXPECT_EQ(a.quantile_us(share), both.quantile_us(share));
  }
}

}  // namespace
}  // namespace qc::cli

// SPDX-License-Identifier: Apache-2.0
#include "ledger/base/percent.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace qc::ledger {
namespace {

TEST(PercentEncoding, RoundTripsEveryByte) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(percent_decode(percent_encode(all)), all);
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a/b +é"), "a%2Fb%20%2B%C3%A9");
  EXPECT_EQ(percent_decode("%"), std::nullopt);
  EXPECT_EQ(percent_decode("%4"), std::nullopt);
  EXPECT_EQ(percent_decode("%4G"), std::nullopt);
}

}  // namespace
}  // namespace qc::ledger

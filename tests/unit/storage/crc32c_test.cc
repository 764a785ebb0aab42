// SPDX-License-Identifier: Apache-2.0
#include "storage/base/crc32c.h"

#include <gtest/gtest.h>

#include <string>

namespace qc::storage {
namespace {

TEST(Crc32c, AgreesWithTheVectorsOfRfc3720) {
  std::string ascending;
  for (int byte = 0; byte < 32; ++byte) ascending.push_back(static_cast<char>(byte));

  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43U);
  EXPECT_EQ(crc32c(ascending), 0x46dd794eU);
  EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
}

TEST(Crc32c, ContinuesAnEarlierPart) {
  const std::string text = "the whole is the sum of its parts";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(crc32c(text.substr(cut), crc32c(text.substr(0, cut))), crc32c(text));
  }
}

}  // namespace
}  // namespace qc::storage

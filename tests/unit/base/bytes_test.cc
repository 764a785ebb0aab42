// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "base/hex.h"

namespace qc {
namespace {

TEST(Bytes, AreReadAsTheyWereWritten) {
  Digest digest{};
  digest[0] = 1;
  digest[31] = 2;
  ByteWriter out;
  out.u8(0xfe);
  out.u16(0xfedc);
  out.u32(0xfedcba98);
  out.u64(0xfedcba9876543210);
  out.raw(digest);
  out.text("text");
  out.text("");
  const std::string bytes = std::move(out).take();
  EXPECT_EQ(to_hex(bytes.substr(0, 15)), "fefedcfedcba98fedcba9876543210");

  ByteReader in(bytes);
  EXPECT_EQ(in.u8(), 0xfe);
  EXPECT_EQ(in.u16(), 0xfedc);
  EXPECT_EQ(in.u32(), 0xfedcba98);
  EXPECT_EQ(in.u64(), 0xfedcba9876543210);
  EXPECT_EQ(in.digest(), digest);
  EXPECT_EQ(in.text(4), "text");
  EXPECT_FALSE(in.complete());
  EXPECT_EQ(in.sized(), "");
  EXPECT_TRUE(in.complete());
}

TEST(Bytes, AfterTheFirstFailureAllIsZeroAndNothingIsComplete) {
  const std::string bytes = std::string("\0\0\0\x09", 4) + "eight...";
  ByteReader in(bytes);

  EXPECT_EQ(in.sized(), "");
  EXPECT_FALSE(in.ok());
  EXPECT_EQ(in.u8(), 0);
  EXPECT_EQ(in.digest(), Digest{});
  EXPECT_FALSE(in.complete());
}

TEST(Bytes, ATextMayNotBeLongerThanItsLimit) {
  const std::string bytes = std::string("\0\0\0\x02", 4) + "ab";

  EXPECT_EQ(ByteReader(bytes).text(2), "ab");
  EXPECT_EQ(ByteReader(bytes).text(1), "");
}

TEST(Bytes, ACountNeedsTheBytesOfItsElements) {
  const std::string bytes = std::string("\0\0\0\x02", 4) + "four!";

  EXPECT_EQ(ByteReader(bytes).count(2, 2), 2U);
  EXPECT_EQ(ByteReader(bytes).count(1, 2), 0U) << "more than allowed";
  EXPECT_EQ(ByteReader(bytes).count(2, 3), 0U) << "more than can be there";
}

}  // namespace
}  // namespace qc

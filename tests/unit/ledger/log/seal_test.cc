// SPDX-License-Identifier: Apache-2.0
#include "ledger/log/seal.h"

#include <gtest/gtest.h>

#include "ledger/base/encoding.h"
#include "tests/unit/ledger/vectors/vectors.h"

namespace qc::ledger {
namespace {

std::string good_text() { return vectors()["seal"]["text"]; }

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  return text.replace(text.find(what), what.size(), by);
}

TEST(Seal, RoundTripsTheGreatestNumbers) {
  Seal seal;
  seal.height = kMaxInteger;
  seal.time_ms = kMaxInteger;
  seal.submission_count = kMaxInteger;
  EXPECT_EQ(Seal::parse(seal.text()).value(), seal);
  EXPECT_LE(seal.text().size(), kMaxSealSize);
}

TEST(Seal, HasOneText) {
  const std::string text = good_text();
  EXPECT_FALSE(Seal::parse(""));
  EXPECT_FALSE(Seal::parse(text + "\n"));
  EXPECT_FALSE(Seal::parse(text + "more 1\n"));
  EXPECT_FALSE(Seal::parse(replaced(text, "v1", "v2")));
  EXPECT_FALSE(Seal::parse(replaced(text, "height 2", "height 02")));
  EXPECT_FALSE(Seal::parse(replaced(text, "height 2", "height  2")));
  EXPECT_FALSE(Seal::parse(replaced(text, "height 2", "height")));
  EXPECT_FALSE(Seal::parse(replaced(text, "submissions 2 ", "submissions 2")));
  EXPECT_FALSE(Seal::parse(replaced(text, "height 2\n", "")));
  EXPECT_FALSE(Seal::parse(replaced(text, "\n", "\r\n")));
  EXPECT_FALSE(Seal::parse(std::string(kMaxSealSize + 1, 'x')));
}

TEST(Seal, CutOffAnywhereIsRefused) {
  const std::string text = good_text();
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(Seal::parse(std::string_view(text).substr(0, size))) << size;
  }
}

TEST(Seal, WhateverParsesReadsBackAsItself) {
  const std::string text = good_text();
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char other : {'0', '1', 'A', '=', ' ', '\n', '\0'}) {
      std::string changed = text;
      changed[i] = other;
      if (const auto seal = Seal::parse(changed)) {
        EXPECT_EQ(seal->text(), changed);
      }
    }
  }
}

}  // namespace
}  // namespace qc::ledger

// SPDX-License-Identifier: Apache-2.0
#include "node/base/damage_notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace qc::node {
namespace {

using ledger::Code;
using testing::HasSubstr;

TEST(DamageNotes, SaysNothingWhereNothingIsDamaged) {
  const DamageNotes notes;

  EXPECT_EQ(notes.summary(), "");
  EXPECT_EQ(notes.reads(), 0U);
}

TEST(DamageNotes, NamesTheFirstPlaceAndWhatToDo) {
  DamageNotes notes;

  notes.note({Code::kDataLoss, "block checksum mismatch in 000012.sst"});
  notes.note({Code::kDataLoss, "block checksum mismatch in 000012.sst"});
  notes.note({Code::kDataLoss, "block checksum mismatch in 000015.sst"});

  EXPECT_EQ(notes.reads(), 3U);
  EXPECT_THAT(notes.summary(), HasSubstr("3 read(s)"));
  EXPECT_THAT(notes.summary(), HasSubstr("000012.sst"));
  EXPECT_THAT(notes.summary(), HasSubstr("move its ledger/ folder away"));
}

TEST(DamageNotes, LogsEachPlaceOnceAndNotEndlessly) {
  DamageNotes notes;
  testing::internal::CaptureStderr();

  for (int i = 0; i < 1000; ++i) {
    notes.note({Code::kDataLoss, "place " + std::to_string(i % 100)});
  }

  const std::string lines = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::ranges::count(lines, '\n'), DamageNotes::kPlacesMax + 1);
  EXPECT_EQ(notes.reads(), 1000U);
}

}  // namespace
}  // namespace qc::node

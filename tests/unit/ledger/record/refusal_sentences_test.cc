// SPDX-License-Identifier: Apache-2.0
#include "ledger/record/refusal_sentences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <utility>

#include "ledger/record/record_rules.h"

namespace qc::ledger {
namespace {

using ::testing::HasSubstr;

TEST(RefusalSentences, SayTheRuleOfThePlaceAndNotOfTheCode) {
  EXPECT_THAT(explain(OutcomeCode::kNotAllowed, "member_action.code"),
              HasSubstr("a governance party cannot be suspended by one party alone"));
  EXPECT_THAT(explain(OutcomeCode::kDuplicate, "enrolment_decision.code"),
              HasSubstr("has decided on this application already"));
  EXPECT_THAT(explain(OutcomeCode::kWrongState, "key_revoke.key_id"),
              HasSubstr("last admin key (add another one first)"));
  EXPECT_THAT(explain(OutcomeCode::kWrongState, "transformation.inputs[12].object"),
              HasSubstr("transformation.inputs[12].object: it was never registered"));
}

TEST(RefusalSentences, GiveTheCodesMeaningWhereThePlaceHasNoRuleOfItsOwn) {
  EXPECT_EQ(sentence_of(OutcomeCode::kUnknownOrganisation, ""),
            meaning_of(OutcomeCode::kUnknownOrganisation));
  EXPECT_EQ(sentence_of(OutcomeCode::kDuplicate, "no.such[1].field"),
            meaning_of(OutcomeCode::kDuplicate));
}

TEST(RefusalSentences, AreOneForEachPlaceAndCode) {
  std::set<std::pair<std::string_view, OutcomeCode>> places;
  for (const RefusalSentence& row : refusal_sentences()) {
    EXPECT_TRUE(places.emplace(row.field, row.code).second) << row.field;
    EXPECT_EQ(sentence_of(row.code, row.field), row.sentence);
  }
}

TEST(RefusalSentences, StandInTheDocumentation) {
  std::string table;
  for (const RefusalSentence& row : refusal_sentences()) {
    table.append("| `").append(row.field).append("` | ");
    table.append(std::to_string(static_cast<std::uint32_t>(row.code))).append(" | ");
    table.append(row.sentence).append(" |\n");
  }
  std::ifstream page(std::string(QC_DOCS_DIR) + "/refusals.md");
  std::ostringstream text;
  text << page.rdbuf();

  EXPECT_TRUE(text.str().ends_with("|---|---|---|\n" + table)) << table;
}

}  // namespace
}  // namespace qc::ledger

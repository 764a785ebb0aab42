// SPDX-License-Identifier: Apache-2.0
#include "ledger/name/check_digit.h"

#include <gtest/gtest.h>

#include <string>

namespace qc::ledger {
namespace {

TEST(CheckDigit, AcceptsEveryLengthOfGtin) {
  for (const char* gtin : {"6901234567892", "09520123456788", "04012345987652", "70614141123451",
                           "96385074", "614141000036"}) {
    EXPECT_EQ(any_gtin_fault(gtin), std::nullopt) << gtin;
  }
}

TEST(CheckDigit, SaysWhichDigitAGtinShouldHave) {
  EXPECT_EQ(any_gtin_fault("6901234567890"),
            "check digit of \"6901234567890\" should be 2 (GS1 General Specifications 7.9)");
  EXPECT_EQ(gtin14_fault("06901234567890"),
            "check digit of \"06901234567890\" should be 2 (GS1 General Specifications 7.9)");
}

TEST(CheckDigit, WantsFourteenDigitsWhereTheFormIsFixed) {
  EXPECT_EQ(gtin14_fault("6901234567892"),
            "\"6901234567892\" should be written with 14 digits: \"06901234567892\"");
  EXPECT_EQ(gtin14_fault("06901234567892"), std::nullopt);
  EXPECT_EQ(gtin14_fault("0690123456789X"), "\"0690123456789X\" should be a GTIN of 14 digits");
  EXPECT_TRUE(gtin14_fault(""));
}

TEST(CheckDigit, PadsGtinsOnlyIfTheyAreRight) {
  EXPECT_EQ(gtin14_of("96385074"), "00000096385074");
  EXPECT_EQ(gtin14_of("614141000036"), "00614141000036");
  EXPECT_EQ(gtin14_of("6901234567890"), std::nullopt);
  EXPECT_EQ(gtin14_of("690123456789"), std::nullopt);
  EXPECT_EQ(gtin14_of("1234567890"), std::nullopt);
}

TEST(CheckDigit, ZerosIdentifyNothing) {
  for (const std::size_t length : {8U, 12U, 13U, 14U}) {
    const std::string zeros(length, '0');
    EXPECT_EQ(any_gtin_fault(zeros), "\"" + zeros +
                                         "\" is a placeholder, not a GTIN of anything: leave it "
                                         "out where there is none");
    EXPECT_EQ(gtin14_of(zeros), std::nullopt);
  }
  EXPECT_TRUE(gtin14_fault("00000000000000"));
  EXPECT_TRUE(gln_fault("0000000000000"));
  EXPECT_TRUE(sscc_fault("000000000000000000"));
  EXPECT_EQ(uscc_fault("000000000000000000").value_or("").substr(20, 19), " is a placeholder, ");
  EXPECT_EQ(lei_fault("00000000000000000098").value_or("").substr(22, 19), " is a placeholder, ");
}

TEST(CheckDigit, JudgesGlnsAndSsccs) {
  EXPECT_EQ(gln_fault("0614141000005"), std::nullopt);
  EXPECT_EQ(gln_fault("4012345000009"), std::nullopt);
  EXPECT_EQ(sscc_fault("106141412345678908"), std::nullopt);
  EXPECT_EQ(gln_fault("0614141000006"),
            "check digit of \"0614141000006\" should be 5 (GS1 General Specifications 7.9)");
  EXPECT_TRUE(sscc_fault("106141412345678907"));
  EXPECT_TRUE(gln_fault("06141410000051"));
}

TEST(CheckDigit, KnowsNoDigitOfWhatIsNotANumber) {
  EXPECT_EQ(gs1_check_digit(""), std::nullopt);
  EXPECT_EQ(gs1_check_digit("12a"), std::nullopt);
  EXPECT_EQ(gs1_check_digit("690123456789"), '2');
}

TEST(Uscc, AcceptsTheStandardsExampleAndRealCodes) {
  for (const char* code : {"91350100M000100Y43", "91110000600037341L", "91330100799655058B",
                           "91110108551385082Q", "9144030071526726XG"}) {
    EXPECT_EQ(uscc_fault(code), std::nullopt) << code;
    EXPECT_EQ(party_code_fault(code), std::nullopt) << code;
  }
}

TEST(Uscc, RefusesAWrongCheckCharacterAndNamesTheRightOne) {
  EXPECT_EQ(uscc_fault("91350100M000100Y44"),
            "check character of \"91350100M000100Y44\" should be 3 (GB 32100)");
}

TEST(Uscc, RefusesWhatIsNotInItsAlphabetOrShape) {
  EXPECT_TRUE(uscc_fault("91350100M000100Y4Z"));
  EXPECT_TRUE(uscc_fault("91350100m000100y43"));
  EXPECT_TRUE(uscc_fault("913501A0M000100Y43"));
  EXPECT_TRUE(uscc_fault("91350100M000100Y4"));
  EXPECT_TRUE(uscc_fault(""));
}

TEST(Lei, AcceptsARealOneAndNothingElse) {
  EXPECT_EQ(lei_fault("5493001KJTIIGC8Y1R12"), std::nullopt);
  EXPECT_EQ(lei_fault("5493001KJTIIGC8Y1R13"),
            "check digits of \"5493001KJTIIGC8Y1R13\" should be 12 (ISO 17442)");
  EXPECT_TRUE(lei_fault("5493001kjtiigc8y1r12"));
  EXPECT_TRUE(lei_fault("5493001KJTIIGC8Y1RAB"));
  EXPECT_TRUE(lei_fault("5493001KJTIIGC8Y1R1"));
}

TEST(Lei, HasCheckDigitsFrom02To98Only) {
  // Some first eighteen characters leave a remainder whose digits could also be written as 98 more
  // or less; only the form from 02 to 98 is right.
  for (int i = 0; i < 1000; ++i) {
    std::string first = "549300" + std::to_string(100000000000 + i * 7919);
    const std::optional<std::string> check = lei_check_digits(first);
    ASSERT_TRUE(check);
    EXPECT_GE(*check, "02");
    EXPECT_LE(*check, "98");
    EXPECT_EQ(lei_fault(first + *check), std::nullopt);
    const int alias = std::stoi(*check) >= 97 ? std::stoi(*check) - 97 : std::stoi(*check) + 97;
    if (alias <= 99) {
      EXPECT_TRUE(lei_fault(first + (alias < 10 ? "0" : "") + std::to_string(alias)));
    }
  }
}

TEST(PartyCode, TellsUsccAndLeiApartByLength) {
  EXPECT_EQ(party_code_fault("5493001KJTIIGC8Y1R12"), std::nullopt);
  EXPECT_TRUE(party_code_fault("91350100M000100Y4"));
  EXPECT_TRUE(party_code_fault(""));
}

}  // namespace
}  // namespace qc::ledger

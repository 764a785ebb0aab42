// SPDX-License-Identifier: Apache-2.0
#include "cli/submit/submit_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace qc::cli {
namespace {

using quality::v1::SUBMISSION_STATE_COMMITTED;
using quality::v1::SUBMISSION_STATE_REJECTED;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

SubmittedPart part(std::size_t records, quality::v1::SubmissionState state, std::uint64_t height) {
  SubmittedPart made;
  made.record_count = records;
  made.state = state;
  made.height = height;
  return made;
}

TEST(WithPlaces, NamesRecordsByWhereTheyWereRead) {
  const std::vector<std::string> places = {"f.csv: line 2", "f.csv: line 3", "f.csv: line 4"};

  EXPECT_EQ(with_places("record 0: is missing\nrecord 1: is too large", places, 1),
            "f.csv: line 3: is missing\nf.csv: line 4: is too large");
  EXPECT_EQ(with_places("record 2: is missing", places, 1), "record 2: is missing");
  EXPECT_EQ(with_places("no record is here", places, 0), "no record is here");
}

TEST(SubmitReport, CountsUpToTheGreatestHeightOfWhatIsOnTheChain) {
  SubmitReport report;
  report.parts.push_back(part(5, SUBMISSION_STATE_COMMITTED, 40));
  report.parts.push_back(part(6, SUBMISSION_STATE_COMMITTED, 41));
  report.parts.push_back(part(1, SUBMISSION_STATE_REJECTED, 42));

  EXPECT_EQ(report.height(), 41U);
  EXPECT_EQ(report.committed_records(), 11U);
  EXPECT_FALSE(report.complete());
}

TEST(SentencesAbout, SaysOfADuplicateWhereItStandsAndNotThatItIsNotThere) {
  const std::vector<std::string> places = {"f.csv: line 2", "f.csv: line 3", "f.csv: line 4"};
  SubmittedPart one = part(1, SUBMISSION_STATE_REJECTED, 42);
  one.message = "f.csv: line 2: a certificate of this number is on the chain already";
  one.earlier_log_indexes = {7};
  SubmittedPart two = part(2, SUBMISSION_STATE_REJECTED, 42);
  two.first_record = 1;
  two.message = one.message;
  two.earlier_log_indexes = {8, 9};
  SubmittedPart apart = two;
  apart.earlier_log_indexes = {8, 11};

  EXPECT_THAT(sentences_about(one, places, "receipts"),
              ElementsAre("record 0 (f.csv: line 2) is on the chain already as log index 7; its "
                          "receipt is in receipts"));
  EXPECT_THAT(sentences_about(two, places, "receipts"),
              ElementsAre("records 1..2 (f.csv: line 3 ...) are on the chain already as log "
                          "indexes 8..9; their receipts are in receipts"));
  EXPECT_THAT(sentences_about(apart, places, "receipts"),
              ElementsAre(HasSubstr("as log indexes 8, 11; ")));
}

TEST(SentencesAbout, SaysOfARefusalThatNothingWasAddedAndWhatItsReceiptIs) {
  const std::vector<std::string> places = {"f.csv: line 2", "f.csv: line 3"};
  SubmittedPart refused = part(2, SUBMISSION_STATE_REJECTED, 42);
  refused.message = "f.csv: line 3: a certificate of this number is on the chain already";
  refused.refusal_receipt = "receipts/3fa9.tlog-proof";

  EXPECT_THAT(
      sentences_about(refused, places, "receipts"),
      ElementsAre("records 0..1 (f.csv: line 2 ...) were not added, none of them: f.csv: line 3: "
                  "a certificate of this number is on the chain already",
                  "receipts/3fa9.tlog-proof is the receipt of this refusal, and of no record"));
}

TEST(SubjectOfDuplicate, IsWhatStandsOnTheChainInItsPlace) {
  quality::v1::Record event;
  event.mutable_transformation()->set_event_id("urn:uuid:f8");
  quality::v1::Record lot;
  lot.mutable_lot_registration()->set_gtin("06901234567892");
  lot.mutable_lot_registration()->set_lot("L1");
  quality::v1::Record certificate;
  certificate.mutable_inspection_certificate()->set_number("N-1");

  EXPECT_EQ(subject_of_duplicate(event, "91370000MB20180117"),
            "urn:qc:event:91370000MB20180117:urn%3Auuid%3Af8");
  EXPECT_EQ(subject_of_duplicate(lot, "91370000MB20180117"),
            "https://id.gs1.org/01/06901234567892/10/L1");
  EXPECT_EQ(subject_of_duplicate(certificate, "91370000MB20180117"),
            "urn:qc:certificate:91370000MB20180117:N-1");
  EXPECT_EQ(subject_of_duplicate({}, "91370000MB20180117"), "SUBJECT");
}

TEST(SentencesAbout, SaysNothingOfWhatIsDone) {
  EXPECT_THAT(sentences_about(part(1, SUBMISSION_STATE_COMMITTED, 40), {"f.csv: line 2"}, ""),
              IsEmpty());
}

TEST(SubmitReport, KnowsThatAReceiptIsMissingThoughEverythingIsOnTheChain) {
  SubmitReport report;
  report.parts.push_back(part(1, SUBMISSION_STATE_COMMITTED, 40));
  EXPECT_FALSE(report.receipts_missing());

  report.parts.front().receipt_missing = "in block 40, but its receipt is not there yet";
  EXPECT_TRUE(report.receipts_missing());
  EXPECT_TRUE(report.complete());
}

TEST(SubmitReport, IsCompleteWhereEarlierReceiptsProveEveryRecord) {
  SubmitReport report;
  report.parts.push_back(part(1, SUBMISSION_STATE_REJECTED, 40));
  report.parts.front().record_count = 2;
  EXPECT_FALSE(report.complete());

  report.parts.front().earlier_log_indexes = {7};
  EXPECT_FALSE(report.complete());
  report.parts.front().earlier_log_indexes = {7, 8};
  EXPECT_TRUE(report.complete());
  EXPECT_EQ(report.earlier_records(), 2U);
}

}  // namespace
}  // namespace qc::cli

// SPDX-License-Identifier: Apache-2.0
#include "cli/submit/kept_submissions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/hex.h"
#include "cli/base/files.h"
#include "ledger/base/canonical_protobuf.h"
#include "ledger/crypto/signer.h"

namespace qc::cli {
namespace {

using quality::v1::Record;

constexpr const char* kChain = "kept-0123456789abcdef0123456789abcdef";

Record lot(const std::string& number, std::uint64_t claimed_time_ms) {
  Record record;
  record.set_claimed_time_ms(claimed_time_ms);
  record.mutable_lot_registration()->set_gtin("06901234567892");
  record.mutable_lot_registration()->set_lot(number);
  return record;
}

class KeptSubmissionsTest : public testing::Test {
 protected:
  KeptSubmissionsTest() {
    std::string name = (std::filesystem::temp_directory_path() / "qc-kept-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    const auto pem = ledger::generate_private_key(ledger::KeyAlgorithm::kEd25519);
    signer_ = *ledger::PemSigner::from_pem(*pem);
  }
  ~KeptSubmissionsTest() override { std::filesystem::remove_all(folder_); }

  std::string signed_bytes(const std::vector<Record>& records) const {
    std::vector<std::string> bytes;
    for (const Record& record : records) bytes.push_back(ledger::canonical_bytes(record));
    return *ledger::sign_submission({.chain_id = kChain,
                                     .organisation = "91370000MA3DK7Y4RW",
                                     .nonce = {},
                                     .not_after_ms = 1'800'000'000'000},
                                    bytes, *signer_);
  }

  std::filesystem::path folder_;
  std::unique_ptr<ledger::PemSigner> signer_;
};

TEST_F(KeptSubmissionsTest, KeepsTheExactBytesUntilTheyAreReleased) {
  const std::string bytes = signed_bytes({lot("L1", 1000)});

  ASSERT_TRUE(keep_submission(folder_, bytes));
  const auto kept = kept_submissions(folder_);
  ASSERT_TRUE(kept);
  ASSERT_EQ(kept->size(), 1U);
  EXPECT_EQ(kept->front().submission.bytes(), bytes);
  EXPECT_EQ(kept->front().file.filename(), to_hex(kept->front().submission.hash()) + ".submission");

  const std::array<std::string_view, 1> done{bytes};
  release_submissions(folder_, done);
  EXPECT_TRUE(kept_submissions(folder_)->empty());
}

TEST_F(KeptSubmissionsTest, NamesAFileThatHoldsNoSubmission) {
  ASSERT_TRUE(write_file(folder_ / "x.submission", "junk"));

  const auto kept = kept_submissions(folder_);
  ASSERT_FALSE(kept);
  EXPECT_THAT(kept.error().message, testing::HasSubstr("x.submission: holds no signed submission"));
}

TEST_F(KeptSubmissionsTest, RefusesAFolderThatIsAFileBeforeAnythingIsSent) {
  ASSERT_TRUE(write_file(folder_ / "file", "content"));

  const auto prepared = prepare_folder(folder_ / "file");
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().code, ledger::Code::kInvalidArgument);
  EXPECT_THAT(prepared.error().message, testing::HasSubstr("nothing was sent"));
}

TEST_F(KeptSubmissionsTest, LeavesNothingBehindInAFolderThatCanBeWritten) {
  ASSERT_TRUE(prepare_folder(folder_ / "deep" / "receipts"));

  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "deep" / "receipts"));
}

TEST_F(KeptSubmissionsTest, GoesOnWithTheSameRecordsWhateverTimeTheyClaim) {
  ASSERT_TRUE(keep_submission(folder_, signed_bytes({lot("L2", 1000), lot("L3", 1000)})));
  const auto kept = kept_submissions(folder_);
  const std::vector<Record> again = {lot("L1", 2000), lot("L2", 2000), lot("L3", 2000)};

  const auto found = resumable(again, *kept, kChain, signer_->public_key().id());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().first_record, 1U);
  EXPECT_EQ(found.front().kept, 0U);
}

TEST_F(KeptSubmissionsTest, DoesNotGoOnWithPartOfASubmissionOrAnothersKeyOrChain) {
  ASSERT_TRUE(keep_submission(folder_, signed_bytes({lot("L2", 1000), lot("L3", 1000)})));
  const auto kept = kept_submissions(folder_);
  const auto key = signer_->public_key().id();
  const std::vector<Record> whole = {lot("L2", 2000), lot("L3", 2000)};

  EXPECT_TRUE(resumable({lot("L2", 2000)}, *kept, kChain, key).empty());
  EXPECT_TRUE(resumable(whole, *kept, kChain, Digest{}).empty());
  EXPECT_TRUE(resumable(whole, *kept, "other-chain", key).empty());
}

TEST_F(KeptSubmissionsTest, OneKeptSubmissionStandsForItsRecordsOnce) {
  ASSERT_TRUE(keep_submission(folder_, signed_bytes({lot("L1", 1000)})));
  const auto kept = kept_submissions(folder_);

  const auto found =
      resumable({lot("L1", 2000), lot("L1", 2000)}, *kept, kChain, signer_->public_key().id());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().first_record, 0U);
}

}  // namespace
}  // namespace qc::cli

// SPDX-License-Identifier: Apache-2.0
#include "cli/submit/earlier_receipts.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/base/files.h"
#include "ledger/base/canonical_protobuf.h"
#include "ledger/consortium/checkpoint.h"
#include "ledger/crypto/signer.h"
#include "ledger/log/note.h"
#include "ledger/log/record_log.h"
#include "ledger/proof/receipt.h"
#include "ledger/record/submission.h"

namespace qc::cli {
namespace {

constexpr std::uint64_t kTimeMs = 1'795'419'600'000;
const std::string kUs = "91371500MB28571884";

std::unique_ptr<ledger::PemSigner> new_signer() {
  return ledger::PemSigner::from_pem(
             ledger::generate_private_key(ledger::KeyAlgorithm::kEd25519).value())
      .value();
}

quality::v1::Record registration() {
  quality::v1::Record record;
  record.set_claimed_time_ms(kTimeMs);
  record.set_domain(quality::v1::QUALITY_DOMAIN_PRODUCT);
  record.mutable_lot_registration()->set_gtin("06901234567892");
  record.mutable_lot_registration()->set_lot("L1");
  return record;
}

/// A folder with the receipt of one record, the first entry of a log.
class EarlierReceiptsTest : public testing::Test {
 protected:
  EarlierReceiptsTest() {
    std::filesystem::create_directories(folder_);
    const std::string bytes = ledger::canonical_bytes(registration());
    const auto submission =
        ledger::Submission::parse(ledger::sign_submission({.chain_id = kChain,
                                                           .organisation = kUs,
                                                           .nonce = {1},
                                                           .not_after_ms = kTimeMs + 1000},
                                                          {bytes}, *signer_)
                                      .value())
            .value();
    const ledger::Checkpoint checkpoint{
        .origin = kChain,
        .size = 1,
        .root = ledger::record_leaf_hash(ledger::HashAlgorithm::kSha256,
                                         {.record_hash = submission.record_hashes().front(),
                                          .submission_hash = submission.hash(),
                                          .block_time_ms = kTimeMs})};
    const ledger::SignedNote note{
        .text = checkpoint.text(),
        .signatures = {
            ledger::sign_as_log(*log_, checkpoint).value(),
            ledger::cosign(*validator_, kValidator, kTimeMs / 1000, checkpoint).value()}};
    const ledger::AcceptedReceipt receipt{.header = std::string(submission.header_bytes()),
                                          .signature = std::string(submission.signature()),
                                          .spki = signer_->public_key().spki(),
                                          .block_time_ms = kTimeMs,
                                          .position = 0,
                                          .record_path = {},
                                          .log_index = 0,
                                          .log_path = {},
                                          .checkpoint = note.format()};
    EXPECT_TRUE(write_file(folder_ / "0.record", bytes));
    EXPECT_TRUE(write_file(folder_ / "0.tlog-proof", receipt.format()));
  }
  ~EarlierReceiptsTest() override { std::filesystem::remove_all(folder_); }
  EarlierReceiptsTest(const EarlierReceiptsTest&) = delete;
  EarlierReceiptsTest(EarlierReceiptsTest&&) = delete;
  EarlierReceiptsTest& operator=(const EarlierReceiptsTest&) = delete;
  EarlierReceiptsTest& operator=(EarlierReceiptsTest&&) = delete;

  [[nodiscard]] ledger::NetworkPolicy policy(const ledger::Signer& validator) const {
    return {
        .origin = kChain,
        .logs = {ledger::NoteKey::make(kChain, ledger::NoteKeyType::kEd25519, log_->public_key())
                     .value()},
        .validators = ledger::ValidatorSet::make({{kValidator, validator.public_key()}}).value()};
  }
  /// Who has followed the validators to a later set since, and kept the policy of this one.
  [[nodiscard]] EarlierReceipts ours() const {
    return {folder_, {policy(*later_), policy(*validator_)}, kUs};
  }

  const std::string kChain = "quality-chain.example/test/" + std::string(64, 'a');
  const std::string kValidator = "quality-chain.example/test/a";
  std::unique_ptr<ledger::PemSigner> signer_ = new_signer();
  std::unique_ptr<ledger::PemSigner> log_ = new_signer();
  std::unique_ptr<ledger::PemSigner> later_ = new_signer();
  std::unique_ptr<ledger::PemSigner> validator_ = new_signer();
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("qc-earlier-" + std::to_string(::getpid()));
};

TEST_F(EarlierReceiptsTest, FindARecordThatSaysTheSameAtAnotherTime) {
  quality::v1::Record again = registration();
  again.set_claimed_time_ms(kTimeMs + 1);
  quality::v1::Record other = registration();
  other.mutable_lot_registration()->set_production_date("2026-11-20");

  EXPECT_EQ(ours().log_index_of(again), 0U);
  EXPECT_EQ(ours().log_index_of(other), std::nullopt);
}

TEST_F(EarlierReceiptsTest, BelieveNoRecordWithoutItsReceipt) {
  std::filesystem::remove(folder_ / "0.tlog-proof");

  EXPECT_EQ(ours().log_index_of(registration()), std::nullopt);
}

TEST_F(EarlierReceiptsTest, BelieveNoReceiptOfOthers) {
  const auto stranger = new_signer();

  EXPECT_EQ(EarlierReceipts(folder_, {policy(*stranger)}, kUs).log_index_of(registration()),
            std::nullopt);
  EXPECT_EQ(EarlierReceipts(folder_, {policy(*validator_)}, "91370000MB20180117")
                .log_index_of(registration()),
            std::nullopt);
}

TEST_F(EarlierReceiptsTest, AreNoneWithoutAFolder) {
  EXPECT_EQ(EarlierReceipts("", {policy(*validator_)}, kUs).log_index_of(registration()),
            std::nullopt);
}

}  // namespace
}  // namespace qc::cli

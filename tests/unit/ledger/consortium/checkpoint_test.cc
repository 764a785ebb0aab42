// SPDX-License-Identifier: Apache-2.0
#include "ledger/consortium/checkpoint.h"

#include <gtest/gtest.h>

#include "ledger/base/encoding.h"

namespace qc::ledger {
namespace {

using namespace std::string_literals;

/// Five validators (quorum 4) and a log, all with new keys.
class CheckpointTest : public testing::Test {
 protected:
  static constexpr std::uint64_t kTime = 1'795'419'600;

  CheckpointTest() {
    for (const char* name : {"a", "b", "c", "d", "e"}) {
      signers_.push_back(new_signer());
      validators_.push_back({"net.example/x/"s + name, signers_.back()->public_key()});
    }
    log_ = new_signer();
  }

  static std::unique_ptr<PemSigner> new_signer() {
    return PemSigner::from_pem(generate_private_key(KeyAlgorithm::kEd25519).value()).value();
  }
  ValidatorSet set() const { return ValidatorSet::make(validators_).value(); }
  NoteSignature vote(std::size_t i, std::uint64_t time_s) const {
    return cosign(*signers_[i], validators_[i].name, time_s, checkpoint_).value();
  }
  SignedNote note(std::size_t votes) const {
    SignedNote signed_note{.text = checkpoint_.text(),
                           .signatures = {sign_as_log(*log_, checkpoint_).value()}};
    for (std::size_t i = 0; i < votes; ++i) signed_note.signatures.push_back(vote(i, kTime + i));
    return signed_note;
  }
  std::vector<NoteKey> logs() const {
    return {NoteKey::make(checkpoint_.origin, NoteKeyType::kEd25519, log_->public_key()).value()};
  }

  Checkpoint checkpoint_{.origin = "net.example/x/00", .size = 42, .root = {1, 2, 3}};
  std::vector<std::unique_ptr<PemSigner>> signers_;
  std::vector<Validator> validators_;
  std::unique_ptr<PemSigner> log_;
};

TEST_F(CheckpointTest, AQuorumCertifies) {
  EXPECT_FALSE(verify_checkpoint(note(3), set()));
  const auto certified = verify_checkpoint(note(4), set());
  ASSERT_TRUE(certified) << certified.error().message;
  EXPECT_EQ(certified->checkpoint, checkpoint_);
  EXPECT_EQ(certified->cosignatures.size(), 4U);
  EXPECT_EQ(certified->as_of_s, kTime);
}

TEST_F(CheckpointTest, AsOfIsTheGreatestTimeThatAQuorumReaches) {
  EXPECT_EQ(verify_checkpoint(note(5), set())->as_of_s, kTime + 1);
  EXPECT_EQ(as_of_time({5, 1, 9, 3}, 3), 3U);
  EXPECT_EQ(as_of_time({5, 1, 9, 3}, 1), 9U);
  EXPECT_EQ(as_of_time({5, 1}, 3), std::nullopt);
}

TEST_F(CheckpointTest, StampsBeforeTheBlockDoNotCount) {
  EXPECT_TRUE(verify_checkpoint(note(4), set(), kTime));
  EXPECT_FALSE(verify_checkpoint(note(4), set(), kTime + 1));
  EXPECT_TRUE(verify_checkpoint(note(5), set(), kTime + 1));
}

TEST_F(CheckpointTest, OnlyTheFirstLineOfAKeyCounts) {
  SignedNote signed_note = note(3);
  signed_note.signatures.push_back(vote(0, kTime + 50));
  EXPECT_FALSE(verify_checkpoint(signed_note, set()));
  signed_note.signatures.push_back(vote(3, kTime));
  const auto certified = verify_checkpoint(signed_note, set());
  ASSERT_TRUE(certified);
  EXPECT_EQ(certified->cosignatures[0].timestamp_s, kTime);
}

TEST_F(CheckpointTest, AFalseLineOfAValidatorRefutesEvenBeyondTheQuorum) {
  SignedNote signed_note = note(5);
  signed_note.signatures.back().signature[20] ^= 1;
  EXPECT_FALSE(verify_checkpoint(signed_note, set()));
  signed_note.signatures.back().signature.resize(70);
  EXPECT_FALSE(verify_checkpoint(signed_note, set()));
  signed_note.signatures.back() = vote(4, kTime);
  signed_note.signatures.back().signature[7] ^= 1;  // another timestamp
  EXPECT_FALSE(verify_checkpoint(signed_note, set()));
}

TEST_F(CheckpointTest, LinesOfStrangersAreIgnored) {
  SignedNote signed_note = note(4);
  const auto stranger = new_signer();
  signed_note.signatures.push_back(
      cosign(*stranger, validators_[4].name, kTime, checkpoint_).value());
  signed_note.signatures.push_back({.name = "who", .key_hash = 1, .signature = "what"});
  EXPECT_EQ(verify_checkpoint(signed_note, set())->cosignatures.size(), 4U);
}

TEST_F(CheckpointTest, ACosignatureIsOfOneCheckpoint) {
  SignedNote signed_note = note(4);
  Checkpoint other = checkpoint_;
  ++other.size;
  signed_note.text = other.text();
  EXPECT_FALSE(verify_checkpoint(signed_note, set()));
  EXPECT_FALSE(verify_log_line(signed_note, logs()));
}

TEST_F(CheckpointTest, OneOfTheLogsMustHaveSigned) {
  EXPECT_TRUE(verify_log_line(note(0), logs()));
  SignedNote signed_note = note(4);
  signed_note.signatures.erase(signed_note.signatures.begin());
  EXPECT_FALSE(verify_log_line(signed_note, logs()));
  signed_note = note(4);
  signed_note.signatures.front().signature[0] ^= 1;
  EXPECT_FALSE(verify_log_line(signed_note, logs()));
}

TEST_F(CheckpointTest, ALogLineIsNoVoteAndAVoteNoLogLine) {
  const NoteKey as_validator =
      NoteKey::make(checkpoint_.origin, NoteKeyType::kCosignature, log_->public_key()).value();
  const NoteSignature log_line = sign_as_log(*log_, checkpoint_).value();
  EXPECT_FALSE(verify_cosignature(as_validator, log_line, checkpoint_.text()));
  const NoteSignature cosigned = cosign(*log_, checkpoint_.origin, kTime, checkpoint_).value();
  EXPECT_FALSE(verify_log_signature(logs()[0], cosigned, checkpoint_.text()));
}

TEST_F(CheckpointTest, KeysThatCannotSignNotesAreRefused) {
  const auto p256 =
      PemSigner::from_pem(generate_private_key(KeyAlgorithm::kEcdsaP256Sha256).value()).value();
  EXPECT_FALSE(cosign(*p256, "net.example/x/a", kTime, checkpoint_));
  EXPECT_FALSE(sign_as_log(*p256, checkpoint_));
}

TEST_F(CheckpointTest, TextHasExactlyThreeLines) {
  const std::string root = to_base64(checkpoint_.root);
  EXPECT_EQ(Checkpoint::parse(checkpoint_.text()).value(), checkpoint_);
  for (const std::string& bad :
       {""s, "a\n1\n" + root, "a\n1\n" + root + "\nextension\n", "a\n1\n" + root + "\n\n",
        "\n1\n" + root + "\n", "a\n0\n" + root + "\n", "a\n01\n" + root + "\n",
        "a\n-1\n" + root + "\n", "a b\n1\n" + root + "\n", "a\n1\nAAAA\n"s, "a\n1\n"s,
        "a\n9007199254740992\n" + root + "\n"}) {
    EXPECT_FALSE(Checkpoint::parse(bad)) << bad;
  }
}

}  // namespace
}  // namespace qc::ledger

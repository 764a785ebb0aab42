// SPDX-License-Identifier: Apache-2.0
#include "consensus/message/codec.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "base/byte_writer.h"
#include "tests/unit/consensus/test_authenticator.h"

namespace qc::consensus {
namespace {

Proposal sample_proposal() {
  return Proposal{Height{7}, digest_of(1), 1'800'000'000'123, {digest_of(2), digest_of(3)}};
}

PreparedCertificate sample_certificate() {
  return PreparedCertificate{
      View{3},
      Height{7},
      digest_of(4),
      {{ReplicaIndex{0}, signature_of(5)}, {ReplicaIndex{2}, signature_of(6)}}};
}

ViewChangeHeader sample_header(std::uint16_t voter) {
  return ViewChangeHeader{View{4},
                          {Height{3}, digest_of(1)},
                          {View{3}, Height{7}, digest_of(4)},
                          ReplicaIndex{voter},
                          signature_of(7)};
}

NewView sample_new_view() {
  return NewView{View{4},
                 {sample_header(0), sample_header(2)},
                 sample_certificate(),
                 CertifiedCheckpoint{Height{3}, digest_of(1), "checkpoint", "proof"},
                 signature_of(8)};
}

std::vector<Message> sample_messages() {
  return {
      PrePrepare{View{3}, sample_proposal(), signature_of(9)},
      PrePrepare{View{0}, Proposal{Height{1}, {}, 1, {}}, signature_of(0)},
      Vote{Phase::kPrepare, View{1}, Height{2}, digest_of(3), ReplicaIndex{4}, signature_of(5)},
      Vote{Phase::kCommit, View{~std::uint64_t{0}}, Height{~std::uint64_t{0}}, digest_of(3),
           ReplicaIndex{255}, signature_of(5)},
      CheckpointVote{Height{9}, "checkpoint", "cosignature"},
      CertifiedCheckpoint{Height{9}, digest_of(1), "checkpoint", "proof"},
      CertifiedCheckpoint{Height{9}, digest_of(1), "checkpoint", ""},
      BatchAck{{digest_of(1), digest_of(2)}},
      FetchBatches{{digest_of(1)}},
      Status{},
      Status{View{2},
             Height{3},
             {digest_of(8)},
             {{Height{4}, digest_of(1), {0x03}, {}}, {Height{6}, {}, {0x01}, {0x0f}}},
             77},
      Echo{77},
      ViewChange{sample_header(1), sample_certificate(), std::nullopt},
      ViewChange{sample_header(1), std::nullopt,
                 CertifiedCheckpoint{Height{3}, digest_of(1), "checkpoint", "proof"}},
      sample_new_view(),
      NewView{View{1}, {}, std::nullopt, std::nullopt, signature_of(8)},
      FetchProposals{Height{9}, digest_of(2), Height{3}},
      ProposalFetched{sample_proposal()},
      AskPromises{7},
      PromisesHeld{7, {}, std::nullopt},
      PromisesHeld{~std::uint64_t{0},
                   {Vote{Phase::kPrePrepare, View{1}, Height{2}, digest_of(3), ReplicaIndex{4},
                         signature_of(5)},
                    Vote{Phase::kCommit, View{1}, Height{1}, digest_of(2), ReplicaIndex{4},
                         signature_of(6)}},
                   sample_header(4)},
  };
}

std::vector<JournalEntry> sample_entries() {
  return {
      EpochEntered{Height{5}, digest_of(1)},
      ViewEntered{View{4}},
      ProposalMade{PrePrepare{View{3}, sample_proposal(), signature_of(9)}},
      PrepareMade{View{3}, Height{7}, digest_of(4)},
      CertificateMade{sample_certificate(), sample_proposal()},
      CheckpointSigned{Height{9}, "checkpoint", "cosignature"},
      CheckpointHeld{CertifiedCheckpoint{Height{9}, digest_of(1), "checkpoint", "proof"}},
      NewViewInstalled{View{4}, ViewStart{Height{7}, digest_of(4), {}}},
      NewViewInstalled{View{4}, ViewStart{Height{7}, std::nullopt, digest_of(3)}},
      NewViewMade{sample_new_view()},
      AncestorKept{digest_of(6), sample_proposal()},
      KeyGivenUp{},
  };
}

TEST(Codec, EveryMessageComesBackAsItWas) {
  for (const Message& message : sample_messages()) {
    EXPECT_EQ(decode_message(encode(message)), message) << "kind " << message.index();
  }
}

TEST(Codec, EveryJournalEntryComesBackAsItWas) {
  for (const JournalEntry& entry : sample_entries()) {
    EXPECT_EQ(decode_journal_entry(encode(entry)), entry) << "kind " << entry.index();
  }
}

TEST(Codec, SamplesCoverEveryKind) {
  std::vector<bool> messages(std::variant_size_v<Message>);
  std::vector<bool> entries(std::variant_size_v<JournalEntry>);
  for (const Message& message : sample_messages()) {
    messages[message.index()] = true;
  }
  for (const JournalEntry& entry : sample_entries()) {
    entries[entry.index()] = true;
  }

  EXPECT_EQ(std::ranges::count(messages, false), 0);
  EXPECT_EQ(std::ranges::count(entries, false), 0);
}

TEST(Codec, RefusesEveryTruncationAndOneByteMore) {
  for (const Message& message : sample_messages()) {
    const std::string bytes = encode(message);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(decode_message(bytes.substr(0, size)))
          << "kind " << message.index() << " cut at " << size;
    }
    EXPECT_FALSE(decode_message(bytes + '\0')) << "kind " << message.index();
  }
  for (const JournalEntry& entry : sample_entries()) {
    const std::string bytes = encode(entry);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(decode_journal_entry(bytes.substr(0, size)))
          << "kind " << entry.index() << " cut at " << size;
    }
    EXPECT_FALSE(decode_journal_entry(bytes + '\0')) << "kind " << entry.index();
  }
}

TEST(Codec, WhateverItAcceptsItWouldHaveWritten) {
  // Every single-byte change of every sample: refused, or the encoding of what was read.
  for (const Message& message : sample_messages()) {
    const std::string bytes = encode(message);
    for (std::size_t place = 0; place < bytes.size(); ++place) {
      for (const int flip : {0x01, 0x80, 0xff}) {
        std::string changed = bytes;
        changed[place] = static_cast<char>(changed[place] ^ flip);
        const std::optional<Message> decoded = decode_message(changed);
        EXPECT_TRUE(!decoded || encode(*decoded) == changed)
            << "kind " << message.index() << " at " << place;
      }
    }
  }
}

TEST(Codec, RefusesAnUnknownKind) {
  EXPECT_FALSE(decode_message(std::string(1, '\0')));
  EXPECT_FALSE(decode_message(std::string(200, '\xff')));
  EXPECT_FALSE(decode_journal_entry(std::string(1, '\0')));
}

TEST(Codec, ALengthThatTheBytesCannotHoldIsRefusedBeforeAllocation) {
  ByteWriter out;
  out.u8(5);  // BatchAck
  out.u32(0xffffffff);

  EXPECT_FALSE(decode_message(std::move(out).take()));
}

TEST(Codec, RefusesAListLongerThanItsLimit) {
  EXPECT_TRUE(decode_message(encode(BatchAck{std::vector<Digest>(kDigestListMax)})));
  EXPECT_FALSE(decode_message(encode(BatchAck{std::vector<Digest>(kDigestListMax + 1)})));
  EXPECT_FALSE(decode_message(encode(BatchAck{})));
  EXPECT_FALSE(decode_message(
      encode(CheckpointVote{Height{1}, std::string(kCheckpointBytesMax + 1, 'x'), "c"})));
}

TEST(Codec, RefusesACertificatePaddedWithOneSigner) {
  PreparedCertificate certificate = sample_certificate();
  certificate.prepares[1] = certificate.prepares[0];

  EXPECT_FALSE(decode_journal_entry(encode(CertificateMade{certificate, sample_proposal()})));
}

TEST(Codec, RefusesAVoteOfAnotherPhase) {
  std::string bytes = encode(Vote{});
  bytes[1] = static_cast<char>(Phase::kPrePrepare);

  EXPECT_FALSE(decode_message(bytes));
}

TEST(Codec, NoMessageIsLongerThanTheFrameLimit) {
  Status status;
  status.acknowledged.resize(kDigestListMax);
  for (std::uint64_t i = 0; i < kWindowMax; ++i) {
    status.votes.push_back(
        HeldVotes{Height{i}, {}, std::vector<std::uint8_t>(32), std::vector<std::uint8_t>(32)});
  }
  const CertifiedCheckpoint largest{Height{1},
                                    {},
                                    std::string(kCheckpointBytesMax, 'x'),
                                    std::string(kCertifiedProofBytesMax, 'x')};

  EXPECT_LE(encode(Message(status)).size(), kEncodedMessageMax);
  EXPECT_LE(encode(Message(largest)).size(), kEncodedMessageMax);
}

TEST(Statement, HasTheLayoutOfItsDescription) {
  const Epoch epoch{"c/1", Height{2}, digest_of(0xaa), 4};

  const std::string bytes = vote_statement_bytes(
      epoch, VoteStatement{Phase::kCommit, View{3}, Height{4}, digest_of(0xbb)});

  std::string expected("qc/vote/v1\0\0\0\0\3c/1", 18);
  expected += std::string("\0\0\0\0\0\0\0\2", 8) + std::string(32, '\xaa') + std::string("\3", 1) +
              std::string("\0\0\0\0\0\0\0\3", 8) + std::string("\0\0\0\0\0\0\0\4", 8) +
              std::string(32, '\xbb');
  EXPECT_EQ(bytes, expected);
}

TEST(Statement, EveryFieldChangesWhatIsSigned) {
  const Epoch epoch = epoch_of(4);
  const VoteStatement vote{Phase::kPrepare, View{1}, Height{2}, digest_of(3)};
  const std::string bytes = vote_statement_bytes(epoch, vote);
  Epoch other_chain = epoch;
  other_chain.chain_id = "other.example/chain";
  Epoch later_epoch = epoch;
  later_epoch.first_height = Height{100};
  Epoch other_set = epoch;
  other_set.set_hash = digest_of(1);

  EXPECT_NE(bytes, vote_statement_bytes(other_chain, vote));
  EXPECT_NE(bytes, vote_statement_bytes(later_epoch, vote));
  EXPECT_NE(bytes, vote_statement_bytes(other_set, vote));
  EXPECT_NE(bytes, vote_statement_bytes(
                       epoch, VoteStatement{Phase::kCommit, View{1}, Height{2}, digest_of(3)}));
  EXPECT_NE(bytes, vote_statement_bytes(
                       epoch, VoteStatement{Phase::kPrepare, View{2}, Height{2}, digest_of(3)}));
  EXPECT_NE(bytes, vote_statement_bytes(
                       epoch, VoteStatement{Phase::kPrepare, View{1}, Height{3}, digest_of(3)}));
  EXPECT_NE(bytes, vote_statement_bytes(
                       epoch, VoteStatement{Phase::kPrepare, View{1}, Height{2}, digest_of(4)}));
}

}  // namespace
}  // namespace qc::consensus

// SPDX-License-Identifier: Apache-2.0
#include "ledger/log/note.h"

#include <gtest/gtest.h>

#include "tests/unit/ledger/vectors/vectors.h"

namespace qc::ledger {
namespace {

using namespace std::string_literals;

std::string good_note() { return vectors()["checkpoint"]["note"]; }

TEST(SignedNote, RefusesWhatIsNotExactlyANote) {
  const std::string note = good_note();
  const std::string text = vectors()["checkpoint"]["text"];
  EXPECT_TRUE(SignedNote::parse(note));
  for (const std::string& bad :
       {""s, text, text + "\n", note.substr(0, note.size() - 1), note + "\n", note + "x\n",
        "\r" + note, "\x00"s + note, "\xff" + note, note + "\xe2\x80\x94 name AAAA\n",
        note + "\xe2\x80\x94 a+b AAAAAAA=\n", note + "\xe2\x80\x94 name  AAAAAAA=\n",
        note + "\xe2\x80\x94 name AAAAAAA\n", note + "- name AAAAAAA=\n",
        note + "\xe2\x80\x94 a\xc2\xa0z AAAAAAA=\n", note + "\xe2\x80\x94  AAAAAAA=\n"}) {
    EXPECT_FALSE(SignedNote::parse(bad)) << bad;
  }
  EXPECT_TRUE(SignedNote::parse(note + "\xe2\x80\x94 name AAAAAAA=\n"));
}

TEST(SignedNote, HasAtMostAHundredSignatures) {
  const NoteSignature signature{.name = "n", .key_hash = 1, .signature = "s"};
  SignedNote note{.text = "text\n", .signatures = std::vector<NoteSignature>(100, signature)};
  EXPECT_EQ(SignedNote::parse(note.format()).value(), note);
  note.signatures.push_back(signature);
  EXPECT_FALSE(SignedNote::parse(note.format()));
  EXPECT_FALSE(SignedNote::parse(std::string(kMaxNoteSize, 'x') + good_note()));
}

TEST(SignedNote, TextMayHaveEmptyLines) {
  const SignedNote note{.text = "a\n\nb\n",
                        .signatures = {{.name = "n", .key_hash = 7, .signature = "sig"}}};
  EXPECT_EQ(SignedNote::parse(note.format()).value(), note);
}

TEST(NoteKey, HasOneText) {
  const std::string vkey = vectors()["checkpoint"]["log_vkey"];
  EXPECT_EQ(NoteKey::parse(vkey)->vkey(), vkey);
  const std::size_t plus = vkey.find('+');
  std::string wrong_hash = vkey;
  wrong_hash[plus + 1] = wrong_hash[plus + 1] == '0' ? '1' : '0';
  for (const std::string& bad :
       {""s, "name"s, "name+00000000"s, wrong_hash, vkey + "=", vkey + " ", " " + vkey,
        vkey.substr(0, vkey.size() - 4), "+" + vkey.substr(plus + 1),
        vkey.substr(0, plus) + "+" + "153D8998" + vkey.substr(plus + 9)}) {
    EXPECT_FALSE(NoteKey::parse(bad)) << bad;
  }
}

TEST(NoteKey, NamesHaveNoWhiteSpace) {
  EXPECT_TRUE(is_note_key_name("quality-chain.example/liaocheng"));
  EXPECT_TRUE(is_note_key_name("\xe8\x81\x8a\xe5\x9f\x8e"));
  for (const auto& name : {""s, " "s, "a b"s, "a\tb"s, "a\nb"s, "a+b"s, "a\xc2\x85"s,
                           "a\xe2\x80\x83z"s, "\xe3\x80\x80"s, "\xff"s, "\x7f"s}) {
    EXPECT_FALSE(is_note_key_name(name)) << to_hex(name);
  }
}

}  // namespace
}  // namespace qc::ledger

// SPDX-License-Identifier: Apache-2.0
// Audit bundles: the founding examples, and what becomes of them after every kind of change.
#include "ledger/audit/audit_verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>

#include "ledger/name/subject_id.h"
#include "ledger/proof/gzip.h"
#include "tests/unit/ledger/vectors/vectors.h"

namespace qc::ledger {
namespace {

using testing::HasSubstr;

const std::string kLot = "https://id.gs1.org/01/06901234567892/10/L2026A";
const std::string kItem = "https://id.gs1.org/01/06901234567892/21/S%2F1";
const std::string kParty = "urn:qc:party:91350100M000100Y43";

const NetworkPolicy& policy() {
  static const NetworkPolicy policy = NetworkPolicy::parse(vector_file("network.policy")).value();
  return policy;
}

AuditBundle bundle(const std::string& name) {
  return AuditBundle::parse(vector_file(name)).value();
}

VerifyReport verify(const AuditBundle& bundle, const VerifyOptions& options = {}) {
  return verify_bundle(bundle.to_json(), policy(), options);
}

TEST(AuditBundle, CompleteExampleIsProven) {
  const VerifyReport report = verify_bundle(vector_file("complete.qcaudit"), policy());

  ASSERT_EQ(report.code, VerifyCode::kProven) << report.reason;
  EXPECT_EQ(report.as_of_s, 1795419600U);
  EXPECT_EQ(report.checkpoint.size, 11U);
  ASSERT_EQ(report.subjects.size(), 3U);
  EXPECT_EQ(report.subjects[0].entries.size(), 6U);
  EXPECT_EQ(report.subjects[0].entries[0].organisation, "");
  EXPECT_EQ(report.subjects[0].entries[1].organisation, "91350100M000100Y43");
  EXPECT_FALSE(report.subjects[0].entries[1].decoded);
}

TEST(AuditBundle, ExampleIsProvenButPartialAndSaysWhy) {
  const VerifyReport report = verify_bundle(vector_file("example.qcaudit"), policy());

  ASSERT_EQ(report.code, VerifyCode::kPartial) << report.reason;
  EXPECT_THAT(report.remarks, testing::Contains(kParty + ": the first 2 records are left out"));
  EXPECT_THAT(report.remarks,
              testing::Contains(kParty + ": the record at log index 6 is counted, not shown"));
  EXPECT_EQ(report.attachments.size(), 1U);
}

TEST(AuditBundle, IsWrittenAsTheExamplesByteForByte) {
  for (const char* name : {"example.qcaudit", "complete.qcaudit"}) {
    EXPECT_EQ(bundle(name).to_json(), vector_file(name)) << name;
  }
}

TEST(AuditBundle, MayBeCompressed) {
  const std::string packed = gzip(vector_file("complete.qcaudit"));

  EXPECT_EQ(verify_bundle(packed, policy()).code, VerifyCode::kProven);
  EXPECT_EQ(verify_bundle(packed + "\n", policy()).code, VerifyCode::kUnreadable);
}

TEST(AuditBundle, MustAnswerAboutTheSubjectAskedForInAnySpelling) {
  const std::string file = vector_file("example.qcaudit");

  EXPECT_EQ(verify_bundle(file, policy(), {.subject = kLot}).code, VerifyCode::kPartial);
  EXPECT_EQ(verify_bundle(file, policy(), {.subject = "urn:qc:party:91350100m000100y43"}).code,
            VerifyCode::kPartial);
  EXPECT_EQ(
      verify_bundle(file, policy(), {.subject = "https://id.gs1.org/01/06901234567892#below"}).code,
      VerifyCode::kRefuted);
  EXPECT_EQ(verify_bundle(file, policy(), {.subject = kLot + "X"}).code, VerifyCode::kRefuted);
  EXPECT_EQ(verify_bundle(file, policy(), {.subject = "6901234567890"}).code, VerifyCode::kRefuted);
}

TEST(AuditBundle, MustBeYoungEnough) {
  const std::string file = vector_file("complete.qcaudit");
  const auto code = [&file](std::uint64_t now_s) {
    return verify_bundle(file, policy(), {.max_age_s = 600, .now_s = now_s}).code;
  };

  EXPECT_EQ(code(1795419600 + 600), VerifyCode::kProven);
  EXPECT_EQ(code(1795419600 + 601), VerifyCode::kRefuted);
  EXPECT_EQ(code(1795419600 - 300), VerifyCode::kProven);
}

TEST(AuditBundle, OfTheFutureHasNoAge) {
  const std::string file = vector_file("complete.qcaudit");
  constexpr std::uint64_t kTwoDaysBehind = 1795419600 - 172'800;

  const VerifyReport aged =
      verify_bundle(file, policy(), {.max_age_s = 600, .now_s = kTwoDaysBehind});
  const VerifyReport ageless = verify_bundle(file, policy(), {.now_s = kTwoDaysBehind});

  EXPECT_EQ(aged.code, VerifyCode::kRefuted);
  EXPECT_EQ(aged.reason,
            "the checkpoint is 172800 s ahead of this machine's clock, so that its age is unknown; "
            "set the clock right, or leave out --max-age");
  EXPECT_EQ(verify_bundle(file, policy(), {.max_age_s = 600, .now_s = 1795419600 - 301}).code,
            VerifyCode::kRefuted);
  EXPECT_EQ(ageless.code, VerifyCode::kProven);
}

TEST(AuditBundle, TakesWhatItLeavesOutFromAnEarlierOne) {
  AuditBundle later = bundle("complete.qcaudit");
  // The party's first four records left out; the link after them is in the other example's chain.
  const AuditBundle earlier = later;
  AuditBundle example = bundle("example.qcaudit");
  const BundleSubject& partial_party = example.subjects[3];
  ASSERT_EQ(partial_party.id, kParty);
  BundleSubject& party = later.subjects[0];
  party.before = partial_party.before;
  party.entries->erase(party.entries->begin(), party.entries->begin() + 2);
  later.genesis.reset();
  const std::string earlier_text = earlier.to_json();

  const VerifyReport alone = verify(later);
  const VerifyReport together = verify(later, {.since = earlier_text});

  EXPECT_EQ(alone.code, VerifyCode::kPartial) << alone.reason;
  ASSERT_EQ(together.code, VerifyCode::kProven) << together.reason;
  EXPECT_EQ(together.subjects[0].entries.size(), 6U);
  EXPECT_EQ(together.subjects[0].left_out, 0U);
  EXPECT_EQ(verify(later, {.since = "{}"}).code, VerifyCode::kUnreadable);
}

TEST(AuditBundle, WithoutSubjectsIsUnreadable) {
  AuditBundle empty = bundle("complete.qcaudit");
  empty.subjects.clear();

  EXPECT_EQ(verify(empty).code, VerifyCode::kUnreadable);
}

TEST(AuditBundle, OfAnotherChainIsRefused) {
  AuditBundle other = bundle("complete.qcaudit");
  other.chain.back() = other.chain.back() == '0' ? '1' : '0';

  EXPECT_EQ(verify(other).code, VerifyCode::kOtherPolicy);
}

TEST(AuditBundle, NeedsThePolicyThatItBeginsWith) {
  const NetworkPolicy second = NetworkPolicy::parse(vector_file("network-2.policy")).value();

  EXPECT_EQ(verify_bundle(vector_file("complete.qcaudit"), second).code, VerifyCode::kOtherPolicy);
}

TEST(AuditBundle, StatusOnlySubjectIsProvenAndNotPartial) {
  AuditBundle file = bundle("complete.qcaudit");
  AuditBundle example = bundle("example.qcaudit");
  file.subjects.push_back(example.subjects[5]);
  ASSERT_FALSE(file.subjects.back().entries);

  const VerifyReport report = verify(file);

  EXPECT_EQ(report.code, VerifyCode::kProven) << report.reason;
  EXPECT_TRUE(report.subjects.back().status_only);
}

TEST(AuditBundle, OrderOfSubjectsAndSubmissionsProvesNothing) {
  AuditBundle file = bundle("complete.qcaudit");
  std::swap(file.subjects[0], file.subjects[2]);
  std::swap(file.submissions[0], file.submissions[1]);
  for (BundleSubject& subject : file.subjects) {
    for (BundleEntry& entry : *subject.entries) {
      auto& shown = std::get<ShownRecord>(entry.content);
      if (shown.submission) shown.submission = 1 - *shown.submission;
    }
  }

  EXPECT_EQ(verify(file).code, VerifyCode::kProven);
}

ShownRecord& shown(AuditBundle& file, std::size_t subject, std::size_t entry) {
  return std::get<ShownRecord>((*file.subjects[subject].entries)[entry].content);
}

struct Change {
  std::string name;
  std::function<void(AuditBundle&)> make;
};

class AuditBundleRefuses : public testing::TestWithParam<Change> {};

TEST_P(AuditBundleRefuses, TheExampleAfterThisChange) {
  AuditBundle file = bundle("example.qcaudit");
  GetParam().make(file);

  const VerifyReport report = verify(file);

  EXPECT_EQ(exit_code_of(report.code), 1) << report.reason;
  EXPECT_FALSE(report.reason.empty());
  EXPECT_TRUE(report.subjects.empty());
}

/// Drops the `line`-th signature line of a note.
std::string without_line(const std::string& note, std::size_t line) {
  SignedNote parsed = SignedNote::parse(note).value();
  parsed.signatures.erase(parsed.signatures.begin() + static_cast<std::ptrdiff_t>(line));
  return parsed.format();
}

// Subjects of the example: 0 item, 1 lot, 2 class, 3 party, 4 absent lot, 5 status only.
INSTANTIATE_TEST_SUITE_P(
    Structure, AuditBundleRefuses,
    testing::Values(
        Change{"DropFirstEntry", [](AuditBundle& f) { f.subjects[1].entries->erase(f.subjects[1].entries->begin()); }},
        Change{"DropLastEntry", [](AuditBundle& f) { f.subjects[1].entries->pop_back(); }},
        Change{"DropCountedEntry", [](AuditBundle& f) { f.subjects[3].entries->erase(f.subjects[3].entries->begin() + 1); }},
        Change{"SwapEntries", [](AuditBundle& f) { std::swap((*f.subjects[1].entries)[0], (*f.subjects[1].entries)[1]); }},
        Change{"RepeatEntry", [](AuditBundle& f) { f.subjects[2].entries->push_back(f.subjects[2].entries->back()); }},
        Change{"DropEntries", [](AuditBundle& f) { f.subjects[1].entries->clear(); }},
        Change{"DropLotOfTheItem", [](AuditBundle& f) { f.subjects.erase(f.subjects.begin() + 1); }},
        Change{"DropClass", [](AuditBundle& f) { f.subjects.erase(f.subjects.begin() + 2); }},
        Change{"LotBecomesStatusOnly", [](AuditBundle& f) { f.subjects[1].entries.reset(); }},
        Change{"RepeatSubject", [](AuditBundle& f) { f.subjects.push_back(f.subjects[1]); }},
        Change{"PresentBecomesAbsent", [](AuditBundle& f) { f.subjects[2].value.reset(); }},
        Change{"AbsentGetsAValue", [](AuditBundle& f) { f.subjects[4].value = f.subjects[2].value; }},
        Change{"AbsentGetsAnEntry", [](AuditBundle& f) { f.subjects[4].entries = f.subjects[2].entries; }},
        Change{"AbsentByAnothersProof", [](AuditBundle& f) { f.subjects[4].proof = f.subjects[2].proof; }},
        Change{"ProofOfAnother", [](AuditBundle& f) { f.subjects[1].proof = f.subjects[2].proof; }},
        Change{"ValueOfAnother", [](AuditBundle& f) { f.subjects[1].value = f.subjects[2].value; }},
        Change{"MisspelledId", [](AuditBundle& f) { f.subjects[4].id = "https://id.gs1.org/01/6901234567892/10/NOSUCH"; }},
        Change{"OtherId", [](AuditBundle& f) { f.subjects[1].id = "https://id.gs1.org/01/06901234567892/10/L2026B"; }},
        Change{"DropBefore", [](AuditBundle& f) { f.subjects[3].before.reset(); }},
        Change{"LessBefore", [](AuditBundle& f) { f.subjects[3].before->count = 1; }},
        Change{"OtherBeforeLink", [](AuditBundle& f) { f.subjects[3].before->link[5] ^= 1; }},
        Change{"BeforeWithoutEntries", [](AuditBundle& f) { f.subjects[5].before = f.subjects[3].before; }},
        Change{"CountedAnotherLeaf", [](AuditBundle& f) { std::get<Digest>((*f.subjects[3].entries)[1].content)[0] ^= 1; }},
        Change{"OtherIndex", [](AuditBundle& f) { (*f.subjects[0].entries)[0].index = 8; }},
        Change{"OtherTime", [](AuditBundle& f) { ++shown(f, 1, 0).time_ms; }},
        Change{"OtherPosition", [](AuditBundle& f) { shown(f, 1, 0).position = 1; }},
        Change{"PositionPastTheEnd", [](AuditBundle& f) { shown(f, 1, 0).position = 3; }},
        Change{"OtherSubmission", [](AuditBundle& f) { shown(f, 1, 0).submission = 1; }},
        Change{"UnknownSubmission", [](AuditBundle& f) { shown(f, 1, 0).submission = 2; }},
        Change{"ClaimsGenesis", [](AuditBundle& f) { shown(f, 1, 0).submission.reset(); }},
        Change{"DropPath", [](AuditBundle& f) { shown(f, 1, 0).path.clear(); }},
        Change{"LongerPath", [](AuditBundle& f) { shown(f, 1, 0).path.emplace_back(); }},
        Change{"OtherRecord", [](AuditBundle& f) { shown(f, 1, 0).record += "!"; }},
        Change{"UnusedGenesis", [](AuditBundle& f) { f.genesis = bytes_of(vectors().at("genesis").at("document")); }},
        Change{"OtherGenesis", [](AuditBundle& f) { f.genesis = "x"; }},
        Change{"RepeatKey", [](AuditBundle& f) { f.keys.push_back(f.keys[0]); }},
        Change{"DropKeys", [](AuditBundle& f) { f.keys.clear(); }},
        Change{"OtherKeyStatus", [](AuditBundle& f) { f.keys[0].value.back() ^= 1; }},
        Change{"OtherKeyProof", [](AuditBundle& f) { f.keys[0].proof = f.subjects[2].proof; }},
        Change{"UnknownKey", [](AuditBundle& f) { f.submissions[0].key = 1; }},
        Change{"RepeatSubmission", [](AuditBundle& f) { f.submissions.push_back(f.submissions[0]); }},
        Change{"SwapSubmissions", [](AuditBundle& f) { std::swap(f.submissions[0], f.submissions[1]); }},
        Change{"SwapSignatures", [](AuditBundle& f) { std::swap(f.submissions[0].signature, f.submissions[1].signature); }},
        Change{"ShortSignature", [](AuditBundle& f) { f.submissions[0].signature.pop_back(); }},
        Change{"RepeatAttachment", [](AuditBundle& f) { f.attachments.push_back(f.attachments[0]); }},
        Change{"StrangeAttachment", [](AuditBundle& f) { f.attachments.emplace_back("other"); }},
        Change{"DropSecondSet", [](AuditBundle& f) { f.validator_sets.pop_back(); }},
        Change{"DropFirstSet", [](AuditBundle& f) { f.validator_sets.erase(f.validator_sets.begin()); }},
        Change{"RepeatSecondSet", [](AuditBundle& f) { f.validator_sets.push_back(f.validator_sets[1]); }},
        Change{"NobodyIntroducesTheSecond", [](AuditBundle& f) { f.validator_sets[1].introduced_by.reset(); }},
        Change{"SomebodyIntroducesTheFirst", [](AuditBundle& f) { f.validator_sets[0].introduced_by = f.validator_sets[1].introduced_by; }},
        Change{"FirstSetLosesOne", [](AuditBundle& f) { f.validator_sets[0].validators.pop_back(); }},
        Change{"SecondSetLosesOne", [](AuditBundle& f) { f.validator_sets[1].validators.pop_back(); }},
        Change{"NoSets", [](AuditBundle& f) { f.validator_sets.clear(); }},
        Change{"IntroductionBelowQuorum", [](AuditBundle& f) { auto& note = f.validator_sets[1].introduced_by->checkpoint; note = without_line(note, 0); }},
        Change{"IntroducedByTheNewest", [](AuditBundle& f) { f.validator_sets[1].introduced_by = SetIntroduction{f.checkpoint, f.seal}; }},
        Change{"WithoutTheLogsLine", [](AuditBundle& f) { f.checkpoint = without_line(f.checkpoint, 0); }},
        Change{"BelowQuorum", [](AuditBundle& f) { f.checkpoint = without_line(f.checkpoint, 2); }},
        Change{"OneSignerTwice", [](AuditBundle& f) {
                 SignedNote note = SignedNote::parse(f.checkpoint).value();
                 note.signatures[4] = note.signatures[3];
                 f.checkpoint = note.format();
               }},
        Change{"FalseLineOfARetiredValidator", [](AuditBundle& f) {
                 SignedNote note = SignedNote::parse(f.checkpoint).value();
                 NoteSignature line = note.signatures[1];
                 const NoteKey retired = NoteKey::make("quality-chain.example/liaocheng/platform", NoteKeyType::kCosignature,
                                                       policy().validators.find("quality-chain.example/liaocheng/platform")->key).value();
                 line.name = retired.name();
                 line.key_hash = retired.key_hash();
                 note.signatures.push_back(line);
                 f.checkpoint = note.format();
               }},
        Change{"OlderCheckpoint", [](AuditBundle& f) { f.checkpoint = f.validator_sets[1].introduced_by->checkpoint; }},
        Change{"OlderSeal", [](AuditBundle& f) { f.seal = f.validator_sets[1].introduced_by->seal; }},
        Change{"OtherSealIndex", [](AuditBundle& f) { --f.seal.index; }},
        Change{"DropSealProof", [](AuditBundle& f) { f.seal.path.clear(); }}),
    [](const auto& test) { return test.param.name; });

TEST(AuditBundle, IgnoresLinesOfStrangers) {
  AuditBundle file = bundle("complete.qcaudit");
  SignedNote note = SignedNote::parse(file.checkpoint).value();
  NoteSignature line = note.signatures[1];
  line.name = "witness.example/w1";
  note.signatures.push_back(line);
  file.checkpoint = note.format();

  EXPECT_EQ(verify(file).code, VerifyCode::kProven);
}

TEST(AuditBundle, CountsOnlyTheFirstLineOfAKey) {
  AuditBundle file = bundle("complete.qcaudit");
  SignedNote note = SignedNote::parse(file.checkpoint).value();
  NoteSignature false_line = note.signatures[1];
  false_line.signature.back() ^= 1;
  SignedNote behind = note;
  behind.signatures.push_back(false_line);
  SignedNote in_front = note;
  in_front.signatures.insert(in_front.signatures.begin(), false_line);

  file.checkpoint = behind.format();
  EXPECT_EQ(verify(file).code, VerifyCode::kProven);
  file.checkpoint = in_front.format();
  EXPECT_EQ(verify(file).code, VerifyCode::kRefuted);
}

/// What a random change of one byte came to.
struct Tally {
  int unreadable = 0;
  int refuted = 0;
  /// Proven all the same: the file still says the very same things (blanks between values).
  int same_content = 0;
};

/// Another byte for this place: a neighbour by a bit or two, one that stands elsewhere in the text
/// (blanks and digits, so that many changes are still JSON), or any.
char other_byte(const std::string& text, std::size_t at, std::mt19937& random) {
  char other = text[at];
  while (other == text[at]) {
    switch (random() % 3) {
      case 0:
        other = static_cast<char>(text[at] ^ (1 << (random() % 3)));
        break;
      case 1:
        other = text[random() % text.size()];
        break;
      default:
        other = static_cast<char>(random() % 256);
    }
  }
  return other;
}

Tally mutate(const std::string& name, VerifyCode expected, int rounds, unsigned seed) {
  const std::string text = vector_file(name);
  const AuditBundle original = bundle(name);
  std::mt19937 random(seed);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same run every time
  Tally tally;
  for (int i = 0; i < rounds; ++i) {
    const std::size_t at = random() % text.size();
    std::string changed = text;
    changed[at] = other_byte(text, at, random);
    const VerifyReport report = verify_bundle(changed, policy());
    if (report.code == VerifyCode::kUnreadable) {
      ++tally.unreadable;
    } else if (report.code == VerifyCode::kRefuted || report.code == VerifyCode::kOtherPolicy) {
      ++tally.refuted;
    } else {
      const auto parsed = AuditBundle::parse(changed);
      const bool harmless = report.code == expected && parsed && *parsed == original;
      EXPECT_TRUE(harmless) << name << ": byte " << at << " from " << int{text[at]} << " to "
                            << int{changed[at]} << " was accepted";
      ++tally.same_content;
    }
  }
  return tally;
}

TEST(AuditBundle, RandomChangesOfOneByteAreRefusedOrHarmless) {
  for (const auto& [name, code] : std::map<std::string, VerifyCode>{
           {"complete.qcaudit", VerifyCode::kProven}, {"example.qcaudit", VerifyCode::kPartial}}) {
    const Tally tally = mutate(name, code, 1500, 20261123);
    std::cout << name << ": 1500 changes of one byte: " << tally.unreadable << " unreadable, "
              << tally.refuted << " refuted, " << tally.same_content
              << " harmless (blanks between values: the same content)\n";
    EXPECT_EQ(tally.unreadable + tally.refuted + tally.same_content, 1500);
    EXPECT_GT(tally.refuted, 0);
    EXPECT_GT(tally.unreadable, 0);
    EXPECT_GT(tally.same_content, 0);
  }
}

TEST(AuditBundle, SurvivesTruncation) {
  const std::string text = vector_file("complete.qcaudit");
  const std::string packed = gzip(text);

  for (std::size_t size = 0; size + 2 < text.size(); size += 97) {
    EXPECT_EQ(verify_bundle(text.substr(0, size), policy()).code, VerifyCode::kUnreadable);
  }
  for (std::size_t size = 0; size < packed.size(); size += 31) {
    EXPECT_EQ(verify_bundle(packed.substr(0, size), policy()).code, VerifyCode::kUnreadable);
  }
}

TEST(SeeOfStatus, ReadsFieldOneOfAnyMessage) {
  EXPECT_EQ(*see_of_status(std::string_view("\x0a\x01"
                                            "a"
                                            "\x0a\x02"
                                            "bc"
                                            "\x10\x07",
                                            9)),
            (std::vector<std::string>{"a", "bc"}));
  EXPECT_TRUE(see_of_status("")->empty());
}

TEST(SeeOfStatus, RefusesWhatCouldHideAnId) {
  EXPECT_FALSE(
      see_of_status(std::string_view("\x10\x07\x0a\x01"
                                     "a",
                                     5)));
  EXPECT_FALSE(
      see_of_status(std::string_view("\x0a\x05"
                                     "a",
                                     3)));
  EXPECT_FALSE(see_of_status(std::string_view("\x08\x01", 2)));
}

}  // namespace
}  // namespace qc::ledger

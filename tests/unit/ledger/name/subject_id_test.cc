// SPDX-License-Identifier: Apache-2.0
#include "ledger/name/subject_id.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace qc::ledger {
namespace {

nlohmann::json vectors() {
  std::ifstream file(QC_VECTORS_DIR "/formats.json");
  return nlohmann::json::parse(file).at("subject_ids");
}

std::string canonical(std::string_view text) {
  return canonical_subject_id(text)
      .map_error([](const Error& error) { return error.message; })
      .value_or("refused");
}

TEST(SubjectId, AcceptsEveryCanonicalVectorAsItself) {
  const auto ids = vectors();
  for (const auto& id : ids.at("canonical")) {
    const auto text = id.get<std::string>();
    EXPECT_TRUE(is_canonical_subject_id(text)) << text;
    EXPECT_EQ(canonical(text), text);
  }
}

TEST(SubjectId, RefusesEveryRefusedVectorAsCanonical) {
  const auto ids = vectors();
  for (const auto& id : ids.at("refused")) {
    EXPECT_FALSE(is_canonical_subject_id(id.get<std::string>())) << id;
  }
}

TEST(SubjectId, GivesOneThingOneId) {
  const std::map<std::string, std::vector<std::string>> spellings{
      {"https://id.gs1.org/01/06901234567892",
       {"6901234567892", "06901234567892", "https://id.gs1.org/01/6901234567892",
        "http://id.gs1.org/01/06901234567892", "https://ID.gs1.org/01/06901234567892",
        "HTTPS://example.com/01/06901234567892",
        "https://example.com/shop/products/01/6901234567892",
        "https://example.com/?01=06901234567892", "https://id.gs1.org/01/06901234567892/",
        "https://example.com/01/06901234567892?17=271231&3103=000500", "(01)06901234567892",
        "urn:epc:idpat:sgtin:6901234.056789.*"}},
      {"https://id.gs1.org/01/06901234567892/10/L2026A",
       {"https://example.com/01/6901234567892/10/L2026A",
        "https://id.gs1.org/01/06901234567892/10/%4C2026A",
        "https://example.com/10/L2026A/01/06901234567892",
        "https://id.gs1.org/01/06901234567892/10/L2026A/",
        "https://id.gs1.org/01/06901234567892/22/V1/10/L2026A",
        "https://example.com/01/06901234567892?10=L2026A", "(01)06901234567892(10)L2026A",
        "(10)L2026A(01)06901234567892", "urn:epc:class:lgtin:6901234.056789.L2026A"}},
      {"https://id.gs1.org/01/06901234567892/21/S%2F1",
       {"https://id.gs1.org/01/06901234567892/21/S%2f1",
        "https://example.com/01/06901234567892/10/L2026A/21/S%2F1",
        "https://example.com/01/06901234567892/21/S%2F1/10/L2026A",
        "https://example.com/21/S%2F1/01/06901234567892",
        "https://example.com/a/b/01/6901234567892/10/L2026A/21/S%2F1?17=271231",
        "(01)06901234567892(21)S/1", "(01)06901234567892(10)L2026A(21)S/1",
        "urn:epc:id:sgtin:6901234.056789.S%2F1"}},
      {"https://id.gs1.org/01/70614141123451/21/2017", {"urn:epc:id:sgtin:0614141.712345.2017"}},
      {"https://id.gs1.org/01/10614141073464/21/a.b", {"urn:epc:id:sgtin:0614141.107346.a.b"}},
      {"https://id.gs1.org/01/00000096385074",
       {"96385074", "(01)96385074", "https://example.com/01/96385074"}},
      {"https://id.gs1.org/01/00614141000036", {"614141000036", "0614141000036", "00614141000036"}},
      {"https://id.gs1.org/01/06901234567892/10/A%28B%29C", {"(01)06901234567892(10)A(B)C"}},
      {"https://id.gs1.org/01/06901234567892/10/L2026A#below",
       {"https://example.com/01/6901234567892/10/L2026A#below",
        "(01)06901234567892(10)L2026A#below"}},
      {"https://id.gs1.org/01/06901234567892#below", {"6901234567892#below"}},
      {"https://id.gs1.org/00/106141412345678908",
       {"106141412345678908", "(00)106141412345678908", "https://example.com/00/106141412345678908",
        "urn:epc:id:sscc:0614141.1234567890"}},
      {"https://id.gs1.org/414/0614141000005",
       {"https://example.com/414/0614141000005", "(414)0614141000005",
        "urn:epc:id:sgln:0614141.00000.0"}},
      {"https://id.gs1.org/414/0614141000005/254/AB",
       {"https://example.com/254/AB/414/0614141000005", "(414)0614141000005(254)AB",
        "urn:epc:id:sgln:0614141.00000.AB"}},
      {"https://id.gs1.org/417/0614141000005",
       {"(417)0614141000005", "urn:epc:id:pgln:0614141.00000",
        "https://example.com/417/0614141000005"}},
      {"https://id.gs1.org/8003/04012345555554987",
       {"urn:epc:id:grai:4012345.55555.987", "https://example.com/8003/04012345555554987"}},
      {"https://id.gs1.org/8003/04012345666663", {"urn:epc:idpat:grai:4012345.66666.*"}},
      {"https://id.gs1.org/8004/400000112345",
       {"urn:epc:id:giai:4000001.12345", "(8004)400000112345"}},
      {"urn:qc:party:91350100M000100Y43",
       {"91350100M000100Y43", "91350100m000100y43", "urn:qc:party:91350100m000100y43"}},
      {"urn:qc:party:5493001KJTIIGC8Y1R12", {"5493001KJTIIGC8Y1R12", "5493001kjtiigc8y1r12"}},
      {"urn:qc:party-name:%E5%B1%B1%E4%B8%9C",
       {"urn:qc:party-name:山东", "urn:qc:party-name:%e5%b1%b1%e4%b8%9c"}},
      {"urn:qc:key:f89e1c5c9afbc6ee1ee5331211dc33e1509892150482d2fd822c5b068f761166",
       {"urn:qc:key:F89E1C5C9AFBC6EE1EE5331211DC33E1509892150482D2FD822C5B068F761166"}},
      {"urn:qc:certificate:91350100M000100Y43:2026-FOOD%2F0017",
       {"urn:qc:certificate:91350100m000100y43:2026-FOOD/0017"}},
      {"urn:qc:accreditation:CMA:221500010001", {"urn:qc:accreditation:cma:221500010001"}},
  };
  for (const auto& [id, others] : spellings) {
    EXPECT_TRUE(is_canonical_subject_id(id)) << id;
    EXPECT_EQ(canonical(id), id);
    for (const std::string& other : others) {
      EXPECT_EQ(canonical(other), id) << other;
      EXPECT_FALSE(is_canonical_subject_id(other)) << other;
    }
  }
}

TEST(SubjectId, KeepsTheLotThatAnItemsSpellingStates) {
  EXPECT_EQ(read_subject("https://example.com/01/6901234567892/10/L2026A/21/S1").value().lot,
            "L2026A");
  EXPECT_EQ(read_subject("(01)06901234567892(10)L2026A(21)S1").value().lot, "L2026A");
  EXPECT_EQ(read_subject("https://id.gs1.org/01/06901234567892/21/S1").value().lot, "");
  EXPECT_EQ(read_subject("https://id.gs1.org/01/06901234567892/10/L2026A").value().lot, "");
}

TEST(SubjectId, RefusesWhatNamesNothing) {
  for (const char* text :
       {"",
        "hello",
        "6901234567890",
        "urn:epc:id:gsrn:4012345.9876540000",
        "urn:epc:id:sgtin:4012345.12345.1",
        "urn:epc:id:sgtin:40123.01234567.1",
        "urn:epc:id:sgtin:4012345.012345",
        "urn:epc:id:sgln:4012345.00001",
        "urn:epc:idpat:sgtin:4012345.098765.5",
        "urn:epc:class:lgtin:4012345.012345.",
        "urn:epc:sgtin",
        "urn:epc:id:giai:40.1",
        "urn:epc:id:grai:4012345.55555.*",
        "https://example.com/",
        "https://example.com",
        "https://example.com/10/L1",
        "https://example.com/01/6901234567892/10/L 1",
        "https://example.com/01/6901234567892/10/L%1",
        "https://example.com/01/6901234567892/01/6901234567892",
        "https://example.com/01/6901234567892/00/106141412345678908",
        "https://example.com/01/6901234567892/22/V1",
        "https://example.com/01/6901234567892#part",
        "(01)6901234567892(99)X",
        "(01",
        "01)6901234567892",
        "https://id.gs1.org/8003/14012345555554",
        "https://id.gs1.org/8004/ABC",
        "urn:qc:nothing:1",
        "urn:qc:",
        "urn:qc:party:",
        "urn:qc:certificate:91350100M000100Y43",
        "urn:qc:certificate:5493001KJTIIGC8Y1R12:1",
        "urn:qc:gs1-prefix:123",
        "urn:qc:gs1-prefix:1234567890123",
        "urn:qc:network:1",
        "urn:qc:sample:91350100M000100Y43:a%00b",
        "urn:qc:sample:91350100M000100Y43:..",
        "urn:qc:holding:91350100M000100Y43:https%3A%2F%2Fid.gs1.org%2F01%2F06901234567892",
        "urn:qc:holding:91350100M000100Y43:https%3A%2F%2Fid.gs1.org%2F01%2F06901234567892%2F10%2FL%"
        "23below",
        "urn:qc:network#below",
        " 6901234567892",
        "(01)06901234567892(21)S#below"}) {
    EXPECT_FALSE(read_subject(text)) << text << " -> " << canonical(text);
    EXPECT_FALSE(is_canonical_subject_id(text)) << text;
  }
}

TEST(SubjectId, SaysWhatWouldBeRight) {
  EXPECT_EQ(read_subject("6901234567890").error().message,
            "\"6901234567890\" names no subject: check digit of \"6901234567890\" should be 2 (GS1 "
            "General "
            "Specifications 7.9)");
  EXPECT_EQ(read_subject("urn:qc:certificate:91350100M000100Y44:1").error().message,
            "\"urn:qc:certificate:91350100M000100Y44:1\" names no subject: check character of "
            "\"91350100M000100Y44\" should be 3 (GB 32100)");
}

TEST(SubjectId, IsBoundedInLength) {
  EXPECT_FALSE(read_subject("urn:qc:party-name:" + std::string(5000, 'a')));
  std::string name;
  for (int i = 0; i < 200; ++i) name += "𠮷";
  EXPECT_TRUE(is_canonical_subject_id(party_name_id(name)));
}

TEST(SubjectId, TakesIdsApart) {
  const SubjectId item = parse_subject_id(item_id("06901234567892", "S/1")).value();
  EXPECT_EQ(item.kind, SubjectKind::kItem);
  EXPECT_EQ(item.components, (std::vector<std::string>{"06901234567892", "S/1"}));
  const SubjectId place = parse_subject_id(place_id("0614141000005", "AB")).value();
  EXPECT_EQ(place.kind, SubjectKind::kPlace);
  EXPECT_EQ(place.components, (std::vector<std::string>{"0614141000005", "AB"}));
  const SubjectId certificate =
      parse_subject_id(certificate_id("91350100M000100Y43", "A:1/质")).value();
  EXPECT_EQ(certificate.kind, SubjectKind::kCertificate);
  EXPECT_EQ(certificate.components, (std::vector<std::string>{"91350100M000100Y43", "A:1/质"}));
  EXPECT_EQ(parse_subject_id(network_id()).value().kind, SubjectKind::kNetwork);
  EXPECT_EQ(parse_subject_id(below_id(class_id("06901234567892"))).value().kind,
            SubjectKind::kBelow);
}

TEST(SubjectId, EveryMakerMakesACanonicalId) {
  const std::string uscc = "91350100M000100Y43";
  const std::string lot = lot_id("06901234567892", "L 1");
  EXPECT_FALSE(is_canonical_subject_id(lot));
  for (const std::string& id : {class_id("06901234567892"),
                                lot_id("06901234567892", "L+1"),
                                item_id("06901234567892", "?"),
                                below_id(lot_id("06901234567892", "L")),
                                logistic_unit_id("106141412345678908"),
                                place_id("0614141000005"),
                                place_id("0614141000005", "x"),
                                party_gln_id("0614141000005"),
                                party_id(uscc),
                                party_name_id("Ünïcode 公司"),
                                key_subject_id(std::string(64, 'a')),
                                network_id(),
                                accreditation_id("CNAS", "L 0001"),
                                gs1_prefix_id("6901234"),
                                certificate_id(uscc, "№ 1"),
                                sample_id(uscc, "1"),
                                spot_check_id(uscc, "1"),
                                complaint_id(uscc, "1"),
                                objection_id(uscc, "1"),
                                recall_id(uscc, "1"),
                                holding_id(uscc, lot_id("06901234567892", "L")),
                                object_id(uscc, "a#b"),
                                custody_id(uscc, "1"),
                                custody_id("5493001KJTIIGC8Y1R12", "1")}) {
    EXPECT_TRUE(is_canonical_subject_id(id)) << id;
  }
}

TEST(SubjectId, KnowsWhatAnAnswerMustAlsoHold) {
  const std::string product = class_id("06901234567892");
  const std::string lot = lot_id("06901234567892", "L1");
  const std::string holding = holding_id("91350100M000100Y43", lot);
  using Ids = std::vector<std::string>;
  EXPECT_EQ(implied_subjects(lot), Ids{product});
  EXPECT_EQ(implied_subjects(item_id("06901234567892", "1")), Ids{product});
  EXPECT_EQ(implied_subjects(holding), (Ids{lot, product}));
  EXPECT_EQ(implied_subjects(product), Ids{});
  EXPECT_EQ(implied_subjects(below_id(lot)), Ids{});
  EXPECT_EQ(implied_subjects(network_id()), Ids{});
  EXPECT_EQ(class_of(lot), product);
  EXPECT_EQ(class_of(holding), product);
  EXPECT_EQ(class_of(below_id(lot)), product);
  EXPECT_EQ(class_of(below_id(product)), product);
  EXPECT_EQ(class_of(product), std::nullopt);
  EXPECT_EQ(lot_of(holding), lot);
  EXPECT_EQ(lot_of(lot), std::nullopt);
}

TEST(SubjectId, RefusesEverySingleByteChangeThatIsNoOtherId) {
  const std::string id = lot_id("06901234567892", "L2026A");
  for (std::size_t i = 0; i < id.size(); ++i) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = id;
      changed[i] = static_cast<char>(byte);
      const auto parsed = parse_subject_id(changed);
      // Only the lot's characters, and a key that makes the number another kind of thing, leave an
      // id.
      if (parsed && changed != id) {
        EXPECT_GE(i, id.find("/10/") + 1) << changed;
      }
    }
  }
}

TEST(SubjectId, APartsNameHoldsNothingThatCannotBeSeen) {
  // INV1 and INV1 with a filler behind it would look like one certificate.
  for (const char* invisible : {"%E3%85%A4", "%E2%A0%80", "%CD%8F", "%EF%B8%8F", "%EE%80%80"}) {
    EXPECT_FALSE(is_canonical_subject_id(
        std::string("urn:qc:certificate:91350100M000100Y43:INV1").append(invisible)))
        << invisible;
    EXPECT_FALSE(is_canonical_subject_id(std::string("urn:qc:party-name:A").append(invisible)))
        << invisible;
  }
  EXPECT_TRUE(is_canonical_subject_id("urn:qc:certificate:91350100M000100Y43:INV1"));
  EXPECT_FALSE(is_canonical_subject_id("https://id.gs1.org/01/00000000000000"));
}

}  // namespace
}  // namespace qc::ledger

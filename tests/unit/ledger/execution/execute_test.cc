// SPDX-License-Identifier: Apache-2.0
#include "ledger/execution/execute.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "tests/unit/ledger/execution/test_chain.h"

namespace qc::ledger {
namespace {

using quality::v1::CertificateAction;
using quality::v1::CertificateStatus;
using quality::v1::PartyStatus;
using quality::v1::Record;
using testing::gtin;
using testing::kDay;
using testing::kHour;
using testing::StockedChain;
using testing::TestChain;
using testing::TestParty;

TEST(Founding, MakesBlockZeroOfTheFoundingRecords) {
  const TestChain chain;

  const ExecutedBlock& block = *chain.blocks.front();
  EXPECT_EQ(block.records.size(), 6U);
  EXPECT_EQ(block.log_size(), 7U);
  EXPECT_EQ(block.seal_index(), 6U);
  EXPECT_EQ(block.seal.parent, kZeroDigest);
  EXPECT_EQ(block.seal.proposal, kZeroDigest);
  EXPECT_EQ(block.seal.validators, chain.genesis->validators.hash());
  EXPECT_EQ(Seal::parse(block.seal_text), block.seal);
  EXPECT_EQ(StateTree(chain.state.nodes).root(), block.seal.state);
  const auto network = chain.status<quality::v1::NetworkStatus>(network_id());
  EXPECT_EQ(network->governance_size(), 5);
  const auto party = chain.status<PartyStatus>(party_id(chain.founders[0].code));
  EXPECT_EQ(party->state(), quality::v1::PARTY_STATE_ACTIVE);
  EXPECT_EQ(party->keys_size(), 4);
}

TEST(Founding, GivesTheSameGenesisFromItsBytes) {
  const TestChain chain;

  const auto again = parse_genesis(chain.genesis->bytes);

  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(again->network.chain_id, chain.genesis->network.chain_id);
  EXPECT_EQ(execute_genesis(*again)->log_root, chain.blocks.front()->log_root);
}

TEST(Founding, RefusesPlansThatCouldNotRun) {
  const TestChain chain;
  const auto refusal = [](const FoundingPlan& plan) {
    const auto genesis = make_genesis(plan);
    return genesis ? std::string("accepted") : genesis.error().message;
  };

  FoundingPlan unmeetable = chain.plan();
  unmeetable.approval_rule = "enterprise";
  EXPECT_NE(refusal(unmeetable).find("can never be met"), std::string::npos);
  FoundingPlan few = chain.plan();
  few.validators.resize(3);
  EXPECT_NE(refusal(few).find("at least 4"), std::string::npos);
  FoundingPlan stranger = chain.plan();
  stranger.validators[0].organisation = testing::uscc(99);
  EXPECT_NE(refusal(stranger).find("no founder"), std::string::npos);
  FoundingPlan twice = chain.plan();
  twice.founders[1].keys[0] = twice.founders[0].keys[0];
  EXPECT_NE(refusal(twice).find("on the chain already"), std::string::npos) << refusal(twice);
  FoundingPlan wrong_code = chain.plan();
  wrong_code.founders[0].code.back() = wrong_code.founders[0].code.back() == '1' ? '2' : '1';
  EXPECT_NE(refusal(wrong_code), "accepted");
  FoundingPlan no_admin = chain.plan();
  no_admin.founders[2].keys.erase(no_admin.founders[2].keys.begin());
  EXPECT_NE(refusal(no_admin).find("admin key"), std::string::npos);
}

TEST(Execution, LeadsFromEnrolmentToTheFirstCertificate) {
  StockedChain chain;

  EXPECT_EQ(chain.outcome_of(chain.laboratory, chain.certificate("C-1", "L1")), "OUTCOME_ACCEPTED");

  const auto id = certificate_id(chain.laboratory.code, "C-1");
  const auto status = chain.status<CertificateStatus>(id);
  EXPECT_EQ(status->state(), quality::v1::CERTIFICATE_STATE_ISSUED);
  EXPECT_EQ(status->issuer(), chain.laboratory.code);
  EXPECT_EQ(chain.subject(lot_id(gtin(1), "L1")).head.count, 2U);
  EXPECT_EQ(chain.subject(below_id(class_id(gtin(1)))).head.count, 1U);
}

TEST(Enrolment, NeedsTheRuleAndCountsFromTheNextBlock) {
  TestChain chain;
  const TestParty party = TestParty::make(20, quality::v1::PARTY_KIND_ENTERPRISE);
  const auto state_of = [&] { return chain.status<PartyStatus>(party_id(party.code))->state(); };

  EXPECT_EQ(chain.outcome_of(chain.founders[4], chain.request(party)), "OUTCOME_ACCEPTED");
  EXPECT_EQ(chain.outcome_of(chain.founders[4], chain.request(party)),
            "OUTCOME_DUPLICATE enrolment_request.application.code");
  EXPECT_EQ(chain.outcome_of(chain.founders[1], chain.decision(party)), "OUTCOME_ACCEPTED");
  EXPECT_EQ(chain.outcome_of(chain.founders[1], chain.decision(party)),
            "OUTCOME_DUPLICATE enrolment_decision.code");
  EXPECT_EQ(chain.outcome_of(chain.founders[2], chain.decision(party)), "OUTCOME_ACCEPTED");
  EXPECT_EQ(state_of(), quality::v1::PARTY_STATE_REQUESTED);
  EXPECT_EQ(chain.outcome_of(party, chain.lot("L9")), "dropped key_not_good");

  const auto early = chain.sign(party, *party.signing, {TestChain::canonical(chain.lot("L9"))});
  const auto block = chain.run({chain.sign(chain.founders[0], *chain.founders[0].admin,
                                           {TestChain::canonical(chain.decision(party))}),
                                early});

  EXPECT_EQ(TestChain::text_of(block->submissions[0]), "OUTCOME_ACCEPTED");
  EXPECT_EQ(TestChain::text_of(block->submissions[1]), "dropped key_not_good");
  EXPECT_EQ(state_of(), quality::v1::PARTY_STATE_ACTIVE);
  EXPECT_EQ(chain.outcome_of(early), "OUTCOME_ACCEPTED");
}

TEST(Enrolment, IsRefusedWhenTheRuleCannotBeMetAnyMore) {
  TestChain chain;
  const TestParty party = TestParty::make(20, quality::v1::PARTY_KIND_ENTERPRISE);
  chain.outcome_of(chain.founders[4], chain.request(party));

  EXPECT_EQ(chain.outcome_of(chain.regulator(), chain.decision(party, false)), "OUTCOME_ACCEPTED");

  EXPECT_EQ(chain.status<PartyStatus>(party_id(party.code))->state(),
            quality::v1::PARTY_STATE_REFUSED);
  EXPECT_EQ(chain.outcome_of(chain.founders[1], chain.decision(party)),
            "OUTCOME_WRONG_STATE enrolment_decision.code");
  EXPECT_EQ(chain.outcome_of(chain.founders[4], chain.request(party)), "OUTCOME_ACCEPTED");
}

TEST(Enrolment, Expires) {
  TestChain chain;
  const TestParty party = TestParty::make(20, quality::v1::PARTY_KIND_ENTERPRISE);
  chain.outcome_of(chain.founders[4], chain.request(party));
  chain.run({}, kDay + 1);

  EXPECT_EQ(chain.outcome_of(chain.founders[1], chain.decision(party)),
            "OUTCOME_WRONG_STATE enrolment_decision.code");
  EXPECT_EQ(chain.outcome_of(chain.founders[4], chain.request(party)), "OUTCOME_ACCEPTED");
}

TEST(Enrolment, NeedsEverySignatureInTheApplication) {
  TestChain chain;
  const TestParty party = TestParty::make(20, quality::v1::PARTY_KIND_ENTERPRISE);
  const TestParty other = TestParty::make(21, quality::v1::PARTY_KIND_ENTERPRISE);

  Record unsigned_request = chain.request(party);
  unsigned_request.mutable_enrolment_request()->set_signature(std::string(64, 'x'));
  EXPECT_EQ(chain.outcome_of(chain.founders[4], unsigned_request),
            "OUTCOME_BAD_SIGNATURE enrolment_request.signature");

  // The keys prove possession for another organisation.
  quality::v1::EnrolmentApplication stolen;
  ASSERT_TRUE(stolen.ParseFromString(chain.application(party)));
  stolen.set_code(other.code);
  Record request = chain.envelope();
  auto& body = *request.mutable_enrolment_request();
  body.set_application(canonical_bytes(stolen));
  body.set_signature(party.admin->sign(enrolment_message(body.application())).value());
  EXPECT_EQ(chain.outcome_of(chain.founders[4], request),
            "OUTCOME_BAD_SIGNATURE enrolment_request.application.keys[0].possession");
}

TEST(Keys, AreAddedAndRevokedByTheirOrganisation) {
  StockedChain chain;
  const auto fresh = TestParty::make_key(KeyAlgorithm::kEd25519);
  Record add = chain.envelope();
  auto& key = *add.mutable_key_add()->mutable_key();
  key.set_spki(fresh->public_key().spki());
  key.set_purpose(quality::v1::KEY_PURPOSE_SIGNING);
  key.set_possession(fresh
                         ->sign(possession_message(chain.chain_id(), chain.maker.code,
                                                   KeyPurpose::kSigning, key.spki()))
                         .value());
  EXPECT_EQ(chain.outcome_of(chain.maker, add), "OUTCOME_ACCEPTED");
  EXPECT_EQ(chain.outcome_of(chain.maker, add), "OUTCOME_DUPLICATE key_add.key.spki");
  EXPECT_EQ(chain.outcome_of(chain.shop, add), "OUTCOME_BAD_SIGNATURE key_add.key.possession");
  EXPECT_EQ(
      chain.outcome_of(chain.sign(chain.maker, *fresh, {TestChain::canonical(chain.lot("K1"))})),
      "OUTCOME_ACCEPTED");

  Record revoke = chain.envelope();
  revoke.mutable_key_revoke()->set_key_id(to_bytes(fresh->public_key().id()));
  EXPECT_EQ(chain.outcome_of(chain.shop, revoke), "OUTCOME_NOT_ALLOWED key_revoke.key_id");
  EXPECT_EQ(chain.outcome_of(chain.maker, revoke), "OUTCOME_ACCEPTED");
  EXPECT_EQ(chain.outcome_of(chain.maker, revoke), "OUTCOME_WRONG_STATE key_revoke.key_id");
  EXPECT_EQ(
      chain.outcome_of(chain.sign(chain.maker, *fresh, {TestChain::canonical(chain.lot("K2"))})),
      "dropped key_not_good");
  Record last = chain.envelope();
  last.mutable_key_revoke()->set_key_id(to_bytes(chain.maker.admin->public_key().id()));
  EXPECT_EQ(chain.outcome_of(chain.maker, last), "OUTCOME_WRONG_STATE key_revoke.key_id");
}

TEST(Keys, SignOnlyWhatTheirPurposeAllows) {
  StockedChain chain;
  const auto records = std::vector{TestChain::canonical(chain.lot("P1"))};
  const auto governance =
      std::vector{TestChain::canonical(chain.request(TestParty::make(40, chain.maker.kind)))};

  EXPECT_EQ(chain.outcome_of(chain.sign(chain.maker, *chain.maker.admin, records)),
            "OUTCOME_NOT_ALLOWED lot_registration");
  EXPECT_EQ(chain.outcome_of(chain.sign(chain.maker, *chain.maker.signing, governance)),
            "OUTCOME_NOT_ALLOWED enrolment_request");
}

TEST(Members, SuspendedOnesWriteNothingFromTheNextBlockOn) {
  StockedChain chain;
  Record suspend = chain.envelope();
  suspend.mutable_member_action()->set_code(chain.maker.code);
  suspend.mutable_member_action()->set_action(quality::v1::MemberAction::ACTION_SUSPEND);
  suspend.mutable_member_action()->set_reason("forged reports");
  EXPECT_EQ(chain.outcome_of(chain.government(), suspend),
            "OUTCOME_NOT_ALLOWED member_action.action");

  const auto block = chain.run(
      {chain.sign(chain.regulator(), *chain.regulator().admin, {TestChain::canonical(suspend)}),
       chain.sign(chain.maker, *chain.maker.signing, {TestChain::canonical(chain.lot("S1"))})});
  EXPECT_EQ(TestChain::text_of(block->submissions[0]), "OUTCOME_ACCEPTED");
  EXPECT_EQ(TestChain::text_of(block->submissions[1]), "OUTCOME_ACCEPTED");
  EXPECT_EQ(chain.outcome_of(chain.maker, chain.lot("S2")), "OUTCOME_INACTIVE_ORGANISATION");

  Record reinstate = suspend;
  reinstate.mutable_member_action()->set_action(quality::v1::MemberAction::ACTION_REINSTATE);
  EXPECT_EQ(chain.outcome_of(chain.regulator(), reinstate), "OUTCOME_ACCEPTED");
  EXPECT_EQ(chain.outcome_of(chain.maker, chain.lot("S2")), "OUTCOME_ACCEPTED");
}

TEST(Drops, LeaveNoTrace) {
  StockedChain chain;
  const std::vector<std::string> records{TestChain::canonical(chain.lot("D1"))};
  const auto late = chain.sign(chain.maker, *chain.maker.signing, records, chain.now());
  const auto far = chain.sign(chain.maker, *chain.maker.signing, records, chain.now() + 2 * kHour);
  const auto impostor = chain.sign(chain.maker, *chain.shop.signing, records);
  auto forged = chain.sign(chain.maker, *chain.maker.signing, records);
  forged.signature = SignatureCheck::kInvalid;
  std::string bytes = chain.sign(chain.maker, *chain.maker.signing, records).submission->bytes();
  const auto place = bytes.find(std::string(Submission::parse(bytes)->signature()));
  bytes[place + 40] = static_cast<char>(bytes[place + 40] ^ 1);
  const OrderedSubmission broken{
      std::make_shared<const Submission>(Submission::parse(bytes).value()),
      SignatureCheck::kUnknown};
  const ChainHead before = chain.chain->head();

  const auto block = chain.run({late, far, impostor, forged, broken});

  const std::vector<std::string> expected{"dropped untimely", "dropped untimely",
                                          "dropped key_not_good", "dropped bad_signature",
                                          "dropped bad_signature"};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(TestChain::text_of(block->submissions[i]), expected[i]) << i;
  }
  EXPECT_EQ(block->seal.submission_count, 0U);
  EXPECT_EQ(block->seal.submissions, merkle_root(HashAlgorithm::kSha256, {}));
  EXPECT_EQ(block->log_size(), before.log.size() + 1);
  EXPECT_EQ(block->seal.state, before.state_root);
  EXPECT_TRUE(block->replay.empty());
  EXPECT_TRUE(block->subjects.empty());
}

TEST(Drops, ASubmissionHasOneOutcome) {
  StockedChain chain;
  const auto first =
      chain.sign(chain.maker, *chain.maker.signing, {TestChain::canonical(chain.lot("R1"))});
  const auto refused =
      chain.sign(chain.maker, *chain.maker.signing, {TestChain::canonical(chain.lot("L1"))});

  const auto block = chain.run({first, first, refused, refused});

  EXPECT_EQ(TestChain::text_of(block->submissions[0]), "OUTCOME_ACCEPTED");
  EXPECT_EQ(TestChain::text_of(block->submissions[1]), "dropped replayed");
  EXPECT_EQ(TestChain::text_of(block->submissions[2]), "OUTCOME_DUPLICATE lot_registration.lot");
  EXPECT_EQ(TestChain::text_of(block->submissions[3]), "dropped replayed");
  EXPECT_EQ(block->seal.submission_count, 2U);
  EXPECT_EQ(chain.outcome_of(first), "dropped replayed");
  chain.certify(chain.chain->head().height);
  chain.reopen();
  EXPECT_EQ(chain.outcome_of(refused), "dropped replayed");
}

TEST(Submissions, AreAppliedWholeOrNotAtAll) {
  StockedChain chain;
  const ChainHead before = chain.chain->head();

  const auto block = chain.run(
      {chain.sign(chain.maker, *chain.maker.signing,
                  {TestChain::canonical(chain.lot("W1")), TestChain::canonical(chain.lot("W2")),
                   TestChain::canonical(chain.lot("W1"))})});

  EXPECT_EQ(block->submissions[0].outcome,
            (Outcome{OutcomeCode::kDuplicate, 0, 2, "lot_registration.lot"}));
  EXPECT_TRUE(block->records.empty());
  EXPECT_EQ(block->seal.state, before.state_root);
  EXPECT_EQ(block->seal.submission_count, 1U);
  EXPECT_EQ(block->seal.submissions,
            block->submissions.size() == 1
                ? submission_leaf(HashAlgorithm::kSha256,
                                  chain.inputs.back().submissions[0].submission->header_bytes(),
                                  chain.inputs.back().submissions[0].submission->signature(),
                                  block->submissions[0].outcome.encode())
                : Digest{});
  EXPECT_EQ(chain.outcome_of(chain.maker, chain.lot("W1")), "OUTCOME_ACCEPTED");
}

TEST(Submissions, SeeTheEarlierOnesOfTheirBlock) {
  StockedChain chain;

  const auto block = chain.run(
      {chain.sign(chain.maker, *chain.maker.signing, {TestChain::canonical(chain.lot("B1"))}),
       chain.sign(chain.laboratory, *chain.laboratory.signing,
                  {TestChain::canonical(chain.certificate("B-1", "B1"))})});

  EXPECT_EQ(TestChain::text_of(block->submissions[1]), "OUTCOME_ACCEPTED");
}

TEST(Submissions, AreRefusedBeyondTheirSubjects) {
  TestChain chain;
  FoundingPlan plan = chain.plan();
  plan.submission_subjects_max = 3;
  plan.block_subjects_max = 3;
  chain.genesis.emplace(make_genesis(plan).value());
  chain.state = {};
  chain.blocks = {std::make_shared<const ExecutedBlock>(execute_genesis(*chain.genesis).value())};
  chain.state.apply(*chain.blocks.front());
  chain.reopen();
  const TestParty party = TestParty::make(50, quality::v1::PARTY_KIND_ENTERPRISE);
  EXPECT_EQ(chain.outcome_of(chain.founders[4], chain.request(party)), "OUTCOME_ACCEPTED");
  chain.outcome_of(chain.founders[1], chain.decision(party));
  chain.outcome_of(chain.founders[2], chain.decision(party));

  // Activation touches the regulator, the applicant and its two keys.
  EXPECT_EQ(chain.outcome_of(chain.regulator(), chain.decision(party)), "OUTCOME_TOO_LARGE");
}

TEST(Certificates, AreRefusedByEachRuleOfTheirs) {
  StockedChain chain;
  const auto refused = [&](const std::function<void(quality::v1::InspectionCertificate&)>& change,
                           const std::string& number) {
    Record record = chain.certificate(number, "L1");
    change(*record.mutable_inspection_certificate());
    return chain.outcome_of(chain.laboratory, record);
  };

  EXPECT_EQ(refused([](auto&) {}, "C-1"), "OUTCOME_ACCEPTED");
  EXPECT_EQ(refused([](auto&) {}, "C-1"), "OUTCOME_DUPLICATE inspection_certificate.number");
  EXPECT_EQ(refused([](auto& c) { c.mutable_objects(0)->set_lot("never"); }, "C-2"),
            "OUTCOME_UNKNOWN_SUBJECT inspection_certificate.objects[0].lot");
  EXPECT_EQ(refused([](auto& c) { c.mutable_results(0)->set_parameter("镉"); }, "C-2"),
            "OUTCOME_OUT_OF_SCOPE inspection_certificate.results[0].parameter");
  EXPECT_EQ(refused([](auto& c) { c.set_category("建材"); }, "C-2"),
            "OUTCOME_OUT_OF_SCOPE inspection_certificate.methods[0]");
  EXPECT_EQ(refused([](auto& c) { c.mutable_methods(0)->set_standard("GB 5009.11-2014"); }, "C-2"),
            "OUTCOME_OUT_OF_SCOPE inspection_certificate.methods[0]");
  EXPECT_EQ(refused([](auto& c) { c.set_accreditation("urn:qc:accreditation:CNAS:L1"); }, "C-2"),
            "OUTCOME_OUT_OF_SCOPE inspection_certificate.accreditation");
  EXPECT_EQ(refused([](auto& c) { c.set_issued_at_ms(c.issued_at_ms() + kHour); }, "C-2"),
            "OUTCOME_WRONG_TIME inspection_certificate.issued_at_ms");
  EXPECT_EQ(refused([](auto& c) { c.set_supersedes("none"); }, "C-2"),
            "OUTCOME_UNKNOWN_SUBJECT inspection_certificate.supersedes");
  EXPECT_EQ(refused([&](auto& c) { c.set_sample(sample_id(chain.laboratory.code, "S")); }, "C-2"),
            "OUTCOME_UNKNOWN_SUBJECT inspection_certificate.sample");
  // A line without category and parameter covers all of its standard.
  EXPECT_EQ(refused([](auto& c) { c.mutable_methods(0)->set_standard("GB 2762-2022"); }, "C-2"),
            "OUTCOME_ACCEPTED");
  EXPECT_EQ(chain.outcome_of(chain.maker, chain.certificate("C-3", "L1")),
            "OUTCOME_NOT_ALLOWED inspection_certificate");
}

TEST(Certificates, NeedAnAccreditationInForceThenAndNow) {
  StockedChain chain;
  Record renewed = chain.accreditation(chain.laboratory);
  renewed.mutable_accreditation()->set_valid_to("2026-11-19");
  ASSERT_EQ(chain.outcome_of(chain.regulator(), renewed), "OUTCOME_ACCEPTED");
  EXPECT_EQ(chain.outcome_of(chain.laboratory, chain.certificate("A-1", "L1")), "OUTCOME_ACCEPTED");
  chain.run({}, 30 * kDay);

  // Issued while it was in force, but recorded afterwards: no back-dating.
  Record back_dated = chain.certificate("A-2", "L1");
  auto& body = *back_dated.mutable_inspection_certificate();
  for (const auto set : {&quality::v1::InspectionCertificate::set_received_at_ms,
                         &quality::v1::InspectionCertificate::set_tested_from_ms,
                         &quality::v1::InspectionCertificate::set_tested_to_ms,
                         &quality::v1::InspectionCertificate::set_issued_at_ms}) {
    (body.*set)(chain.now() - 30 * kDay);
  }
  EXPECT_EQ(chain.outcome_of(chain.laboratory, back_dated),
            "OUTCOME_OUT_OF_SCOPE inspection_certificate.accreditation");
}

TEST(Certificates, AccreditationsCountFromTheNextBlock) {
  StockedChain chain;
  const TestParty other = chain.enrol(30, quality::v1::PARTY_KIND_INSPECTION_BODY);
  Record accreditation = chain.accreditation(other);
  accreditation.mutable_accreditation()->set_number("2");
  Record certificate = chain.certificate("N-1", "L1");
  certificate.mutable_inspection_certificate()->set_accreditation(accreditation_id("CMA", "2"));

  const auto block =
      chain.run({chain.sign(chain.regulator(), *chain.regulator().signing,
                            {TestChain::canonical(accreditation)}),
                 chain.sign(other, *other.signing, {TestChain::canonical(certificate)})});

  EXPECT_EQ(TestChain::text_of(block->submissions[0]), "OUTCOME_ACCEPTED");
  EXPECT_EQ(TestChain::text_of(block->submissions[1]),
            "OUTCOME_OUT_OF_SCOPE inspection_certificate.accreditation");
  EXPECT_EQ(chain.outcome_of(other, certificate), "OUTCOME_ACCEPTED");
}

class CertificateActions : public ::testing::Test {
 protected:
  CertificateActions() {
    chain.outcome_of(chain.laboratory, chain.certificate("C-1", "L1"));
    chain.outcome_of(chain.laboratory, chain.certificate("C-2", "L1"));
  }
  std::string act(const TestParty& party, CertificateAction::Action action,
                  const std::string& replacement = {}) {
    Record record = chain.envelope();
    auto& body = *record.mutable_certificate_action();
    body.set_certificate(certificate_id(chain.laboratory.code, "C-1"));
    body.set_action(action);
    body.set_reason("retest");
    body.set_replacement(replacement);
    return chain.outcome_of(party, record);
  }
  StockedChain chain;
};

TEST_F(CertificateActions, WithdrawingIsTheIssuersAndFinal) {
  EXPECT_EQ(act(chain.regulator(), CertificateAction::ACTION_WITHDRAW),
            "OUTCOME_NOT_ALLOWED certificate_action.certificate");
  EXPECT_EQ(act(chain.laboratory, CertificateAction::ACTION_WITHDRAW), "OUTCOME_ACCEPTED");
  EXPECT_EQ(act(chain.laboratory, CertificateAction::ACTION_AMEND),
            "OUTCOME_WRONG_STATE certificate_action.certificate");
  // Whoever reads the lot sees it: registered, two certificates, one withdrawal.
  EXPECT_EQ(chain.subject(lot_id(gtin(1), "L1")).head.count, 4U);
}

TEST_F(CertificateActions, WhatARegulatorSuspendedOnlyARegulatorReinstates) {
  EXPECT_EQ(act(chain.regulator(), CertificateAction::ACTION_SUSPEND), "OUTCOME_ACCEPTED");
  EXPECT_EQ(act(chain.laboratory, CertificateAction::ACTION_REINSTATE),
            "OUTCOME_NOT_ALLOWED certificate_action.action");
  EXPECT_EQ(act(chain.laboratory, CertificateAction::ACTION_SUPERSEDE, "C-2"),
            "OUTCOME_WRONG_STATE certificate_action.action");
  EXPECT_EQ(act(chain.regulator(), CertificateAction::ACTION_REINSTATE), "OUTCOME_ACCEPTED");
  EXPECT_EQ(act(chain.laboratory, CertificateAction::ACTION_SUPERSEDE, "C-2"), "OUTCOME_ACCEPTED");
  const auto status = chain.status<CertificateStatus>(certificate_id(chain.laboratory.code, "C-1"));
  EXPECT_EQ(status->superseded_by(), certificate_id(chain.laboratory.code, "C-2"));
}

TEST_F(CertificateActions, ANewCertificateSupersedesAnOldOne) {
  Record newer = chain.certificate("C-3", "L1");
  newer.mutable_inspection_certificate()->set_supersedes("C-1");
  EXPECT_EQ(chain.outcome_of(chain.laboratory, newer), "OUTCOME_ACCEPTED");
  const auto old = chain.status<CertificateStatus>(certificate_id(chain.laboratory.code, "C-1"));
  EXPECT_EQ(old->state(), quality::v1::CERTIFICATE_STATE_SUPERSEDED);
  Record again = chain.certificate("C-4", "L1");
  again.mutable_inspection_certificate()->set_supersedes("C-1");
  EXPECT_EQ(chain.outcome_of(chain.laboratory, again),
            "OUTCOME_WRONG_STATE inspection_certificate.supersedes");
}

TEST(Registration, GoesToThePrefixHolderOrTheFirst) {
  StockedChain chain;
  Record product = chain.envelope();
  product.mutable_product_registration()->set_gtin(gtin(1));
  product.mutable_product_registration()->mutable_name()->set_zh("纯净水");
  product.mutable_product_registration()->set_category("食品");
  EXPECT_EQ(chain.outcome_of(chain.maker, product), "OUTCOME_ACCEPTED");
  EXPECT_EQ(chain.outcome_of(chain.maker, product), "OUTCOME_DUPLICATE product_registration.gtin");
  EXPECT_EQ(chain.outcome_of(chain.shop, chain.lot("L2")),
            "OUTCOME_PREFIX_NOT_HELD lot_registration.gtin");
  EXPECT_EQ(chain.outcome_of(chain.maker, chain.lot("L1")),
            "OUTCOME_DUPLICATE lot_registration.lot");

  Record grant = chain.envelope();
  grant.mutable_prefix_grant()->set_prefix("6901234");
  grant.mutable_prefix_grant()->set_code(chain.shop.code);
  EXPECT_EQ(chain.outcome_of(chain.maker, grant), "OUTCOME_NOT_ALLOWED prefix_grant");
  EXPECT_EQ(chain.outcome_of(chain.association(), grant), "OUTCOME_ACCEPTED");
  EXPECT_EQ(chain.outcome_of(chain.association(), grant), "OUTCOME_DUPLICATE prefix_grant.prefix");
  EXPECT_EQ(chain.outcome_of(chain.maker, chain.lot("L2")),
            "OUTCOME_PREFIX_NOT_HELD lot_registration.gtin");
  EXPECT_EQ(chain.outcome_of(chain.shop, chain.lot("L2")), "OUTCOME_ACCEPTED");
  EXPECT_EQ(chain.outcome_of(chain.shop, product), "OUTCOME_ACCEPTED");
}

TEST(Registration, OfAnItemNeedsItsLotAndPointsToIt) {
  StockedChain chain;
  Record item = chain.envelope();
  auto& body = *item.mutable_item_registration();
  body.set_gtin(gtin(1));
  body.set_serial("S1");
  body.set_lot("nowhere");
  EXPECT_EQ(chain.outcome_of(chain.maker, item), "OUTCOME_UNKNOWN_SUBJECT item_registration.lot");
  body.set_lot("L1");
  EXPECT_EQ(chain.outcome_of(chain.maker, item), "OUTCOME_ACCEPTED");
  EXPECT_EQ(chain.outcome_of(chain.maker, item), "OUTCOME_DUPLICATE item_registration.serial");
  const auto status = chain.status<quality::v1::ItemStatus>(item_id(gtin(1), "S1"));
  ASSERT_EQ(status->see_size(), 1);
  EXPECT_EQ(status->see(0), lot_id(gtin(1), "L1"));
  EXPECT_EQ(chain.subject(below_id(lot_id(gtin(1), "L1"))).head.count, 1U);
  // The lot was listed under the class when it was registered, the item is now.
  EXPECT_EQ(chain.subject(below_id(class_id(gtin(1)))).head.count, 2U);
}

class Goods : public ::testing::Test {
 protected:
  Record transfer(const std::string& number, const TestParty& to, const std::string& lot) {
    Record record = chain.envelope();
    auto& body = *record.mutable_custody_transfer();
    body.set_number(number);
    body.set_receiver(to.code);
    body.set_purpose(quality::v1::CUSTODY_PURPOSE_SALE);
    body.set_event_time_ms(chain.now());
    auto& object = *body.add_objects()->mutable_object();
    object.set_gtin(gtin(1));
    object.set_lot(lot);
    return record;
  }
  Record confirmation(const std::string& number, const TestParty& from) {
    Record record = chain.envelope();
    auto& body = *record.mutable_custody_confirmation();
    body.set_sender(from.code);
    body.set_number(number);
    body.set_event_time_ms(chain.now());
    return record;
  }
  Record transformation(const std::string& in, const std::string& out) {
    Record record = chain.envelope();
    auto& body = *record.mutable_transformation();
    body.set_event_time_ms(chain.now());
    auto& input = *body.add_inputs()->mutable_object();
    input.set_gtin(gtin(1));
    input.set_lot(in);
    auto& output = *body.add_outputs()->mutable_object();
    output.set_gtin(gtin(2));
    output.set_lot(out);
    return record;
  }
  StockedChain chain;
};

TEST_F(Goods, AreHandedOverByWhoHoldsThem) {
  EXPECT_EQ(chain.outcome_of(chain.shop, transfer("T0", chain.maker, "L1")),
            "OUTCOME_WRONG_STATE custody_transfer.objects[0].object");
  EXPECT_EQ(chain.outcome_of(chain.maker, transfer("T1", chain.shop, "L1")), "OUTCOME_ACCEPTED");
  EXPECT_EQ(chain.outcome_of(chain.maker, transfer("T1", chain.shop, "L1")),
            "OUTCOME_DUPLICATE custody_transfer.number");
  EXPECT_EQ(chain.outcome_of(chain.regulator(), confirmation("T1", chain.maker)),
            "OUTCOME_NOT_ALLOWED custody_confirmation.number");
  EXPECT_EQ(chain.outcome_of(chain.shop, confirmation("T9", chain.maker)),
            "OUTCOME_UNKNOWN_SUBJECT custody_confirmation.number");
  EXPECT_EQ(chain.outcome_of(chain.shop, confirmation("T1", chain.maker)), "OUTCOME_ACCEPTED");
  EXPECT_EQ(chain.outcome_of(chain.shop, confirmation("T1", chain.maker)),
            "OUTCOME_WRONG_STATE custody_confirmation.number");
  EXPECT_EQ(chain.outcome_of(chain.shop, transfer("T2", chain.maker, "L1")), "OUTCOME_ACCEPTED");
}

TEST_F(Goods, WhatWentInNeverComesOut) {
  EXPECT_EQ(chain.outcome_of(chain.shop, transformation("L1", "P1")),
            "OUTCOME_WRONG_STATE transformation.inputs[0].object");
  EXPECT_EQ(chain.outcome_of(chain.maker, transformation("L1", "P1")), "OUTCOME_ACCEPTED");
  Record product_lot = chain.lot("P1");
  product_lot.mutable_lot_registration()->set_gtin(gtin(2));
  EXPECT_EQ(chain.outcome_of(chain.maker, product_lot), "OUTCOME_ACCEPTED");
  Record back = transformation("P1", "X");
  back.mutable_transformation()->mutable_inputs(0)->mutable_object()->set_gtin(gtin(2));
  auto& output = *back.mutable_transformation()->mutable_outputs(0)->mutable_object();
  output.set_gtin(gtin(1));
  output.set_lot("L1");
  EXPECT_EQ(chain.outcome_of(chain.maker, back), "OUTCOME_CYCLE transformation.outputs[0].object");
}

TEST_F(Goods, AreNotMadeAgainByAnEventThatIsCapturedTwice) {
  Record first = transformation("L1", "P1");
  first.mutable_transformation()->set_event_id("urn:uuid:00000000-0000-4000-8000-0000000000f8");
  Record other_content = transformation("L1", "P2");
  other_content.mutable_transformation()->set_event_id(first.transformation().event_id());
  Record other_event = other_content;
  other_event.mutable_transformation()->set_event_id("urn:uuid:f9");

  ASSERT_EQ(chain.outcome_of(chain.maker, first), "OUTCOME_ACCEPTED");
  const std::string event = event_subject_id(chain.maker.code, first.transformation().event_id());
  const auto status = chain.status<quality::v1::ThingStatus>(event);

  ASSERT_TRUE(status);
  EXPECT_EQ(status->owner(), chain.maker.code);
  EXPECT_EQ(status->log_index(), chain.subject(event).head.last_index);
  EXPECT_EQ(chain.outcome_of(chain.maker, first), "OUTCOME_DUPLICATE transformation.event_id");
  EXPECT_EQ(chain.outcome_of(chain.maker, other_content),
            "OUTCOME_DUPLICATE transformation.event_id");
  EXPECT_EQ(chain.outcome_of(chain.maker, other_event), "OUTCOME_ACCEPTED");
  EXPECT_EQ(chain.subject(event).head.count, 1U);
}

TEST_F(Goods, AreNotMadeByOneEventTwiceInOneSubmission) {
  Record record = transformation("L1", "P1");
  record.mutable_transformation()->set_event_id("batch 7");
  const std::string bytes = TestChain::canonical(record);

  EXPECT_EQ(chain.outcome_of(chain.sign(chain.maker, *chain.maker.signing, {bytes, bytes})),
            "OUTCOME_DUPLICATE transformation.event_id");
}

TEST_F(Goods, OfAnotherPartyMayHaveAnEventOfTheSameId) {
  const auto observe = [&](const TestParty& party) {
    Record record = chain.envelope();
    auto& body = *record.mutable_aggregation();
    body.set_action(quality::v1::Aggregation::ACTION_OBSERVE);
    body.set_event_time_ms(chain.now());
    body.set_event_id("batch 7");
    body.mutable_parent()->set_id(logistic_unit_id("106141412345678908"));
    body.add_children()->mutable_object()->set_gtin(gtin(1));
    return chain.outcome_of(party, record);
  };

  EXPECT_EQ(observe(chain.maker), "OUTCOME_ACCEPTED");
  EXPECT_EQ(observe(chain.maker), "OUTCOME_DUPLICATE aggregation.event_id");
  EXPECT_EQ(observe(chain.shop), "OUTCOME_ACCEPTED");
}

TEST_F(Goods, TravelWithTheUnitThatTheyAreIn) {
  const std::string pallet = logistic_unit_id("106141412345678908");
  Record item = chain.envelope();
  item.mutable_item_registration()->set_gtin(gtin(1));
  item.mutable_item_registration()->set_serial("S1");
  ASSERT_EQ(chain.outcome_of(chain.maker, item), "OUTCOME_ACCEPTED");
  const auto pack = [&](const TestParty& by, quality::v1::Aggregation::Action action) {
    Record record = chain.envelope();
    auto& body = *record.mutable_aggregation();
    body.set_action(action);
    body.set_event_time_ms(chain.now());
    body.mutable_parent()->set_id(pallet);
    auto& child = *body.add_children()->mutable_object();
    child.set_gtin(gtin(1));
    child.set_serial("S1");
    return chain.outcome_of(by, record);
  };
  EXPECT_EQ(pack(chain.shop, quality::v1::Aggregation::ACTION_ADD),
            "OUTCOME_WRONG_STATE aggregation.children[0].object");
  EXPECT_EQ(pack(chain.maker, quality::v1::Aggregation::ACTION_ADD), "OUTCOME_ACCEPTED");
  EXPECT_EQ(pack(chain.maker, quality::v1::Aggregation::ACTION_ADD),
            "OUTCOME_WRONG_STATE aggregation.children[0].object");

  Record ship = transfer("T1", chain.shop, "L1");
  ship.mutable_custody_transfer()->mutable_objects(0)->mutable_object()->Clear();
  ship.mutable_custody_transfer()->mutable_objects(0)->mutable_object()->set_id(pallet);
  EXPECT_EQ(chain.outcome_of(chain.maker, ship), "OUTCOME_ACCEPTED");
  EXPECT_EQ(chain.outcome_of(chain.shop, confirmation("T1", chain.maker)), "OUTCOME_ACCEPTED");
  EXPECT_EQ(pack(chain.maker, quality::v1::Aggregation::ACTION_DELETE),
            "OUTCOME_WRONG_STATE aggregation.parent");
  EXPECT_EQ(pack(chain.shop, quality::v1::Aggregation::ACTION_DELETE), "OUTCOME_ACCEPTED");
  EXPECT_EQ(chain.status<quality::v1::ItemStatus>(item_id(gtin(1), "S1"))->holder(),
            chain.shop.code);
}

TEST(Samples, HaveACertificateAboutThem) {
  StockedChain chain;
  Record sample = chain.envelope();
  auto& body = *sample.mutable_sample_taken();
  body.set_number("S-1");
  body.mutable_object()->set_gtin(gtin(1));
  body.mutable_object()->set_lot("L1");
  body.mutable_sampled_party()->set_name("城西超市");
  body.set_sampled_at_ms(chain.now() - kHour);
  EXPECT_EQ(chain.outcome_of(chain.maker, sample), "OUTCOME_NOT_ALLOWED sample_taken");
  EXPECT_EQ(chain.outcome_of(chain.laboratory, sample), "OUTCOME_ACCEPTED");
  EXPECT_EQ(chain.outcome_of(chain.laboratory, sample), "OUTCOME_DUPLICATE sample_taken.number");
  Record certificate = chain.certificate("C-1", "L1");
  certificate.mutable_inspection_certificate()->set_sample(sample_id(chain.laboratory.code, "S-1"));
  EXPECT_EQ(chain.outcome_of(chain.laboratory, certificate), "OUTCOME_ACCEPTED");
  // The shop where it was taken is a subject of the certificate, through the sample.
  EXPECT_EQ(chain.subject(party_name_id("城西超市")).head.count, 2U);
}

TEST(SpotChecks, AreTheRegulators) {
  StockedChain chain;
  Record result = chain.envelope();
  auto& body = *result.mutable_spot_check_result();
  body.set_number("NCP2637");
  body.set_product_name("纯净水");
  body.mutable_maker()->set_name("某某食品厂");
  body.mutable_sampled_party()->set_name("城西超市");
  body.set_verdict(quality::v1::OVERALL_VERDICT_CONFORMANT);
  EXPECT_EQ(chain.outcome_of(chain.maker, result), "OUTCOME_NOT_ALLOWED spot_check_result");
  EXPECT_EQ(chain.outcome_of(chain.regulator(), result), "OUTCOME_ACCEPTED");
  EXPECT_EQ(chain.outcome_of(chain.regulator(), result),
            "OUTCOME_DUPLICATE spot_check_result.number");
}

TEST(Types, WithoutRulesYetAreRefused) {
  StockedChain chain;
  Record recall = chain.envelope();
  recall.mutable_recall()->set_number("R1");
  EXPECT_EQ(chain.outcome_of(chain.regulator(), recall).substr(0, 21), "OUTCOME_NOT_SUPPORTED");
  Record founding = chain.envelope();
  founding.mutable_founding_party()->set_code(chain.maker.code);
  EXPECT_NE(chain.outcome_of(chain.regulator(), founding), "OUTCOME_ACCEPTED");
}

TEST(Histories, AreRecomputableFromTheLog) {
  StockedChain chain;
  chain.outcome_of(chain.laboratory, chain.certificate("C-1", "L1"));
  chain.outcome_of(chain.laboratory, chain.certificate("C-2", "L1"));
  std::map<Digest, SubjectHead> heads;
  std::map<Digest, std::string> values;
  Frontier log;
  for (const auto& block : chain.blocks) {
    EXPECT_EQ(block->first_log_index, log.size());
    for (const RecordWrite& record : block->records) {
      EXPECT_EQ(block->log_leaves[record.log_index - block->first_log_index], record.leaf_hash);
      std::set<Digest> of_record;
      for (const RecordLink& link : block->links_of(record)) {
        SubjectHead& head = heads[link.subject_key];
        EXPECT_TRUE(of_record.insert(link.subject_key).second);
        EXPECT_EQ(link.count, head.count + 1);
        EXPECT_EQ(link.previous_index, head.last_index);
        EXPECT_EQ(link.previous_link, head.link);
        head = {link.count,
                next_link(HashAlgorithm::kSha256, link.previous_link, record.log_index,
                          record.leaf_hash),
                record.log_index};
      }
    }
    for (const Digest& leaf : block->log_leaves) log.append(leaf);
    EXPECT_EQ(log, block->log);
    EXPECT_EQ(log.root(), block->log_root);
    for (const SubjectWrite& write : block->subjects) values[write.key] = write.value;
  }
  ASSERT_EQ(heads.size(), values.size());
  for (const auto& [key, head] : heads) EXPECT_EQ(decode_subject_value(values[key])->head, head);
}

TEST(Determinism, AnyPointOfRestartGivesTheSameRoots) {
  StockedChain chain;
  chain.outcome_of(chain.laboratory, chain.certificate("C-1", "L1"));
  chain.outcome_of(chain.laboratory, chain.certificate("C-1", "L1"));
  testing::MemoryState state;
  state.apply(*chain.blocks.front());
  ReplayWindow replay;
  for (std::size_t height = 1; height < chain.blocks.size(); ++height) {
    // A new chain state every time, on a store that has all blocks before but the last.
    const std::size_t stored = height >= 2 ? height - 2 : 0;
    if (stored > 0) state.apply(*chain.blocks[stored]);
    for (const ReplayEntry& entry : chain.blocks[stored]->replay) replay.add(entry);
    ChainState restarted(chain.genesis->network, ChainHead::after(*chain.blocks[stored]), replay,
                         state, state.nodes);
    for (std::size_t i = stored + 1; i <= height; ++i) {
      const auto executed = restarted.execute(chain.inputs[i - 1]);
      ASSERT_TRUE(executed.has_value());
      EXPECT_EQ((*executed)->seal_text, chain.blocks[i]->seal_text);
      EXPECT_EQ((*executed)->log_root, chain.blocks[i]->log_root);
    }
    EXPECT_EQ(restarted.uncertified_blocks(), height - stored);
    restarted.certified(stored + 1);
    EXPECT_EQ(restarted.uncertified_blocks(), height - stored - 1);
  }
}

TEST(Robustness, AnyBytesAsRecordHaveOneOutcome) {
  silence_protobuf_log();
  StockedChain chain;
  const std::string valid = TestChain::canonical(chain.certificate("C-1", "L1"));
  std::uint64_t random = 0x9e3779b97f4a7c15ULL;
  const auto next = [&] {
    random ^= random << 13U;
    random ^= random >> 7U;
    random ^= random << 17U;
    return random;
  };
  std::vector<OrderedSubmission> submissions;
  for (int i = 0; i < 300; ++i) {
    std::string bytes = valid;
    for (std::uint64_t changes = 1 + next() % 4; changes > 0; --changes) {
      bytes[next() % bytes.size()] = static_cast<char>(next());
    }
    if (i % 5 == 0) bytes.resize(1 + next() % bytes.size());
    submissions.push_back(chain.sign(chain.laboratory, *chain.laboratory.signing, {bytes}));
  }
  for (OrderedSubmission& submission : submissions) submission.signature = SignatureCheck::kValid;
  const ChainHead head = chain.chain->head();

  const auto once = chain.run(submissions);

  chain.certify(head.height);
  chain.inputs.resize(head.height);
  chain.blocks.resize(head.height + 1);
  chain.reopen();
  const auto twice = chain.run(submissions);
  EXPECT_EQ(once->seal_text, twice->seal_text);
  EXPECT_EQ(once->seal.submission_count, 300U);
  EXPECT_EQ(StateTree(chain.state.nodes).root(), head.state_root);
}

TEST(ChainState, RefusesBlocksThatDoNotFollow) {
  TestChain chain;
  const auto block = [&](std::uint64_t height, std::uint64_t time_ms) {
    return Block{.height = height, .time_ms = time_ms, .proposal_digest = {}, .submissions = {}};
  };

  EXPECT_FALSE(chain.chain->execute(block(2, chain.now() + 1)).has_value());
  EXPECT_FALSE(chain.chain->execute(block(1, chain.now())).has_value());
  EXPECT_TRUE(chain.chain->execute(block(1, chain.now() + 1)).has_value());
}

TEST(Ingress, SaysWhatIsWrongWithASubmission) {
  StockedChain chain;
  const std::vector<std::string> records{TestChain::canonical(chain.lot("I1"))};
  const auto check = [&](const OrderedSubmission& submission) {
    const auto fine = check_submission(chain.genesis->network, chain.chain->state(),
                                       *submission.submission, chain.now() + 1);
    return fine ? std::string() : fine.error().message;
  };
  const TestParty stranger = TestParty::make(77, quality::v1::PARTY_KIND_ENTERPRISE);

  EXPECT_EQ(check(chain.sign(chain.maker, *chain.maker.signing, records)), "");
  EXPECT_NE(check(chain.sign(stranger, *stranger.signing, records)).find("not enrolled"),
            std::string::npos);
  EXPECT_NE(check(chain.sign(chain.maker, *chain.shop.signing, records)).find("belongs to"),
            std::string::npos);
  EXPECT_NE(
      check(chain.sign(chain.maker, *chain.maker.signing, records, chain.now())).find("is past"),
      std::string::npos);
  EXPECT_NE(check(chain.sign(chain.maker, *chain.maker.signing, records, chain.now() + kDay))
                .find("replay window"),
            std::string::npos);
}

}  // namespace
}  // namespace qc::ledger

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ledger/base/canonical_protobuf.h"
#include "ledger/crypto/signer.h"
#include "ledger/execution/admission.h"
#include "ledger/execution/chain_state.h"
#include "ledger/execution/founding.h"
#include "ledger/log/record_log.h"
#include "ledger/name/check_digit.h"
#include "ledger/name/subject_id.h"
#include "ledger/record/enrolment.h"
#include "ledger/record/refusal_sentences.h"
#include "quality/v1/record.pb.h"
#include "quality/v1/status.pb.h"

namespace qc::ledger::testing {

inline constexpr std::uint64_t kFounded = 1'795'000'000'000;
inline constexpr std::uint64_t kSecond = 1'000;
inline constexpr std::uint64_t kHour = 3'600'000;
inline constexpr std::uint64_t kDay = 24 * kHour;

/// A valid USCC that differs by its number, 0..999.
inline std::string uscc(int number) {
  std::string code = "91371500MA3C00" + std::to_string(1000 + number).substr(1);
  code.push_back(uscc_check_character(code).value());
  return code;
}

/// A valid GTIN-14 under the company prefix 6901234.
inline std::string gtin(int number) {
  std::string code = "06901234" + std::to_string(100'000 + number).substr(1);
  code.push_back(gs1_check_digit(code).value());
  return code;
}

/// A state in memory, as a store would keep it.
class MemoryState final : public StateView {
 public:
  Result<std::optional<std::string>> value(const Digest& key) const override {
    const auto found = values_.find(key);
    if (found == values_.end()) return std::optional<std::string>();
    return std::optional(found->second);
  }
  void apply(const ExecutedBlock& block) {
    for (const SubjectWrite& write : block.subjects) values_[write.key] = write.value;
    nodes.apply(block.bundles);
  }

  MemoryNodeStore nodes;

 private:
  std::map<Digest, std::string> values_;
};

/// A party of the tests with its keys; keys are the same in every run, as their seeds are.
struct TestParty {
  std::string code;
  quality::v1::PartyKind kind = quality::v1::PARTY_KIND_ENTERPRISE;
  std::unique_ptr<PemSigner> admin;
  std::unique_ptr<PemSigner> signing;

  static std::unique_ptr<PemSigner> make_key(KeyAlgorithm algorithm) {
    return PemSigner::from_pem(generate_private_key(algorithm).value()).value();
  }
  static TestParty make(int number, quality::v1::PartyKind kind) {
    return {uscc(number), kind, make_key(KeyAlgorithm::kEd25519),
            make_key(KeyAlgorithm::kEcdsaP256Sha256)};
  }
};

/// The five founders of the demo network, and a chain that executes their submissions.
class TestChain {
 public:
  TestChain() {
    using namespace quality::v1;
    for (const auto kind : {PARTY_KIND_REGULATOR, PARTY_KIND_GOVERNMENT, PARTY_KIND_ASSOCIATION,
                            PARTY_KIND_UNIVERSITY, PARTY_KIND_PLATFORM}) {
      founders.push_back(TestParty::make(static_cast<int>(founders.size()), kind));
    }
    genesis.emplace(make_genesis(plan()).value());
    blocks.push_back(std::make_shared<const ExecutedBlock>(execute_genesis(*genesis).value()));
    state.apply(*blocks.front());
    reopen();
  }

  const TestParty& regulator() const { return founders[0]; }
  const TestParty& government() const { return founders[1]; }
  const TestParty& association() const { return founders[2]; }
  const std::string& chain_id() const { return genesis->network.chain_id; }

  FoundingPlan plan() const {
    FoundingPlan plan{.name = "quality-chain.example/test",
                      .time_ms = kFounded,
                      .approval_rule =
                          "regulator and 2 of (government, association, university, "
                          "platform)",
                      .founders = {},
                      .validators = {}};
    plan.enrolment_window_ms = kDay;
    for (const TestParty& party : founders) {
      plan.founders.push_back(
          {.code = party.code,
           .name_zh = "创始方",
           .name_en = "Founder",
           .kind = static_cast<std::uint32_t>(party.kind),
           .gln = {},
           .keys = {{party.admin->public_key().spki(), KeyPurpose::kAdmin},
                    {party.signing->public_key().spki(), KeyPurpose::kSigning}}});
      const std::string name(1, static_cast<char>('a' + plan.validators.size()));
      plan.validators.push_back(
          {.name = plan.name + "/" + name,
           .organisation = party.code,
           .spki = TestParty::make_key(KeyAlgorithm::kEd25519)->public_key().spki(),
           .node_tls_spki =
               TestParty::make_key(KeyAlgorithm::kEcdsaP256Sha256)->public_key().spki()});
    }
    return plan;
  }

  /// A new chain state on what was applied, as after a restart: uncertified blocks are executed
  /// again.
  void reopen() {
    ReplayWindow replay;
    for (std::size_t i = 0; i <= applied; ++i) {
      for (const ReplayEntry& entry : blocks[i]->replay) replay.add(entry);
    }
    chain = std::make_unique<ChainState>(genesis->network, ChainHead::after(*blocks[applied]),
                                         std::move(replay), state, state.nodes);
    for (std::size_t i = applied; i < inputs.size(); ++i) {
      ASSERT_TRUE(chain->execute(inputs[i]).has_value());
    }
  }

  /// The store takes over all blocks up to `height`.
  void certify(std::uint64_t height) {
    for (; applied < height; ++applied) state.apply(*blocks[applied + 1]);
    chain->certified(height);
  }

  std::uint64_t now() const { return chain->head().time_ms; }

  OrderedSubmission sign(const TestParty& party, const Signer& signer,
                         const std::vector<std::string>& records, std::uint64_t not_after_ms = 0) {
    SubmissionDraft draft{.chain_id = chain_id(),
                          .organisation = party.code,
                          .nonce = {},
                          .not_after_ms = not_after_ms == 0 ? now() + kHour / 2 : not_after_ms};
    draft.nonce[0] = static_cast<std::uint8_t>(nonce_ & 0xffU);
    draft.nonce[1] = static_cast<std::uint8_t>(nonce_++ >> 8U);
    auto bytes = sign_submission(draft, records, signer).value();
    return {std::make_shared<const Submission>(Submission::parse(std::move(bytes)).value()),
            SignatureCheck::kUnknown};
  }

  /// The next block, one second later unless said otherwise.
  std::shared_ptr<const ExecutedBlock> run(std::vector<OrderedSubmission> submissions,
                                           std::uint64_t after_ms = kSecond) {
    Block block{.height = chain->head().height + 1,
                .time_ms = now() + after_ms,
                .proposal_digest = {},
                .submissions = std::move(submissions)};
    block.proposal_digest.fill(static_cast<std::uint8_t>(block.height));
    auto executed = chain->execute(block);
    EXPECT_TRUE(executed.has_value()) << (executed ? "" : executed.error().message);
    inputs.push_back(std::move(block));
    blocks.push_back(*executed);
    return *executed;
  }

  static std::string canonical(const quality::v1::Record& record) {
    return canonical_bytes(record);
  }

  /// Runs one record in a block of its own: "OUTCOME_ACCEPTED", "OUTCOME_... field: message" or
  /// "dropped: ...".
  std::string outcome_of(const TestParty& party, const quality::v1::Record& record) {
    const int body = record.body_case();
    const bool governance = body <= quality::v1::Record::kParameterChange;
    return outcome_of(
        {sign(party, governance ? *party.admin : *party.signing, {canonical(record)})});
  }
  std::string outcome_of(const OrderedSubmission& submission) {
    return text_of(run({submission})->submissions.front());
  }
  static std::string text_of(const ExecutedSubmission& executed) {
    if (executed.dropped) return "dropped " + std::string(name_of(*executed.dropped));
    std::string text(name_of(executed.outcome.code));
    if (!executed.outcome.field.empty()) text += " " + executed.outcome.field;
    // Whatever a test sees refused over the chain's state, people get a sentence of its own for it.
    const bool over_state = executed.outcome.code > OutcomeCode::kTooLarge;
    if (over_state && !executed.outcome.field.empty()) {
      EXPECT_NE(sentence_of(executed.outcome.code, executed.outcome.field),
                meaning_of(executed.outcome.code))
          << text;
    }
    return text;
  }

  template <class S>
  std::optional<S> status(const std::string& id) const {
    return find_status<S>(chain->state(), genesis->network.algorithm, id).value();
  }
  SubjectState subject(const std::string& id) const {
    return read_subject(chain->state(), genesis->network.algorithm, id).value();
  }

  quality::v1::Record envelope() const {
    quality::v1::Record record;
    record.set_claimed_time_ms(now());
    record.set_domain(quality::v1::QUALITY_DOMAIN_PRODUCT);
    return record;
  }

  std::string application(const TestParty& party) const {
    quality::v1::EnrolmentApplication application;
    application.set_chain_id(chain_id());
    application.set_code(party.code);
    application.mutable_name()->set_zh("检测中心");
    application.set_kind(party.kind);
    application.set_contract_digest(std::string(32, 'c'));
    application.set_contract_version("2026-1");
    const auto add = [&](const Signer& signer, quality::v1::KeyPurpose purpose) {
      auto& key = *application.add_keys();
      key.set_spki(signer.public_key().spki());
      key.set_purpose(purpose);
      key.set_possession(signer
                             .sign(possession_message(chain_id(), party.code,
                                                      static_cast<KeyPurpose>(purpose), key.spki()))
                             .value());
    };
    add(*party.admin, quality::v1::KEY_PURPOSE_ADMIN);
    add(*party.signing, quality::v1::KEY_PURPOSE_SIGNING);
    return canonical_bytes(application);
  }

  quality::v1::Record request(const TestParty& party) const {
    quality::v1::Record record = envelope();
    auto& body = *record.mutable_enrolment_request();
    body.set_application(application(party));
    body.set_signature(party.admin->sign(enrolment_message(body.application())).value());
    return record;
  }

  quality::v1::Record decision(const TestParty& party, bool approve = true) const {
    quality::v1::Record record = envelope();
    auto& body = *record.mutable_enrolment_decision();
    body.set_code(party.code);
    body.set_application_hash(
        status<quality::v1::PartyStatus>(party_id(party.code))->application_hash());
    body.set_decision(approve ? quality::v1::EnrolmentDecision::DECISION_APPROVE
                              : quality::v1::EnrolmentDecision::DECISION_REFUSE);
    if (!approve) body.set_reason("contract not signed");
    return record;
  }

  TestParty enrol(int number, quality::v1::PartyKind kind) {
    TestParty party = TestParty::make(number, kind);
    EXPECT_EQ(outcome_of(founders[4], request(party)), "OUTCOME_ACCEPTED");
    for (const int founder : {1, 2, 0}) {
      EXPECT_EQ(outcome_of(founders[static_cast<std::size_t>(founder)], decision(party)),
                "OUTCOME_ACCEPTED");
    }
    return party;
  }

  quality::v1::Record accreditation(const TestParty& laboratory) const {
    quality::v1::Record record = envelope();
    auto& body = *record.mutable_accreditation();
    body.set_scheme("CMA");
    body.set_number("221500010001");
    body.set_code(laboratory.code);
    body.set_valid_from("2026-01-01");
    body.set_valid_to("2028-12-31");
    auto& whole = *body.add_scope();
    whole.set_standard("GB 2762-2022");
    auto& one = *body.add_scope();
    one.set_standard("GB 5009.12-2023");
    one.set_category("食品");
    one.set_parameter("铅");
    return record;
  }

  quality::v1::Record lot(const std::string& lot_number) const {
    quality::v1::Record record = envelope();
    auto& body = *record.mutable_lot_registration();
    body.set_gtin(gtin(1));
    body.set_lot(lot_number);
    body.set_production_date("2026-11-01");
    return record;
  }

  quality::v1::Record certificate(const std::string& number, const std::string& lot_number) const {
    quality::v1::Record record = envelope();
    auto& body = *record.mutable_inspection_certificate();
    body.set_type(quality::v1::InspectionCertificate::TYPE_TESTING);
    body.set_number(number);
    body.set_accreditation("urn:qc:accreditation:CMA:221500010001");
    body.set_category("食品");
    body.mutable_customer()->set_name("城西商店");
    body.add_objects()->set_gtin(gtin(1));
    body.mutable_objects(0)->set_lot(lot_number);
    body.set_received_at_ms(now() - 3 * kHour);
    body.set_tested_from_ms(now() - 2 * kHour);
    body.set_tested_to_ms(now() - kHour);
    body.set_issued_at_ms(now() - kSecond);
    body.add_methods()->set_standard("GB 5009.12-2023");
    auto& result = *body.add_results();
    result.set_parameter("铅");
    result.set_value("<0.02");
    result.set_unit("mg/kg");
    result.set_limit("<= 0.5");
    result.set_verdict(quality::v1::VERDICT_PASS);
    body.set_verdict(quality::v1::OVERALL_VERDICT_CONFORMANT);
    auto& signatory = *body.add_signatories();
    signatory.set_part(quality::v1::Signatory::PART_AUTHORISED);
    signatory.set_reference("LC-0012");
    return record;
  }

  std::vector<TestParty> founders;
  std::optional<Genesis> genesis;
  MemoryState state;
  /// Height of the last block that the store has.
  std::size_t applied = 0;
  std::unique_ptr<ChainState> chain;
  /// Block i + 1 as it was given, block i as it was executed.
  std::vector<Block> inputs;
  std::vector<std::shared_ptr<const ExecutedBlock>> blocks;

 private:
  std::uint32_t nonce_ = 1;
};

/// A chain with a laboratory in scope and two enterprises, lot L1 registered by the first.
class StockedChain : public TestChain {
 public:
  StockedChain()
      : laboratory(enrol(10, quality::v1::PARTY_KIND_INSPECTION_BODY)),
        maker(enrol(11, quality::v1::PARTY_KIND_ENTERPRISE)),
        shop(enrol(12, quality::v1::PARTY_KIND_ENTERPRISE)) {
    EXPECT_EQ(outcome_of(regulator(), accreditation(laboratory)), "OUTCOME_ACCEPTED");
    EXPECT_EQ(outcome_of(maker, lot("L1")), "OUTCOME_ACCEPTED");
  }

  TestParty laboratory;
  TestParty maker;
  TestParty shop;
};

}  // namespace qc::ledger::testing

// SPDX-License-Identifier: Apache-2.0
#include "ledger/rules/set_change_rules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "ledger/consortium/validator_schedule.h"
#include "tests/unit/ledger/execution/test_chain.h"

namespace qc::ledger {
namespace {

using quality::v1::NetworkStatus;
using quality::v1::NewKey;
using quality::v1::PartyStatus;
using quality::v1::Record;
using quality::v1::ValidatorSetChange;
using testing::kDay;
using testing::kHour;
using testing::kSecond;
using testing::TestChain;
using testing::TestParty;

constexpr std::string_view kAccepted = "OUTCOME_ACCEPTED";

/// The keys of a node that is to vote.
struct NodeKeys {
  std::unique_ptr<PemSigner> voting = TestParty::make_key(KeyAlgorithm::kEd25519);
  std::unique_ptr<PemSigner> tls = TestParty::make_key(KeyAlgorithm::kEcdsaP256Sha256);
};

class SetChange : public ::testing::Test {
 protected:
  SetChange() : joiner(chain.enrol(10, quality::v1::PARTY_KIND_INSPECTION_BODY)) {}

  std::string name(const std::string& short_name) const {
    return std::string(chain.genesis->validators.network_name()) + "/" + short_name;
  }

  NewKey new_key(const Signer& signer, quality::v1::KeyPurpose purpose,
                 const std::string& organisation) const {
    NewKey key;
    key.set_spki(signer.public_key().spki());
    key.set_purpose(purpose);
    key.set_possession(signer
                           .sign(possession_message(chain.chain_id(), organisation,
                                                    static_cast<KeyPurpose>(purpose), key.spki()))
                           .value());
    return key;
  }

  Record change(ValidatorSetChange::Change what, const std::string& short_name,
                const TestParty& party) const {
    Record record = chain.envelope();
    auto& body = *record.mutable_validator_set_change();
    body.set_change(what);
    body.mutable_validator()->set_name(name(short_name));
    body.mutable_validator()->set_organisation(party.code);
    return record;
  }

  Record add(const std::string& short_name, const TestParty& party, const NodeKeys& keys) const {
    Record record = change(ValidatorSetChange::CHANGE_ADD, short_name, party);
    auto& body = *record.mutable_validator_set_change();
    body.mutable_validator()->set_spki(keys.voting->public_key().spki());
    body.mutable_validator()->set_node_tls_spki(keys.tls->public_key().spki());
    *body.add_keys() = new_key(*keys.voting, quality::v1::KEY_PURPOSE_VALIDATOR, party.code);
    *body.add_keys() = new_key(*keys.tls, quality::v1::KEY_PURPOSE_NODE_TLS, party.code);
    return record;
  }

  Record remove(const std::string& short_name, const TestParty& party) const {
    return change(ValidatorSetChange::CHANGE_REMOVE, short_name, party);
  }

  Record replace(const std::string& short_name, const TestParty& party,
                 const Signer& voting) const {
    Record record = change(ValidatorSetChange::CHANGE_REPLACE_KEY, short_name, party);
    auto& body = *record.mutable_validator_set_change();
    body.mutable_validator()->set_spki(voting.public_key().spki());
    *body.add_keys() = new_key(voting, quality::v1::KEY_PURPOSE_VALIDATOR, party.code);
    return record;
  }

  /// The regulator and two more: enough for the rule.
  void decide(const Record& record) {
    for (const std::size_t founder : {1U, 2U, 0U}) {
      ASSERT_EQ(chain.outcome_of(chain.founders[founder], record), kAccepted);
    }
  }

  NetworkStatus network() const { return *chain.status<NetworkStatus>(network_id()); }
  std::uint64_t height() const { return chain.chain->head().height; }
  void run_to(std::uint64_t wanted) {
    while (height() < wanted) {
      chain.run({});
      chain.certify(height());
    }
  }
  ValidatorSchedule schedule() const {
    return ValidatorSchedule::read(chain.chain->state(), HashAlgorithm::kSha256).value();
  }

  TestChain chain;
  TestParty joiner;
};

TEST_F(SetChange, TakesForceAWindowAfterTheBlockThatDecidesIt) {
  const NodeKeys keys;
  const Digest founders = chain.genesis->validators.hash();
  decide(add("f", joiner, keys));
  const std::uint64_t decided = height();
  const std::uint64_t first = decided + kConsensusWindow + 1;

  EXPECT_EQ(chain.blocks.back()->next_epoch, first);
  ASSERT_EQ(network().changes_size(), 1);
  EXPECT_EQ(network().changes(0).height(), first);
  EXPECT_EQ(schedule().at(first - 1).validators.size(), 5U);
  ASSERT_EQ(schedule().at(first).validators.size(), 6U);
  EXPECT_EQ(schedule().at(first).first_height, first);
  EXPECT_EQ(schedule().at(first).organisations[5], joiner.code);
  EXPECT_EQ(schedule().at(first).node_tls_spkis[5], keys.tls->public_key().spki());
  const Digest with_f = schedule().at(first).validators.hash();

  run_to(first + 1);
  for (std::uint64_t at = decided; at < first - 1; ++at) {
    EXPECT_EQ(chain.blocks[at]->seal.next, founders) << at;
    EXPECT_EQ(chain.blocks[at]->next_epoch, first) << at;
  }
  EXPECT_EQ(chain.blocks[first - 1]->seal.validators, founders);
  EXPECT_EQ(chain.blocks[first - 1]->seal.next, with_f);
  EXPECT_EQ(chain.blocks[first - 1]->next_epoch, first);
  EXPECT_EQ(chain.blocks[first]->seal.validators, with_f);
  EXPECT_EQ(chain.blocks[first]->seal.next, with_f);
  EXPECT_EQ(chain.blocks[first]->next_epoch, std::nullopt);
}

TEST_F(SetChange, NamesTheNextSetAlsoAfterARestart) {
  decide(add("f", joiner, NodeKeys()));
  const std::uint64_t first = height() + kConsensusWindow + 1;
  run_to(first - 2);
  chain.reopen();
  run_to(first);

  EXPECT_NE(chain.blocks[first - 1]->seal.next, chain.blocks[first - 1]->seal.validators);
  EXPECT_EQ(chain.blocks[first]->seal.validators, chain.blocks[first - 1]->seal.next);
}

TEST_F(SetChange, QueuesInChainOrder) {
  const TestParty& association = chain.founders[2];
  const TestParty& university = chain.founders[3];
  const auto key_c = TestParty::make_key(KeyAlgorithm::kEd25519);
  const auto key_d = TestParty::make_key(KeyAlgorithm::kEd25519);

  const auto block =
      chain.run({chain.sign(association, *association.admin,
                            {TestChain::canonical(replace("c", association, *key_c))}),
                 chain.sign(university, *university.admin,
                            {TestChain::canonical(replace("d", university, *key_d))})});

  ASSERT_EQ(TestChain::text_of(block->submissions[0]), kAccepted);
  ASSERT_EQ(TestChain::text_of(block->submissions[1]), kAccepted);
  const std::uint64_t first = height() + kConsensusWindow + 1;
  const std::uint64_t second = first + kConsensusWindow + 1;
  ASSERT_EQ(schedule().epochs().size(), 3U);
  EXPECT_EQ(schedule().epochs()[1].first_height, first);
  EXPECT_EQ(schedule().epochs()[2].first_height, second);
  EXPECT_EQ(schedule().at(second - 1).validators.find(name("c"))->key, key_c->public_key());
  EXPECT_NE(schedule().at(second - 1).validators.find(name("d"))->key, key_d->public_key());
  EXPECT_EQ(schedule().at(second).validators.find(name("d"))->key, key_d->public_key());

  run_to(second);
  EXPECT_EQ(chain.blocks[first - 1]->next_epoch, first);
  EXPECT_EQ(chain.blocks[first]->next_epoch, second);
  EXPECT_EQ(chain.blocks[second - 1]->seal.next, chain.blocks[second]->seal.validators);
}

TEST_F(SetChange, MeetsTheSetThatTheQueueLeadsTo) {
  const NodeKeys keys;
  decide(add("f", joiner, keys));

  EXPECT_EQ(chain.outcome_of(chain.government(), add("f", chain.government(), NodeKeys())),
            "OUTCOME_DUPLICATE validator_set_change.validator.name");
  run_to(height() + kConsensusWindow + 1);
  decide(remove("f", joiner));
  EXPECT_EQ(chain.outcome_of(chain.government(), remove("f", joiner)),
            "OUTCOME_UNKNOWN_SUBJECT validator_set_change.validator.name");
}

TEST_F(SetChange, FoldsWhatIsInForceIntoTheSet) {
  decide(add("f", joiner, NodeKeys()));
  const std::uint64_t first = height() + kConsensusWindow + 1;
  run_to(first + 3);
  EXPECT_EQ(network().validators_size(), 5);
  const Digest before = schedule().at(height()).validators.hash();

  const auto key = TestParty::make_key(KeyAlgorithm::kEd25519);
  ASSERT_EQ(chain.outcome_of(chain.association(), replace("c", chain.association(), *key)),
            kAccepted);

  EXPECT_EQ(network().validators_size(), 6);
  EXPECT_EQ(network().epoch(), first);
  ASSERT_EQ(network().changes_size(), 1);
  EXPECT_EQ(network().changes(0).height(), height() + kConsensusWindow + 1);
  EXPECT_EQ(schedule().at(height()).validators.hash(), before);
  EXPECT_EQ(schedule().epochs().front().first_height, first);
}

TEST_F(SetChange, NeedsTheApprovalRuleForAddAndRemove) {
  const Record record = add("f", joiner, NodeKeys());

  EXPECT_EQ(chain.outcome_of(chain.founders[1], record), kAccepted);
  EXPECT_EQ(chain.outcome_of(chain.founders[1], record), "OUTCOME_DUPLICATE validator_set_change");
  EXPECT_EQ(chain.outcome_of(chain.founders[2], record), kAccepted);
  EXPECT_EQ(network().changes_size(), 0);
  ASSERT_EQ(network().open_changes_size(), 1);
  EXPECT_EQ(network().open_changes(0).approvals_size(), 2);
  EXPECT_EQ(network().open_changes(0).opener(), chain.founders[1].code);
  EXPECT_EQ(network().open_changes(0).change_id(),
            to_bytes(set_change_id(HashAlgorithm::kSha256, record.validator_set_change())));
  EXPECT_EQ(chain.outcome_of(chain.founders[0], record), kAccepted);
  EXPECT_EQ(network().changes_size(), 1);
  EXPECT_EQ(network().open_changes_size(), 0);
}

TEST_F(SetChange, CountsOnlyTheSameChange) {
  const NodeKeys keys;
  ASSERT_EQ(chain.outcome_of(chain.founders[1], add("f", joiner, keys)), kAccepted);
  ASSERT_EQ(chain.outcome_of(chain.founders[2], add("g", joiner, keys)), kAccepted);
  ASSERT_EQ(chain.outcome_of(chain.founders[0], add("f", joiner, NodeKeys())), kAccepted);

  EXPECT_EQ(network().changes_size(), 0);
  EXPECT_EQ(network().open_changes_size(), 3);
}

TEST_F(SetChange, OfStrangersIsRefused) {
  EXPECT_EQ(chain.outcome_of(joiner, add("f", joiner, NodeKeys())),
            "OUTCOME_NOT_ALLOWED validator_set_change");
  EXPECT_EQ(chain.outcome_of(joiner, remove("c", chain.association())),
            "OUTCOME_NOT_ALLOWED validator_set_change");
  const auto key = TestParty::make_key(KeyAlgorithm::kEd25519);
  EXPECT_EQ(chain.outcome_of(joiner, replace("c", chain.association(), *key)),
            "OUTCOME_NOT_ALLOWED validator_set_change");
  EXPECT_EQ(chain.outcome_of(joiner, replace("c", joiner, *key)),
            "OUTCOME_BAD_REFERENCE validator_set_change.validator.organisation");
}

TEST_F(SetChange, LetsAnOrganisationReplaceItsOwnKeyAlone) {
  decide(add("f", joiner, NodeKeys()));
  run_to(height() + kConsensusWindow + 1);
  const auto key = TestParty::make_key(KeyAlgorithm::kEd25519);
  const std::string tls = schedule().at(height()).node_tls_spkis[5];

  EXPECT_EQ(chain.outcome_of(joiner, replace("f", joiner, *key)), kAccepted);

  const ValidatorEpoch epoch = schedule().epochs().back();
  EXPECT_EQ(epoch.validators.find(name("f"))->key, key->public_key());
  EXPECT_EQ(epoch.node_tls_spkis[5], tls);
}

TEST_F(SetChange, ASecondReplacementInADayNeedsTheRule) {
  const TestParty& party = chain.association();
  const auto first = TestParty::make_key(KeyAlgorithm::kEd25519);
  const auto second = TestParty::make_key(KeyAlgorithm::kEd25519);
  const auto third = TestParty::make_key(KeyAlgorithm::kEd25519);
  ASSERT_EQ(chain.outcome_of(party, replace("c", party, *first)), kAccepted);
  const std::uint64_t replaced = chain.now();
  run_to(height() + kConsensusWindow + 1);

  EXPECT_EQ(chain.outcome_of(party, replace("c", party, *second)), kAccepted);
  ASSERT_EQ(network().open_changes_size(), 1);
  EXPECT_EQ(network().changes_size(), 0) << "only proposed";
  const Record same = replace("c", party, *second);
  EXPECT_EQ(chain.outcome_of(chain.founders[1], same), kAccepted);
  EXPECT_EQ(chain.outcome_of(chain.founders[0], same), kAccepted);
  ASSERT_EQ(network().open_changes_size(), 0);
  EXPECT_EQ(schedule().epochs().back().validators.find(name("c"))->key, second->public_key());

  run_to(height() + kConsensusWindow + 1);
  EXPECT_GT(chain.now(), replaced);
  // The approved one began the day anew.
  const std::uint64_t again =
      chain.status<PartyStatus>(party_id(party.code))->validator_key_replaced_at_ms();
  chain.run({}, again + kKeyReplacementMs - kSecond - chain.now() - 1);
  EXPECT_EQ(chain.outcome_of(party, replace("c", party, *third)), kAccepted);
  EXPECT_EQ(network().open_changes_size(), 1);
  const auto fourth = TestParty::make_key(KeyAlgorithm::kEd25519);
  EXPECT_EQ(chain.outcome_of(party, replace("c", party, *fourth)), kAccepted);
  EXPECT_EQ(schedule().epochs().back().validators.find(name("c"))->key, fourth->public_key());
}

TEST_F(SetChange, WaitsOnceForEachOrganisation) {
  const TestParty& party = chain.association();
  const auto first = TestParty::make_key(KeyAlgorithm::kEd25519);
  const auto second = TestParty::make_key(KeyAlgorithm::kEd25519);
  ASSERT_EQ(chain.outcome_of(party, replace("c", party, *first)), kAccepted);
  const std::uint64_t in_force = network().changes(0).height();

  EXPECT_EQ(chain.outcome_of(party, replace("c", party, *second)),
            "OUTCOME_WRONG_STATE validator_set_change.validator.organisation");
  EXPECT_EQ(chain.outcome_of(chain.regulator(), remove("c", party)),
            "OUTCOME_WRONG_STATE validator_set_change.validator.organisation");
  run_to(in_force - 1);
  EXPECT_EQ(chain.outcome_of(chain.regulator(), remove("c", party)), kAccepted)
      << "block A itself has the change behind it";
}

TEST_F(SetChange, WaitsUntilTheVeryBlockBeforeItsHeight) {
  const TestParty& party = chain.association();
  const auto first = TestParty::make_key(KeyAlgorithm::kEd25519);
  ASSERT_EQ(chain.outcome_of(party, replace("c", party, *first)), kAccepted);
  run_to(network().changes(0).height() - 2);

  EXPECT_EQ(chain.outcome_of(chain.regulator(), remove("c", party)),
            "OUTCOME_WRONG_STATE validator_set_change.validator.organisation");
}

TEST_F(SetChange, LeavesAtLeastFour) {
  decide(remove("e", chain.founders[4]));

  EXPECT_EQ(schedule().epochs().back().validators.size(), 4U);
  EXPECT_EQ(chain.outcome_of(chain.regulator(), remove("d", chain.founders[3])),
            "OUTCOME_WRONG_STATE validator_set_change.change");
}

TEST_F(SetChange, RefusesKeysThatAnybodyEverUsed) {
  const NodeKeys keys;
  decide(add("f", joiner, keys));
  run_to(height() + kConsensusWindow + 1);
  decide(remove("f", joiner));
  run_to(height() + kConsensusWindow + 1);

  EXPECT_EQ(chain.outcome_of(chain.regulator(), add("f", joiner, keys)),
            "OUTCOME_DUPLICATE validator_set_change.keys[0].spki");
  NodeKeys others;
  others.voting = PemSigner::from_pem(generate_private_key(KeyAlgorithm::kEd25519).value()).value();
  Record record = add("f", joiner, others);
  auto& body = *record.mutable_validator_set_change();
  body.mutable_validator()->set_spki(joiner.admin->public_key().spki());
  *body.mutable_keys(0) = new_key(*joiner.admin, quality::v1::KEY_PURPOSE_VALIDATOR, joiner.code);
  EXPECT_EQ(chain.outcome_of(chain.regulator(), record),
            "OUTCOME_DUPLICATE validator_set_change.keys[0].spki");
}

TEST_F(SetChange, RefusesTheSameKeyInTwoProposalsOnceOneIsDecided) {
  const NodeKeys keys;
  const TestParty second = chain.enrol(11, quality::v1::PARTY_KIND_ENTERPRISE);
  ASSERT_EQ(chain.outcome_of(chain.founders[1], add("g", second, keys)), kAccepted);
  decide(add("f", joiner, keys));

  EXPECT_EQ(chain.outcome_of(chain.founders[2], add("g", second, keys)),
            "OUTCOME_DUPLICATE validator_set_change.keys[0].spki");
}

TEST_F(SetChange, NeedsTheNewKeysPossession) {
  const NodeKeys keys;
  Record record = add("f", joiner, keys);
  *record.mutable_validator_set_change()->mutable_keys(0) =
      new_key(*keys.voting, quality::v1::KEY_PURPOSE_VALIDATOR, chain.regulator().code);
  EXPECT_EQ(chain.outcome_of(chain.regulator(), record),
            "OUTCOME_BAD_SIGNATURE validator_set_change.keys[0].possession");

  record = add("f", joiner, keys);
  *record.mutable_validator_set_change()->mutable_keys(1) =
      new_key(*keys.tls, quality::v1::KEY_PURPOSE_NODE_TLS, chain.regulator().code);
  EXPECT_EQ(chain.outcome_of(chain.regulator(), record),
            "OUTCOME_BAD_SIGNATURE validator_set_change.keys[1].possession");
}

TEST_F(SetChange, TakesTheTlsKeyThatAnObserverHasEnrolled) {
  const NodeKeys keys;
  Record record = add("f", joiner, keys);
  record.mutable_validator_set_change()->mutable_keys()->RemoveLast();
  EXPECT_EQ(chain.outcome_of(chain.regulator(), record),
            "OUTCOME_BAD_REFERENCE validator_set_change.validator.node_tls_spki");
  Record enrol = chain.envelope();
  *enrol.mutable_key_add()->mutable_key() =
      new_key(*keys.tls, quality::v1::KEY_PURPOSE_NODE_TLS, joiner.code);
  ASSERT_EQ(chain.outcome_of(joiner, enrol), kAccepted);

  EXPECT_EQ(chain.outcome_of(chain.regulator(), record), kAccepted);
  EXPECT_EQ(chain.outcome_of(chain.government(), add("f", joiner, keys)),
            "OUTCOME_DUPLICATE validator_set_change.keys[1].spki");
  Record stolen = add("g", chain.government(), NodeKeys());
  stolen.mutable_validator_set_change()->mutable_keys()->RemoveLast();
  stolen.mutable_validator_set_change()->mutable_validator()->set_node_tls_spki(
      keys.tls->public_key().spki());
  EXPECT_EQ(chain.outcome_of(chain.government(), stolen),
            "OUTCOME_BAD_REFERENCE validator_set_change.validator.node_tls_spki");
}

TEST_F(SetChange, GivesNoTwoNodesOneTlsKey) {
  const TestParty& party = chain.government();
  Record record = add("g", party, NodeKeys());
  record.mutable_validator_set_change()->mutable_keys()->RemoveLast();
  record.mutable_validator_set_change()->mutable_validator()->set_node_tls_spki(
      schedule().at(1).node_tls_spkis[1]);

  EXPECT_EQ(chain.outcome_of(party, record),
            "OUTCOME_DUPLICATE validator_set_change.validator.node_tls_spki");
}

TEST_F(SetChange, AddsForActiveMembersOfThisNetworkOnly) {
  const TestParty stranger = TestParty::make(30, quality::v1::PARTY_KIND_ENTERPRISE);
  EXPECT_EQ(chain.outcome_of(chain.regulator(), add("f", stranger, NodeKeys())),
            "OUTCOME_UNKNOWN_ORGANISATION validator_set_change.validator.organisation");
  Record record = add("f", joiner, NodeKeys());
  record.mutable_validator_set_change()->mutable_validator()->set_name("elsewhere.example/f");
  EXPECT_EQ(chain.outcome_of(chain.regulator(), record),
            "OUTCOME_INVALID_FIELD validator_set_change.validator.name");
}

TEST_F(SetChange, ProposalsLapse) {
  const Record record = add("f", joiner, NodeKeys());
  ASSERT_EQ(chain.outcome_of(chain.founders[1], record), kAccepted);
  ASSERT_EQ(chain.outcome_of(chain.founders[2], record), kAccepted);
  chain.run({}, kDay);

  ASSERT_EQ(chain.outcome_of(chain.founders[0], record), kAccepted);

  EXPECT_EQ(network().changes_size(), 0);
  ASSERT_EQ(network().open_changes_size(), 1);
  EXPECT_EQ(network().open_changes(0).approvals_size(), 1) << "it is a new proposal";
}

TEST_F(SetChange, AnotherProposalTakesOnesEarlierOneBack) {
  const Record first = add("f", joiner, NodeKeys());
  ASSERT_EQ(chain.outcome_of(chain.founders[1], first), kAccepted);
  ASSERT_EQ(chain.outcome_of(chain.founders[1], remove("e", chain.founders[4])), kAccepted);

  ASSERT_EQ(network().open_changes_size(), 1);
  EXPECT_EQ(network().open_changes(0).change().change(), ValidatorSetChange::CHANGE_REMOVE);
}

TEST_F(SetChange, ARefusedSubmissionChangesNothing) {
  const auto key = TestParty::make_key(KeyAlgorithm::kEd25519);
  const TestParty& party = chain.association();
  Record broken = replace("c", party, *key);
  broken.mutable_validator_set_change()->mutable_validator()->set_name(name("zz"));

  const auto block = chain.run({chain.sign(
      party, *party.admin,
      {TestChain::canonical(replace("c", party, *key)), TestChain::canonical(broken)})});

  EXPECT_EQ(TestChain::text_of(block->submissions[0]),
            "OUTCOME_UNKNOWN_SUBJECT validator_set_change.validator.name");
  EXPECT_EQ(block->next_epoch, std::nullopt);
  EXPECT_EQ(network().changes_size(), 0);
}

TEST_F(SetChange, StandsInTheHistoriesOfWhomItConcerns) {
  const NodeKeys keys;
  const std::uint64_t before = chain.subject(party_id(joiner.code)).head.count;
  const Record record = add("f", joiner, keys);
  const std::string voting = key_subject(keys.voting->public_key().id());
  ASSERT_EQ(chain.outcome_of(chain.founders[1], record), kAccepted);
  EXPECT_FALSE(chain.subject(voting).exists());
  ASSERT_EQ(chain.outcome_of(chain.founders[2], record), kAccepted);
  ASSERT_EQ(chain.outcome_of(chain.founders[0], record), kAccepted);

  EXPECT_EQ(chain.subject(party_id(joiner.code)).head.count, before + 3);
  EXPECT_EQ(chain.subject(network_id()).head.count, 1U + 5U + 3U);
  const auto status = chain.status<quality::v1::KeyStatus>(voting);
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->purpose(), quality::v1::KEY_PURPOSE_VALIDATOR);
  EXPECT_EQ(status->organisation(), joiner.code);
  run_to(height() + kConsensusWindow + 1);
  decide(remove("f", joiner));
  EXPECT_EQ(chain.subject(voting).head.count, 2U);
}

TEST_F(SetChange, KeepsTheKeysOfPresentAndComingValidators) {
  const NodeKeys keys;
  decide(add("f", joiner, keys));
  Record revoke = chain.envelope();
  revoke.mutable_key_revoke()->set_key_id(to_bytes(keys.voting->public_key().id()));
  EXPECT_EQ(chain.outcome_of(joiner, revoke), "OUTCOME_WRONG_STATE key_revoke.key_id");
  Record leave = chain.envelope();
  leave.mutable_member_action()->set_code(joiner.code);
  leave.mutable_member_action()->set_action(quality::v1::MemberAction::ACTION_EXIT);
  EXPECT_EQ(chain.outcome_of(joiner, leave), "OUTCOME_WRONG_STATE member_action.action");

  run_to(height() + kConsensusWindow + 1);
  decide(remove("f", joiner));
  const std::uint64_t gone = network().changes(0).height();
  EXPECT_EQ(chain.outcome_of(joiner, revoke), "OUTCOME_WRONG_STATE key_revoke.key_id");
  run_to(gone - 1);
  EXPECT_EQ(chain.outcome_of(joiner, revoke), kAccepted);
  EXPECT_EQ(chain.outcome_of(joiner, leave), kAccepted);
}

struct BadForm {
  const char* name;
  void (*spoil)(ValidatorSetChange& change);
  const char* outcome;
};
class SetChangeForm : public SetChange, public ::testing::WithParamInterface<BadForm> {};

TEST_P(SetChangeForm, IsRefused) {
  Record record = add("f", joiner, NodeKeys());
  GetParam().spoil(*record.mutable_validator_set_change());

  EXPECT_EQ(chain.outcome_of(chain.regulator(), record), GetParam().outcome);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, SetChangeForm,
    ::testing::Values(
        BadForm{"NoChange", [](auto& c) { c.set_change(ValidatorSetChange::CHANGE_UNSPECIFIED); },
                "OUTCOME_MISSING_FIELD validator_set_change.change"},
        BadForm{"NoName", [](auto& c) { c.mutable_validator()->clear_name(); },
                "OUTCOME_MISSING_FIELD validator_set_change.validator.name"},
        BadForm{"ShortNameAlone", [](auto& c) { c.mutable_validator()->set_name("f"); },
                "OUTCOME_INVALID_FIELD validator_set_change.validator.name"},
        BadForm{"NoOrganisation", [](auto& c) { c.mutable_validator()->clear_organisation(); },
                "OUTCOME_MISSING_FIELD validator_set_change.validator.organisation"},
        BadForm{"NoVotingKey", [](auto& c) { c.mutable_validator()->clear_spki(); },
                "OUTCOME_MISSING_FIELD validator_set_change.validator.spki"},
        BadForm{"NoTlsKey", [](auto& c) { c.mutable_validator()->clear_node_tls_spki(); },
                "OUTCOME_MISSING_FIELD validator_set_change.validator.node_tls_spki"},
        BadForm{"NoKeys", [](auto& c) { c.clear_keys(); },
                "OUTCOME_MISSING_FIELD validator_set_change.keys"},
        BadForm{"ThreeKeys", [](auto& c) { *c.add_keys() = c.keys(1); },
                "OUTCOME_TOO_LARGE validator_set_change.keys"},
        BadForm{"TlsKeyFirst", [](auto& c) { c.mutable_keys()->SwapElements(0, 1); },
                "OUTCOME_INVALID_FIELD validator_set_change.keys[0].purpose"},
        BadForm{"OtherKeys",
                [](auto& c) {
                  c.mutable_validator()->set_spki(
                      TestParty::make_key(KeyAlgorithm::kEd25519)->public_key().spki());
                },
                "OUTCOME_INVALID_FIELD validator_set_change.keys[0].spki"},
        BadForm{"KeyWithAnEnd", [](auto& c) { c.mutable_keys(0)->set_valid_to_ms(1); },
                "OUTCOME_INVALID_FIELD validator_set_change.keys[0].valid_to_ms"},
        BadForm{"RemovalWithKeys", [](auto& c) { c.set_change(ValidatorSetChange::CHANGE_REMOVE); },
                "OUTCOME_INVALID_FIELD validator_set_change.validator.spki"}),
    [](const auto& test) { return test.param.name; });

TEST(SetChangeInDevelopment, MayLeaveOne) {
  const TestChain donor;
  FoundingPlan plan = donor.plan();
  plan.name = "dev-test.example";
  plan.validators.resize(2);
  for (auto& validator : plan.validators) {
    validator.name = plan.name + "/" + validator.name.substr(validator.name.rfind('/') + 1);
  }
  TestChain chain;
  chain.genesis.emplace(make_genesis(plan).value());
  chain.founders.clear();
  // The plan's founders are the donor's.
  chain.blocks = {std::make_shared<const ExecutedBlock>(execute_genesis(*chain.genesis).value())};
  chain.state = testing::MemoryState();
  chain.state.apply(*chain.blocks.front());
  chain.reopen();
  const auto remove = [&](const std::string& name, const TestParty& party) {
    Record record = chain.envelope();
    auto& body = *record.mutable_validator_set_change();
    body.set_change(ValidatorSetChange::CHANGE_REMOVE);
    body.mutable_validator()->set_name(plan.name + "/" + name);
    body.mutable_validator()->set_organisation(party.code);
    return record;
  };
  const Record first = remove("b", donor.founders[1]);
  for (const std::size_t founder : {1U, 2U, 0U}) {
    ASSERT_EQ(chain.outcome_of(donor.founders[founder], first), kAccepted);
  }

  EXPECT_EQ(chain.outcome_of(donor.founders[0], remove("a", donor.founders[0])),
            "OUTCOME_WRONG_STATE validator_set_change.change");
}

}  // namespace
}  // namespace qc::ledger

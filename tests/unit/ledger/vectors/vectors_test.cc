// SPDX-License-Identifier: Apache-2.0
// Every structure of the core against the founding vectors.
#include "tests/unit/ledger/vectors/vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "ledger/base/canonical_protobuf.h"
#include "ledger/base/encoding.h"
#include "ledger/consortium/checkpoint.h"
#include "ledger/consortium/validator_set.h"
#include "ledger/crypto/key.h"
#include "ledger/execution/genesis.h"
#include "ledger/log/merkle_log.h"
#include "ledger/log/note.h"
#include "ledger/log/record_log.h"
#include "ledger/log/seal.h"
#include "ledger/proof/policy.h"
#include "ledger/record/submission.h"
#include "ledger/state/state_tree.h"
#include "ledger/state/subject.h"
#include "quality/v1/status.pb.h"
#include "quality/v1/submission.pb.h"

namespace qc::ledger {
namespace {

using nlohmann::json;

constexpr HashAlgorithm kSha = HashAlgorithm::kSha256;

std::vector<Digest> log_leaves() {
  std::vector<Digest> leaves;
  for (const json& entry : vectors()["log"]["entries"]) {
    leaves.push_back(leaf_hash(kSha, bytes_of(entry)));
  }
  return leaves;
}

ValidatorSet set_of(const json& list) {
  std::vector<Validator> validators;
  for (const json& entry : list["validators"]) {
    validators.push_back({entry["name"], PublicKey::from_spki(bytes_of(entry["spki"])).value()});
  }
  return ValidatorSet::make(std::move(validators)).value();
}

StateProof proof_of(const json& entry) {
  StateProof proof;
  proof.bitmap = from_base64(entry["bitmap"].get<std::string>()).value();
  proof.depth = entry["depth"];
  for (const json& sibling : entry["siblings"]) {
    proof.siblings.push_back(digest_from_base64(sibling.get<std::string>()).value());
  }
  const json& terminal = entry["terminal"];
  if (terminal["kind"] == "leaf") {
    proof.terminal =
        StateLeaf{digest_from_base64(terminal["key"].get<std::string>()).value(),
                  digest_from_base64(terminal["value_hash"].get<std::string>()).value()};
  }
  return proof;
}

TEST(Vectors, Genesis) {
  const json& expected = vectors()["genesis"];
  GenesisDocument genesis{.name = expected["name"], .time_ms = expected["time_ms"], .records = {}};
  for (const json& record : expected["records"]) genesis.records.push_back(bytes_of(record));

  const std::string document = genesis.encode();

  EXPECT_EQ(to_hex(document), expected["document"]);
  EXPECT_EQ(genesis_hash(kSha, document), digest_of(expected["hash"]));
  EXPECT_EQ(chain_id(genesis.name, genesis_hash(kSha, document)), expected["origin"]);
  const auto parsed = GenesisDocument::parse(document);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->records, genesis.records);
}

TEST(Vectors, Quorums) {
  for (const json& entry : vectors()["quorum"]) {
    EXPECT_EQ(faulty_of(entry["n"]), entry["f"].get<std::size_t>());
    EXPECT_EQ(quorum_of(entry["n"]), entry["quorum"].get<std::size_t>());
  }
}

TEST(Vectors, Keys) {
  const json& expected = vectors()["key"];
  const auto key = PublicKey::from_spki(bytes_of(expected["spki"]));
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_EQ(key->id(), digest_of(expected["key_id"]));
  EXPECT_EQ(key_subject(key->id()), expected["subject"]);
}

TEST(Vectors, PossessionMessage) {
  const json& expected = vectors()["possession"];
  const std::string message = possession_message(
      expected["chain"].get<std::string>(), expected["organisation"].get<std::string>(),
      static_cast<KeyPurpose>(expected["purpose"].get<int>()), bytes_of(expected["spki"]));
  EXPECT_EQ(to_hex(message), expected["message"]);
  if (expected.contains("signature")) {
    const auto key = PublicKey::from_spki(bytes_of(expected["spki"]));
    EXPECT_TRUE(key->verify(message, bytes_of(expected["signature"])));
  }
}

TEST(Vectors, RecordRootsAndPaths) {
  for (const json& entry : vectors()["record_roots"]) {
    std::vector<Digest> leaves;
    for (const json& record : entry["records"]) {
      leaves.push_back(record_hash(kSha, bytes_of(record)));
    }
    EXPECT_EQ(merkle_root(kSha, leaves), digest_of(entry["root"]));
  }
  const json& records = vectors()["record_roots"].back()["records"];
  for (const json& entry : vectors()["rfc6962_paths"]) {
    const std::uint64_t index = entry["index"];
    const std::uint64_t size = entry["size"];
    MerkleTree tree(kSha);
    for (std::size_t i = 0; i < size; ++i) tree.append(record_hash(kSha, bytes_of(records[i])));
    EXPECT_EQ(tree.path(index), digests_of(entry["path"]));
    EXPECT_TRUE(verify_inclusion(kSha, *tree.node(0, index), index, size, tree.path(index),
                                 digest_of(entry["root"])));
  }
}

TEST(Vectors, Submission) {
  const json& expected = vectors()["submission"];
  const auto submission = Submission::parse(bytes_of(expected["signed_submission"]));
  ASSERT_TRUE(submission) << submission.error().message;
  EXPECT_EQ(to_hex(submission->header_bytes()), expected["header"]);
  EXPECT_EQ(to_hex(submission->header().encode()), expected["header"]);
  EXPECT_EQ(submission->hash(), digest_of(expected["submission_hash"]));
  EXPECT_EQ(to_hex(submission->signature()), expected["signature"]);
  EXPECT_EQ(submission->header().chain_id, expected["chain"]);
  EXPECT_EQ(submission->header().organisation, expected["organisation"]);
  EXPECT_EQ(submission->header().not_after_ms, expected["not_after_ms"]);
  EXPECT_EQ(submission->records().size(), expected["record_count"]);
  const auto key = PublicKey::from_spki(bytes_of(expected["spki"]));
  EXPECT_TRUE(submission->verify(*key));
}

TEST(Vectors, WhatIsNotCanonicalIsRefused) {
  for (const json& entry : vectors()["not_canonical"]) {
    const std::string header = bytes_of(entry["header"]);
    EXPECT_FALSE(parse_canonical<quality::v1::SubmissionHeader>(header)) << entry["why"];
    EXPECT_FALSE(SubmissionHeader::parse(header)) << entry["why"];
  }
}

TEST(Vectors, ValidatorSets) {
  for (const json& entry : vectors()["validator_sets"]) {
    EXPECT_EQ(set_of(entry).hash(), digest_of(entry["hash"]));
    for (const json& validator : entry["validators"]) {
      const auto key = NoteKey::parse(validator["vkey"].get<std::string>());
      ASSERT_TRUE(key) << key.error().message;
      EXPECT_EQ(key->name(), validator["name"]);
      EXPECT_EQ(to_hex(key->key().raw()), validator["raw"]);
      EXPECT_EQ(key->vkey(), validator["vkey"]);
    }
  }
}

TEST(Vectors, OutcomesAndStatuses) {
  for (const json& entry : vectors()["outcomes"]) {
    quality::v1::Outcome outcome;
    outcome.set_code(entry["code"]);
    outcome.set_first_log_index(entry["first_log_index"]);
    outcome.set_record(entry["record"]);
    outcome.set_field(entry["field"]);
    EXPECT_EQ(to_hex(canonical_bytes(outcome)), entry["bytes"]);
    EXPECT_TRUE(parse_canonical<quality::v1::Outcome>(bytes_of(entry["bytes"])));
  }
  const auto status =
      parse_canonical<quality::v1::KeyStatus>(bytes_of(vectors()["key_status"]["bytes"]));
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(status->valid_from_ms(), vectors()["key_status"]["valid_from_ms"]);
}

TEST(Vectors, SubjectsAndStateRoot) {
  std::map<Digest, Digest> leaves;
  for (const json& subject : vectors()["subjects"]) {
    const Digest key = subject_key(kSha, subject["id"].get<std::string>());
    EXPECT_EQ(key, digest_of(subject["key"]));
    SubjectHead head;
    for (const json& entry : subject["entries"]) {
      head = extend(kSha, head, entry["log_index"], digest_of(entry["leaf_hash"]));
    }
    const std::string value = encode_subject_value(head, bytes_of(subject["status"]));
    EXPECT_EQ(to_hex(value), subject["value"]);
    EXPECT_EQ(decode_subject_value(value)->head, head);
    leaves[key] = hash(kSha, value);
  }
  std::vector<StateLeaf> batch;
  for (const auto& [key, value_hash] : leaves) batch.push_back({key, value_hash});
  const MemoryNodeStore store;
  EXPECT_EQ(StateTree(store).update(batch)->root, digest_of(vectors()["state_root"]));
}

TEST(Vectors, StateTreesAndProofs) {
  for (const json& tree_vector : vectors()["state_tree"]) {
    MemoryNodeStore store;
    std::map<Digest, Digest> values;
    for (const json& item : tree_vector["items"]) {
      const StateLeaf leaf{digest_of(item["key"]), hash(kSha, bytes_of(item["value"]))};
      values[leaf.key] = leaf.value_hash;
      store.apply(StateTree(store).update(std::span(&leaf, 1))->bundles);
    }
    const Digest root = digest_of(tree_vector["root"]);
    EXPECT_EQ(StateTree(store).root().value(), root);
    for (const json& entry : tree_vector["proofs"]) {
      const Digest key = digest_of(entry["key"]);
      const StateProof proof = proof_of(entry["proof"]);
      EXPECT_EQ(StateTree(store).prove(key).value(), proof);
      const auto value = values.find(key);
      const auto expected =
          value == values.end() ? std::nullopt : std::optional<Digest>(value->second);
      EXPECT_EQ(StateTree(store).find(key).value(), expected);
      const auto verified = verify_state_proof(kSha, root, key, expected, proof);
      EXPECT_TRUE(verified) << verified.error().message;
    }
  }
}

TEST(Vectors, LogEntriesAndRoots) {
  for (const json& entry : vectors()["log"]["entries"]) {
    const std::string bytes = bytes_of(entry);
    if (bytes.front() == kRecordEntryTag) {
      const auto record = RecordEntry::parse(bytes);
      ASSERT_TRUE(record);
      EXPECT_EQ(record->encode(), bytes);
      EXPECT_EQ(record_leaf_hash(kSha, *record), leaf_hash(kSha, bytes));
    } else {
      const auto seal = Seal::parse(std::string_view(bytes).substr(1));
      ASSERT_TRUE(seal) << seal.error().message;
      EXPECT_EQ(seal_entry(seal->text()), bytes);
      EXPECT_EQ(seal_leaf_hash(kSha, seal->text()), leaf_hash(kSha, bytes));
    }
  }
  const std::vector<Digest> leaves = log_leaves();
  Frontier frontier(kSha);
  for (const json& entry : vectors()["log"]["roots"]) {
    frontier.append(leaves[frontier.size()]);
    EXPECT_EQ(frontier.size(), entry["size"]);
    EXPECT_EQ(frontier.root(), digest_of(entry["root"]));
  }
}

TEST(Vectors, Consistency) {
  const MerkleTree tree(kSha, log_leaves());
  for (const json& entry : vectors()["consistency"]) {
    const std::uint64_t old_size = entry["old_size"];
    const std::uint64_t new_size = entry["new_size"];
    const auto proof = consistency_proof(kSha, tree, old_size, new_size);
    ASSERT_TRUE(proof);
    EXPECT_EQ(*proof, digests_of(entry["proof"]));
    EXPECT_TRUE(verify_consistency(kSha, old_size, *log_root(kSha, tree, old_size), new_size,
                                   *log_root(kSha, tree, new_size), *proof));
  }
}

TEST(Vectors, SealAndSubmissionLeaves) {
  const json& expected = vectors()["seal"];
  const auto seal = Seal::parse(expected["text"].get<std::string>());
  ASSERT_TRUE(seal) << seal.error().message;
  EXPECT_EQ(seal->text(), expected["text"]);
  EXPECT_EQ(seal_leaf_hash(kSha, seal->text()), digest_of(expected["leaf_hash"]));
  std::vector<Digest> leaves;
  for (const json& entry : vectors()["submission_leaves"]) {
    leaves.push_back(submission_leaf(kSha, bytes_of(entry["header"]), bytes_of(entry["signature"]),
                                     bytes_of(entry["outcome"])));
    EXPECT_EQ(leaves.back(), digest_of(entry["leaf_hash"]));
  }
  EXPECT_EQ(seal->submission_count, leaves.size());
  EXPECT_EQ(seal->submissions, merkle_root(kSha, leaves));
  EXPECT_EQ(seal->state, digest_of(vectors()["state_root"]));
}

TEST(Vectors, CheckpointNote) {
  const json& expected = vectors()["checkpoint"];
  const auto note = SignedNote::parse(expected["note"].get<std::string>());
  ASSERT_TRUE(note) << note.error().message;
  EXPECT_EQ(note->text, expected["text"]);
  EXPECT_EQ(note->format(), expected["note"]);
  const auto checkpoint = Checkpoint::parse(note->text);
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->text(), expected["text"]);
  const auto log = NoteKey::parse(expected["log_vkey"].get<std::string>());
  ASSERT_TRUE(log) << log.error().message;
  EXPECT_TRUE(verify_log_line(*note, std::span(&*log, 1)));
  const auto certified = verify_checkpoint(*note, set_of(vectors()["validator_sets"][1]));
  const auto by_first_set = verify_checkpoint(*note, set_of(vectors()["validator_sets"][0]));
  ASSERT_TRUE(certified || by_first_set);
  EXPECT_EQ((certified ? certified : by_first_set)->as_of_s, expected["as_of"]);
}

TEST(Vectors, Policies) {
  for (const char* name : {"network.policy", "network-2.policy"}) {
    const std::string text = vector_file(name);
    const auto policy = NetworkPolicy::parse(text);
    ASSERT_TRUE(policy) << policy.error().message;
    EXPECT_EQ(policy->origin, vectors()["genesis"]["origin"]);
    const auto again = NetworkPolicy::parse(policy->format());
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->validators, policy->validators);
    EXPECT_TRUE(std::any_of(vectors()["validator_sets"].begin(), vectors()["validator_sets"].end(),
                            [&](const json& set) { return set_of(set) == policy->validators; }));
  }
}

}  // namespace
}  // namespace qc::ledger

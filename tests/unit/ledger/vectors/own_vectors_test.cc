// SPDX-License-Identifier: Apache-2.0
// The project's own vectors: values that follow from the inputs in the file, made by this code.
// Other implementations recompute them. A vector that changes is a new format version:
//   QC_UPDATE_VECTORS=1 build/debug/bin/qc_ledger_test --gtest_filter='OwnVectors.*'
// writes the files anew, for new inputs only.
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/big_endian.h"
#include "base/hex.h"
#include "ledger/base/canonical_protobuf.h"
#include "ledger/base/encoding.h"
#include "ledger/consortium/checkpoint.h"
#include "ledger/crypto/signer.h"
#include "ledger/execution/genesis.h"
#include "ledger/log/merkle_log.h"
#include "ledger/log/range_receipt.h"
#include "ledger/log/record_log.h"
#include "ledger/log/seal.h"
#include "ledger/name/subject_id.h"
#include "ledger/proof/policy.h"
#include "ledger/proof/receipt.h"
#include "ledger/record/outcome.h"
#include "ledger/record/record_rules.h"
#include "ledger/record/record_subjects.h"
#include "ledger/record/submission.h"
#include "ledger/state/state_tree.h"
#include "ledger/state/subject.h"
#include "quality/v1/record.pb.h"
#include "tests/unit/ledger/vectors/vectors.h"

namespace qc::ledger {
namespace {

using Json = nlohmann::ordered_json;

constexpr HashAlgorithm kSha256 = HashAlgorithm::kSha256;

Json hex_list(const std::vector<Digest>& digests) {
  Json list = Json::array();
  for (const Digest& digest : digests) list.push_back(to_hex(digest));
  return list;
}

/// Compares a file with what its inputs make, or writes it anew where asked.
void compare(const std::string& name, Json (*recompute)(const Json&)) {
  const Json file = Json::parse(vector_file(name));
  const Json made = recompute(file);
  if (std::getenv("QC_UPDATE_VECTORS") != nullptr) {
    std::ofstream(std::string(QC_VECTORS_DIR) + "/" + name) << made.dump(1) << "\n";
    return;
  }
  // Only where they differ: the files are long.
  EXPECT_TRUE(file.dump() == made.dump())
      << name << " says otherwise here: " << Json::diff(file, made).dump(1).substr(0, 2000);
}

// ---- records.json

Json subjects_json(const RecordSubjects& subjects) {
  Json below = Json::array();
  for (const auto& [list, child] : subjects.below) {
    below.push_back({{"list", list}, {"child", child}});
  }
  Json see = Json::array();
  for (const auto& [subject, id] : subjects.see) {
    see.push_back({{"subject", subject}, {"id", id}});
  }
  return {{"named", subjects.named},
          {"below", below},
          {"see", see},
          {"opens", subjects.opens},
          {"about", subjects.about}};
}

Json record_vector(const Json& input) {
  quality::v1::Record record;
  const auto read = google::protobuf::util::JsonStringToMessage(input["record"].dump(), &record);
  EXPECT_TRUE(read.ok()) << input["type"] << read.ToString();
  EXPECT_EQ(record_type_name(record), input["type"].get<std::string>());
  const std::string organisation = input["organisation"];
  const auto judged =
      check_record(record, {.organisation = organisation, .genesis = organisation.empty()});
  EXPECT_TRUE(judged.has_value()) << input["type"] << judged.error().field << ": "
                                  << judged.error().message;
  const std::string bytes = canonical_bytes(record);
  EXPECT_TRUE(parse_canonical<quality::v1::Record>(bytes).has_value()) << input["type"];
  const bool by_regulator = input["by_regulator"];
  return {{"type", input["type"]},
          {"organisation", organisation},
          {"by_regulator", by_regulator},
          {"record", input["record"]},
          {"bytes", to_hex(bytes)},
          {"hash", to_hex(record_hash(kSha256, bytes))},
          {"subjects", subjects_json(subjects_of(
                           record, {.organisation = organisation, .by_regulator = by_regulator}))}};
}

Json record_vectors(const Json& file) {
  Json records = Json::array();
  for (const Json& input : file["records"]) records.push_back(record_vector(input));
  return {{"about", file["about"]}, {"records", records}};
}

TEST(OwnVectors, RecordsOfEveryTypeHaveTheseBytesAndSubjects) {
  compare("records.json", record_vectors);
}

TEST(OwnVectors, CoverEveryRecordTypeThatIsJudged) {
  const Json file = Json::parse(vector_file("records.json"));
  std::map<std::string, int> covered;
  for (const Json& vector : file["records"]) ++covered[vector["type"]];
  const auto* body = quality::v1::Record::descriptor()->FindOneofByName("body");
  for (int i = 0; i < body->field_count(); ++i) {
    quality::v1::Record record;
    record.set_claimed_time_ms(1'795'419'543'123);
    record.set_domain(quality::v1::QUALITY_DOMAIN_PRODUCT);
    record.GetReflection()->MutableMessage(&record, body->field(i));
    const auto verdict = check_record(record, {.organisation = "91350100M000100Y43"});
    const bool judged = verdict || verdict.error().code != OutcomeCode::kNotSupported;
    EXPECT_EQ(covered.contains(body->field(i)->name()), judged) << body->field(i)->name();
  }
}

TEST(OwnVectors, RecordsAreRefusedWithOneByteLess) {
  const Json file = Json::parse(vector_file("records.json"));
  for (const Json& vector : file["records"]) {
    std::string bytes = from_hex(vector["bytes"].get<std::string>()).value();
    bytes.pop_back();
    EXPECT_FALSE(parse_canonical<quality::v1::Record>(bytes).has_value()) << vector["type"];
  }
}

// ---- range_receipts.json

Json range_vector(const Json& input) {
  const LeafRange range{.first = input["first"], .count = input["count"], .size = input["size"]};
  MerkleTree tree;
  std::vector<Digest> own;
  for (std::uint64_t i = 0; i < range.size; ++i) {
    std::string leaf;
    append_big_endian<std::uint64_t>(leaf, i);
    tree.append(leaf_hash(kSha256, leaf));
    if (i >= range.first && i < range.first + range.count) own.push_back(leaf_hash(kSha256, leaf));
  }
  const auto nodes = range_receipt(tree, range).value();
  const auto receipt = RangeReceipt::make(kSha256, range, own, nodes).value();
  EXPECT_EQ(receipt.root().value(), tree.root());
  Json node_list = Json::array();
  for (const LogNode& node : nodes) {
    node_list.push_back(
        {{"level", node.level}, {"index", node.index}, {"hash", to_hex(node.hash)}});
  }
  Json paths = Json::array();
  for (std::uint64_t place = 0; place < range.count; ++place) {
    paths.push_back(hex_list(receipt.path(place).value()));
  }
  return {{"first", range.first},        {"count", range.count}, {"size", range.size},
          {"root", to_hex(tree.root())}, {"nodes", node_list},   {"paths", paths}};
}

Json range_vectors(const Json& file) {
  Json ranges = Json::array();
  for (const Json& input : file["ranges"]) ranges.push_back(range_vector(input));
  return {{"about", file["about"]}, {"ranges", ranges}};
}

TEST(OwnVectors, RangeReceiptsHaveTheseNodesAndPaths) {
  compare("range_receipts.json", range_vectors);
}

// ---- chain.json

std::unique_ptr<PemSigner> signer_of(const Json& seed) {
  // PKCS #8 of an Ed25519 key (RFC 8410) is a fixed prefix and the seed.
  const std::string der = from_hex("302e020100300506032b657004220420").value() + bytes_of(seed);
  return PemSigner::from_pem("-----BEGIN PRIVATE KEY-----\n" + to_base64(der) +
                             "\n-----END PRIVATE KEY-----\n")
      .value();
}

/// A chain in the making: the log, the subject histories and what the seals point back to.
struct Chain {
  explicit Chain(const Json& file)
      : log(signer_of(file["seeds"]["log"])),
        signer(signer_of(file["seeds"]["signer"])),
        organisation(file["organisation"]) {
    const std::string name = file["name"];
    std::vector<Validator> set;
    for (const auto& [short_name, seed] : file["seeds"]["validators"].items()) {
      voters.push_back(signer_of(seed));
      set.push_back({name + "/" + short_name, voters.back()->public_key()});
    }
    validators = std::make_unique<ValidatorSet>(ValidatorSet::make(std::move(set)).value());
  }

  std::uint64_t append(const std::string& entry) {
    const std::uint64_t index = tree.size();
    tree.append(leaf_hash(kSha256, entry));
    entries.push_back(to_hex(entry));
    return index;
  }

  std::unique_ptr<PemSigner> log;
  std::unique_ptr<PemSigner> signer;
  std::vector<std::unique_ptr<PemSigner>> voters;
  std::unique_ptr<ValidatorSet> validators;
  std::string organisation;
  std::string origin;
  MerkleTree tree;
  Json entries = Json::array();
  /// Heads of the subjects: the party has every record, the network those of genesis.
  std::map<std::string, SubjectHead> heads;
  MemoryNodeStore store;
  Digest parent{};
  std::uint64_t height = 0;
};

/// Writes the heads into the state tree and returns its root.
Digest apply_state(Chain& chain) {
  std::map<Digest, Digest> ordered;
  for (const auto& [id, head] : chain.heads) {
    ordered[subject_key(kSha256, id)] = hash(kSha256, encode_subject_value(head, ""));
  }
  std::vector<StateLeaf> leaves;
  for (const auto& [key, value_hash] : ordered) leaves.push_back({key, value_hash});
  StateUpdate update = StateTree(chain.store).update(leaves).value();
  chain.store.apply(std::move(update.bundles));
  return update.root;
}

/// Ends the block with its seal and signs its checkpoint.
Json end_block(Chain& chain, std::uint64_t time_ms, const Digest& proposal,
               const std::vector<Digest>& submission_leaves) {
  const Digest set = chain.validators->hash();
  const Seal seal{.height = chain.height++,
                  .time_ms = time_ms,
                  .parent = chain.parent,
                  .proposal = proposal,
                  .submission_count = submission_leaves.size(),
                  .submissions = merkle_root(kSha256, submission_leaves),
                  .state = apply_state(chain),
                  .validators = set,
                  .next = set};
  const std::uint64_t index = chain.append(seal_entry(seal.text()));
  chain.parent = seal_leaf_hash(kSha256, seal.text());
  const Checkpoint checkpoint{chain.origin, chain.tree.size(), chain.tree.root()};
  SignedNote note{checkpoint.text(), {sign_as_log(*chain.log, checkpoint).value()}};
  for (std::size_t i = 0; i < chain.voters.size(); ++i) {
    note.signatures.push_back(cosign(*chain.voters[i], chain.validators->validators()[i].name,
                                     time_ms / 1000 + i, checkpoint)
                                  .value());
  }
  Json heads = Json::array();
  for (const auto& [id, head] : chain.heads) {
    heads.push_back({{"id", id}, {"value", to_hex(encode_subject_value(head, ""))}});
  }
  return {{"subjects", heads},
          {"seal", seal.text()},
          {"seal_index", index},
          {"seal_leaf_hash", to_hex(chain.parent)},
          {"checkpoint", checkpoint.text()},
          {"note", note.format()}};
}

struct MadeSubmission {
  std::string bytes;
  std::string outcome;
  std::uint64_t first_log_index = 0;
  bool accepted = false;
};

/// Signs a submission, and appends its records where it is accepted.
MadeSubmission apply_submission(Chain& chain, const Json& input, std::uint64_t time_ms) {
  std::vector<std::string> records;
  for (const Json& record : input["records"]) records.push_back(record);
  SubmissionDraft draft{.chain_id = chain.origin, .organisation = chain.organisation, .nonce = {}};
  const std::string nonce = bytes_of(input["nonce"]);
  std::copy(nonce.begin(), nonce.end(), draft.nonce.begin());
  draft.not_after_ms = input["not_after_ms"];
  MadeSubmission made{.bytes = sign_submission(draft, records, *chain.signer).value(),
                      .outcome = {}};
  const Submission submission = Submission::parse(made.bytes).value();
  EXPECT_TRUE(submission.verify(chain.signer->public_key()));
  Outcome outcome;
  outcome.code = static_cast<OutcomeCode>(input["outcome"]["code"].get<std::uint32_t>());
  made.accepted = outcome.accepted();
  if (made.accepted) {
    made.first_log_index = outcome.first_log_index = chain.tree.size();
    for (const Digest& record : submission.record_hashes()) {
      const RecordEntry entry{record, submission.hash(), time_ms};
      const std::uint64_t index = chain.append(entry.encode());
      SubjectHead& head = chain.heads[party_id(chain.organisation)];
      head = extend(kSha256, head, index, record_leaf_hash(kSha256, entry));
    }
  } else {
    outcome.record = input["outcome"]["record"];
    outcome.field = input["outcome"]["field"];
  }
  made.outcome = outcome.encode();
  return made;
}

Json receipt_json(const Chain& chain, const MadeSubmission& made, std::size_t position,
                  const Json& block, const std::vector<Digest>& submission_leaves,
                  std::size_t place) {
  const Submission submission = Submission::parse(made.bytes).value();
  const auto seal = Seal::parse(block["seal"].get<std::string>()).value();
  if (!made.accepted) {
    const RejectedReceipt receipt{
        .header = std::string(submission.header_bytes()),
        .signature = std::string(submission.signature()),
        .outcome = made.outcome,
        .seal = block["seal"],
        .position = static_cast<std::uint32_t>(place),
        .submission_path = MerkleTree(kSha256, submission_leaves).path(place),
        .log_index = block["seal_index"],
        .log_path = chain.tree.path(block["seal_index"]),
        .checkpoint = block["note"]};
    return receipt.format();
  }
  const AcceptedReceipt receipt{
      .header = std::string(submission.header_bytes()),
      .signature = std::string(submission.signature()),
      .spki = chain.signer->public_key().spki(),
      .block_time_ms = seal.time_ms,
      .position = static_cast<std::uint32_t>(position),
      .record_path = MerkleTree(kSha256, submission.record_hashes()).path(position),
      .log_index = made.first_log_index + position,
      .log_path = chain.tree.path(made.first_log_index + position),
      .checkpoint = block["note"]};
  return receipt.format();
}

Json submission_json(const Chain& chain, const Json& input, const MadeSubmission& made,
                     const Json& block, const std::vector<Digest>& leaves, std::size_t place) {
  const Submission submission = Submission::parse(made.bytes).value();
  Json receipts = Json::array();
  for (std::size_t i = 0; i < (made.accepted ? input["records"].size() : 1); ++i) {
    receipts.push_back(receipt_json(chain, made, i, block, leaves, place));
  }
  return {{"nonce", input["nonce"]},
          {"not_after_ms", input["not_after_ms"]},
          {"records", input["records"]},
          {"outcome", input["outcome"]},
          {"outcome_bytes", to_hex(made.outcome)},
          {"header", to_hex(submission.header_bytes())},
          {"submission_hash", to_hex(submission.hash())},
          {"signature", to_hex(submission.signature())},
          {"signed_submission", to_hex(made.bytes)},
          {"leaf_hash", to_hex(leaves[place])},
          {"receipts", receipts}};
}

Json block_vector(Chain& chain, const Json& input) {
  const std::uint64_t time_ms = input["time_ms"];
  std::vector<MadeSubmission> submissions;
  std::vector<Digest> leaves;
  for (const Json& one : input["submissions"]) {
    submissions.push_back(apply_submission(chain, one, time_ms));
    const Submission submission = Submission::parse(submissions.back().bytes).value();
    leaves.push_back(submission_leaf(kSha256, submission.header_bytes(), submission.signature(),
                                     submissions.back().outcome));
  }
  const Json ended = end_block(chain, time_ms, digest_of(input["proposal"]), leaves);
  Json list = Json::array();
  for (std::size_t i = 0; i < submissions.size(); ++i) {
    list.push_back(
        submission_json(chain, input["submissions"][i], submissions[i], ended, leaves, i));
  }
  Json block = {{"time_ms", time_ms}, {"proposal", input["proposal"]}, {"submissions", list}};
  block.update(ended);
  return block;
}

Json genesis_vector(Chain& chain, const Json& file) {
  GenesisDocument genesis{.name = file["name"], .time_ms = file["time_ms"], .records = {}};
  for (const Json& record : file["genesis_records"]) genesis.records.push_back(record);
  const std::string document = genesis.encode();
  const Digest founding = genesis_hash(kSha256, document);
  chain.origin = chain_id(genesis.name, founding);
  for (const std::string& record : genesis.records) {
    const RecordEntry entry{record_hash(kSha256, record), founding, genesis.time_ms};
    SubjectHead& head = chain.heads[network_id()];
    head = extend(kSha256, head, chain.append(entry.encode()), record_leaf_hash(kSha256, entry));
  }
  Json block = {
      {"document", to_hex(document)}, {"hash", to_hex(founding)}, {"origin", chain.origin}};
  block.update(end_block(chain, genesis.time_ms, kZeroDigest, {}));
  return block;
}

NetworkPolicy policy_of(const Chain& chain) {
  return {chain.origin,
          {NoteKey::make(chain.origin, NoteKeyType::kEd25519, chain.log->public_key()).value()},
          *chain.validators};
}

Json chain_vector(const Json& file) {
  Chain chain(file);
  const Json genesis = genesis_vector(chain, file);
  Json blocks = Json::array();
  std::vector<std::uint64_t> sizes = {chain.tree.size()};
  for (const Json& input : file["blocks"]) {
    blocks.push_back(block_vector(chain, input));
    sizes.push_back(chain.tree.size());
  }
  Json consistency = Json::array();
  for (const std::uint64_t old_size : sizes) {
    consistency.push_back(
        {{"old_size", old_size},
         {"new_size", sizes.back()},
         {"proof",
          hex_list(consistency_proof(kSha256, chain.tree, old_size, sizes.back()).value())}});
  }
  return {{"about", file["about"]},
          {"name", file["name"]},
          {"time_ms", file["time_ms"]},
          {"genesis_records", file["genesis_records"]},
          {"seeds", file["seeds"]},
          {"organisation", file["organisation"]},
          {"policy", policy_of(chain).format()},
          {"validators", to_hex(chain.validators->hash())},
          {"genesis", genesis},
          {"blocks", blocks},
          {"entries", chain.entries},
          {"consistency", consistency}};
}

TEST(OwnVectors, ATinyChainHasTheseSealsCheckpointsAndReceipts) {
  compare("chain.json", chain_vector);
}

TEST(OwnVectors, EveryReceiptOfTheTinyChainIsProven) {
  const Json file = Json::parse(vector_file("chain.json"));
  const auto policy = NetworkPolicy::parse(file["policy"].get<std::string>()).value();
  int proven = 0;
  for (const Json& block : file["blocks"]) {
    for (const Json& submission : block["submissions"]) {
      for (std::size_t i = 0; i < submission["receipts"].size(); ++i) {
        const std::string record = submission["records"][i];
        const bool accepted = submission["outcome"]["code"] == 0;
        const auto report = verify_receipt(
            submission["receipts"][i].get<std::string>(),
            accepted ? std::optional<std::string_view>(record) : std::nullopt, policy);
        ASSERT_TRUE(report.has_value()) << report.error().reason;
        EXPECT_EQ(report->accepted, accepted);
        ++proven;
      }
    }
  }
  EXPECT_EQ(proven, 5);
}

TEST(OwnVectors, AReceiptOfTheTinyChainIsForOneRecordOnly) {
  const Json file = Json::parse(vector_file("chain.json"));
  const auto policy = NetworkPolicy::parse(file["policy"].get<std::string>()).value();
  const Json& submission = file["blocks"][0]["submissions"][0];
  EXPECT_FALSE(
      verify_receipt(submission["receipts"][0].get<std::string>(), "record 1", policy).has_value());
}

}  // namespace
}  // namespace qc::ledger

// SPDX-License-Identifier: Apache-2.0
#include "storage/store.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "ledger/crypto/hash.h"
#include "ledger/log/merkle_log.h"
#include "ledger/log/record_log.h"
#include "ledger/state/subject.h"
#include "tests/unit/storage/model_chain.h"
#include "tests/unit/storage/temporary_directory.h"

namespace qc::storage {
namespace {

using ledger::Code;

constexpr auto kStoreHash = ledger::HashAlgorithm::kSha256;

std::string text(const std::string& what, std::uint64_t number) {
  return what + "|record " + std::to_string(number) + std::string(300, 'r');
}

ledger::ChainHead head_after(const ledger::ExecutedBlock& block) {
  return {.height = block.height,
          .time_ms = block.time_ms,
          .seal_leaf = block.seal_leaf(),
          .state_root = block.seal.state,
          .validators = block.seal.next,
          .log = block.log};
}

class StoreTest : public testing::Test {
 protected:
  void open(const std::string& directory) {
    store_.reset();
    auto opened = Store::open(directory, chain_.network());
    ASSERT_TRUE(opened) << opened.error().message;
    store_ = *std::move(opened);
  }

  void begin() {
    open(path());
    const auto committed = store_->commit_genesis(chain_.genesis_document(), chain_.genesis());
    ASSERT_TRUE(committed) << committed.error().message;
  }

  void commit(const ModelChain::Step& step) {
    const auto committed = store_->commit_block(step.block, step.proposal, *step.executed);
    ASSERT_TRUE(committed) << committed.error().message;
  }

  void apply(const ModelChain::Step& step) {
    const std::vector<std::shared_ptr<const ledger::ExecutedBlock>> blocks = {step.executed};
    const auto applied = store_->apply_certified(blocks, step.note);
    ASSERT_TRUE(applied) << applied.error().message;
  }

  ModelChain::Step add(const ModelChain::Submissions& submissions) {
    const auto step = chain_.extend(submissions);
    commit(step);
    apply(step);
    return step;
  }

  std::string path() const { return temporary_.file("db"); }
  std::string crashed() const { return temporary_.file("crashed"); }

  TemporaryDirectory temporary_;
  ModelChain chain_;
  std::unique_ptr<Store> store_;
};

TEST_F(StoreTest, IsEmptyUntilGenesis) {
  open(path());
  EXPECT_TRUE(store_->empty());
  EXPECT_EQ(store_->latest(), nullptr);

  ASSERT_TRUE(store_->commit_genesis(chain_.genesis_document(), chain_.genesis()));

  EXPECT_FALSE(store_->empty());
  const auto view = store_->latest();
  ASSERT_NE(view, nullptr);
  EXPECT_EQ(view->height(), 0U);
  EXPECT_EQ(*view->genesis(), chain_.genesis_document());
  EXPECT_EQ(view->log_root(), chain_.genesis().log_root);
  EXPECT_EQ(view->record(1)->bytes, "party,network|2");
  EXPECT_EQ(view->record(2).error().code, Code::kNotFound);
}

TEST_F(StoreTest, GivesBackABlockByteForByte) {
  begin();
  const auto step = add({{text("a,b", 1), text("b", 2)}, {"reject|x", "x"}, {"drop|y"}, {"c|"}});

  const auto view = store_->latest();
  const auto full = view->full_block(1);

  ASSERT_TRUE(full) << full.error().message;
  EXPECT_EQ(full->height, 1U);
  EXPECT_EQ(full->time_ms, step.block.time_ms);
  EXPECT_EQ(full->proposal, step.proposal);
  EXPECT_EQ(full->seal_text, step.executed->seal_text);
  ASSERT_EQ(full->submissions.size(), 4U);
  for (std::size_t place = 0; place < 4; ++place) {
    EXPECT_EQ(full->submissions[place], step.block.submissions[place].submission->bytes());
  }
  EXPECT_EQ(full->outcomes[0], "\1" + step.executed->submissions[0].outcome_bytes);
  EXPECT_EQ(full->outcomes[1], "\1" + step.executed->submissions[1].outcome_bytes);
  EXPECT_EQ(full->outcomes[2], std::string(1, '\0'));
}

TEST_F(StoreTest, FindsTheOutcomeOfASubmission) {
  begin();
  const auto step = add({{text("a", 1)}, {"drop|y"}, {"reject|x", "more"}});
  add({{text("a", 2)}});

  const auto view = store_->latest();
  const auto place = view->submission(step.executed->submissions[2].submission_hash);
  const auto dropped = view->submission(step.executed->submissions[1].submission_hash);

  ASSERT_TRUE(place && *place);
  EXPECT_EQ((*place)->height, 1U);
  EXPECT_EQ((*place)->place, 2U);
  ASSERT_TRUE(dropped);
  EXPECT_FALSE(dropped->has_value());
  const auto block = view->block(1);
  ASSERT_TRUE(block);
  EXPECT_EQ(block->submissions[2].outcome, step.executed->submissions[2].outcome_bytes);
  EXPECT_EQ(block->submissions[2].position, 1U);
  EXPECT_EQ(*view->submission_records(*block, 2), (std::vector<std::string>{"reject|x", "more"}));
  EXPECT_EQ(*view->submission_records(*block, 0), (std::vector<std::string>{text("a", 1)}));
}

TEST_F(StoreTest, ServesTheStateTheTreeAndTheLog) {
  begin();
  for (std::uint64_t height = 1; height <= 40; ++height) {
    add({{text("a,s" + std::to_string(height % 7), height), text("b", height)},
         {text("c" + std::to_string(height), height)}});
  }
  const auto view = store_->latest();

  for (const auto& [key, value] : chain_.values()) {
    EXPECT_EQ(*view->state().value(key), value);
  }
  EXPECT_FALSE(view->state().value(ModelChain::subject("unheard of"))->has_value());
  const ledger::StateTree tree(view->nodes());
  EXPECT_EQ(*tree.root(), view->seal().state);
  const auto proof = tree.prove(ModelChain::subject("a"));
  ASSERT_TRUE(proof) << proof.error().message;
  EXPECT_TRUE(ledger::verify_state_proof(
      kStoreHash, view->seal().state, ModelChain::subject("a"),
      ledger::hash(kStoreHash, chain_.values().at(ModelChain::subject("a"))), *proof));

  ASSERT_EQ(view->log_size(), chain_.leaves().size());
  for (std::uint64_t index = 0; index < view->log_size(); ++index) {
    const auto path = ledger::inclusion_path(kStoreHash, view->log(), index, view->log_size());
    ASSERT_TRUE(path) << path.error().message;
    ASSERT_TRUE(ledger::verify_inclusion(kStoreHash, chain_.leaves()[index], index,
                                         view->log_size(), *path, view->log_root()))
        << index;
  }
}

TEST_F(StoreTest, ServesTheEntriesOfTheLog) {
  begin();
  add({{text("a", 1), text("b", 2)}});
  add({{"reject|x"}});
  add({{text("a", 3)}, {text("b", 4)}});
  const auto view = store_->latest();

  const auto entries = view->entries(0, view->log_size());

  ASSERT_TRUE(entries) << entries.error().message;
  ASSERT_EQ(entries->size(), chain_.leaves().size());
  for (std::size_t index = 0; index < entries->size(); ++index) {
    EXPECT_EQ(ledger::leaf_hash(kStoreHash, (*entries)[index]), chain_.leaves()[index]) << index;
  }
  EXPECT_EQ(view->entries(1, view->log_size()).error().code, Code::kOutOfRange);
  EXPECT_TRUE(view->entries(view->log_size(), 0)->empty());
}

TEST_F(StoreTest, PagesThroughALongHistory) {
  begin();
  std::uint64_t number = 0;
  while (chain_.history("long").size() < 300) {
    add({{text("long", ++number), text("other", number)}, {text("long,x", ++number)}});
  }
  const auto& indices = chain_.history("long");
  const auto view = store_->latest();
  const Digest key = ModelChain::subject("long");

  for (const std::size_t limit : {1U, 7U, 64U, 100U, 1000U}) {
    std::vector<std::uint64_t> seen;
    while (seen.size() < indices.size()) {
      const auto page = view->history(key, seen.size() + 1, limit);
      ASSERT_TRUE(page) << page.error().message;
      ASSERT_FALSE(page->entries.empty());
      ASSERT_LE(page->entries.size(), limit);
      ASSERT_EQ(page->head.count, indices.size());
      for (const HistoryEntry& entry : page->entries) {
        ASSERT_EQ(entry.count, seen.size() + 1);
        seen.push_back(entry.record.log_index);
      }
    }
    EXPECT_EQ(seen, indices) << limit;
  }
  EXPECT_TRUE(view->history(key, indices.size() + 1, 10)->entries.empty());
  EXPECT_EQ(view->history(ModelChain::subject("nobody"), 1, 10)->head.count, 0U);
}

TEST_F(StoreTest, AHistoryCutAnywhereLeadsToItsHead) {
  begin();
  for (std::uint64_t number = 1; number <= 130; ++number) add({{text("s", number)}});
  const auto view = store_->latest();

  for (const std::uint64_t first : {1U, 2U, 64U, 65U, 100U, 128U, 129U, 130U}) {
    const auto page = view->history(ModelChain::subject("s"), first, 200);
    ASSERT_TRUE(page);
    Digest link = page->entries.front().previous_link;
    for (const HistoryEntry& entry : page->entries) {
      link = ledger::next_link(kStoreHash, link, entry.record.log_index,
                               chain_.leaves()[entry.record.log_index]);
    }
    EXPECT_EQ(link, page->head.link) << first;
  }
}

TEST_F(StoreTest, APageHasABoundInBytes) {
  begin();
  for (std::uint64_t number = 1; number <= 10; ++number) add({{text("s", number)}});
  const auto view = store_->latest();

  const auto page = view->history(ModelChain::subject("s"), 3, 10, 1000);

  ASSERT_TRUE(page);
  ASSERT_EQ(page->entries.size(), 3U);
  EXPECT_EQ(page->entries[0].count, 3U);
  EXPECT_EQ(view->history(ModelChain::subject("s"), 3, 10, 1)->entries.size(), 1U);
}

TEST_F(StoreTest, AViewStaysWhatItWas) {
  begin();
  add({{text("a", 1)}});
  const auto old = store_->latest();
  const auto old_values = chain_.values();
  const auto old_root = old->log_root();
  for (std::uint64_t number = 2; number <= 70; ++number) add({{text("a,b", number)}});
  ASSERT_TRUE(store_->flush());

  EXPECT_EQ(old->height(), 1U);
  EXPECT_EQ(*old->state().value(ModelChain::subject("a")), old_values.at(ModelChain::subject("a")));
  EXPECT_FALSE(old->state().value(ModelChain::subject("b"))->has_value());
  EXPECT_EQ(*ledger::log_root(kStoreHash, old->log(), old->log_size()), old_root);
  EXPECT_EQ(*ledger::StateTree(old->nodes()).root(), old->seal().state);
  EXPECT_EQ(old->history(ModelChain::subject("a"), 1, 100)->entries.size(), 1U);
  EXPECT_EQ(old->block(2).error().code, Code::kOutOfRange);
  EXPECT_EQ(old->record(old->log_size()).error().code, Code::kOutOfRange);
  EXPECT_EQ(store_->latest()->height(), 70U);
}

TEST_F(StoreTest, AViewMayOutliveItsStore) {
  begin();
  add({{text("a", 1)}});
  const auto view = store_->latest();
  store_.reset();

  EXPECT_EQ(view->record(view->seal_index() - 1)->bytes, text("a", 1));
}

TEST_F(StoreTest, DurableBlocksAreInvisibleUntilTheyAreCertified) {
  begin();
  add({{text("a", 1)}});
  const auto step = chain_.extend({{text("a", 2)}});
  commit(step);

  EXPECT_EQ(store_->durable_height(), 2U);
  EXPECT_EQ(store_->applied_height(), 1U);
  EXPECT_EQ(store_->latest()->height(), 1U);
  EXPECT_EQ(store_->latest()->block(2).error().code, Code::kOutOfRange);
  EXPECT_TRUE(store_->full_block(2));
  apply(step);
  EXPECT_EQ(store_->latest()->height(), 2U);
  EXPECT_EQ(store_->latest()->checkpoint_note(), step.note);
}

ledger::ValidatorEpoch epoch_from(std::uint64_t first_height, const std::string& name) {
  auto pem = ledger::generate_private_key(ledger::KeyAlgorithm::kEd25519);
  const auto key = ledger::PemSigner::from_pem(*pem);
  return {.first_height = first_height,
          .validators = ledger::ValidatorSet::make({{name, (*key)->public_key()}}).value(),
          .organisations = {},
          .node_tls_spkis = {}};
}

TEST_F(StoreTest, KeepsWhatCertifiedTheLastBlockOfEachValidatorSet) {
  begin();
  std::vector<ledger::ValidatorEpoch> epochs;
  for (std::uint64_t height = 1; height <= 6; ++height) {
    ModelChain::Step step = chain_.extend({});
    if (height % 3 == 0) {
      epochs.push_back(epoch_from(height + 1, "network.example/v" + std::to_string(height)));
      ledger::ExecutedBlock last = *step.executed;
      last.successor = epochs.back();
      last.seal.next = epochs.back().validators.hash(kStoreHash);
      step.executed = std::make_shared<const ledger::ExecutedBlock>(std::move(last));
    }
    commit(step);
    apply({step});
    // Signed again while nothing happens: the first note is as good.
    ASSERT_TRUE(store_->apply_certified({}, "again"));
  }
  open(path());

  const auto all = store_->latest()->handovers(0, 10);
  ASSERT_TRUE(all) << all.error().message;
  ASSERT_EQ(all->size(), 2U);
  for (const std::size_t i : {0U, 1U}) {
    EXPECT_EQ((*all)[i].height, 3 * (i + 1));
    EXPECT_EQ((*all)[i].note, "note of " + std::to_string(3 * (i + 1)));
    ASSERT_EQ((*all)[i].next.size(), 1U);
    EXPECT_EQ((*all)[i].next[0].name, epochs[i].validators.validators()[0].name);
    EXPECT_EQ((*all)[i].next[0].spki, epochs[i].validators.validators()[0].key.spki());
  }
  EXPECT_EQ(store_->latest()->handovers(4, 10)->size(), 1U);
  EXPECT_EQ(store_->latest()->handovers(7, 10)->size(), 0U);
  EXPECT_EQ(store_->latest()->handovers(0, 1)->size(), 1U);
}

TEST_F(StoreTest, ANewerNoteForTheSameHeightIsShown) {
  begin();
  add({{text("a", 1)}});

  ASSERT_TRUE(store_->apply_certified({}, "signed again"));

  EXPECT_EQ(store_->latest()->height(), 1U);
  EXPECT_EQ(store_->latest()->checkpoint_note(), "signed again");
}

TEST_F(StoreTest, TheLastNoteOfEveryValidatorSetIsKept) {
  begin();
  add({{text("a", 1)}});
  chain_.change_set(Digest{1});
  const auto first_end = add({{text("a", 2)}});
  auto early = store_->latest();
  add({{text("a", 3)}});
  chain_.change_set(Digest{2});
  const auto second_end = add({});
  add({{text("a", 4)}});
  EXPECT_EQ(early->set_ends().value(), std::vector<std::uint64_t>{2});
  EXPECT_EQ(early->set_end_note(4).error().code, Code::kNotFound);
  early.reset();
  store_.reset();
  open(path());

  const auto view = store_->latest();
  EXPECT_EQ(view->set_ends().value(), (std::vector<std::uint64_t>{2, 4}));
  EXPECT_EQ(view->set_ends(2).value(), std::vector<std::uint64_t>{4});
  EXPECT_EQ(view->set_end_note(2).value(), first_end.note);
  EXPECT_EQ(view->set_end_note(4).value(), second_end.note);
  EXPECT_EQ(view->set_end_note(3).error().code, Code::kNotFound);
}

TEST_F(StoreTest, ACrashLosesOnlyWhatCanBeExecutedAgain) {
  begin();
  std::vector<ModelChain::Step> steps;
  for (std::uint64_t number = 1; number <= 10; ++number)
    steps.push_back(add({{text("a", number)}}));
  ASSERT_TRUE(store_->flush());
  for (std::uint64_t number = 11; number <= 90; ++number) {
    steps.push_back(add({{text("a,s" + std::to_string(number), number)}, {"reject|again"}}));
  }
  steps.push_back(chain_.extend({{text("a", 91)}}));
  commit(steps.back());
  copy_directory(path(), crashed());

  open(crashed());
  auto recovery = store_->recovery();
  ASSERT_TRUE(recovery) << recovery.error().message;

  EXPECT_EQ(recovery->durable_height, 91U);
  EXPECT_EQ(recovery->applied_height, 10U);
  EXPECT_EQ(recovery->note_height, 90U);
  EXPECT_EQ(recovery->note, steps[89].note);
  EXPECT_EQ(recovery->head, head_after(*steps[9].executed));
  EXPECT_TRUE(recovery->replay.contains(steps[4].executed->replay[0]));
  EXPECT_FALSE(recovery->replay.contains(steps[10].executed->replay[0]));
  // Nobody may be shown height 10 with the note of height 90.
  EXPECT_EQ(store_->latest(), nullptr);
  for (std::uint64_t height = 11; height <= 90; ++height) {
    const auto block = store_->block_for_execution(height);
    ASSERT_TRUE(block) << block.error().message;
    const auto& step = steps[height - 1];
    EXPECT_EQ(block->proposal_digest, step.block.proposal_digest);
    ASSERT_EQ(block->submissions.size(), step.block.submissions.size());
    EXPECT_EQ(block->submissions[0].submission->hash(),
              step.block.submissions[0].submission->hash());
    EXPECT_TRUE(store_->check_reexecuted(*step.executed));
    apply(step);
  }
  EXPECT_EQ(store_->latest()->height(), 90U);
  EXPECT_EQ(store_->latest()->history(ModelChain::subject("a"), 1, 100)->entries.size(), 90U);
  apply(steps[90]);
  EXPECT_TRUE(store_->verify(Store::VerifyDepth::kDeep));
}

TEST_F(StoreTest, ACleanStopLeavesNothingToExecute) {
  begin();
  const auto step = add({{text("a", 1)}});
  ASSERT_TRUE(store_->flush());
  open(path());

  const auto recovery = store_->recovery();

  ASSERT_TRUE(recovery);
  EXPECT_EQ(recovery->applied_height, 1U);
  EXPECT_EQ(recovery->durable_height, 1U);
  ASSERT_NE(store_->latest(), nullptr);
  EXPECT_EQ(store_->latest()->checkpoint_note(), step.note);
  EXPECT_EQ(store_->latest()->log_root(), step.executed->log_root);
}

TEST_F(StoreTest, AnotherResultOfExecutionIsNoticed) {
  begin();
  const auto step = add({{text("a", 1)}, {"reject|x"}});

  ledger::ExecutedBlock outcome = *step.executed;
  outcome.submissions[1].outcome_bytes = "other";
  ledger::ExecutedBlock dropped = *step.executed;
  dropped.submissions[0].dropped = ledger::Drop::kBadSignature;
  ledger::ExecutedBlock seal = *step.executed;
  seal.seal_text[20] = '9';

  EXPECT_TRUE(store_->check_reexecuted(*step.executed));
  EXPECT_NE(store_->check_reexecuted(outcome).error().message.find("block 1"), std::string::npos);
  EXPECT_FALSE(store_->check_reexecuted(dropped));
  EXPECT_FALSE(store_->check_reexecuted(seal));
}

TEST_F(StoreTest, AnotherChainsDirectoryIsRefused) {
  begin();
  store_.reset();
  const ModelChain other("dev-quality.example/other");

  const auto opened = Store::open(path(), other.network());

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kFailedPrecondition);
  EXPECT_NE(opened.error().message.find(chain_.network().chain_id), std::string::npos);
}

TEST_F(StoreTest, AnotherHashIsRefused) {
  begin();
  store_.reset();
  ledger::Network network = chain_.network();
  network.algorithm = ledger::HashAlgorithm::kSm3;

  EXPECT_EQ(Store::open(path(), network).error().code, Code::kFailedPrecondition);
}

TEST_F(StoreTest, HasOneProcess) {
  begin();

  const auto second = Store::open(path(), chain_.network());

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kUnavailable) << second.error().message;
}

TEST_F(StoreTest, TakesALockThatItCannotOpenForNoOtherProcess) {
  begin();
  store_.reset();
  std::filesystem::remove(path() + "/LOCK");
  std::filesystem::create_directory(path() + "/LOCK");

  const auto opened = Store::open(path(), chain_.network());

  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().code, Code::kUnavailable);
  EXPECT_NE(opened.error().message.find("Is a directory"), std::string::npos)
      << opened.error().message;
}

TEST_F(StoreTest, VerifiesItself) {
  begin();
  for (std::uint64_t number = 1; number <= 70; ++number) {
    add({{text("a,b", number), text("c", number)}, {"reject|x"}, {"drop|y"}});
  }
  EXPECT_TRUE(store_->verify(Store::VerifyDepth::kBlocks));
  const auto deep = store_->verify(Store::VerifyDepth::kDeep);
  EXPECT_TRUE(deep) << deep.error().message;
}

/// The biggest table file of a directory.
std::string biggest_table(const std::string& directory) {
  std::string biggest;
  std::uintmax_t size = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().extension() != ".sst" || entry.file_size() <= size) continue;
    size = entry.file_size();
    biggest = entry.path().string();
  }
  return biggest;
}

TEST_F(StoreTest, AFlippedBitInATableIsNeverServed) {
  begin();
  for (std::uint64_t number = 1; number <= 200; ++number) add({{text("a", number)}});
  ASSERT_TRUE(store_->flush());
  store_.reset();
  const std::string table = biggest_table(path());
  std::string bytes = read_file(table);
  bytes[bytes.size() / 3] = static_cast<char>(bytes[bytes.size() / 3] ^ 1);
  write_file(table, bytes);

  const auto opened = Store::open(path(), chain_.network());

  if (opened) {
    EXPECT_EQ((*opened)->verify(Store::VerifyDepth::kDeep).error().code, Code::kDataLoss);
  }
}

TEST_F(StoreTest, DamageInTheMiddleOfTheLogIsNotForgiven) {
  begin();
  for (std::uint64_t number = 1; number <= 100; ++number) add({{text("a", number)}});
  copy_directory(path(), crashed());
  std::string wal;
  for (const auto& entry : std::filesystem::directory_iterator(crashed())) {
    if (entry.path().extension() == ".log" && entry.file_size() > 10'000) wal = entry.path();
  }
  ASSERT_FALSE(wal.empty());
  std::string bytes = read_file(wal);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_file(wal, bytes);

  EXPECT_FALSE(Store::open(crashed(), chain_.network()));
}

TEST_F(StoreTest, ReadersAndTheWriterDoNotDisturbEachOther) {
  begin();
  add({{text("a", 1)}});
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> rounds{0};
  std::atomic<std::uint64_t> wrong{0};
  const auto reading = [&] {
    while (!done) {
      const auto view = store_->latest();
      const auto page = view->history(ModelChain::subject("a"), 1, 1000);
      const auto root = ledger::log_root(kStoreHash, view->log(), view->log_size());
      const bool good = page && page->entries.size() == view->height() && root &&
                        *root == view->log_root() &&
                        *ledger::StateTree(view->nodes()).root() == view->seal().state;
      if (!good) ++wrong;
      ++rounds;
    }
  };
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 3; ++reader) readers.emplace_back(reading);

  for (std::uint64_t number = 2; number <= 150; ++number) add({{text("a", number)}});
  ASSERT_TRUE(store_->flush());
  while (rounds < 30) std::this_thread::yield();
  done = true;
  for (std::thread& reader : readers) reader.join();

  EXPECT_EQ(wrong, 0U);
}

TEST_F(StoreTest, ExportsARangeOfBlocks) {
  begin();
  for (std::uint64_t number = 1; number <= 20; ++number) add({{text("a", number)}});
  const auto view = store_->latest();

  EXPECT_EQ(view->full_blocks(3, 7, 1 << 20)->size(), 5U);
  EXPECT_EQ(view->full_blocks(15, 99, 1 << 20)->size(), 6U);
  EXPECT_EQ(view->full_blocks(3, 7, 1)->size(), 1U);
  EXPECT_EQ(view->full_blocks(3, 7, 1)->front().height, 3U);
  EXPECT_EQ(view->full_blocks(21, 30, 1 << 20).error().code, Code::kOutOfRange);
}

}  // namespace
}  // namespace qc::storage

// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/node/whole_network.h"

#include <algorithm>
#include <utility>

#include "consensus/message/codec.h"
#include "consensus/message/statement.h"
#include "ledger/log/merkle_log.h"
#include "ledger/log/record_log.h"
#include "tests/simulation/node/whole_node.h"

namespace qc::simulation {

using namespace qc::consensus;

namespace {

constexpr std::int64_t kLoadMs = 5'000;
constexpr std::int64_t kHealMs = 7'000;
/// So long after healing everything must be ordered everywhere.
constexpr std::int64_t kSettleMs = 120'000;
/// A client sends again to another node after so long.
constexpr std::int64_t kClientPatienceMs = 3'000;
constexpr std::uint64_t kNotAfterMs = Consortium::kFoundedMs + 50 * 60'000;

std::string at(Height height) { return " at height " + std::to_string(height.value); }

}  // namespace

const std::vector<NodeScenario>& node_scenarios() {
  static const std::vector<NodeScenario> all = {
      {.name = "calm"},
      {.name = "crashes",
       .loss_percent = 3,
       .delay_ms_max = 15,
       .crash_every_ms = 500,
       .clock_skew_ms = 200},
      {.name = "derived_lost",
       .delay_ms_max = 10,
       .crash_every_ms = 600,
       .derived_lost_percent = 60},
      {.name = "rolled_back",
       .loss_percent = 1,
       .delay_ms_max = 10,
       .crash_every_ms = 600,
       .rolled_back_percent = 60},
      {.name = "disk_full", .delay_ms_max = 10, .disk_full_every_ms = 700},
      {.name = "lying_sync",
       .loss_percent = 2,
       .delay_ms_max = 10,
       .crash_every_ms = 1'200,
       .down_ms_max = 5'000,
       .partition_every_ms = 1'200,
       .lying_peer = true},
      {.name = "early_stamps", .loss_percent = 2, .delay_ms_max = 10, .early_stamps = true},
      {.name = "storm",
       .loss_percent = 10,
       .delay_ms_max = 40,
       .crash_every_ms = 700,
       .partition_every_ms = 1'500,
       .rolled_back_percent = 20,
       .derived_lost_percent = 20,
       .disk_full_every_ms = 2'000,
       .lying_peer = true,
       .clock_skew_ms = 300},
  };
  return all;
}

const NodeScenario* find_node_scenario(std::string_view name) {
  const auto place = std::ranges::find(node_scenarios(), name, &NodeScenario::name);
  return place == node_scenarios().end() ? nullptr : &*place;
}

WholeNetwork::WholeNetwork(const NodeOptions& options)
    : options_(options),
      random_(options.seed * 0x9e3779b97f4a7c15ULL + options.validators),
      consortium_(options.validators) {
  const std::int64_t skew = options.scenario->clock_skew_ms;
  for (std::size_t i = 0; i < options.validators; ++i) {
    nodes_.push_back(
        std::make_unique<WholeNode>(*this, replica_at(i), random_.between(-skew, skew)));
  }
  if (options.scenario->lying_peer) nodes_.front()->lies = true;
  if (options.scenario->early_stamps) nodes_.front()->stamps_early = true;
  for (std::size_t i = 0; i < options.submissions; ++i) {
    // Every third is refused by the rules: the lot is registered already.
    const std::size_t lot = i % 3 == 2 ? i - 1 : i;
    Sent sent{
        consortium_.register_lot(i % 2, "L" + std::to_string(lot), i, kNotAfterMs), {}, false, {}};
    sent.hash = ledger::Submission::parse(sent.bytes)->hash();
    by_hash_[sent.hash] = i;
    submissions_.push_back(std::move(sent));
  }
}

WholeNetwork::~WholeNetwork() = default;

// ---- time and links

void WholeNetwork::after_us(std::int64_t delay_us, std::function<void()> action) {
  queue_.push(Scheduled{now_ns_ + delay_us * 1'000, order_++, std::move(action)});
}

bool WholeNetwork::is_liar(ReplicaIndex peer) const { return nodes_[peer.value]->lies; }

bool WholeNetwork::cut(const WholeNode& from, const WholeNode& to) const {
  return cut_off_.contains(&from) != cut_off_.contains(&to);
}

void WholeNetwork::transmit(WholeNode& from, std::optional<ReplicaIndex> to,
                            const std::function<void(WholeNode&)>& arrive) {
  const NodeScenario& scenario = *options_.scenario;
  for (const auto& node : nodes_) {
    WholeNode& target = *node;
    if (&target == &from || (to && target.index() != *to)) continue;
    const std::int64_t delay_us = random_.between(500, 1'000 * scenario.delay_ms_max);
    const bool lost = !healed_ && random_.chance(scenario.loss_percent);
    if (lost || cut(from, target)) continue;
    after_us(delay_us, [&target, arrive] {
      if (target.up()) arrive(target);
    });
  }
}

void WholeNetwork::send(WholeNode& from, std::optional<ReplicaIndex> to, const Message& message) {
  said(from, message);
  transmit(from, to, [sender = from.index(), bytes = encode(message)](WholeNode& target) {
    target.receive(sender, bytes);
  });
}

void WholeNetwork::send_batch(WholeNode& from, std::optional<ReplicaIndex> to,
                              const std::string& bytes) {
  transmit(from, to, [sender = from.index(), bytes](WholeNode& target) {
    target.receive_batch(sender, bytes);
  });
}

void WholeNetwork::fetch(WholeNode& from, ReplicaIndex peer, std::uint64_t height) {
  transmit(from, peer, [this, asker = from.index(), height](WholeNode& target) {
    transmit(target, asker,
             [sender = target.index(), bytes = target.blocks_from(height)](WholeNode& answered) {
               answered.receive_blocks(sender, bytes);
             });
  });
}

// ---- what is watched

void WholeNetwork::fail(const std::string& what) {
  if (!report_.violation) report_.violation = what;
}

void WholeNetwork::say_once(const WholeNode& sender, const Place& place, const Digest& digest) {
  const auto [entry, fresh] = said_.try_emplace(place, digest);
  if (entry->second != digest) {
    fail("validator " + std::to_string(sender.index().value) + " says two things" +
         at(std::get<Height>(place)));
  }
  if (fresh && sender.store().durable_height() < sender.promised_height()) {
    fail("validator " + std::to_string(sender.index().value) +
         " votes while its database is behind its journal" + at(std::get<Height>(place)));
  }
}

void WholeNetwork::said(const WholeNode& sender, const Message& message) {
  const ReplicaIndex self = sender.index();
  if (const auto* vote = std::get_if<Vote>(&message); vote != nullptr && vote->voter == self) {
    say_once(sender, Place{self, vote->phase, vote->view, vote->height}, vote->digest);
  }
  if (const auto* proposed = std::get_if<PrePrepare>(&message);
      proposed != nullptr && (1 + proposed->view.value) % options_.validators == self.value) {
    say_once(sender, Place{self, Phase::kPrePrepare, proposed->view, proposed->proposal.height},
             ledger::hash(ledger::HashAlgorithm::kSha256, proposal_bytes(proposed->proposal)));
  }
  if (const auto* vote = std::get_if<CheckpointVote>(&message)) {
    const auto [entry, fresh] = cosigned_.try_emplace({self, vote->height}, vote->checkpoint);
    if (entry->second != vote->checkpoint) fail("two checkpoints are cosigned" + at(vote->height));
  }
}

void WholeNetwork::delivered(const Delivery& delivery, std::uint64_t expected) {
  if (delivery.proposal.height.value != expected) {
    fail("delivered out of order" + at(delivery.proposal.height));
  }
  const auto [entry, fresh] = chain_.try_emplace(delivery.proposal.height.value, delivery.digest);
  if (entry->second != delivery.digest) fail("two blocks" + at(delivery.proposal.height));
}

void WholeNetwork::executed(const ledger::ExecutedBlock& block) {
  const auto [entry, fresh] =
      results_.try_emplace(block.height, std::pair(block.seal_text, block.log_root));
  if (entry->second != std::pair(block.seal_text, block.log_root)) {
    fail("two results of execution" + at(Height{block.height}));
  }
}

void WholeNetwork::published(const ledger::ExecutedBlock& block) {
  for (const ledger::ExecutedSubmission& submission : block.submissions) {
    const auto found = by_hash_.find(submission.submission_hash);
    if (submission.dropped || found == by_hash_.end()) continue;
    Sent& sent = submissions_[found->second];
    if (sent.acknowledged && sent.outcome != submission.outcome_bytes) {
      fail("a submission has two outcomes" + at(Height{block.height}));
    }
    if (!sent.acknowledged) {
      sent.acknowledged = true;
      sent.outcome = submission.outcome_bytes;
      ++report_.acknowledged;
      report_.refused += submission.outcome.accepted() ? 0U : 1U;
    }
  }
}

// ---- clients and faults

WholeNode& WholeNetwork::any_node() {
  const auto last = static_cast<std::int64_t>(nodes_.size()) - 1;
  return *nodes_[static_cast<std::size_t>(random_.between(0, last))];
}

void WholeNetwork::submit(std::size_t number) {
  if (submissions_[number].acknowledged) return;
  WholeNode& node = any_node();
  if (node.up()) node.submit(submissions_[number].bytes);
  after_us(kClientPatienceMs * random_.between(800, 1'200), [this, number] { submit(number); });
}

void WholeNetwork::every(std::int64_t interval_ms, const std::function<void()>& fault) {
  if (interval_ms == 0) return;
  after_us(random_.between(1, 2 * interval_ms) * 1'000, [this, interval_ms, fault] {
    if (healed_) return;
    fault();
    every(interval_ms, fault);
  });
}

void WholeNetwork::take_down(WholeNode& node) {
  if (!node.up()) return;
  node.crash();
  const std::int64_t down_ms = random_.between(50, options_.scenario->down_ms_max);
  after_us(down_ms * 1'000, [this, &node] {
    if (node.up()) return;
    node.set_disk_full(false);
    node.start();
    for (const auto& other : nodes_) {
      if (other.get() == &node || !other->up() || !node.up()) continue;
      other->link_up(node.index());
      node.link_up(other->index());
    }
  });
}

void WholeNetwork::stopped(WholeNode& node) {
  // Not from inside the node's own step.
  after_us(1, [this, &node] { take_down(node); });
}

void WholeNetwork::crash_one() {
  WholeNode& node = any_node();
  if (!node.up()) return;
  const NodeScenario& scenario = *options_.scenario;
  // A certified block must stay on the disks of a quorum: one database at a time is put back.
  const bool all_whole = std::ranges::all_of(nodes_, [](const auto& each) {
    return each->up() && each->store().durable_height() >= each->promised_height();
  });
  take_down(node);
  if (random_.chance(scenario.derived_lost_percent)) node.lose_derived();
  if (all_whole && random_.chance(scenario.rolled_back_percent)) {
    node.roll_back(static_cast<std::uint64_t>(random_.between(1, 8)));
    ++report_.rolled_back;
  }
}

void WholeNetwork::heal() {
  healed_ = true;
  cut_off_.clear();
  for (const auto& node : nodes_) node->set_disk_full(false);
}

bool WholeNetwork::settled() const {
  const bool all_acknowledged =
      std::ranges::all_of(submissions_, [](const Sent& sent) { return sent.acknowledged; });
  if (!healed_ || !all_acknowledged) return false;
  return std::ranges::all_of(nodes_, [this](const auto& node) {
    return node->up() && node->store().note().height == results_.rbegin()->first;
  });
}

// ---- the end

void WholeNetwork::check_receipts(const WholeNode& node) {
  const MemoryStore& store = node.store();
  const ledger::HashAlgorithm algorithm = consortium_.network().algorithm;
  std::size_t found = 0;
  for (std::uint64_t height = 1; height <= store.durable_height(); ++height) {
    const MemoryStore::StoredBlock& block = store.block(height);
    for (int i = 0; i < block.submissions_size(); ++i) {
      const auto submission = ledger::Submission::parse(block.submissions(i));
      const auto sent = by_hash_.find(submission->hash());
      if (sent == by_hash_.end() || block.outcomes(i) == std::string(1, '\0')) continue;
      const std::string outcome_bytes = block.outcomes(i).substr(1);
      if (submissions_[sent->second].outcome != outcome_bytes) fail("a receipt's outcome differs");
      ++found;
      const auto outcome = ledger::Outcome::parse(outcome_bytes);
      if (!outcome->accepted()) continue;
      const std::uint64_t index = outcome->first_log_index;
      const Digest leaf = ledger::record_leaf_hash(
          algorithm, {submission->record_hashes()[0], submission->hash(), block.time_ms()});
      if (!ledger::verify_inclusion(algorithm, leaf, index, store.log().size(),
                                    store.log().path(index), store.log().root())) {
        fail("an acknowledged record is not provable" + at(Height{height}));
      }
    }
  }
  if (found != submissions_.size()) {
    fail("validator " + std::to_string(node.index().value) + " lacks acknowledged submissions");
  }
}

void WholeNetwork::check_end() {
  if (report_.violation) return;
  if (!settled()) {
    fail("not everything is ordered everywhere " + std::to_string(kSettleMs / 1'000) +
         " s after healing: " + std::to_string(report_.acknowledged) + " of " +
         std::to_string(submissions_.size()) + " submissions");
    return;
  }
  for (const auto& node : nodes_) {
    if (node->store().log().root() != results_.rbegin()->second.second) fail("log roots differ");
    if (node->store().seal_text() != results_.rbegin()->second.first) fail("last seals differ");
    check_receipts(*node);
    report_.views = std::max(report_.views, node->replica().status().view.value);
  }
}

NodeReport WholeNetwork::run() {
  const NodeScenario& scenario = *options_.scenario;
  for (const auto& node : nodes_) node->start();
  for (const auto& node : nodes_) {
    for (const auto& other : nodes_) {
      if (node != other) node->link_up(other->index());
    }
  }
  for (std::size_t i = 0; i < submissions_.size(); ++i) {
    // None comes after healing: what is executed then must be certified everywhere without one.
    after_us(random_.between(0, kLoadMs * 1'000), [this, i] { submit(i); });
  }
  every(scenario.crash_every_ms, [this] { crash_one(); });
  every(scenario.disk_full_every_ms, [this] { any_node().set_disk_full(true); });
  every(scenario.partition_every_ms, [this] {
    const WholeNode* node = &any_node();
    cut_off_.insert(node);
    after_us(random_.between(100, 2'500) * 1'000, [this, node] { cut_off_.erase(node); });
  });
  after_us(kHealMs * 1'000, [this] { heal(); });
  while (!queue_.empty() && now_ns_ < (kHealMs + kSettleMs) * 1'000'000 && !report_.violation) {
    const Scheduled next = queue_.top();
    queue_.pop();
    now_ns_ = next.at_ns;
    ++report_.events;
    next.action();
    if (report_.events % 64 == 0 && settled()) break;
  }
  check_end();
  report_.blocks = results_.size();
  return report_;
}

NodeReport simulate(const NodeOptions& options) { return WholeNetwork(options).run(); }

}  // namespace qc::simulation

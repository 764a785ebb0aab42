// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/network.h"

#include <algorithm>
#include <utility>

#include "base/byte_writer.h"
#include "consensus/message/codec.h"
#include "tests/simulation/host.h"

namespace qc::simulation {

using namespace qc::consensus;

namespace {

constexpr std::int64_t kLoadMs = 5'000;
constexpr std::int64_t kHealMs = 6'000;
/// So long after healing everything must be ordered everywhere.
constexpr std::int64_t kSettleMs = 120'000;
constexpr ReplicaIndex kFirstPrimary{1};

}  // namespace

Network::Network(const Options& options)
    : options_(options),
      random_(options.seed * 0x9e3779b97f4a7c15ULL + options.validators),
      invariants_(options.validators) {
  const auto slow = static_cast<std::uint16_t>(random_.between(0, options.validators - 1));
  for (std::uint16_t i = 0; i < options.validators; ++i) {
    const std::int64_t skew = random_.between(-scenario().clock_skew_ms, scenario().clock_skew_ms);
    const bool honest = (!scenario().twin_primary || ReplicaIndex{i} != kFirstPrimary) &&
                        (!(scenario().view_liar || scenario().two_new_views) || i != 0);
    hosts_.push_back(std::make_unique<Host>(*this, ReplicaIndex{i}, honest,
                                            scenario().slow_node && i == slow, skew));
  }
  if (scenario().two_new_views) {
    hosts_.front()->begins_twice = true;
  }
  if (scenario().view_liar) {
    hosts_.front()->liar = true;
  }
  if (scenario().twin_primary) {
    hosts_.push_back(std::make_unique<Host>(*this, kFirstPrimary, false, false, 7));
    for (auto& host : hosts_) {
      host->group = static_cast<int>(random_.between(0, 1));
    }
    hosts_[kFirstPrimary.value]->group = 0;
    hosts_.back()->group = 1;
  }
}

Network::~Network() = default;

void Network::after_us(std::int64_t delay_us, std::function<void()> action) {
  queue_.push(Scheduled{now_ns_ + delay_us * 1'000, order_++, std::move(action)});
}

// ---- messages

bool Network::cut(const Host& from, const Host& to) const {
  // Copies of one validator each speak with their own group only; honest validators speak with
  // everybody.
  const bool twins_apart = (!from.honest() || !to.honest()) && from.group != to.group;
  const bool from_cut = cut_off_.contains(&from);
  const bool to_cut = cut_off_.contains(&to);
  return twins_apart || (from_cut && !to_cut) || (to_cut && !from_cut && !one_way_);
}

void Network::transmit(Host& from, std::optional<ReplicaIndex> to,
                       const std::function<void(Host&)>& arrive) {
  for (auto& host : hosts_) {
    Host* target = host.get();
    if (target->index() == from.index() || (to && target->index() != *to) || cut(from, *target)) {
      continue;
    }
    if (!healed_ && random_.chance(scenario().loss_percent)) {
      continue;
    }
    const int copies = !healed_ && random_.chance(scenario().duplication_percent) ? 2 : 1;
    for (int copy = 0; copy < copies; ++copy) {
      std::int64_t delay_us =
          random_.between(scenario().delay_ms_min * 1'000, scenario().delay_ms_max * 1'000);
      delay_us *= !healed_ && random_.chance(scenario().stragglers_percent) ? 10 : 1;
      ++report_.messages;
      after_us(delay_us, [target, arrive] {
        if (target->up()) {
          target->run_when_awake([target, arrive] { arrive(*target); });
        }
      });
    }
  }
}

void Network::send(Host& from, std::optional<ReplicaIndex> to, const Message& message) {
  const auto bytes = std::make_shared<const std::string>(encode(message));
  transmit(from, to,
           [sender = from.index(), bytes](Host& target) { target.receive(sender, *bytes); });
}

void Network::send_batch(Host& from, std::optional<ReplicaIndex> to, const BatchStored& batch) {
  transmit(from, to, [batch](Host& target) { target.receive_batch(batch); });
}

Host* Network::reach(Host& from, ReplicaIndex peer) {
  for (auto& host : hosts_) {
    if (host->index() == peer && host->up() && !cut(from, *host) && !cut(*host, from)) {
      return host.get();
    }
  }
  return nullptr;
}

void Network::link_up(Host& host) {
  for (auto& other : hosts_) {
    if (other->up() && other->index() != host.index() && !cut(host, *other)) {
      host.step(LinkUp{other->index()});
      other->step(LinkUp{host.index()});
    }
  }
}

// ---- what happens to the network

void Network::bring_batch(std::size_t number) {
  const auto place = static_cast<std::size_t>(random_.between(0, options_.validators - 1));
  Host& host = *hosts_[place];
  if (!host.honest() || !host.up() ||
      host.replica().status().own_batches_open >= Config{}.author_batches_max) {
    after_us(50'000, [this, number] { bring_batch(number); });
    return;
  }
  ByteWriter name;
  name.u64(options_.seed);
  name.u64(number);
  const KeyedHashAuthenticator hasher(host.index(), options_.validators);
  ++batches_brought_;
  host.bring(BatchStored{hasher.hash(std::move(name).take()), host.index(),
                         static_cast<std::size_t>(random_.between(100, 100'000)),
                         ~std::uint64_t{0}});
}

Host& Network::victim() {
  if (scenario().hit_primary) {
    const std::uint64_t primary = (invariants_.views_passed() + 1) % options_.validators;
    return *hosts_[static_cast<std::size_t>(primary)];
  }
  return *hosts_[static_cast<std::size_t>(
      random_.between(0, static_cast<std::int64_t>(hosts_.size()) - 1))];
}

void Network::pause_sometimes() {
  if (healed_) {
    return;
  }
  victim().sleep_until(now_ns_ + random_.between(100, 4'000) * 1'000'000);
  after_us(random_.between(1, 2 * scenario().pause_every_ms) * 1'000,
           [this] { pause_sometimes(); });
}

void Network::crash_sometimes() {
  if (healed_) {
    return;
  }
  Host& host = victim();
  if (host.up()) {
    host.crash();
    ++report_.restarts;
    for (auto& other : hosts_) {
      // Some notice at once, by a closed connection.
      if (other->up() && other->index() != host.index() && random_.chance(50)) {
        other->step(LinkDown{host.index()});
      }
    }
    after_us(random_.between(10, scenario().down_ms_max) * 1'000, [&host] {
      if (!host.up()) {
        host.start();
      }
    });
  }
  after_us(random_.between(1, 2 * scenario().crash_every_ms) * 1'000,
           [this] { crash_sometimes(); });
}

void Network::roll_back_once() {
  Host& host = victim();
  host.copy_journal();
  after_us(random_.between(500, 2'000) * 1'000, [this, &host] {
    host.crash();
    ++report_.restarts;
    host.restore_journal();
    after_us(random_.between(50, 400) * 1'000, [&host] { host.start(); });
  });
}

void Network::partition_sometimes() {
  if (healed_) {
    return;
  }
  cut_off_ = {&victim()};
  for (auto& host : hosts_) {
    if (scenario().split && random_.chance(50)) {
      cut_off_.insert(host.get());
    }
  }
  one_way_ = random_.chance(30);
  after_us(random_.between(100, scenario().hit_primary ? 4'000 : 1'500) * 1'000,
           [this] { cut_off_.clear(); });
  after_us(random_.between(1, 2 * scenario().partition_every_ms) * 1'000,
           [this] { partition_sometimes(); });
}

void Network::heal() {
  healed_ = true;
  cut_off_.clear();
  for (auto& host : hosts_) {
    host->sleep_until(0);
    if (!host->up()) {
      host->start();
    }
  }
}

bool Network::settled() const {
  const Height height = invariants_.height();
  return batches_brought_ == options_.batches &&
         invariants_.batches_ordered() == batches_brought_ &&
         std::ranges::all_of(hosts_, [height](const auto& host) {
           return !host->honest() || (host->up() && host->ledger().height() == height &&
                                      host->replica().status().certified == height);
         });
}

std::string Network::unsettled() const {
  std::string text = "not settled: " + std::to_string(invariants_.batches_ordered()) + " of " +
                     std::to_string(options_.batches) + " batches ordered, height " +
                     std::to_string(invariants_.height().value) + ";";
  for (const auto& host : hosts_) {
    const ReplicaStatus status = host->replica().status();
    text += " [" + std::to_string(host->index().value) + " view " +
            std::to_string(status.view.value) + (status.view_installed ? "" : " awaited") +
            " certified " + std::to_string(status.certified.value) + " executed " +
            std::to_string(status.executed.value) + " delivered " +
            std::to_string(status.delivered.value) + " prepared " +
            std::to_string(status.prepared.value) + " held " + std::to_string(status.batches_held) +
            " available " + std::to_string(status.batches_available) +
            (status.may_vote ? "]" : " no votes]");
  }
  return text;
}

Report Network::run() {
  for (auto& host : hosts_) {
    after_us(random_.between(0, 50'000), [&host] { host->start(); });
  }
  for (std::size_t i = 0; i < options_.batches; ++i) {
    after_us(random_.between(100, kLoadMs) * 1'000, [this, i] { bring_batch(i); });
  }
  if (scenario().crash_every_ms > 0) {
    after_us(300'000, [this] { crash_sometimes(); });
  }
  if (scenario().roll_back_journal) {
    after_us(random_.between(500, 2'000) * 1'000, [this] { roll_back_once(); });
  }
  if (scenario().pause_every_ms > 0) {
    after_us(300'000, [this] { pause_sometimes(); });
  }
  if (scenario().partition_every_ms > 0) {
    after_us(300'000, [this] { partition_sometimes(); });
  }
  after_us(kHealMs * 1'000, [this] { heal(); });
  const std::int64_t end_ns = (kHealMs + kSettleMs) * 1'000'000;
  while (!queue_.empty() && !invariants_.violation() && now_ns_ <= end_ns) {
    // The queue's top is const; the action is moved out right before it is popped.
    Scheduled next = std::move(
        const_cast<Scheduled&>(queue_.top()));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
    queue_.pop();
    now_ns_ = next.at_ns;
    next.action();
    ++report_.events;
    if (healed_ && report_.events % 64 == 0 && settled()) {
      break;
    }
  }
  if (!invariants_.violation() && !settled()) {
    invariants_.fail(unsettled());
  }
  report_.violation = invariants_.violation();
  report_.blocks = invariants_.height().value;
  report_.batches = invariants_.batches_ordered();
  report_.views = invariants_.views_passed();
  report_.virtual_ms = now_ns_ / 1'000'000;
  return report_;
}

Report simulate(const Options& options) { return Network(options).run(); }

}  // namespace qc::simulation

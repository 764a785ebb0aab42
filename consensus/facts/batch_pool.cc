// SPDX-License-Identifier: Apache-2.0
#include "consensus/facts/batch_pool.h"

#include <algorithm>

namespace qc::consensus {

BatchPool::BatchPool(const Config& config, Quorum quorum)
    : config_(config),
      quorum_(quorum),
      unknown_acks_(quorum.validators()),
      usage_(quorum.validators()) {}

bool BatchPool::within_quota(ReplicaIndex author, std::size_t bytes) const {
  const Usage& usage = usage_[author.value];
  return usage.batches < config_.author_batches_max &&
         usage.bytes + bytes <= config_.author_bytes_max;
}

bool BatchPool::accepts(const Digest& digest, ReplicaIndex author, std::size_t bytes) const {
  if (holds(digest) || ordered(digest) || author.value >= quorum_.validators()) {
    return false;
  }
  if (within_quota(author, bytes) || retained_.contains(digest)) {
    return true;
  }
  return claimed_.contains(digest) && bytes_beyond_quota_ + bytes <= config_.claimed_bytes_max;
}

BatchPool::Stored BatchPool::store(const BatchStored& batch, Time now) {
  if (holds(batch.digest)) {
    return Stored::kKnown;
  }
  if (ordered(batch.digest)) {
    return Stored::kOrdered;
  }
  if (!accepts(batch.digest, batch.author, batch.bytes)) {
    return Stored::kRefused;
  }
  count_known(batch.digest);
  wanted_.erase(batch.digest);
  Held held{.author = batch.author,
            .bytes = batch.bytes,
            .expires_at_ms = batch.expires_at_ms,
            .arrival = arrivals_,
            .stored = now,
            .sent = now,
            .ordered_at = std::nullopt,
            .overtaken = std::nullopt};
  held.beyond_quota = !within_quota(batch.author, batch.bytes);
  bytes_beyond_quota_ += held.beyond_quota ? held.bytes : 0;
  held_.emplace(batch.digest, held);
  by_age_.emplace(arrivals_, batch.digest);
  ++arrivals_;
  usage_[batch.author.value].batches += 1;
  usage_[batch.author.value].bytes += batch.bytes;
  refresh(batch.digest, now);
  return Stored::kNew;
}

void BatchPool::acknowledge(ReplicaIndex from, const Digest& digest, Time now) {
  if (ordered(digest)) {
    return;
  }
  const bool unknown = !holds(digest);
  auto place = holders_.find(digest);
  if (place == holders_.end() || !place->second.who.test(from.value)) {
    if (unknown && unknown_acks_[from.value] >= kDigestListMax) {
      return;
    }
    unknown_acks_[from.value] += unknown ? 1U : 0U;
    place = holders_.try_emplace(digest).first;
    place->second.who.set(from.value);
    count_turns(place->second);
  }
  place->second.told = now;
  refresh(digest, now);
}

void BatchPool::count_turns(Holders& holders) {
  const std::size_t count = holders.who.count();
  if (holders.available_turn == 0 && count >= quorum_.one_correct()) {
    holders.available_turn = ++turns_;
  }
  if (holders.quorum_turn == 0 && count >= quorum_.certificate()) {
    holders.quorum_turn = ++turns_;
  }
}

void BatchPool::acknowledge_exactly(ReplicaIndex from, const std::vector<Digest>& batches,
                                    Time now) {
  for (const Digest& digest : batches) {
    acknowledge(from, digest, now);
  }
  if (batches.size() >= kDigestListMax) {
    return;
  }
  const std::set<Digest> held_there(batches.begin(), batches.end());
  for (const auto& [arrival, digest] : by_age_) {
    const auto place = holders_.find(digest);
    if (place != holders_.end() && place->second.who.test(from.value) &&
        !held_there.contains(digest)) {
      place->second.who.reset(from.value);
      refresh(digest, now);
    }
  }
}

void BatchPool::refresh(const Digest& digest, Time now) {
  const auto holders = holders_.find(digest);
  const bool available =
      holders != holders_.end() && holders->second.who.count() >= quorum_.one_correct();
  const auto place = held_.find(digest);
  if (place == held_.end()) {
    if (available) {
      want(digest, now.plus(config_.fetch_interval));
    }
    return;
  }
  Held& held = place->second;
  if (available && !claimed_.contains(digest) && !held.ordered_at) {
    held.ready_turn = holders->second.available_turn;
    const bool fresh = ready_.try_emplace(held.ready_turn, digest, now).second;
    ready_bytes_ += fresh ? held.bytes : 0;
  } else {
    unready(held);
  }
}

void BatchPool::unready(Held& held) {
  if (held.ready_turn != 0 && ready_.erase(held.ready_turn) > 0) {
    ready_bytes_ -= held.bytes;
  }
  held.ready_turn = 0;
}

std::vector<Digest> BatchPool::choose() const {
  std::vector<Digest> chosen;
  std::size_t bytes = 0;
  const std::size_t count_max = std::min(config_.block_batches_max, kProposalBatchesMax);
  for (const auto& [arrival, ready] : ready_) {
    bytes += held_.at(ready.first).bytes;
    if (!chosen.empty() && (bytes > config_.block_bytes_max || chosen.size() >= count_max)) {
      break;
    }
    chosen.push_back(ready.first);
  }
  return chosen;
}

std::optional<Time> BatchPool::ready_since() const {
  return ready_.empty() ? std::nullopt : std::optional(ready_.begin()->second.second);
}

void BatchPool::claim(const std::vector<Digest>& batches, Time now) {
  for (const Digest& batch : batches) {
    claimed_.insert(batch);
    const auto place = held_.find(batch);
    if (place != held_.end()) {
      unready(place->second);
    } else {
      want_soon(batch, now);
    }
  }
}

void BatchPool::want_soon(const Digest& digest, Time now) {
  const Time due = now.plus(config_.fetch_delay);
  want(digest, due);
  Want& wanted = wanted_.at(digest);
  if (wanted.attempts == 0) {
    wanted.due = std::min(wanted.due, due);
  }
}

void BatchPool::retain(const std::vector<Digest>& batches, Time now) {
  for (const Digest& batch : batches) {
    if (!ordered(batch)) {
      retained_.insert(batch);
      if (!holds(batch)) {
        want_soon(batch, now);
      }
    }
  }
}

void BatchPool::release_claims(Time now) {
  std::set<Digest> released = std::exchange(claimed_, {});
  released.merge(std::exchange(retained_, {}));
  for (const Digest& batch : released) {
    wanted_.erase(batch);
    refresh(batch, now);
  }
}

bool BatchPool::holds_all(const std::vector<Digest>& batches) const {
  return std::ranges::all_of(batches, [this](const Digest& batch) { return holds(batch); });
}

void BatchPool::order(const std::vector<Digest>& batches, Height height,
                      std::uint64_t block_time_ms) {
  for (const Digest& batch : batches) {
    order(OrderedBatch{batch, block_time_ms}, height);
  }
}

void BatchPool::order(const OrderedBatch& batch, Height height) {
  const bool fresh = ordered_.try_emplace(batch.digest, batch.block_time_ms).second;
  if (!fresh) {
    return;
  }
  ordered_by_time_.push_back(batch);
  claimed_.erase(batch.digest);
  retained_.erase(batch.digest);
  wanted_.erase(batch.digest);
  const auto place = held_.find(batch.digest);
  if (place == held_.end()) {
    count_known(batch.digest);
  } else {
    close(place->second);
    place->second.ordered_at = height;
    unsettled_.emplace_back(height, batch.digest);
  }
  holders_.erase(batch.digest);
}

void BatchPool::overtake(const std::vector<Digest>& block, Time now) {
  std::uint64_t last_turn = 0;
  for (const Digest& digest : block) {
    const auto place = holders_.find(digest);
    const std::uint64_t turn = place == holders_.end() ? 0 : place->second.quorum_turn;
    // One that no quorum has acknowledged yet has no turn: it is later than all that have.
    last_turn = std::max(last_turn, turn == 0 ? turns_ + 1 : turn);
  }
  const std::set<Digest> named(block.begin(), block.end());
  for (const auto& [arrival, digest] : by_age_) {
    const auto place = holders_.find(digest);
    const std::uint64_t turn = place == holders_.end() ? 0 : place->second.quorum_turn;
    Held& held = held_.at(digest);
    if (turn != 0 && turn < last_turn && !held.overtaken && !named.contains(digest)) {
      held.overtaken = now;
    }
  }
}

std::optional<Time> BatchPool::overtaken_since() const {
  std::optional<Time> since;
  for (const auto& [arrival, digest] : by_age_) {
    const std::optional<Time>& overtaken = held_.at(digest).overtaken;
    if (overtaken && (!since || *overtaken < *since)) {
      since = overtaken;
    }
  }
  return since;
}

void BatchPool::forgive() {
  for (const auto& [arrival, digest] : by_age_) {
    held_.at(digest).overtaken.reset();
  }
}

std::size_t BatchPool::bytes_of(const std::vector<Digest>& batches) const {
  std::size_t bytes = 0;
  for (const Digest& batch : batches) {
    const auto place = held_.find(batch);
    bytes += place == held_.end() ? 0 : place->second.bytes;
  }
  return bytes;
}

std::size_t BatchPool::held_bytes() const {
  std::size_t bytes = 0;
  for (const auto& [digest, held] : held_) {
    bytes += held.bytes;
  }
  return bytes;
}

std::vector<Digest> BatchPool::drop_beyond_quota() {
  std::vector<Digest> dropped;
  for (const auto& [arrival, digest] : by_age_) {
    if (held_.at(digest).beyond_quota && !pinned(digest)) {
      dropped.push_back(digest);
    }
  }
  for (const Digest& digest : dropped) {
    drop(digest);
  }
  return dropped;
}

std::vector<Digest> BatchPool::settle(Height certified) {
  std::vector<Digest> settled;
  while (!unsettled_.empty() && unsettled_.front().first <= certified) {
    settled.push_back(unsettled_.front().second);
    held_.erase(unsettled_.front().second);
    unsettled_.pop_front();
  }
  return settled;
}

std::vector<Digest> BatchPool::expire(std::uint64_t block_time_ms, Time now) {
  std::vector<Digest> expired;
  for (const auto& [arrival, digest] : by_age_) {
    if (held_.at(digest).expires_at_ms < block_time_ms && !pinned(digest)) {
      expired.push_back(digest);
    }
  }
  for (const Digest& digest : expired) {
    drop(digest);
  }
  while (!ordered_by_time_.empty() &&
         ordered_by_time_.front().block_time_ms + config_.replay_window_ms < block_time_ms) {
    ordered_.erase(ordered_by_time_.front().digest);
    ordered_by_time_.pop_front();
  }
  for (auto place = holders_.begin(); place != holders_.end();) {
    const Digest digest = place->first;
    const bool forgotten =
        !holds(digest) && !pinned(digest) && place->second.told.plus(config_.forget_interval) < now;
    if (forgotten) {
      count_known(digest);
      wanted_.erase(digest);
    }
    place = forgotten ? holders_.erase(place) : std::next(place);
  }
  return expired;
}

void BatchPool::drop(const Digest& digest) {
  const auto place = held_.find(digest);
  close(place->second);
  held_.erase(place);
  holders_.erase(digest);
}

void BatchPool::close(Held& held) {
  unready(held);
  bytes_beyond_quota_ -= held.beyond_quota ? held.bytes : 0;
  held.beyond_quota = false;
  by_age_.erase(held.arrival);
  usage_[held.author.value].batches -= 1;
  usage_[held.author.value].bytes -= held.bytes;
}

void BatchPool::count_known(const Digest& digest) {
  const auto place = holders_.find(digest);
  if (place == holders_.end()) {
    return;
  }
  for (std::size_t i = 0; i < unknown_acks_.size(); ++i) {
    unknown_acks_[i] -= place->second.who.test(i) ? 1U : 0U;
  }
}

std::vector<Digest> BatchPool::open(std::size_t count_max) const {
  std::vector<Digest> open;
  for (const auto& [arrival, digest] : by_age_) {
    if (open.size() == count_max) {
      break;
    }
    open.push_back(digest);
  }
  return open;
}

std::vector<BatchStored> BatchPool::open_batches() const {
  std::vector<BatchStored> open;
  open.reserve(by_age_.size());
  for (const auto& [arrival, digest] : by_age_) {
    const Held& held = held_.at(digest);
    open.push_back(BatchStored{digest, held.author, held.bytes, held.expires_at_ms});
  }
  return open;
}

std::map<ReplicaIndex, std::vector<Digest>> BatchPool::unacknowledged(ReplicaIndex self, Time now) {
  std::map<ReplicaIndex, std::vector<Digest>> due;
  for (const auto& [arrival, digest] : by_age_) {
    Held& held = held_.at(digest);
    if (held.author != self || now < held.sent.plus(config_.resend_interval)) {
      continue;
    }
    const auto place = holders_.find(digest);
    const std::bitset<kValidatorsMax> who =
        place == holders_.end() ? std::bitset<kValidatorsMax>() : place->second.who;
    if (who.count() >= quorum_.certificate()) {
      continue;
    }
    held.sent = now;
    for (std::size_t i = 0; i < quorum_.validators(); ++i) {
      if (replica_at(i) != self && !who.test(i)) {
        due[replica_at(i)].push_back(digest);
      }
    }
  }
  return due;
}

std::map<ReplicaIndex, std::vector<Digest>> BatchPool::due_fetches(std::optional<ReplicaIndex> self,
                                                                   Time now) {
  std::map<ReplicaIndex, std::vector<Digest>> due;
  for (auto& [digest, wanted] : wanted_) {
    if (now < wanted.due) {
      continue;
    }
    const std::optional<ReplicaIndex> peer = whom_to_ask(digest, wanted.attempts, self);
    wanted.due = now.plus(config_.fetch_interval);
    ++wanted.attempts;
    if (peer && due[*peer].size() < kDigestListMax) {
      due[*peer].push_back(digest);
    }
  }
  return due;
}

std::optional<ReplicaIndex> BatchPool::whom_to_ask(const Digest& digest, std::size_t attempt,
                                                   std::optional<ReplicaIndex> self) const {
  std::vector<ReplicaIndex> acknowledged;
  std::vector<ReplicaIndex> others;
  const auto place = holders_.find(digest);
  for (std::size_t i = 0; i < quorum_.validators(); ++i) {
    const ReplicaIndex peer = replica_at(i);
    if (peer == self) {
      continue;
    }
    const bool holds_it = place != holders_.end() && place->second.who.test(i);
    (holds_it ? acknowledged : others).push_back(peer);
  }
  // Who acknowledged may have lost it since, in a crash; so everybody gets a turn, these first.
  acknowledged.insert(acknowledged.end(), others.begin(), others.end());
  if (acknowledged.empty()) {
    return std::nullopt;
  }
  return acknowledged[attempt % acknowledged.size()];
}

std::optional<Time> BatchPool::next_fetch() const {
  const auto place = std::ranges::min_element(wanted_, [](const auto& one, const auto& other) {
    return one.second.due < other.second.due;
  });
  return place == wanted_.end() ? std::nullopt : std::optional(place->second.due);
}

}  // namespace qc::consensus

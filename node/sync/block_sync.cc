// SPDX-License-Identifier: Apache-2.0
#include "node/sync/block_sync.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace qc::node {
namespace {

using ledger::Result;
using Clock = std::chrono::steady_clock;

/// Fetched blocks that the executor has not caught up with; more are not asked for.
constexpr std::uint64_t kUnexecutedMax = 512;
constexpr std::uint64_t kUnexecutedBytesMax = std::uint64_t{64} << 20;
/// While the executor catches up, it is looked after so often.
constexpr std::chrono::milliseconds kExecutorWait{20};
constexpr std::chrono::milliseconds kNothingWait{1'000};

}  // namespace

BlockSync::BlockSync(Options options, storage::Store& store, Executor& executor,
                     DamageNotes& damage)
    : options_(std::move(options)),
      check_(options_.network, options_.validators),
      server_(store, damage, options_.range_bytes),
      store_(store),
      executor_(executor) {}

BlockSync::~BlockSync() { stop(); }

void BlockSync::run(PeerNetwork& network) {
  network_ = &network;
  thread_ = std::jthread([this] { work(); });
}

void BlockSync::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void BlockSync::want(std::uint64_t to, std::vector<chain::PeerId> peers) {
  {
    const std::lock_guard lock(mutex_);
    fetch_.to = std::max(fetch_.to, to);
    fetch_.peers = std::move(peers);
    std::erase_if(fetch_.peers, [this](chain::PeerId peer) { return options_.self == peer; });
  }
  wake_.notify_one();
}

void BlockSync::serve(chain::PeerId peer, std::string request) {
  {
    const std::lock_guard lock(mutex_);
    // The newest request of a peer replaces an older one; observers are few by the network's cap.
    requests_[peer] = std::move(request);
  }
  wake_.notify_one();
}

void BlockSync::answer(chain::PeerId peer, std::string body) {
  {
    const std::lock_guard lock(mutex_);
    if (expected_ != peer) return;
    expected_.reset();
    answers_.push_back({.peer = peer, .body = std::move(body)});
  }
  wake_.notify_one();
}

void BlockSync::work() {
  while (true) {
    std::map<chain::PeerId, std::string> requests;
    std::deque<Answer> answers;
    {
      std::unique_lock lock(mutex_);
      const auto wait = edge_ ? kExecutorWait : kNothingWait;
      wake_.wait_for(lock, wait, [this] {
        return stopped_ || !requests_.empty() || !answers_.empty() ||
               (fetch_.to > 0 && !edge_ && !asked_);
      });
      if (stopped_) return;
      requests.swap(requests_);
      answers.swap(answers_);
    }
    for (const auto& [peer, request] : requests) server_.serve(*network_, peer, request);
    for (const Answer& answer : answers) take_answer(answer);
    fetch_more();
  }
}

std::optional<chain::PeerId> BlockSync::next_peer() {
  std::vector<chain::PeerId> peers;
  {
    const std::lock_guard lock(mutex_);
    peers = fetch_.peers;
  }
  const auto now = Clock::now();
  for (std::size_t i = 0; i < peers.size(); ++i) {
    const chain::PeerId peer = peers[turn_++ % peers.size()];
    if (!network_->connected(peer)) continue;
    const auto banned = banned_.find(peer);
    if (banned == banned_.end() || banned->second < now) return peer;
  }
  return std::nullopt;
}

Result<chain::ChainEdge> BlockSync::local_edge() const {
  const auto view = store_.latest();
  return chain::ChainEdge{
      .height = view->height(), .seal_text = view->seal_text(), .log_size = view->log_size()};
}

bool BlockSync::executor_is_behind(std::uint64_t fetched) {
  const std::uint64_t executed = executor_.executed_height();
  while (!unexecuted_.empty() && unexecuted_.front().height <= executed) {
    unexecuted_bytes_ -= unexecuted_.front().bytes;
    unexecuted_.pop_front();
  }
  return fetched > executed + kUnexecutedMax || unexecuted_bytes_ >= kUnexecutedBytesMax;
}

void BlockSync::fetch_more() {
  std::uint64_t to = 0;
  {
    const std::lock_guard lock(mutex_);
    to = fetch_.to;
  }
  if (asked_ && Clock::now() >= asked_->until) {
    banned_[asked_->peer] = Clock::now() + options_.ban / 10;
    asked_.reset();
  }
  if (to == 0 || asked_) return;
  const auto view = store_.latest();
  if (view->height() >= to && !view->checkpoint_note().empty()) {
    const std::lock_guard lock(mutex_);
    if (fetch_.to <= to) fetch_ = {};
    edge_.reset();
    return;
  }
  if (!edge_ || edge_->height < view->height()) {
    auto edge = local_edge();
    if (!edge) return;
    edge_ = *std::move(edge);
  }
  if (executor_is_behind(edge_->height)) return;
  const auto peer = next_peer();
  if (!peer) return;
  quality::peer::v1::FetchBlocks request;
  request.set_from(edge_->height + 1);
  request.set_to(std::max(to, edge_->height + 1));
  asked_ =
      Asked{.peer = *peer, .from = edge_->height + 1, .until = Clock::now() + options_.answer_wait};
  {
    const std::lock_guard lock(mutex_);
    expected_ = *peer;
  }
  network_->send(*peer, chain::FramePriority::kSync,
                 chain::make_frame(chain::FrameType::kFetchBlocks, request.SerializeAsString()));
}

void BlockSync::punish(chain::PeerId peer, const std::string& why) {
  banned_[peer] = Clock::now() + options_.ban;
  if (const auto more = punished_log_.admit()) {
    log(LogLevel::kWarn, "bad_blocks", {{"peer", peer}, {"reason", why}, {"more", *more}});
  }
  network_->disconnect(peer, "it sent blocks that do not check");
}

void BlockSync::take_answer(const Answer& answer) {
  if (!asked_ || asked_->peer != answer.peer || !edge_) return;
  asked_.reset();
  quality::peer::v1::Blocks message;
  if (!message.ParseFromString(answer.body)) {
    punish(answer.peer, "not decodable");
    return;
  }
  if (message.checkpoint().empty()) {
    // It has nothing certified itself; not a lie, but not to be asked at once again.
    banned_[answer.peer] = Clock::now() + kNothingWait;
    return;
  }
  chain::ChainEdge edge = *edge_;
  auto checked = check_.range(message, edge);
  if (!checked && checked.error().code == ledger::Code::kFailedPrecondition) {
    // Around a change of the set one of the two is in another: this node's next life asks again.
    banned_[answer.peer] = Clock::now() + kNothingWait;
    return;
  }
  if (!checked) {
    punish(answer.peer, checked.error().message);
    return;
  }
  if (checked->blocks.empty()) {
    // That was all it has; whoever needs more will want it again.
    banned_[answer.peer] = Clock::now() + kNothingWait;
    edge_.reset();
    const std::lock_guard lock(mutex_);
    fetch_ = {};
  } else {
    edge_ = std::move(edge);
    unexecuted_.push_back({.height = edge_->height, .bytes = answer.body.size()});
    unexecuted_bytes_ += answer.body.size();
  }
  executor_.apply(*std::move(checked));
}

}  // namespace qc::node

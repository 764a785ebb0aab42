// SPDX-License-Identifier: Apache-2.0
#include "node/block_sync.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "ledger/merkle_log.h"
#include "ledger/seal.h"
#include "node/checkpoint_proof.h"

namespace qc::node {
namespace {

using ledger::Digest;
using ledger::Result;
using Clock = std::chrono::steady_clock;

/// Fetched blocks that the executor has not caught up with; more are not asked for.
constexpr std::uint64_t kUnexecutedMax = 512;
constexpr std::uint64_t kUnexecutedBytesMax = std::uint64_t{64} << 20;
/// While the executor catches up, it is looked after so often.
constexpr std::chrono::milliseconds kExecutorWait{20};
constexpr std::chrono::milliseconds kNothingWait{1'000};

/// What certifies a stretch of blocks: the checkpoint at the end of their validator set, or the
/// newest one.
struct Certificate {
  std::uint64_t height = 0;
  std::uint64_t size = 0;
  std::string note;
  std::string seal_text;
};

Result<Certificate> certificate_above(const storage::ReadView& view, std::uint64_t from) {
  QC_TRY(const std::vector<std::uint64_t> ends, view.set_ends(from - 1));
  if (ends.empty() || ends.front() == view.height()) {
    return Certificate{.height = view.height(),
                       .size = view.log_size(),
                       .note = view.checkpoint_note(),
                       .seal_text = view.seal_text()};
  }
  QC_TRY(storage::StoredBlock block, view.block(ends.front()));
  QC_TRY(std::string note, view.set_end_note(ends.front()));
  return Certificate{.height = ends.front(),
                     .size = block.seal_index() + 1,
                     .note = std::move(note),
                     .seal_text = std::move(block.seal_text)};
}

}  // namespace

BlockSync::BlockSync(Options options, storage::Store& store, Executor& executor,
                     DamageNotes& damage)
    : options_(std::move(options)),
      check_(options_.network, options_.validators),
      store_(store),
      executor_(executor),
      damage_(damage) {}

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

void BlockSync::want(std::uint64_t to, std::vector<PeerId> peers) {
  {
    const std::lock_guard lock(mutex_);
    fetch_.to = std::max(fetch_.to, to);
    fetch_.peers = std::move(peers);
    std::erase_if(fetch_.peers, [this](PeerId peer) { return options_.self == peer; });
  }
  wake_.notify_one();
}

void BlockSync::serve(PeerId peer, std::string request) {
  {
    const std::lock_guard lock(mutex_);
    // The newest request of a peer replaces an older one; observers are few by the network's cap.
    requests_[peer] = Request{.peer = peer, .body = std::move(request)};
  }
  wake_.notify_one();
}

void BlockSync::answer(PeerId peer, std::string body) {
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
    std::map<PeerId, Request> requests;
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
    for (const auto& [peer, request] : requests) serve_one(request);
    for (const Answer& answer : answers) take_answer(answer);
    fetch_more();
  }
}

void BlockSync::serve_one(const Request& request) {
  quality::peer::v1::FetchBlocks message;
  if (!message.ParseFromString(request.body) || message.from() == 0) {
    network_->disconnect(request.peer, "a request for blocks that is none");
    return;
  }
  const auto body = range(message.from(), message.to());
  if (!body) {
    if (body.error().code == ledger::Code::kDataLoss) {
      damage_.note(body.error());
    } else {
      log(LogLevel::kWarn, "blocks_not_served", {{"error", body.error().message}});
    }
    return;
  }
  network_->send(request.peer, FramePriority::kSync, make_frame(FrameType::kBlocks, *body));
}

Result<std::string> BlockSync::range(std::uint64_t from, std::uint64_t to) const {
  const auto view = store_.latest();
  quality::peer::v1::Blocks message;
  if (view->checkpoint_note().empty()) return message.SerializeAsString();
  QC_TRY(const Certificate certificate, certificate_above(*view, from));
  std::uint64_t last_index = certificate.size - 1;
  if (from <= certificate.height) {
    QC_TRY(std::vector<storage::FullBlock> blocks,
           view->full_blocks(from, std::clamp(to, from, certificate.height), options_.range_bytes));
    for (storage::FullBlock& block : blocks) {
      auto* out = message.add_blocks();
      out->set_height(block.height);
      out->set_time_ms(block.time_ms);
      out->set_proposal(std::move(block.proposal));
      out->set_seal(std::move(block.seal_text));
      for (std::string& submission : block.submissions) out->add_submissions(std::move(submission));
      for (std::string& outcome : block.outcomes) out->add_outcomes(std::move(outcome));
    }
    QC_TRY(const storage::StoredBlock last, view->block(message.blocks().rbegin()->height()));
    last_index = last.seal_index();
  }
  QC_TRY(
      const std::vector<Digest> path,
      ledger::inclusion_path(view->network().algorithm, view->log(), last_index, certificate.size));
  message.set_checkpoint(certificate.note);
  message.set_checkpoint_seal(certificate.seal_text);
  for (const Digest& hash : path) message.add_last_seal_path(ledger::to_bytes(hash));
  return message.SerializeAsString();
}

std::optional<PeerId> BlockSync::next_peer() {
  std::vector<PeerId> peers;
  {
    const std::lock_guard lock(mutex_);
    peers = fetch_.peers;
  }
  const auto now = Clock::now();
  for (std::size_t i = 0; i < peers.size(); ++i) {
    const PeerId peer = peers[turn_++ % peers.size()];
    if (!network_->connected(peer)) continue;
    const auto banned = banned_.find(peer);
    if (banned == banned_.end() || banned->second < now) return peer;
  }
  return std::nullopt;
}

Result<ChainEdge> BlockSync::local_edge() const {
  const auto view = store_.latest();
  return ChainEdge{
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
  network_->send(*peer, FramePriority::kSync,
                 make_frame(FrameType::kFetchBlocks, request.SerializeAsString()));
}

void BlockSync::punish(PeerId peer, const std::string& why) {
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
  ChainEdge edge = *edge_;
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

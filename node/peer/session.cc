// SPDX-License-Identifier: Apache-2.0
#include "node/peer/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace qc::node {
namespace {

namespace asio = boost::asio;

/// A body is allocated as it arrives, in steps of this.
constexpr std::size_t kReadStep = std::size_t{256} * 1024;
/// Short frames are joined up to about one TLS record.
constexpr std::size_t kChunkBytes = std::size_t{16} * 1024;
constexpr std::chrono::milliseconds kWatchInterval{250};
constexpr std::size_t kMiB = std::size_t{1} << 20;

/// Of a whole frame: the byte behind the length.
std::size_t frame_type(const std::string& frame) {
  return static_cast<unsigned char>(frame[chain::kFrameHeaderSize - 1]);
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, asio::ssl::context& tls, const LinkTimes& times,
                 std::uint64_t queue_bytes_max)
    : stream_(std::move(socket), tls),
      wake_(stream_.get_executor()),
      watch_(stream_.get_executor()),
      times_(times),
      queue_bytes_max_(queue_bytes_max),
      opened_(Clock::now()),
      last_heard_(opened_),
      last_sent_(opened_) {
  boost::system::error_code failure;
  const auto other_end = stream_.lowest_layer().remote_endpoint(failure);
  if (!failure) address_ = other_end.address().to_string();
}

asio::awaitable<bool> Session::handshake(asio::ssl::stream_base::handshake_type side) {
  boost::system::error_code failure;
  auto token = asio::redirect_error(asio::use_awaitable, failure);
  co_await stream_.async_handshake(side, token);
  if (failure) close(fmt::format("TLS handshake: {}", failure.message()));
  co_return !closed_;
}

asio::awaitable<bool> Session::read_exactly(char* data, std::size_t size) {
  boost::system::error_code failure;
  auto token = asio::redirect_error(asio::use_awaitable, failure);
  const asio::mutable_buffer buffer(data, size);
  const std::size_t got = co_await asio::async_read(stream_, buffer, token);
  if (got > 0) last_heard_ = Clock::now();
  if (counters_) {
    counters_->bytes_received.fetch_add(got, std::memory_order_relaxed);
    counters_->heard_ns.store(last_heard_.time_since_epoch().count(), std::memory_order_relaxed);
  }
  if (failure) close(failure.message());
  co_return !closed_ && got == size;
}

asio::awaitable<bool> Session::read_body(std::string& body, std::size_t size) {
  while (body.size() < size) {
    const std::size_t before = body.size();
    const std::size_t step = std::min(kReadStep, size - before);
    body.resize(before + step);
    const bool good = co_await read_exactly(body.data() + before, step);
    if (!good) co_return false;
  }
  co_return true;
}

asio::awaitable<bool> Session::read_frame(chain::FrameType& type, std::string& body) {
  std::array<char, chain::kFrameHeaderSize> header{};
  bool good = co_await read_exactly(header.data(), header.size());
  if (!good) co_return false;
  const chain::FrameHeader announced = chain::read_frame_header(header);
  const std::uint32_t size = announced.body_size;
  type = static_cast<chain::FrameType>(announced.type);
  if (!announced.allowed) {
    close(fmt::format("frame of type {} announces {} bytes, at most {} are allowed", announced.type,
                      size, chain::frame_body_max(announced.type)));
    co_return false;
  }
  body.clear();
  frame_deadline_ = Clock::now() + times_.frame * (1 + size / kMiB);
  good = co_await read_body(body, size);
  frame_deadline_ = Clock::time_point::max();
  if (good && counters_) counters_->received.at(announced.type).add(chain::kFrameHeaderSize + size);
  co_return good;
}

asio::awaitable<bool> Session::write_now(chain::Frame frame) {
  boost::system::error_code failure;
  auto token = asio::redirect_error(asio::use_awaitable, failure);
  const asio::const_buffer buffer(frame->data(), frame->size());
  co_await asio::async_write(stream_, buffer, token);
  if (failure) close(failure.message());
  co_return !closed_;
}

bool Session::gather() {
  chunk_.clear();
  long_frame_.reset();
  for (Queue& queue : queues_) {
    while (!queue.frames.empty()) {
      const chain::Frame& next = queue.frames.front();
      if (chunk_.size() + next->size() > kChunkBytes) {
        if (!chunk_.empty()) return true;
        long_frame_ = next;
      } else {
        chunk_ += *next;
      }
      queue.bytes -= next->size();
      if (counters_) counters_->sent.at(frame_type(*next)).add(next->size());
      queue.frames.pop_front();
      if (long_frame_) return true;
    }
  }
  return !chunk_.empty();
}

asio::awaitable<void> Session::run_writer() {
  const std::shared_ptr<Session> self = shared_from_this();
  boost::system::error_code failure;
  auto token = asio::redirect_error(asio::use_awaitable, failure);
  while (!closed_) {
    if (!gather()) {
      wake_.expires_at(asio::steady_timer::time_point::max());
      co_await wake_.async_wait(token);
      continue;
    }
    const std::string& bytes = long_frame_ ? *long_frame_ : chunk_;
    const asio::const_buffer buffer(bytes.data(), bytes.size());
    const std::size_t sent = co_await asio::async_write(stream_, buffer, token);
    last_sent_ = Clock::now();
    if (counters_) counters_->bytes_sent.fetch_add(sent, std::memory_order_relaxed);
    if (failure) close(failure.message());
  }
}

std::string_view Session::deadline_passed(Clock::time_point now) const {
  if (!established_) {
    return now - opened_ > times_.handshake ? "no hello within the handshake deadline" : "";
  }
  if (now > frame_deadline_) return "a frame did not come whole within its deadline";
  if (now - last_heard_ > times_.idle) return "nothing heard within the idle deadline";
  return "";
}

asio::awaitable<void> Session::run_watchdog() {
  const std::shared_ptr<Session> self = shared_from_this();
  boost::system::error_code failure;
  auto token = asio::redirect_error(asio::use_awaitable, failure);
  const chain::Frame ping = chain::make_frame(chain::FrameType::kPing, "");
  while (!closed_) {
    watch_.expires_after(std::min<std::chrono::milliseconds>(kWatchInterval, times_.handshake / 4));
    co_await watch_.async_wait(token);
    const Clock::time_point now = Clock::now();
    const std::string_view passed = deadline_passed(now);
    if (!passed.empty()) close(std::string(passed));
    if (established_ && now - last_sent_ > times_.ping) {
      last_sent_ = now;
      enqueue(chain::FramePriority::kVotes, ping);
    }
  }
}

bool Session::enqueue(chain::FramePriority priority, chain::Frame frame) {
  Queue& queue = queues_[static_cast<std::size_t>(priority)];
  // A quarter each for the small kinds; batches and blocks are what is large.
  const bool small = priority <= chain::FramePriority::kProposals;
  const std::uint64_t room = small ? queue_bytes_max_ / 4 : queue_bytes_max_;
  if (closed_ || (!queue.frames.empty() && queue.bytes + frame->size() > room)) {
    if (counters_) counters_->dropped.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  queue.bytes += frame->size();
  queue.frames.push_back(std::move(frame));
  wake_.cancel();
  return true;
}

void Session::close(std::string reason) {
  if (closed_) return;
  closed_ = true;
  error_ = std::move(reason);
  boost::system::error_code ignored;
  stream_.lowest_layer().shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  stream_.lowest_layer().close(ignored);
  wake_.cancel();
  watch_.cancel();
}

void Session::established(std::shared_ptr<LinkCounters> counters) {
  established_ = true;
  last_heard_ = Clock::now();
  counters_ = std::move(counters);
  counters_->heard_ns.store(last_heard_.time_since_epoch().count(), std::memory_order_relaxed);
}

}  // namespace qc::node

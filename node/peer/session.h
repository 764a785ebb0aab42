// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "chain/frame.h"
#include "node/base/asio.h"
#include "node/peer/link_times.h"

namespace qc::node {

/// Counters of one peer over all its links; read from any thread.
struct LinkCounters {
  std::atomic<bool> connected{false};
  /// When a byte last came from it, on the steady clock; 0 = never.
  std::atomic<std::int64_t> heard_ns{0};
  std::atomic<std::uint64_t> bytes_sent{0};
  std::atomic<std::uint64_t> bytes_received{0};
  std::atomic<std::uint64_t> dropped{0};

  struct Frames {
    std::atomic<std::uint64_t> frames{0};
    std::atomic<std::uint64_t> bytes{0};

    void add(std::size_t size) {
      frames.fetch_add(1, std::memory_order_relaxed);
      bytes.fetch_add(size, std::memory_order_relaxed);
    }
    chain::FrameCount count() const {
      return {.frames = frames.load(std::memory_order_relaxed),
              .bytes = bytes.load(std::memory_order_relaxed)};
    }
  };
  /// By number of FrameType.
  std::array<Frames, chain::kFrameTypes> sent{};
  std::array<Frames, chain::kFrameTypes> received{};
};

/// One TLS connection: reads frames, writes queued ones, and closes itself when a deadline passes.
/// Belongs to the network's thread.
class Session : public std::enable_shared_from_this<Session> {
 public:
  using Stream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;
  using Clock = std::chrono::steady_clock;

  Session(boost::asio::ip::tcp::socket socket, boost::asio::ssl::context& tls,
          const LinkTimes& times, std::uint64_t queue_bytes_max);

  Stream& stream() { return stream_; }

  /// TLS, with the other end's key judged. False: closed, and `error()` says why.
  boost::asio::awaitable<bool> handshake(boost::asio::ssl::stream_base::handshake_type side);
  /// The next frame into `type` and `body`; a body longer than the type allows closes the link
  /// before anything is allocated. False at the end of the link.
  boost::asio::awaitable<bool> read_frame(chain::FrameType& type, std::string& body);
  /// Sends at once; only before run_writer.
  boost::asio::awaitable<bool> write_now(chain::Frame frame);
  /// Writes what is queued until the link ends.
  boost::asio::awaitable<void> run_writer();
  /// Closes the link when a deadline passes; ends with the link.
  boost::asio::awaitable<void> run_watchdog();

  /// Queues a frame; false where the queue of its priority is full.
  bool enqueue(chain::FramePriority priority, chain::Frame frame);
  void close(std::string reason);

  /// Hellos are exchanged: from now on the idle deadline counts instead of the handshake's.
  void established(std::shared_ptr<LinkCounters> counters);

  bool closed() const { return closed_; }
  const std::string& error() const { return error_; }
  /// IP address of the other end of an accepted connection; empty where this node dialled.
  const std::string& address() const { return address_; }
  Clock::time_point last_heard() const { return last_heard_; }

 private:
  boost::asio::awaitable<bool> read_exactly(char* data, std::size_t size);
  boost::asio::awaitable<bool> read_body(std::string& body, std::size_t size);
  std::string_view deadline_passed(Clock::time_point now) const;
  /// Moves queued frames to `chunk_` up to one TLS record, or takes one long one as it is.
  bool gather();

  struct Queue {
    std::deque<chain::Frame> frames;
    std::uint64_t bytes = 0;
  };

  Stream stream_;
  boost::asio::steady_timer wake_;
  boost::asio::steady_timer watch_;
  const LinkTimes times_;
  const std::uint64_t queue_bytes_max_;
  std::array<Queue, chain::kFramePriorities> queues_;
  std::string chunk_;
  chain::Frame long_frame_;
  std::shared_ptr<LinkCounters> counters_;
  Clock::time_point opened_;
  Clock::time_point last_heard_;
  Clock::time_point last_sent_;
  /// max() while no frame is half read.
  Clock::time_point frame_deadline_ = Clock::time_point::max();
  bool established_ = false;
  bool closed_ = false;
  std::string error_;
  std::string address_;
};

}  // namespace qc::node

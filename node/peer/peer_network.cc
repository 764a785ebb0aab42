// SPDX-License-Identifier: Apache-2.0
#include "node/peer/peer_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <thread>
#include <utility>

#include "ledger/consortium/validator_set.h"
#include "node/base/asio.h"
#include "node/base/log.h"
#include "node/peer/link_trouble.h"
#include "node/peer/session.h"
#include "node/peer/tls_context.h"
#include "quality/peer/v1/peer.pb.h"

namespace qc::node {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ledger::Code;
using ledger::fail;
using ledger::Result;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kProtocol = 1;
/// A second link of a validator replaces the first only when that has been silent for so long: two
/// processes with one key must not throw each other out for ever.
constexpr std::chrono::milliseconds kStaleLink{2'000};

}  // namespace

/// Everything behind the public face; runs on its one thread.
class PeerNetwork::Impl {
 public:
  Impl(Options options, PeerHandler& handler, asio::ssl::context tls)
      : options_(std::move(options)),
        handler_(handler),
        tls_(std::move(tls)),
        acceptor_(io_),
        work_(asio::make_work_guard(io_)) {
    for (std::size_t i = 0; i < options_.validators.size(); ++i) {
      counters_.push_back(std::make_shared<LinkCounters>());
      troubles_.push_back(std::make_unique<LinkTrouble>());
      redial_timers_.push_back(std::make_unique<asio::steady_timer>(io_));
    }
  }

  Result<void> listen() {
    boost::system::error_code failure;
    tcp::resolver resolver(io_);
    const Endpoint& at = options_.listen;
    const auto found =
        resolver.resolve(at.host, std::to_string(at.port), tcp::resolver::passive, failure);
    if (failure || found.empty()) {
      return fail(Code::kInvalidArgument,
                  fmt::format("peer.listen: cannot resolve {}: {}", at.text(), failure.message()));
    }
    const tcp::endpoint endpoint = found.begin()->endpoint();
    acceptor_.open(endpoint.protocol(), failure);
    if (!failure) acceptor_.set_option(tcp::acceptor::reuse_address(true), failure);
    if (!failure) acceptor_.bind(endpoint, failure);
    if (!failure) acceptor_.listen(128, failure);
    if (failure) {
      return fail(Code::kUnavailable, fmt::format("peer.listen: cannot listen on {}: {}; stop the "
                                                  "process that has the port, or change it",
                                                  at.text(), failure.message()));
    }
    port_ = acceptor_.local_endpoint(failure).port();
    return {};
  }

  void run() {
    asio::co_spawn(io_, accept_loop(), asio::detached);
    for (std::uint32_t i = 0; i < options_.validators.size(); ++i) {
      if (dials(i)) asio::co_spawn(io_, dial_loop(i), asio::detached);
    }
    thread_ = std::jthread([this] { io_.run(); });
  }

  void stop() {
    if (!thread_.joinable()) return;
    asio::post(io_, [this] { close_all(); });
    work_.reset();
    thread_.join();
  }

  void send(chain::PeerId to, chain::FramePriority priority, chain::Frame frame) {
    asio::post(io_, [this, to, priority, sent = std::move(frame)]() mutable {
      const auto found = sessions_.find(to);
      if (found != sessions_.end()) found->second->enqueue(priority, std::move(sent));
    });
  }

  void broadcast(chain::FramePriority priority, const chain::Frame& frame, chain::PeerId below) {
    asio::post(io_, [this, priority, frame, below] {
      for (const auto& [peer, session] : sessions_) {
        if (peer < below) session->enqueue(priority, frame);
      }
    });
  }

  void disconnect(chain::PeerId peer, std::string reason) {
    asio::post(io_, [this, peer, why = std::move(reason)] {
      const auto found = sessions_.find(peer);
      if (found != sessions_.end()) found->second->close(why);
    });
  }

  std::uint16_t port() const { return port_; }

  std::vector<PeerState> peers() const {
    std::vector<PeerState> states;
    const std::int64_t now_ns = Clock::now().time_since_epoch().count();
    for (std::size_t i = 0; i < counters_.size(); ++i) {
      if (options_.self == i || options_.validators[i].tls_spki == options_.own_spki) continue;
      const LinkCounters& counters = *counters_[i];
      states.push_back({.name = std::string(ledger::short_name(options_.validators[i].name)),
                        .connected = counters.connected.load(std::memory_order_relaxed),
                        .address = address_of(i),
                        .trouble = trouble_of(static_cast<std::uint32_t>(i)),
                        .certified_height = 0,
                        .lag_blocks = 0,
                        .silent_ms = milliseconds_since(counters.heard_ns, now_ns),
                        .bytes_sent = counters.bytes_sent.load(std::memory_order_relaxed),
                        .bytes_received = counters.bytes_received.load(std::memory_order_relaxed),
                        .sent = counts_of(counters.sent),
                        .received = counts_of(counters.received)});
    }
    return states;
  }

  bool connected(chain::PeerId validator) const {
    return validator < counters_.size() && counters_[validator]->connected;
  }

  std::uint64_t dropped() const {
    std::uint64_t sum = 0;
    for (const auto& counters : counters_) sum += counters->dropped.load(std::memory_order_relaxed);
    return sum;
  }

 private:
  static std::array<chain::FrameCount, chain::kFrameTypes> counts_of(
      const std::array<LinkCounters::Frames, chain::kFrameTypes>& frames) {
    std::array<chain::FrameCount, chain::kFrameTypes> counts;
    std::ranges::transform(frames, counts.begin(),
                           [](const LinkCounters::Frames& each) { return each.count(); });
    return counts;
  }

  std::string address_of(std::size_t validator) const {
    const std::optional<Endpoint>& address = options_.validators[validator].address;
    return address ? address->text() : "";
  }

  /// Why there is no link to it; empty while there is one, and until a first attempt has failed.
  std::string trouble_of(std::uint32_t validator) const {
    if (counters_[validator]->connected) return "";
    if (dials(validator)) return troubles_[validator]->reason();
    if (options_.self && *options_.self > validator) return "it dials this node, and has not come";
    return "this node dials it, and no [[peer.link]] of the configuration says where";
  }

  /// 0 for what never was.
  static std::uint64_t milliseconds_since(const std::atomic<std::int64_t>& ns,
                                          std::int64_t now_ns) {
    const std::int64_t then = ns.load(std::memory_order_relaxed);
    return then == 0 || now_ns < then ? 0 : static_cast<std::uint64_t>(now_ns - then) / 1'000'000;
  }

  bool dials(std::uint32_t validator) const {
    const ValidatorPeer& peer = options_.validators[validator];
    if (!peer.address || peer.tls_spki == options_.own_spki) return false;
    return !options_.self || *options_.self < validator;
  }

  std::optional<std::uint32_t> validator_of(std::string_view spki) const {
    for (std::uint32_t i = 0; i < options_.validators.size(); ++i) {
      if (options_.validators[i].tls_spki == spki) return i;
    }
    return std::nullopt;
  }

  void close_all() {
    stopping_ = true;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    for (const auto& session : opening_) session->close("the node stops");
    // Closing ends the loops, which take their sessions out of the map.
    for (const auto& [peer, session] : sessions_) session->close("the node stops");
    for (const auto& timer : redial_timers_) timer->cancel();
  }

  asio::awaitable<void> accept_loop() {
    boost::system::error_code failure;
    auto token = asio::redirect_error(asio::use_awaitable, failure);
    asio::steady_timer pause(io_);
    while (!stopping_) {
      tcp::socket socket(io_);
      co_await acceptor_.async_accept(socket, token);
      if (stopping_) break;
      if (failure) {
        // Out of descriptors, most likely: waiting is all that helps.
        if (const auto left_out = accept_log_.admit()) {
          log(LogLevel::kWarn, "peer_accept_failed",
              {{"error", failure.message()}, {"more", *left_out}});
        }
        pause.expires_after(std::chrono::milliseconds(200));
        co_await pause.async_wait(token);
        continue;
      }
      if (opening_.size() >= options_.handshakes_max) continue;
      auto session =
          std::make_shared<Session>(std::move(socket), tls_, options_.times, options_.queue_bytes);
      opening_.push_back(session);
      asio::co_spawn(io_, session->run_watchdog(), asio::detached);
      asio::co_spawn(io_, incoming(session), asio::detached);
    }
  }

  asio::awaitable<void> incoming(std::shared_ptr<Session> session) {
    const SpkiJudge judge = [this](std::string_view spki) { return may_dial_us(spki); };
    std::string claimed;
    const bool good = co_await open(session, asio::ssl::stream_base::server, judge, claimed);
    if (!good) co_return;
    std::optional<std::uint32_t> validator;
    if (!claimed.empty()) validator = validator_of(peer_spki(session->stream()));
    // Whom we dial does not dial us: one link a pair.
    if (validator && !(options_.self && *validator < *options_.self)) {
      session->close("a validator that is to be dialled by this node");
      co_return;
    }
    if (!validator && sessions_.size() >= options_.validators.size() + options_.observers_max) {
      session->close("too many observers");
      co_return;
    }
    const chain::PeerId peer = validator ? *validator : next_observer_++;
    co_await serve(session, peer);
  }

  bool may_dial_us(std::string_view spki) const {
    return validator_of(spki).has_value() || handler_.admits_observer(spki);
  }

  asio::awaitable<void> dial_loop(std::uint32_t validator) {
    std::chrono::milliseconds wait = options_.times.redial_min;
    boost::system::error_code failure;
    auto token = asio::redirect_error(asio::use_awaitable, failure);
    asio::steady_timer& timer = *redial_timers_[validator];
    while (!stopping_) {
      const bool served = co_await dial(validator);
      if (stopping_) break;
      wait = served ? options_.times.redial_min : std::min(wait * 2, options_.times.redial_max);
      timer.expires_after(wait);
      co_await timer.async_wait(token);
    }
  }

  /// One attempt; true if the link was up for a while.
  asio::awaitable<bool> dial(std::uint32_t validator) {
    const Endpoint& address = *options_.validators[validator].address;
    boost::system::error_code failure;
    auto token = asio::redirect_error(asio::use_awaitable, failure);
    tcp::resolver resolver(io_);
    const std::string port = std::to_string(address.port);
    const tcp::resolver::results_type found =
        co_await resolver.async_resolve(address.host, port, token);
    if (failure || stopping_ || found.empty()) {
      report_dial(validator, fmt::format("cannot resolve {}: {}", address.host,
                                         failure ? failure.message() : "no such host"));
      co_return false;
    }
    auto session =
        std::make_shared<Session>(tcp::socket(io_), tls_, options_.times, options_.queue_bytes);
    // The handshake's deadline counts from here, so that a silent address cannot hold us for
    // minutes.
    opening_.push_back(session);
    asio::co_spawn(io_, session->run_watchdog(), asio::detached);
    co_await asio::async_connect(session->stream().lowest_layer(), found, token);
    if (failure || stopping_) {
      std::erase(opening_, session);
      session->close(failure.message());
      report_dial(validator, fmt::format("cannot connect: {}", session->error()));
      co_return false;
    }
    std::string other_key;
    const SpkiJudge judge = [this, validator, &other_key](std::string_view spki) {
      const bool expected = spki == options_.validators[validator].tls_spki;
      if (!expected) other_key = whose_key(spki);
      return expected;
    };
    std::string claimed;
    const bool good = co_await open(session, asio::ssl::stream_base::client, judge, claimed);
    if (!good || claimed != options_.validators[validator].name) {
      // A validator's node that runs as an observer is not to be voted with; it dials by itself.
      session->close("the node there runs as an observer, not as this validator");
      report_dial(validator,
                  other_key.empty() ? explain_link_error(session->error(), true) : other_key);
      co_return false;
    }
    troubles_[validator]->over();
    co_await serve(session, validator);
    co_return true;
  }

  /// Of a key that is not the one expected where this node has dialled.
  std::string whose_key(std::string_view spki) const {
    const auto owner = validator_of(spki);
    return owner ? fmt::format("the node there has the TLS key of {}: the address is another's",
                               ledger::short_name(options_.validators[*owner].name))
                 : "the node there has a TLS key that is no validator's of this chain";
  }

  void report_dial(std::uint32_t validator, const std::string& why) {
    if (stopping_ || !troubles_[validator]->failed(why, Clock::now())) return;
    log(LogLevel::kWarn, "peer_unreachable",
        {{"peer", ledger::short_name(options_.validators[validator].name)},
         {"address", address_of(validator)},
         {"reason", why}});
  }

  /// TLS and hellos, under the watchdog. The other end's key is proven and its hello fits when this
  /// is true.
  asio::awaitable<bool> open(std::shared_ptr<Session> session,
                             asio::ssl::stream_base::handshake_type side, SpkiJudge judge,
                             std::string& claimed) {
    boost::system::error_code ignored;
    session->stream().lowest_layer().set_option(tcp::no_delay(true), ignored);
    require_peer_key(session->stream(), judge);
    bool good = co_await session->handshake(side);
    if (good && !judge(peer_spki(session->stream()))) {
      session->close("the other end's key is not the expected one");
      good = false;
    }
    if (good) {
      const chain::Frame hello = chain::make_frame(chain::FrameType::kHello, own_hello());
      good = co_await session->write_now(hello);
    }
    if (good) good = co_await expect_hello(session, claimed);
    std::erase(opening_, session);
    if (!good && side == asio::ssl::stream_base::server) report_refused(*session);
    co_return good && !stopping_;
  }

  void report_refused(const Session& session) {
    const std::string why = explain_link_error(session.error(), false);
    if (stopping_ || !refused_callers_.refused(session.address(), why, Clock::now())) return;
    log(LogLevel::kWarn, "peer_refused", {{"address", session.address()}, {"reason", why}});
  }

  std::string own_hello() const {
    quality::peer::v1::Hello hello;
    hello.set_chain_id(options_.chain_id);
    if (options_.self) hello.set_validator(options_.validators[*options_.self].name);
    hello.set_protocol(kProtocol);
    hello.set_certified_height(handler_.certified_height());
    return hello.SerializeAsString();
  }

  /// `claimed` becomes the validator's name that the other end goes by; empty for an observer,
  /// which a validator's node may be, too.
  asio::awaitable<bool> expect_hello(std::shared_ptr<Session> session, std::string& claimed) {
    chain::FrameType type{};
    std::string body;
    const bool got = co_await session->read_frame(type, body);
    if (!got) co_return false;
    quality::peer::v1::Hello hello;
    if (type != chain::FrameType::kHello || !hello.ParseFromString(body)) {
      session->close("no hello first");
    } else if (hello.chain_id() != options_.chain_id) {
      session->close(fmt::format("the other end is of chain {}", hello.chain_id()));
    } else if (hello.protocol() != kProtocol) {
      session->close(fmt::format("the other end speaks protocol {}", hello.protocol()));
    } else {
      const auto validator = validator_of(peer_spki(session->stream()));
      claimed = hello.validator();
      if (!claimed.empty() && (!validator || claimed != options_.validators[*validator].name)) {
        session->close("the other end calls itself another than its key says");
      }
    }
    co_return !session->closed();
  }

  asio::awaitable<void> serve(std::shared_ptr<Session> session, chain::PeerId peer) {
    const auto present = sessions_.find(peer);
    if (present != sessions_.end()) {
      if (Clock::now() - present->second->last_heard() < kStaleLink) {
        session->close("a link to this peer is up already");
        co_return;
      }
      present->second->close("replaced by a newer link");
    }
    const std::shared_ptr<LinkCounters> counters =
        peer < counters_.size() ? counters_[peer] : std::make_shared<LinkCounters>();
    sessions_[peer] = session;
    counters->connected = true;
    session->established(counters);
    // An observer is one once it asks for something: a validator's node that has no vote dials
    // others like it, and finds again and again that it is not wanted.
    bool told = peer < chain::kFirstObserver;
    if (told) log(LogLevel::kInfo, "peer_up", {{"peer", label(peer)}});
    handler_.link_up(peer);
    asio::co_spawn(io_, session->run_writer(), asio::detached);
    chain::FrameType type{};
    std::string body;
    while (true) {
      const bool got = co_await session->read_frame(type, body);
      if (!got) break;
      if (type == chain::FrameType::kPing) continue;
      const bool allowed = type != chain::FrameType::kHello &&
                           (peer < chain::kFirstObserver || type == chain::FrameType::kFetchBlocks);
      if (!allowed) {
        session->close("a frame of a type that this peer may not send");
        break;
      }
      if (!std::exchange(told, true)) {
        log(LogLevel::kInfo, "peer_up", {{"peer", label(peer)}, {"address", session->address()}});
      }
      handler_.frame_received(peer, type, std::move(body));
      body = {};
    }
    const auto mine = sessions_.find(peer);
    if (mine != sessions_.end() && mine->second == session) {
      sessions_.erase(mine);
      counters->connected = false;
      if (told)
        log(LogLevel::kInfo, "peer_down", {{"peer", label(peer)}, {"reason", session->error()}});
      handler_.link_down(peer);
    }
  }

  std::string label(chain::PeerId peer) const {
    if (peer < options_.validators.size())
      return std::string(ledger::short_name(options_.validators[peer].name));
    return fmt::format("observer-{}", peer - chain::kFirstObserver);
  }

  const Options options_;
  PeerHandler& handler_;
  asio::io_context io_{1};
  asio::ssl::context tls_;
  tcp::acceptor acceptor_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  std::uint16_t port_ = 0;
  bool stopping_ = false;
  chain::PeerId next_observer_ = chain::kFirstObserver;
  std::vector<std::shared_ptr<Session>> opening_;
  std::map<chain::PeerId, std::shared_ptr<Session>> sessions_;
  std::vector<std::shared_ptr<LinkCounters>> counters_;
  std::vector<std::unique_ptr<asio::steady_timer>> redial_timers_;
  LogLimiter accept_log_{1};
  /// By place of the validator.
  std::vector<std::unique_ptr<LinkTrouble>> troubles_;
  RefusedCallers refused_callers_;
  std::jthread thread_;
};

Result<std::unique_ptr<PeerNetwork>> PeerNetwork::start(Options options, PeerHandler& handler) {
  QC_TRY(asio::ssl::context tls,
         make_tls_context(options.certificate_pem, options.private_key_pem));
  auto impl = std::make_unique<Impl>(std::move(options), handler, std::move(tls));
  QC_TRY_VOID(impl->listen());
  impl->run();
  return std::unique_ptr<PeerNetwork>(new PeerNetwork(std::move(impl)));
}

PeerNetwork::PeerNetwork(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
PeerNetwork::~PeerNetwork() { impl_->stop(); }

void PeerNetwork::send(chain::PeerId to, chain::FramePriority priority, chain::Frame frame) {
  impl_->send(to, priority, std::move(frame));
}
void PeerNetwork::broadcast_validators(chain::FramePriority priority, const chain::Frame& frame) {
  impl_->broadcast(priority, frame, chain::kFirstObserver);
}
void PeerNetwork::broadcast_all(chain::FramePriority priority, const chain::Frame& frame) {
  impl_->broadcast(priority, frame, ~chain::PeerId{0});
}
void PeerNetwork::disconnect(chain::PeerId peer, std::string_view reason) {
  impl_->disconnect(peer, std::string(reason));
}
std::uint16_t PeerNetwork::port() const { return impl_->port(); }
std::vector<PeerState> PeerNetwork::peers() const { return impl_->peers(); }
bool PeerNetwork::connected(chain::PeerId validator) const { return impl_->connected(validator); }
std::uint64_t PeerNetwork::dropped_frames() const { return impl_->dropped(); }
void PeerNetwork::stop() { impl_->stop(); }

}  // namespace qc::node

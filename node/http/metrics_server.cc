// SPDX-License-Identifier: Apache-2.0
#include "node/http/metrics_server.h"

#include "node/base/asio.h"
// Asio's own headers come first (see there).
#include <fmt/format.h>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <thread>
#include <utility>

namespace qc::node {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using ledger::Code;
using ledger::fail;
using ledger::Result;
using Response = http::response<http::string_body>;

constexpr std::chrono::seconds kConnectionTime{5};
constexpr std::uint32_t kHeaderBytesMax = 8 * 1024;

Response answer(http::status status, std::string body, const char* type) {
  Response response(status, 11);
  response.set(http::field::content_type, type);
  response.set(http::field::cache_control, "no-store");
  response.body() = std::move(body);
  response.keep_alive(false);
  response.prepare_payload();
  return response;
}

}  // namespace

class MetricsServer::Impl {
 public:
  explicit Impl(Source source) : source_(std::move(source)), acceptor_(io_) {}

  Result<void> listen(const Endpoint& at) {
    boost::system::error_code failure;
    tcp::resolver resolver(io_);
    const auto found =
        resolver.resolve(at.host, std::to_string(at.port), tcp::resolver::passive, failure);
    if (failure || found.empty()) {
      return fail(Code::kInvalidArgument, fmt::format("metrics.listen: cannot resolve {}: {}",
                                                      at.text(), failure.message()));
    }
    const tcp::endpoint endpoint = found.begin()->endpoint();
    acceptor_.open(endpoint.protocol(), failure);
    if (!failure) acceptor_.set_option(tcp::acceptor::reuse_address(true), failure);
    if (!failure) acceptor_.bind(endpoint, failure);
    if (!failure) acceptor_.listen(static_cast<int>(kConnectionsMax), failure);
    if (failure) {
      return fail(Code::kUnavailable,
                  fmt::format("metrics.listen: cannot listen on {}: {}; stop the process that has "
                              "the port, or change it",
                              at.text(), failure.message()));
    }
    port_ = acceptor_.local_endpoint(failure).port();
    return {};
  }

  void run() {
    asio::co_spawn(io_, accept_loop(), asio::detached);
    thread_ = std::jthread([this] { io_.run(); });
  }

  void stop() {
    if (!thread_.joinable()) return;
    io_.stop();
    thread_.join();
  }

  std::uint16_t port() const { return port_; }

 private:
  asio::awaitable<void> accept_loop() {
    boost::system::error_code failure;
    auto token = asio::redirect_error(asio::use_awaitable, failure);
    asio::steady_timer pause(io_);
    while (acceptor_.is_open()) {
      tcp::socket socket(io_);
      co_await acceptor_.async_accept(socket, token);
      if (failure) {
        pause.expires_after(std::chrono::milliseconds(200));
        co_await pause.async_wait(token);
        continue;
      }
      // Beyond the limit: closed unheard.
      if (connections_ >= kConnectionsMax) continue;
      ++connections_;
      asio::co_spawn(io_, serve(std::move(socket)), asio::detached);
    }
  }

  asio::awaitable<void> serve(tcp::socket socket) {
    boost::system::error_code failure;
    auto token = asio::redirect_error(asio::use_awaitable, failure);
    beast::tcp_stream stream(std::move(socket));
    stream.expires_after(kConnectionTime);
    beast::flat_buffer buffer(kHeaderBytesMax);
    http::request_parser<http::empty_body> parser;
    parser.header_limit(kHeaderBytesMax);
    parser.body_limit(0);
    co_await http::async_read(stream, buffer, parser, token);
    if (!failure) {
      const Response response = answer_to(parser.get());
      co_await http::async_write(stream, response, token);
      boost::system::error_code ignored;
      stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    }
    --connections_;
  }

  Response answer_to(const http::request<http::empty_body>& request) const {
    constexpr const char* kText = "text/plain; charset=utf-8";
    if (request.method() != http::verb::get) {
      return answer(http::status::method_not_allowed, "only GET\n", kText);
    }
    if (request.target() == "/metrics") {
      return answer(http::status::ok, source_.metrics(), "text/plain; version=0.0.4");
    }
    if (request.target() == "/livez") return answer(http::status::ok, "ok\n", kText);
    if (request.target() == "/readyz") {
      const std::string trouble = source_.trouble();
      return trouble.empty() ? answer(http::status::ok, "ok\n", kText)
                             : answer(http::status::service_unavailable, trouble + "\n", kText);
    }
    return answer(http::status::not_found, "here are /metrics, /livez and /readyz\n", kText);
  }

  const Source source_;
  asio::io_context io_{1};
  tcp::acceptor acceptor_;
  std::uint16_t port_ = 0;
  std::size_t connections_ = 0;
  std::jthread thread_;
};

Result<std::unique_ptr<MetricsServer>> MetricsServer::start(const Endpoint& listen, Source source) {
  auto impl = std::make_unique<Impl>(std::move(source));
  QC_TRY_VOID(impl->listen(listen));
  impl->run();
  return std::unique_ptr<MetricsServer>(new MetricsServer(std::move(impl)));
}

MetricsServer::MetricsServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MetricsServer::~MetricsServer() { impl_->stop(); }
std::uint16_t MetricsServer::port() const { return impl_->port(); }
void MetricsServer::stop() { impl_->stop(); }

}  // namespace qc::node

// SPDX-License-Identifier: Apache-2.0
#include "node/status/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "node/base/asio.h"
#include "node/http/metrics_server.h"

namespace qc::node {
namespace {

using testing::HasSubstr;

Metrics::Snapshot snapshot() {
  Metrics::Snapshot snapshot;
  snapshot.name = "net.example/a";
  NodeStatus& status = snapshot.status;
  status.primary = "b";
  status.view = 3;
  status.certified_height = 120;
  status.last_view_change =
      ViewChangeSeen{.from = 2, .to = 3, .cause = "timeout", .at_ms = 1'795'419'543'500};
  PeerState peer;
  peer.name = "b";
  peer.lag_blocks = 7;
  peer.sent[static_cast<std::size_t>(chain::FrameType::kBatch)] = {.frames = 2, .bytes = 4096};
  status.peers.push_back(peer);
  return snapshot;
}

std::set<std::string> names_in(const std::string& text, const std::string& pattern) {
  const std::regex wanted(pattern);
  std::set<std::string> names;
  for (std::sregex_iterator at(text.begin(), text.end(), wanted), end; at != end; ++at) {
    names.insert((*at)[1]);
  }
  return names;
}

TEST(Metrics, AreThoseOfTheDocumentation) {
  std::ifstream file(QC_DOCS_DIR "/metrics.md");
  const std::string documented((std::istreambuf_iterator<char>(file)), {});

  const auto exported = names_in(Metrics().text(snapshot()), "# TYPE ([a-z_]+) ");
  EXPECT_GT(exported.size(), 40U);
  EXPECT_EQ(names_in(documented, "\\| `([a-z_]+)`"), exported);
}

TEST(Metrics, EachNameStandsOnce) {
  const std::string text = Metrics().text(snapshot());
  const std::string type = "# TYPE ";
  std::size_t lines = 0;
  for (std::size_t at = text.find(type); at != std::string::npos; at = text.find(type, at + 1)) {
    ++lines;
  }
  EXPECT_EQ(names_in(text, "# TYPE ([a-z_]+) ").size(), lines);
}

TEST(Metrics, CountWhatHappens) {
  Metrics metrics;
  metrics.view_left(
      {.from = {}, .to = {}, .cause = consensus::ViewChangeCause::kLinkDown, .wall_ms = 0});
  metrics.message_received(consensus::Vote{});
  metrics.message_dropped(DropReason::kFalse);
  metrics.journal_synced(std::chrono::milliseconds(3));
  metrics.block_executed(std::chrono::milliseconds(1), std::chrono::milliseconds(2), 5);
  metrics.submission_ended(SubmissionEnd::kRejected);
  metrics.submission_refused(ledger::Code::kUnavailable);
  metrics.submission_refused(ledger::Code::kDataLoss);
  const std::string text = metrics.text(snapshot());

  for (const char* line :
       {"qc_consensus_view_changes_total{cause=\"link_down\"} 1\n",
        "qc_consensus_view_changes_total{cause=\"timeout\"} 0\n",
        "qc_consensus_messages_total{direction=\"received\",kind=\"vote\"} 1\n",
        "qc_consensus_messages_dropped_total{reason=\"false\"} 1\n",
        "qc_journal_sync_seconds_bucket{le=\"0.0025\"} 0\n",
        "qc_journal_sync_seconds_bucket{le=\"0.005\"} 1\n", "qc_ledger_blocks_total 1\n",
        "qc_ledger_records_total 5\n", "qc_ledger_submissions_total{outcome=\"rejected\"} 1\n",
        "qc_submissions_refused_total{code=\"unavailable\"} 1\n",
        "qc_submissions_refused_total{code=\"other\"} 1\n", "qc_consensus_view 3\n",
        "qc_consensus_primary{validator=\"b\"} 1\n", "qc_peer_lag_blocks{peer=\"b\"} 7\n",
        "qc_peer_frame_bytes_total{peer=\"b\",direction=\"sent\",kind=\"batch\"} 4096\n",
        "qc_consensus_last_view_change_timestamp_seconds{cause=\"timeout\"} 1795419543.5"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

template <std::size_t... kPlaces>
std::vector<consensus::Message> one_of_each(std::index_sequence<kPlaces...> /*places*/) {
  return {consensus::Message(std::in_place_index<kPlaces>)...};
}

TEST(Metrics, EveryKindOfMessageHasASeriesOfItsOwn) {
  Metrics metrics;
  for (const consensus::Message& message :
       one_of_each(std::make_index_sequence<std::variant_size_v<consensus::Message>>())) {
    metrics.message_received(message);
  }
  const std::string text = metrics.text(snapshot());

  EXPECT_THAT(text, Not(HasSubstr("kind=\"\"")));
  const std::string once =
      R"(qc_consensus_messages_total\{direction="received",kind="[a-z_]+"\} 1\n)";
  const std::regex line(once);
  EXPECT_EQ(
      std::distance(std::sregex_iterator(text.begin(), text.end(), line), std::sregex_iterator()),
      static_cast<std::ptrdiff_t>(std::variant_size_v<consensus::Message>));
}

class MetricsServerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto server = MetricsServer::start({"127.0.0.1", 0}, {.metrics = [] { return "m 1\n"; },
                                                          .trouble = [this] { return trouble_; }});
    ASSERT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
  }

  boost::asio::ip::tcp::socket connect() {
    boost::asio::ip::tcp::socket socket(io_);
    socket.connect({boost::asio::ip::make_address("127.0.0.1"), server_->port()});
    return socket;
  }
  static std::string read_to_end(boost::asio::ip::tcp::socket& socket) {
    std::string answer;
    boost::system::error_code failure;
    boost::asio::read(socket, boost::asio::dynamic_buffer(answer), failure);
    return answer;
  }
  std::string ask(const std::string& request) {
    boost::asio::ip::tcp::socket socket = connect();
    boost::asio::write(socket, boost::asio::buffer(request));
    return read_to_end(socket);
  }

  std::string trouble_;
  boost::asio::io_context io_;
  std::unique_ptr<MetricsServer> server_;
};

TEST_F(MetricsServerTest, ServesMetricsAndHealth) {
  EXPECT_THAT(ask("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"),
              testing::AllOf(HasSubstr(" 200 "), HasSubstr("\r\n\r\nm 1\n")));
  EXPECT_THAT(ask("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"), HasSubstr(" 200 "));
  EXPECT_THAT(ask("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"), HasSubstr(" 200 "));
  trouble_ = "3 of 5 validators";
  EXPECT_THAT(ask("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"),
              testing::AllOf(HasSubstr(" 503 "), HasSubstr("3 of 5 validators")));
  EXPECT_THAT(ask("GET /secrets HTTP/1.1\r\nHost: x\r\n\r\n"), HasSubstr(" 404 "));
  EXPECT_THAT(ask("POST /metrics HTTP/1.1\r\nHost: x\r\n\r\n"), HasSubstr(" 405 "));
}

TEST_F(MetricsServerTest, ClosesOnWhatIsTooLongOrNoHttp) {
  EXPECT_EQ(ask("GET /" + std::string(20'000, 'x') + " HTTP/1.1\r\n\r\n"), "");
  EXPECT_EQ(ask("\x16\x03\x01 hello\r\n\r\n"), "");
  EXPECT_THAT(ask("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"), HasSubstr(" 200 "));
}

TEST_F(MetricsServerTest, MoreConnectionsThanItsLimitAreClosedAtOnce) {
  std::vector<boost::asio::ip::tcp::socket> silent;
  for (std::size_t i = 0; i < MetricsServer::kConnectionsMax; ++i) silent.push_back(connect());
  boost::asio::ip::tcp::socket beyond = connect();

  EXPECT_EQ(read_to_end(beyond), "") << "closed although it has not asked";
}

}  // namespace
}  // namespace qc::node

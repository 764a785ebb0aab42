// SPDX-License-Identifier: Apache-2.0
#include "node/peer/peer_network.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <condition_variable>
#include <deque>
#include <mutex>

#include "ledger/crypto/signer.h"
#include "ledger/crypto/tls_certificate.h"
#include "node/base/asio.h"
#include "node/peer/tls_context.h"
#include "quality/peer/v1/peer.pb.h"

namespace qc::node {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
namespace asio = boost::asio;

/// Long enough for any machine; nothing waits for it unless the test fails.
constexpr seconds kLinkPatience{20};

struct TlsIdentity {
  std::string key;
  std::string certificate;
  std::string spki;
};

TlsIdentity make_identity() {
  TlsIdentity identity;
  identity.key = *ledger::generate_private_key(ledger::KeyAlgorithm::kEcdsaP256Sha256);
  identity.certificate = *ledger::self_signed_certificate(
      identity.key, {.common_name = "test", .not_before_s = 0, .not_after_s = 4'000'000'000});
  identity.spki = *ledger::certificate_spki(identity.certificate);
  return identity;
}

/// Collects what happens, for a test to wait for.
class Recorder final : public PeerHandler {
 public:
  void link_up(chain::PeerId peer) override { add("up " + std::to_string(peer)); }
  void link_down(chain::PeerId peer) override { add("down " + std::to_string(peer)); }
  void frame_received(chain::PeerId peer, chain::FrameType type, std::string body) override {
    add("frame " + std::to_string(peer) + " " + std::to_string(static_cast<int>(type)) + " " +
        body);
  }
  bool admits_observer(std::string_view spki) override { return spki == observer; }
  std::uint64_t certified_height() override { return 0; }

  /// The next event; "" when none comes.
  std::string next() {
    std::unique_lock lock(mutex_);
    if (!wake_.wait_for(lock, kLinkPatience, [this] { return !events_.empty(); })) return "";
    std::string event = std::move(events_.front());
    events_.pop_front();
    return event;
  }
  bool quiet() {
    const std::lock_guard lock(mutex_);
    return events_.empty();
  }

  std::string observer;

 private:
  void add(std::string event) {
    {
      const std::lock_guard lock(mutex_);
      events_.push_back(std::move(event));
    }
    wake_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::string> events_;
};

/// Two validators, "a" (dials) and "b" (listens).
class PeerNetworkTest : public testing::Test {
 protected:
  PeerNetwork::Options options(const TlsIdentity& identity, std::optional<std::uint32_t> self) {
    PeerNetwork::Options options;
    options.chain_id = "net.example/x";
    options.certificate_pem = identity.certificate;
    options.private_key_pem = identity.key;
    options.own_spki = identity.spki;
    options.listen = {"127.0.0.1", 0};
    options.validators = {{.name = "net.example/a", .tls_spki = a_.spki, .address = std::nullopt},
                          {.name = "net.example/b", .tls_spki = b_.spki, .address = std::nullopt}};
    options.self = self;
    return options;
  }

  std::unique_ptr<PeerNetwork> listen(LinkTimes times = {}) {
    PeerNetwork::Options b = options(b_, 1);
    b.times = times;
    return *PeerNetwork::start(std::move(b), at_b_);
  }

  std::unique_ptr<PeerNetwork> dial(PeerNetwork& to, const TlsIdentity& as) {
    PeerNetwork::Options a = options(as, 0);
    a.validators[1].address = Endpoint{"127.0.0.1", to.port()};
    return *PeerNetwork::start(std::move(a), at_a_);
  }

  const TlsIdentity a_ = make_identity();
  const TlsIdentity b_ = make_identity();
  Recorder at_a_;
  Recorder at_b_;
};

/// A client that does what no honest peer does.
class RawClient {
 public:
  RawClient(const TlsIdentity& identity, std::uint16_t port)
      : tls_(*make_tls_context(identity.certificate, identity.key)), stream_(io_, tls_) {
    stream_.lowest_layer().connect({asio::ip::address_v4::loopback(), port});
  }

  bool handshake() {
    require_peer_key(stream_, [](std::string_view) { return true; });
    boost::system::error_code failure;
    stream_.handshake(asio::ssl::stream_base::client, failure);
    return !failure;
  }

  void send(std::string_view bytes) {
    boost::system::error_code ignored;
    asio::write(stream_, asio::buffer(bytes.data(), bytes.size()), ignored);
  }

  /// Bytes read until the other end closes.
  std::size_t read_to_end() {
    std::string bytes;
    boost::system::error_code failure;
    asio::read(stream_, asio::dynamic_buffer(bytes), failure);
    return bytes.size();
  }

  asio::ssl::stream<asio::ip::tcp::socket>& stream() { return stream_; }

 private:
  asio::io_context io_;
  asio::ssl::context tls_;
  asio::ssl::stream<asio::ip::tcp::socket> stream_;
};

std::string hello_of_a(const std::string& chain = "net.example/x") {
  quality::peer::v1::Hello hello;
  hello.set_chain_id(chain);
  hello.set_validator("net.example/a");
  hello.set_protocol(1);
  return *chain::make_frame(chain::FrameType::kHello, hello.SerializeAsString());
}

TEST_F(PeerNetworkTest, CarriesFramesBothWays) {
  const auto b = listen();
  const auto a = dial(*b, a_);
  ASSERT_EQ(at_a_.next(), "up 1");
  ASSERT_EQ(at_b_.next(), "up 0");

  a->send(1, chain::FramePriority::kVotes,
          chain::make_frame(chain::FrameType::kConsensus, "hello"));
  b->broadcast_all(chain::FramePriority::kBatches,
                   chain::make_frame(chain::FrameType::kBatch, std::string(1 << 20, 'x')));

  EXPECT_EQ(at_b_.next(), "frame 0 2 hello");
  EXPECT_EQ(at_a_.next(), "frame 1 3 " + std::string(1 << 20, 'x'));
  EXPECT_TRUE(a->peers().at(0).connected);
  EXPECT_EQ(a->peers().at(0).trouble, "");
}

TEST_F(PeerNetworkTest, RefusesAKeyThatIsNotTheValidators) {
  const auto b = listen();
  RawClient stranger(make_identity(), b->port());

  // TLS 1.3 tells a client late that its certificate was refused.
  stranger.handshake();
  stranger.send(hello_of_a());

  EXPECT_EQ(stranger.read_to_end(), 0U);
  EXPECT_TRUE(at_b_.quiet());
}

TEST_F(PeerNetworkTest, DialsNobodyWhoseKeyIsNotTheChains) {
  const TlsIdentity impostor = make_identity();
  PeerNetwork::Options options_of_impostor = options(impostor, 1);
  const auto b = *PeerNetwork::start(std::move(options_of_impostor), at_b_);
  const auto a = dial(*b, a_);
  const auto honest = listen();
  const auto again = dial(*honest, a_);

  // Once the honest pair is up, the impostor has been dialled before and nothing came of it.
  EXPECT_EQ(at_a_.next(), "up 1");
  EXPECT_EQ(at_b_.next(), "up 0");
  EXPECT_FALSE(a->peers().at(0).connected);
}

/// What is said of the only peer that is not there, once something is.
std::string trouble_at(const PeerNetwork& network) {
  const auto until = std::chrono::steady_clock::now() + kLinkPatience;
  while (std::chrono::steady_clock::now() < until) {
    const PeerState peer = network.peers().at(0);
    if (!peer.trouble.empty()) return peer.trouble;
    std::this_thread::sleep_for(milliseconds(10));
  }
  return "";
}

TEST_F(PeerNetworkTest, SaysWhyThereIsNoLink) {
  const auto impostor = *PeerNetwork::start(options(make_identity(), 1), at_b_);
  const auto to_impostor = dial(*impostor, a_);
  EXPECT_EQ(trouble_at(*to_impostor),
            "the node there has a TLS key that is no validator's of this chain");

  const auto swapped = *PeerNetwork::start(options(a_, 1), at_b_);
  const auto to_swapped = dial(*swapped, a_);
  EXPECT_EQ(trouble_at(*to_swapped),
            "the node there has the TLS key of a: the address is another's");

  const std::uint16_t free_port = swapped->port();
  swapped->stop();
  PeerNetwork::Options nobody = options(a_, 0);
  nobody.validators[1].address = Endpoint{"127.0.0.1", free_port};
  const auto to_nobody = *PeerNetwork::start(std::move(nobody), at_a_);
  EXPECT_EQ(trouble_at(*to_nobody), "cannot connect: Connection refused");

  PeerNetwork::Options nowhere = options(a_, 0);
  nowhere.validators[1].address = Endpoint{"no-such-host.invalid", 1};
  const auto to_nowhere = *PeerNetwork::start(std::move(nowhere), at_a_);
  EXPECT_EQ(trouble_at(*to_nowhere).find("cannot resolve no-such-host.invalid: "), 0U);

  const auto unconfigured = *PeerNetwork::start(options(a_, 0), at_a_);
  EXPECT_EQ(trouble_at(*unconfigured),
            "this node dials it, and no [[peer.link]] of the configuration says where");
  const auto waiting = listen();
  EXPECT_EQ(trouble_at(*waiting), "it dials this node, and has not come");
}

TEST_F(PeerNetworkTest, SaysThatItsOwnKeyIsNotAccepted) {
  const auto b = listen();

  const auto stranger = dial(*b, make_identity());

  EXPECT_EQ(trouble_at(*stranger).find("it does not accept this node's TLS key"), 0U)
      << trouble_at(*stranger);
}

TEST_F(PeerNetworkTest, SaysThatTheOtherEndIsOfAnotherChain) {
  PeerNetwork::Options other = options(b_, 1);
  other.chain_id = "net.example/y";
  const auto b = *PeerNetwork::start(std::move(other), at_b_);

  const auto a = dial(*b, a_);

  EXPECT_EQ(trouble_at(*a), "the other end is of chain net.example/y");
}

TEST_F(PeerNetworkTest, RefusesAnotherChain) {
  const auto b = listen();
  RawClient client(a_, b->port());
  ASSERT_TRUE(client.handshake());

  client.send(hello_of_a("net.example/y"));
  client.read_to_end();

  EXPECT_TRUE(at_b_.quiet());
}

TEST_F(PeerNetworkTest, ClosesOnAFrameTooLongWithoutAllocatingIt) {
  const auto b = listen();
  RawClient client(a_, b->port());
  ASSERT_TRUE(client.handshake());
  client.send(hello_of_a());
  ASSERT_EQ(at_b_.next(), "up 0");
  rusage before{};
  ::getrusage(RUSAGE_SELF, &before);

  client.send(std::string_view("\xff\xff\xff\xff\x03", 5));

  EXPECT_EQ(at_b_.next(), "down 0");
  rusage after{};
  ::getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 64 * 1024);
}

TEST_F(PeerNetworkTest, ClosesOnAFrameOfAnUnknownType) {
  const auto b = listen();
  RawClient client(a_, b->port());
  ASSERT_TRUE(client.handshake());
  client.send(hello_of_a());
  ASSERT_EQ(at_b_.next(), "up 0");

  client.send(std::string_view("\x00\x00\x00\x01\x63z", 6));

  EXPECT_EQ(at_b_.next(), "down 0");
}

TEST_F(PeerNetworkTest, ClosesAHalfOpenHandshakeAtItsDeadline) {
  LinkTimes times;
  times.handshake = milliseconds(200);
  const auto b = listen(times);
  RawClient silent(a_, b->port());

  char byte = 0;
  boost::system::error_code failure;
  silent.stream().next_layer().read_some(asio::buffer(&byte, 1), failure);

  EXPECT_TRUE(failure);
}

TEST_F(PeerNetworkTest, ClosesALinkOnWhichAFrameStaysHalf) {
  LinkTimes times;
  times.frame = milliseconds(200);
  const auto b = listen(times);
  RawClient client(a_, b->port());
  ASSERT_TRUE(client.handshake());
  client.send(hello_of_a());
  ASSERT_EQ(at_b_.next(), "up 0");

  client.send(std::string_view("\x00\x00\x00\x09\x02half", 9));

  EXPECT_EQ(at_b_.next(), "down 0");
}

TEST_F(PeerNetworkTest, ComesBackWhenTheOtherEndRestarts) {
  auto b = listen();
  const std::uint16_t port = b->port();
  const auto a = dial(*b, a_);
  ASSERT_EQ(at_a_.next(), "up 1");
  b->stop();
  ASSERT_EQ(at_a_.next(), "down 1");

  PeerNetwork::Options again = options(b_, 1);
  again.listen.port = port;
  const auto restarted = *PeerNetwork::start(std::move(again), at_b_);

  EXPECT_EQ(at_a_.next(), "up 1");
}

TEST_F(PeerNetworkTest, LetsAnObserverInThatTheChainKnowsAndOnlyFetch) {
  const TlsIdentity observer = make_identity();
  at_b_.observer = observer.spki;
  const auto b = listen();
  PeerNetwork::Options follows = options(observer, std::nullopt);
  follows.validators[1].address = Endpoint{"127.0.0.1", b->port()};
  const auto o = *PeerNetwork::start(std::move(follows), at_a_);
  ASSERT_EQ(at_b_.next(), "up " + std::to_string(chain::kFirstObserver));
  ASSERT_EQ(at_a_.next(), "up 1");

  o->send(1, chain::FramePriority::kSync, chain::make_frame(chain::FrameType::kFetchBlocks, "f"));
  EXPECT_EQ(at_b_.next(), "frame " + std::to_string(chain::kFirstObserver) + " 4 f");

  o->send(1, chain::FramePriority::kVotes, chain::make_frame(chain::FrameType::kConsensus, "v"));
  EXPECT_EQ(at_b_.next(), "down " + std::to_string(chain::kFirstObserver));
}

TEST_F(PeerNetworkTest, LetsAValidatorsNodeInAsAnObserver) {
  const auto b = listen();
  PeerNetwork::Options follows = options(a_, std::nullopt);
  follows.validators[1].address = Endpoint{"127.0.0.1", b->port()};

  const auto o = *PeerNetwork::start(std::move(follows), at_a_);

  EXPECT_EQ(at_b_.next(), "up " + std::to_string(chain::kFirstObserver));
  EXPECT_EQ(at_a_.next(), "up 1");
}

TEST_F(PeerNetworkTest, AValidatorsNodeWithoutAVoteDoesNotDialItself) {
  const auto b = listen();
  PeerNetwork::Options follows = options(a_, std::nullopt);
  follows.validators[0].address = Endpoint{"127.0.0.1", b->port()};
  follows.validators[1].address = Endpoint{"127.0.0.1", b->port()};

  const auto o = *PeerNetwork::start(std::move(follows), at_a_);

  ASSERT_EQ(at_a_.next(), "up 1");
  ASSERT_EQ(o->peers().size(), 1U);
  EXPECT_EQ(o->peers().front().name, "b");
}

TEST_F(PeerNetworkTest, RefusesAValidatorThatDialsInTheWrongDirection) {
  const auto a = *PeerNetwork::start(options(a_, 0), at_a_);
  RawClient client(b_, a->port());
  ASSERT_TRUE(client.handshake());
  quality::peer::v1::Hello hello;
  hello.set_chain_id("net.example/x");
  hello.set_validator("net.example/b");
  hello.set_protocol(1);

  client.send(*chain::make_frame(chain::FrameType::kHello, hello.SerializeAsString()));
  client.read_to_end();

  EXPECT_TRUE(at_a_.quiet());
}

TEST_F(PeerNetworkTest, SaysThatAPortIsInUse) {
  const auto b = listen();
  PeerNetwork::Options same = options(a_, 0);
  same.listen.port = b->port();

  const auto second = PeerNetwork::start(std::move(same), at_a_);

  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("in use"), std::string::npos) << second.error().message;
}

}  // namespace
}  // namespace qc::node

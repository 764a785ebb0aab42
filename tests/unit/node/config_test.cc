// SPDX-License-Identifier: Apache-2.0
#include "node/config/config.h"

#include <gtest/gtest.h>

#include <string>

namespace qc::node {
namespace {

const std::string kGood = R"(data_dir = "data"
genesis = "../genesis.bin"
name = "association"

[keys]
validator = "keys/validator.pem"
node_tls = "keys/node_tls.pem"
log = "/etc/qc/log.pem"

[peer]
listen = "127.0.0.1:7001"

[[peer.link]]
name = "government"
address = "[::1]:7002"

[rpc]
listen = "127.0.0.1:8001"
)";

std::string error_of(const std::string& text) {
  const auto config = parse_config(text, "node.toml", "/srv/qc");
  return config ? "no error" : config.error().message;
}

TEST(Config, ReadsPathsRelativeToItsFolder) {
  const auto config = parse_config(kGood, "node.toml", "/srv/qc/nodes");

  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->data_dir, "/srv/qc/nodes/data");
  EXPECT_EQ(config->genesis, "/srv/qc/genesis.bin");
  EXPECT_EQ(config->keys.log, "/etc/qc/log.pem");
  EXPECT_EQ(config->keys.tls_certificate, "/srv/qc/nodes/data/node_tls.crt");
  EXPECT_EQ(config->links.at(0).address, (Endpoint{"::1", 7002}));
}

TEST(Config, PrintsItselfSoThatItReadsBackEqual) {
  const auto config = parse_config(kGood, "node.toml", "/srv/qc");
  ASSERT_TRUE(config);

  const auto again = parse_config(to_toml(*config), "printed", "/elsewhere");

  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, *config);
}

TEST(Config, NamesAnUnknownKeyAndItsLine) {
  EXPECT_EQ(error_of("speed = 1\n" + kGood).find("node.toml:1: unknown key \"speed\""), 0U);
  const std::string message = error_of(kGood + "\n[limits]\nmempool_bites = 1\n");
  EXPECT_NE(message.find("node.toml:21: unknown key \"limits.mempool_bites\""), std::string::npos)
      << message;
  EXPECT_NE(message.find("mempool_bytes"), std::string::npos) << message;
}

TEST(Config, NamesAnUnknownTable) {
  EXPECT_NE(error_of(kGood + "\n[speed]\nfast = true\n").find("unknown key \"speed\""),
            std::string::npos);
}

TEST(Config, NamesAMissingKey) {
  std::string text = kGood;
  text.erase(text.find("listen = \"127.0.0.1:8001\""), 25);
  EXPECT_NE(error_of(text).find("the key \"rpc.listen\" is missing"), std::string::npos)
      << error_of(text);
}

TEST(Config, RefusesWrongTypesAndRanges) {
  EXPECT_NE(error_of(kGood + "\n[limits]\nwindow = \"16\"\n").find("whole number from 1 to 16"),
            std::string::npos);
  EXPECT_NE(error_of(kGood + "\n[limits]\nwindow = 17\n").find("whole number from 1 to 16"),
            std::string::npos);
  EXPECT_NE(error_of(kGood + "\n[limits]\nwindow = -1\n").find("whole number from 1 to 16"),
            std::string::npos);
}

TEST(Config, RefusesWhatIsNoToml) {
  EXPECT_EQ(error_of("data_dir = \n").find("node.toml:1: no TOML"), 0U);
}

TEST(Config, RefusesALinkToItselfAndOneNamedTwice) {
  const std::string self = kGood + "\n[[peer.link]]\nname = \"association\"\naddress = \"h:1\"\n";
  EXPECT_NE(error_of(self).find("own name"), std::string::npos);
  const std::string twice = kGood + "\n[[peer.link]]\nname = \"government\"\naddress = \"h:1\"\n";
  EXPECT_NE(error_of(twice).find("another link"), std::string::npos);
}

TEST(Config, RefusesAVotingKeyForAnObserver) {
  EXPECT_NE(error_of("role = \"observer\"\n" + kGood).find("never votes"), std::string::npos);
}

TEST(Config, RaisesEveryStepOfSpaceToTheNextOne) {
  const auto config =
      parse_config(kGood + "\n[limits]\nspace_exit_bytes = 9000000000000\n", "f", "/");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->limits.space_stop_bytes, 9000000000000U);
  EXPECT_EQ(config->limits.space_warn_bytes, 9000000000000U);
}

TEST(Endpoint, ReadsHostsAndBothKindsOfAddresses) {
  EXPECT_EQ(*Endpoint::parse("node-2.example:7001"), (Endpoint{"node-2.example", 7001}));
  EXPECT_EQ(*Endpoint::parse("[::1]:0"), (Endpoint{"::1", 0}));
  EXPECT_EQ(Endpoint::parse("[::1]:0")->text(), "[::1]:0");
}

TEST(Endpoint, RefusesWhatHasNoPortOrNoHost) {
  for (const char* text : {"host", "host:", ":1", "host:65536", "host:1x", "::1:7", "[]:1", ""}) {
    EXPECT_FALSE(Endpoint::parse(text)) << text;
  }
}

}  // namespace
}  // namespace qc::node

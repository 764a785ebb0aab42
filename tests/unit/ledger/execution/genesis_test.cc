// SPDX-License-Identifier: Apache-2.0
#include "ledger/execution/genesis.h"

#include <gtest/gtest.h>

#include "tests/unit/ledger/vectors/vectors.h"

namespace qc::ledger {
namespace {

GenesisDocument good_genesis() {
  return {
      .name = "quality-chain.example/liaocheng", .time_ms = 1'795'419'000'000, .records = {"r"}};
}

TEST(GenesisDocument, RefusesWhatFoundsNoNetwork) {
  EXPECT_TRUE(GenesisDocument::parse(good_genesis().encode()));
  for (const char* name : {"", "a b", "a+b", "https://a", "/a", "a/", "a\n"}) {
    GenesisDocument genesis = good_genesis();
    genesis.name = name;
    EXPECT_FALSE(GenesisDocument::parse(genesis.encode())) << name;
  }
  GenesisDocument genesis = good_genesis();
  genesis.time_ms = 0;
  EXPECT_FALSE(GenesisDocument::parse(genesis.encode()));
  genesis = good_genesis();
  genesis.records = {};
  EXPECT_FALSE(GenesisDocument::parse(genesis.encode()));
  genesis.records = {""};
  EXPECT_FALSE(GenesisDocument::parse(genesis.encode()));
  genesis.records = {std::string(48 * 1024 + 1, 'r')};
  EXPECT_FALSE(GenesisDocument::parse(genesis.encode()));
  EXPECT_FALSE(GenesisDocument::parse(good_genesis().encode() + '\0'));
}

TEST(ChainId, IsNameAndHash) {
  const std::string origin = vectors()["genesis"]["origin"];
  const auto chain = parse_chain_id(origin);
  ASSERT_TRUE(chain);
  EXPECT_EQ(chain->name, vectors()["genesis"]["name"]);
  EXPECT_EQ(chain->genesis_hash, digest_of(vectors()["genesis"]["hash"]));
  EXPECT_EQ(chain_id(chain->name, chain->genesis_hash), origin);
  for (const std::string& bad :
       {std::string(), origin + "0", origin.substr(0, origin.size() - 1), std::string("name"),
        origin.substr(origin.rfind('/')), "a b" + origin.substr(origin.rfind('/'))}) {
    EXPECT_FALSE(parse_chain_id(bad)) << bad;
  }
}

}  // namespace
}  // namespace qc::ledger

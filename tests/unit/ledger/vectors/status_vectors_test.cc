// SPDX-License-Identifier: Apache-2.0
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/hex.h"
#include "ledger/base/canonical_protobuf.h"
#include "quality/v1/status.pb.h"

namespace qc::ledger {
namespace {

const google::protobuf::FileDescriptor& statuses() {
  return *quality::v1::KeyStatus::descriptor()->file();
}

std::unique_ptr<google::protobuf::Message> make(const std::string& name) {
  const auto* descriptor = statuses().FindMessageTypeByName(name);
  if (descriptor == nullptr) return nullptr;
  return std::unique_ptr<google::protobuf::Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
}

nlohmann::json vectors() {
  std::ifstream file(QC_VECTORS_DIR "/statuses.json");
  return nlohmann::json::parse(file).at("statuses");
}

TEST(StatusVectors, AreOurCanonicalBytes) {
  for (const auto& vector : vectors()) {
    const auto name = vector.at("message").get<std::string>();
    const auto message = make(name);
    ASSERT_NE(message, nullptr) << name;
    const auto parsed =
        google::protobuf::util::JsonStringToMessage(vector.at("value").dump(), message.get());
    ASSERT_TRUE(parsed.ok()) << name;

    const std::string bytes = canonical_bytes(*message);

    EXPECT_EQ(to_hex(bytes), vector.at("hex").get<std::string>()) << name;
    EXPECT_TRUE(parse_canonical(bytes, *make(name)).has_value()) << name;
  }
}

TEST(StatusVectors, CoverEveryStatus) {
  std::map<std::string, int> count;
  for (const auto& vector : vectors()) ++count[vector.at("message").get<std::string>()];

  for (int i = 0; i < statuses().message_type_count(); ++i) {
    EXPECT_GE(count[statuses().message_type(i)->name()], 1) << statuses().message_type(i)->name();
  }
}

TEST(StatusVectors, SeeIsFieldOneOfEveryStatus) {
  for (int i = 0; i < statuses().message_type_count(); ++i) {
    const auto* see = statuses().message_type(i)->FindFieldByNumber(1);
    ASSERT_NE(see, nullptr);
    EXPECT_EQ(see->name(), "see");
    EXPECT_TRUE(see->is_repeated());
  }
}

}  // namespace
}  // namespace qc::ledger

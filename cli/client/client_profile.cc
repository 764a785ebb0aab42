// SPDX-License-Identifier: Apache-2.0
#include "cli/client/client_profile.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/base/files.h"

namespace qc::cli {

using ledger::Code;
using ledger::fail;
using ledger::Result;
using Json = nlohmann::ordered_json;

namespace {

constexpr std::size_t kProfileSizeMax = 1024 * 1024;

/// Takes known members out of a JSON object and remembers the first that is missing or wrong.
class MemberReader {
 public:
  explicit MemberReader(const Json& object) : object_(object) {}

  std::string text(const char* name) {
    const auto member = object_.find(name);
    if (member == object_.end() || !member->is_string()) {
      wrong_ = wrong_.empty() ? name : wrong_;
      return {};
    }
    return member->get<std::string>();
  }

  const std::string& wrong() const { return wrong_; }

 private:
  const Json& object_;
  std::string wrong_;
};

auto wrong_member(const std::filesystem::path& file, std::string_view member) {
  return fail(Code::kInvalidArgument,
              fmt::format("{}: \"{}\" is missing or of the wrong type", file.string(), member));
}

Result<std::vector<NodeAddress>> read_nodes(const Json& profile,
                                            const std::filesystem::path& file) {
  std::vector<NodeAddress> nodes;
  if (!profile.contains("nodes") || !profile["nodes"].is_array() || profile["nodes"].empty()) {
    return wrong_member(file, "nodes");
  }
  for (const Json& entry : profile["nodes"]) {
    MemberReader reader(entry);
    nodes.push_back({.address = reader.text("address"), .key_id = reader.text("key_id")});
    if (!reader.wrong().empty()) {
      return wrong_member(file, "nodes." + reader.wrong());
    }
  }
  return nodes;
}

}  // namespace

Result<ClientProfile> ClientProfile::load(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "profile.json";
  QC_TRY(const std::string content, read_file(file, kProfileSizeMax));
  const Json profile = Json::parse(content, nullptr, /*allow_exceptions=*/false);
  if (!profile.is_object()) {
    return fail(Code::kInvalidArgument, fmt::format("{} is no JSON object", file.string()));
  }
  MemberReader reader(profile);
  ClientProfile result{.folder = folder,
                       .chain_id = reader.text("chain"),
                       .organisation = reader.text("organisation"),
                       .nodes = {},
                       .admin_key = folder / reader.text("admin_key"),
                       .signing_key = folder / reader.text("signing_key"),
                       .tls_key = folder / reader.text("tls_key"),
                       .policy = folder / reader.text("policy")};
  if (!reader.wrong().empty()) {
    return wrong_member(file, reader.wrong());
  }
  QC_TRY(result.nodes, read_nodes(profile, file));
  return result;
}

Result<void> ClientProfile::save() const {
  Json nodes_json = Json::array();
  for (const NodeAddress& node : nodes) {
    nodes_json.push_back({{"address", node.address}, {"key_id", node.key_id}});
  }
  const auto relative = [&](const std::filesystem::path& path) {
    return path.lexically_relative(folder).string();
  };
  const Json profile = {{"chain", chain_id},
                        {"organisation", organisation},
                        {"nodes", nodes_json},
                        {"admin_key", relative(admin_key)},
                        {"signing_key", relative(signing_key)},
                        {"tls_key", relative(tls_key)},
                        {"policy", relative(policy)}};
  return write_file(folder / "profile.json", profile.dump(2) + "\n");
}

}  // namespace qc::cli

// SPDX-License-Identifier: Apache-2.0
#include "cli/network/network_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "cli/base/files.h"
#include "ledger/name/check_digit.h"

namespace qc::cli {

using ledger::Code;
using ledger::fail;
using ledger::Result;

namespace {

constexpr std::size_t kPlanSizeMax = 1024 * 1024;
constexpr std::size_t kPartiesMax = 31;

struct ExampleParty {
  std::string_view short_name;
  std::string_view name_zh;
  std::string_view name_en;
  std::string_view kind;
};
constexpr std::array<ExampleParty, 5> kExampleParties = {{
    {"regulator", "示例市市场监督管理局", "Example City Market Regulator", "regulator"},
    {"government", "示例市人民政府", "Example City Government", "government"},
    {"association", "示例市质量检验协会", "Example Quality Inspection Association", "association"},
    {"university", "示例大学质量研究院", "Example University Quality Institute", "university"},
    {"platform", "示例质量链平台有限公司", "Example Quality Chain Platform Ltd", "platform"},
}};

/// A code of no real organisation: department 1, category 1, region 370000, a made-up number.
std::string example_code(std::size_t number) {
  const std::string first = fmt::format("11370000MB{:07}", 2'018'000 + number);
  return first + ledger::uscc_check_character(first).value_or('0');
}

std::string example_rule(const std::vector<PlannedParty>& parties) {
  std::vector<std::string> others;
  for (const PlannedParty& party : parties) {
    if (party.kind != "regulator" && std::ranges::find(others, party.kind) == others.end()) {
      others.push_back(party.kind);
    }
  }
  const std::size_t wanted = std::min<std::size_t>(2, others.size());
  return wanted == 0 ? "regulator"
                     : fmt::format("regulator and {} of ({})", wanted, fmt::join(others, ", "));
}

Result<PlannedParty> read_party(const nlohmann::json& entry, std::size_t place) {
  PlannedParty party;
  const auto take = [&](const char* name, std::string& into, bool required) {
    const auto member = entry.find(name);
    if (member != entry.end() && member->is_string()) {
      into = member->get<std::string>();
      return true;
    }
    return member == entry.end() && !required;
  };
  const std::array<std::pair<const char*, std::string*>, 4> required = {
      {{"short_name", &party.short_name},
       {"code", &party.code},
       {"name_zh", &party.name_zh},
       {"kind", &party.kind}}};
  for (const auto& [name, into] : required) {
    if (!take(name, *into, true)) {
      return fail(Code::kInvalidArgument,
                  fmt::format("founders[{}].{} is missing or no text", place, name));
    }
  }
  if (!take("name_en", party.name_en, false) || !take("gln", party.gln, false)) {
    return fail(Code::kInvalidArgument,
                fmt::format("founders[{}]: name_en and gln are text", place));
  }
  return party;
}

}  // namespace

NetworkPlan example_plan(std::size_t parties) {
  NetworkPlan plan;
  const std::size_t count = std::clamp<std::size_t>(parties, 1, kPartiesMax);
  plan.name = count < 4 ? "dev-quality-chain.example/local" : "quality-chain.example/local";
  for (std::size_t i = 0; i < count; ++i) {
    const ExampleParty& example = kExampleParties[i % kExampleParties.size()];
    const std::size_t turn = i / kExampleParties.size();
    const std::string suffix = turn == 0 ? "" : fmt::format("-{}", turn + 1);
    plan.parties.push_back({.short_name = std::string(example.short_name) + suffix,
                            .code = example_code(i + 1),
                            .name_zh = std::string(example.name_zh) + suffix,
                            .name_en = std::string(example.name_en) + suffix,
                            .kind = std::string(example.kind),
                            .gln = ""});
  }
  plan.approval_rule = example_rule(plan.parties);
  return plan;
}

Result<NetworkPlan> read_plan(const std::filesystem::path& file) {
  QC_TRY(const std::string content, read_file(file, kPlanSizeMax));
  const auto json = nlohmann::json::parse(content, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("founders") || !json["founders"].is_array()) {
    return fail(Code::kInvalidArgument,
                fmt::format("{} is no JSON object with a list \"founders\"", file.string()));
  }
  NetworkPlan plan;
  for (const nlohmann::json& entry : json["founders"]) {
    auto party = read_party(entry, plan.parties.size());
    if (!party) {
      return ledger::fail_at(file.string(), party.error());
    }
    plan.parties.push_back(*std::move(party));
  }
  plan.name = json.value("name", "quality-chain.example/local");
  plan.approval_rule = json.value("approval_rule", example_rule(plan.parties));
  return plan;
}

}  // namespace qc::cli

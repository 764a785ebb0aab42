// SPDX-License-Identifier: Apache-2.0
#include "cli/client/seen_checkpoint.h"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/hex.h"
#include "cli/base/files.h"

namespace qc::cli {

using ledger::Code;
using ledger::fail;
using ledger::Result;

namespace {

constexpr std::size_t kSeenSizeMax = 4096;

std::filesystem::path seen_file(const ClientProfile& profile) {
  return profile.folder / "newest-checkpoint.json";
}

}  // namespace

SeenCheckpoint seen_now(const ledger::Checkpoint& checkpoint, std::uint64_t as_of_s) {
  return {.size = checkpoint.size, .root = to_hex(checkpoint.root), .as_of_s = as_of_s};
}

AgainstSeen compare(const SeenCheckpoint& answer, const std::optional<SeenCheckpoint>& newest) {
  if (!newest || answer.size > newest->size) return AgainstSeen::kNotOlder;
  if (answer.size < newest->size) return AgainstSeen::kOlder;
  return answer.root == newest->root ? AgainstSeen::kNotOlder : AgainstSeen::kContradicts;
}

Result<std::optional<SeenCheckpoint>> newest_seen(const ClientProfile& profile) {
  const std::filesystem::path file = seen_file(profile);
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return std::nullopt;
  QC_TRY(const std::string text, read_file(file, kSeenSizeMax));
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  const bool whole = json.is_object() && json.contains("size") &&
                     json["size"].is_number_unsigned() && json.contains("root") &&
                     json["root"].is_string() && json.contains("as_of_s") &&
                     json["as_of_s"].is_number_unsigned();
  if (!whole) {
    return fail(Code::kFailedPrecondition,
                fmt::format("{}: holds no size, root and as_of_s; it remembers the newest "
                            "checkpoint that was verified: remove it to begin anew",
                            file.string()));
  }
  return SeenCheckpoint{.size = json["size"].get<std::uint64_t>(),
                        .root = json["root"].get<std::string>(),
                        .as_of_s = json["as_of_s"].get<std::uint64_t>()};
}

Result<void> remember_seen(const ClientProfile& profile, const SeenCheckpoint& checkpoint) {
  QC_TRY(const auto newest, newest_seen(profile));
  if (newest && newest->size >= checkpoint.size) return {};
  const nlohmann::ordered_json json = {
      {"size", checkpoint.size}, {"root", checkpoint.root}, {"as_of_s", checkpoint.as_of_s}};
  return write_file(seen_file(profile), json.dump(2) + "\n");
}

}  // namespace qc::cli

// SPDX-License-Identifier: Apache-2.0
#include "cli/client/node_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "cli/verify/timeline.h"
#include "ledger/base/calendar.h"

namespace qc::cli {
namespace {

using quality::v1::GetStatusResponse;

std::string time_text(std::uint64_t ms) { return ledger::format_rfc3339(ms, kShownTimeZone); }

std::string size_text(std::uint64_t bytes) {
  constexpr std::uint64_t kGiB = std::uint64_t{1} << 30U;
  constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;
  if (bytes >= kGiB) return fmt::format("{}.{} GiB", bytes / kGiB, bytes % kGiB * 10 / kGiB);
  return fmt::format("{} MiB", bytes / kMiB);
}

std::uint64_t since(std::uint64_t then_ms, std::uint64_t now_ms) {
  return now_ms > then_ms ? now_ms - then_ms : 0;
}

std::string_view short_name(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

std::string view_text(const GetStatusResponse& status) {
  return fmt::format(
      "{}, primary {}{}{}", status.view(), status.primary(),
      status.view_begun() ? "" : ", not begun yet",
      status.views_without_commit() == 0
          ? ""
          : fmt::format(", {} left since the last commit", status.views_without_commit()));
}

std::string change_text(const GetStatusResponse& status) {
  if (!status.has_last_view_change()) return "none since the start";
  const quality::v1::ViewChange& change = status.last_view_change();
  return fmt::format("{} to {} at {} ({} ago), cause {}; {} since the start", change.from(),
                     change.to(), time_text(change.at_ms()),
                     span_text(since(change.at_ms(), status.freshness().now_ms())), change.cause(),
                     status.view_changes());
}

std::string peers_table(const GetStatusResponse& status) {
  std::size_t width = 4;
  for (const auto& peer : status.peers()) width = std::max(width, peer.name().size());
  std::string text = fmt::format("\n  {:<{}}  {:<5} {:>9} {:>6}  {:<12} {}\n", "PEER", width,
                                 "LINK", "CERTIFIED", "LAG", "HEARD", "ADDRESS");
  for (const auto& peer : status.peers()) {
    const std::string heard =
        peer.silent_ms() == 0 && !peer.connected() ? "never" : span_text(peer.silent_ms()) + " ago";
    text += fmt::format("  {:<{}}  {:<5} {:>9} {:>6}  {:<12} {}\n", peer.name(), width,
                        peer.connected() ? "up" : "DOWN", peer.certified_height(),
                        peer.lag_blocks(), heard, peer.address());
    if (!peer.trouble().empty()) text += fmt::format("  {:<{}}  {}\n", "", width, peer.trouble());
  }
  return text;
}

}  // namespace

std::string span_text(std::uint64_t ms) {
  const std::uint64_t seconds = ms / 1000;
  if (seconds < 10) return fmt::format("{}.{} s", seconds, ms % 1000 / 100);
  if (seconds < 120) return fmt::format("{} s", seconds);
  const std::uint64_t minutes = seconds / 60;
  if (minutes < 60) return fmt::format("{} min", minutes);
  const std::uint64_t hours = minutes / 60;
  if (hours < 48) return fmt::format("{} h {} min", hours, minutes % 60);
  return fmt::format("{} d {} h", hours / 24, hours % 24);
}

std::string stale_mark(const quality::v1::Freshness& freshness) {
  if (!freshness.stale()) return "";
  if (freshness.current_as_of_ms() == 0) {
    return fmt::format("STALE, of unknown age: {}", freshness.reason());
  }
  return fmt::format("STALE, as of {} ({} ago): {}", time_text(freshness.current_as_of_ms()),
                     span_text(since(freshness.current_as_of_ms(), freshness.now_ms())),
                     freshness.reason());
}

void warn_if_stale(const quality::v1::Freshness& freshness) {
  const std::string mark = stale_mark(freshness);
  if (!mark.empty()) fmt::print(stderr, "{}\n", mark);
}

nlohmann::ordered_json freshness_json(const quality::v1::Freshness& freshness) {
  return {{"height", freshness.height()},
          {"block_time_ms", freshness.block_time_ms()},
          {"stale", freshness.stale()},
          {"current_as_of_ms", freshness.current_as_of_ms()},
          {"reason", freshness.reason()}};
}

bool in_order(const GetStatusResponse& status) {
  if (status.freshness().stale() || !status.damage().empty()) return false;
  return status.role() == "observer" || (status.may_vote() && status.refusal().empty());
}

nlohmann::ordered_json status_json(const GetStatusResponse& status) {
  nlohmann::ordered_json out = {{"chain", status.chain_id()},
                                {"node", status.name()},
                                {"version", status.version()},
                                {"in_order", in_order(status)},
                                {"role", status.role()},
                                {"may_vote", status.may_vote()},
                                {"not_voting", status.not_voting()},
                                {"accepts_submissions", status.refusal().empty()},
                                {"refusal", status.refusal()},
                                {"damage", status.damage()},
                                {"freshness", freshness_json(status.freshness())},
                                {"epoch", status.epoch()},
                                {"validators", status.validators()},
                                {"quorum", status.quorum()},
                                {"view", status.view()},
                                {"view_begun", status.view_begun()},
                                {"primary", status.primary()},
                                {"last_view_change", nullptr},
                                {"view_changes", status.view_changes()},
                                {"views_without_commit", status.views_without_commit()},
                                {"certified_height", status.certified_height()},
                                {"executed_height", status.executed_height()},
                                {"delivered_height", status.delivered_height()},
                                {"prepared_height", status.prepared_height()},
                                {"window", status.window()},
                                {"proposals_in_flight", status.proposals_in_flight()},
                                {"batches_held", status.batches_held()},
                                {"batches_ready", status.batches_ready()},
                                {"log_size", status.log_size()},
                                {"block_time_ms", status.block_time_ms()},
                                {"mempool_submissions", status.mempool_submissions()},
                                {"mempool_bytes", status.mempool_bytes()},
                                {"disk_free_bytes", status.disk_free_bytes()},
                                {"started_at_ms", status.started_at_ms()},
                                {"rss_bytes", status.rss_bytes()},
                                {"cpu_ms", status.cpu_ms()},
                                {"evidence", status.evidence()}};
  if (status.has_last_view_change()) {
    const quality::v1::ViewChange& change = status.last_view_change();
    out["last_view_change"] = {{"from", change.from()},
                               {"to", change.to()},
                               {"cause", change.cause()},
                               {"at_ms", change.at_ms()}};
  }
  int connected = 0;
  nlohmann::ordered_json peers = nlohmann::ordered_json::array();
  for (const auto& peer : status.peers()) {
    connected += peer.connected() ? 1 : 0;
    peers.push_back({{"name", peer.name()},
                     {"connected", peer.connected()},
                     {"address", peer.address()},
                     {"trouble", peer.trouble()},
                     {"certified_height", peer.certified_height()},
                     {"lag_blocks", peer.lag_blocks()},
                     {"silent_ms", peer.silent_ms()},
                     {"bytes_sent", peer.bytes_sent()},
                     {"bytes_received", peer.bytes_received()}});
  }
  out["peers_connected"] = connected;
  out["peers"] = std::move(peers);
  return out;
}

std::string format_status(const GetStatusResponse& status) {
  const std::uint64_t now_ms = status.freshness().now_ms();
  std::string text =
      fmt::format("{}: {} of {}\n", short_name(status.name()), status.role(), status.chain_id());
  const auto line = [&text](std::string_view what, const std::string& value) {
    text += fmt::format("  {:<13}{}\n", what, value);
  };
  const std::string stale = stale_mark(status.freshness());
  line("state", stale.empty() ? "up to date" : stale);
  line("votes", status.may_vote() ? "yes" : "no: " + status.not_voting());
  line("submissions", status.refusal().empty() ? "accepted" : "REFUSED: " + status.refusal());
  if (!status.damage().empty()) line("data", "DAMAGED: " + status.damage());
  line("view", view_text(status));
  line("view change", change_text(status));
  line("heights", fmt::format("certified {}, executed {}, committed {}, prepared {}",
                              status.certified_height(), status.executed_height(),
                              status.delivered_height(), status.prepared_height()));
  line("in play",
       fmt::format("{} to {}, {} with a proposal", status.certified_height() + 1,
                   status.certified_height() + status.window(), status.proposals_in_flight()));
  line("epoch", fmt::format("from height {}: {} validators, quorum {}", status.epoch(),
                            status.validators(), status.quorum()));
  line("log", fmt::format("{} entries, newest block of {}", status.log_size(),
                          time_text(status.block_time_ms())));
  line("waiting", fmt::format("{} submissions ({}), {} batches, {} of them ready",
                              status.mempool_submissions(), size_text(status.mempool_bytes()),
                              status.batches_held(), status.batches_ready()));
  line("machine", fmt::format("{} of disk free, {} of memory used",
                              size_text(status.disk_free_bytes()), size_text(status.rss_bytes())));
  line("process", fmt::format("version {}, up {}", status.version(),
                              span_text(since(status.started_at_ms(), now_ms))));
  if (status.evidence() > 0) {
    line("EVIDENCE", fmt::format("{} against validators that contradicted themselves (qc node "
                                 "evidence)",
                                 status.evidence()));
  }
  if (!status.peers().empty()) text += peers_table(status);
  return text;
}

}  // namespace qc::cli

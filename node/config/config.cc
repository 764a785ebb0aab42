// SPDX-License-Identifier: Apache-2.0
#include "node/config/config.h"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <limits>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

#include "ledger/consortium/validator_schedule.h"
#include "ledger/consortium/validator_set.h"
#include "os/file.h"

namespace qc::node {
namespace {

using ledger::Code;
using ledger::Error;
using ledger::fail;
using ledger::Result;

/// Longer configuration files are refused unread.
constexpr std::uint64_t kConfigBytesMax = 1 << 20;

/// Reads one table of the file key by key and remembers which keys it was asked for, so that
/// `finish` can name the others. Keeps the first error only; after one, every further answer is a
/// default.
class TableReader {
 public:
  TableReader(const toml::table& table, std::string prefix, const std::string& file,
              std::optional<Error>& error)
      : table_(table), prefix_(std::move(prefix)), file_(file), error_(error) {}

  std::string text(std::string_view key, const std::optional<std::string>& otherwise) {
    const toml::node* node = find(key);
    if (node == nullptr) return missing(key, otherwise);
    const auto value = node->value_exact<std::string>();
    if (!value) {
      refuse(node->source(), fmt::format("\"{}{}\" must be a text in quotes", prefix_, key));
      return {};
    }
    return *value;
  }

  template <class T>
  void number(std::string_view key, T& value, std::uint64_t min, std::uint64_t max) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const auto found = node->value_exact<std::int64_t>();
    if (!found || *found < 0 || std::cmp_less(*found, min) || std::cmp_greater(*found, max)) {
      refuse(node->source(),
             fmt::format("\"{}{}\" must be a whole number from {} to {}", prefix_, key, min, max));
      return;
    }
    value = static_cast<T>(*found);
  }

  Endpoint endpoint(std::string_view key) {
    const toml::node* node = table_.get(key);
    const std::string value = text(key, std::nullopt);
    if (error_ || node == nullptr) return {};
    auto parsed = Endpoint::parse(value);
    if (!parsed) {
      refuse(node->source(), fmt::format("\"{}{}\": {}", prefix_, key, parsed.error().message));
      return {};
    }
    return *parsed;
  }

  const toml::table* table(std::string_view key) {
    const toml::node* node = find(key);
    if (node == nullptr) return nullptr;
    if (!node->is_table())
      refuse(node->source(),
             fmt::format("\"{}{}\" must be a table: [{}{}]", prefix_, key, prefix_, key));
    return node->as_table();
  }

  const toml::array* tables(std::string_view key) {
    const toml::node* node = find(key);
    if (node == nullptr) return nullptr;
    if (!node->is_array_of_tables()) {
      refuse(node->source(),
             fmt::format("\"{}{}\" must be tables: [[{}{}]]", prefix_, key, prefix_, key));
      return nullptr;
    }
    return node->as_array();
  }

  void refuse(const toml::source_region& where, std::string_view what) {
    if (!error_)
      error_ =
          Error{Code::kInvalidArgument, fmt::format("{}:{}: {}", file_, where.begin.line, what)};
  }
  void refuse(std::string_view key, std::string_view what) {
    const toml::node* node = table_.get(key);
    refuse(node != nullptr ? node->source() : table_.source(),
           fmt::format("\"{}{}\" {}", prefix_, key, what));
  }

  /// To be called last: refuses the keys that nobody asked for.
  void finish() {
    for (const auto& [key, node] : table_) {
      if (known_.contains(key.str())) continue;
      std::string known;
      for (const auto& name : known_) known += (known.empty() ? "" : ", ") + name;
      refuse(key.source(),
             fmt::format("unknown key \"{}{}\"; known here: {}", prefix_, key.str(), known));
      return;
    }
  }

 private:
  const toml::node* find(std::string_view key) {
    known_.emplace(key);
    return table_.get(key);
  }

  std::string missing(std::string_view key, const std::optional<std::string>& otherwise) {
    if (!otherwise)
      refuse(table_.source(), fmt::format("the key \"{}{}\" is missing", prefix_, key));
    return otherwise.value_or("");
  }

  const toml::table& table_;
  std::string prefix_;
  const std::string& file_;
  std::optional<Error>& error_;
  std::set<std::string, std::less<>> known_;
};

/// The file as a whole: knows the keys and what belongs together.
class ConfigReader {
 public:
  ConfigReader(const std::string& file, const std::string& folder) : file_(file), folder_(folder) {}

  Result<Config> read(const toml::table& root) {
    TableReader reader(root, "", file_, error_);
    config_.data_dir = path(reader.text("data_dir", std::nullopt));
    config_.genesis = path(reader.text("genesis", std::nullopt));
    config_.chain = reader.text("chain", "");
    config_.name = reader.text("name", std::nullopt);
    if (!ledger::is_short_name(config_.name)) {
      reader.refuse(
          "name",
          "must be a short name: a lower-case letter, then up to 31 letters, digits or '-'");
    }
    read_role(reader);
    section(reader, "keys", &ConfigReader::read_keys);
    section(reader, "peer", &ConfigReader::read_peer);
    section(reader, "rpc", &ConfigReader::read_rpc);
    section(reader, "limits", &ConfigReader::read_limits);
    section(reader, "log", &ConfigReader::read_log);
    section(reader, "metrics", &ConfigReader::read_metrics);
    reader.finish();
    if (error_) return tl::unexpected<Error>(*error_);
    return config_;
  }

 private:
  std::string path(const std::string& written) const {
    if (written.empty()) return written;
    const std::filesystem::path given(written);
    return given.is_absolute()
               ? written
               : (std::filesystem::path(folder_) / given).lexically_normal().string();
  }

  void section(TableReader& parent, std::string_view name,
               void (ConfigReader::*read_section)(TableReader&)) {
    static const toml::table empty;
    const toml::table* found = parent.table(name);
    TableReader reader(found == nullptr ? empty : *found, std::string(name) + ".", file_, error_);
    (this->*read_section)(reader);
    reader.finish();
  }

  void read_role(TableReader& reader) {
    const std::string role = reader.text("role", "validator");
    if (role == "observer") {
      config_.role = NodeRole::kObserver;
    } else if (role != "validator") {
      reader.refuse("role", "must be \"validator\" or \"observer\"");
    }
  }

  void read_keys(TableReader& reader) {
    const bool votes = config_.role == NodeRole::kValidator;
    config_.keys.validator =
        path(reader.text("validator", votes ? std::nullopt : std::optional<std::string>("")));
    if (!votes && !config_.keys.validator.empty())
      reader.refuse("validator", "is not for an observer: it never votes");
    config_.keys.node_tls = path(reader.text("node_tls", std::nullopt));
    config_.keys.log = path(reader.text("log", std::nullopt));
    config_.keys.tls_certificate = path(reader.text("tls_certificate", ""));
    if (config_.keys.tls_certificate.empty()) {
      config_.keys.tls_certificate =
          (std::filesystem::path(config_.data_dir) / "node_tls.crt").string();
    }
  }

  void read_peer(TableReader& reader) {
    config_.peer_listen = reader.endpoint("listen");
    const toml::array* links = reader.tables("link");
    if (links == nullptr) return;
    std::set<std::string> names;
    for (const toml::node& node : *links) {
      TableReader link(*node.as_table(), "peer.link.", file_, error_);
      PeerLink read{.name = link.text("name", std::nullopt), .address = link.endpoint("address")};
      if (!ledger::is_short_name(read.name))
        link.refuse("name", "must be the short name of a validator");
      if (read.name == config_.name) link.refuse("name", "is this node's own name; leave it out");
      if (!names.insert(read.name).second) link.refuse("name", "stands in another link already");
      link.finish();
      config_.links.push_back(std::move(read));
    }
  }

  void read_rpc(TableReader& reader) { config_.rpc_listen = reader.endpoint("listen"); }

  void read_limits(TableReader& reader) {
    constexpr std::uint64_t kTera = std::uint64_t{1} << 40;
    constexpr std::uint64_t kSafeInteger = (std::uint64_t{1} << 53) - 1;
    constexpr std::uint64_t kSubmission = 17ULL << 20;
    Limits& limits = config_.limits;
    reader.number("mempool_bytes", limits.mempool_bytes, kSubmission, kTera);
    reader.number("mempool_organisation_bytes", limits.mempool_organisation_bytes, kSubmission,
                  kTera);
    reader.number("verify_queue", limits.verify_queue, 16, 1 << 20);
    reader.number("batch_bytes", limits.batch_bytes, 1024, 16 << 20);
    reader.number("batch_ms", limits.batch_ms, 0, 1000);
    reader.number("author_bytes", limits.author_bytes, kSubmission, kTera);
    reader.number("block_bytes", limits.block_bytes, 1024, 64 << 20);
    reader.number("block_batches", limits.block_batches, 1, 1024);
    reader.number("peer_queue_bytes", limits.peer_queue_bytes, kSubmission, kTera);
    // A change of the validator set is decided so far ahead of its height and no further.
    reader.number("window", limits.window, 1, ledger::kConsensusWindow);
    reader.number("cosign_again_s", limits.cosign_again_s, 1, 86'400);
    reader.number("waiters", limits.waiters, 16, 1 << 24);
    reader.number("rpc_streams", limits.rpc_streams, 1, 10'000);
    reader.number("space_warn_bytes", limits.space_warn_bytes, 0, kSafeInteger);
    reader.number("space_refuse_bytes", limits.space_refuse_bytes, 0, kSafeInteger);
    reader.number("space_stop_bytes", limits.space_stop_bytes, 0, kSafeInteger);
    reader.number("space_exit_bytes", limits.space_exit_bytes, 0, kSafeInteger);
    // Each step begins at the latest where the next one does.
    limits.space_stop_bytes = std::max(limits.space_stop_bytes, limits.space_exit_bytes);
    limits.space_refuse_bytes = std::max(limits.space_refuse_bytes, limits.space_stop_bytes);
    limits.space_warn_bytes = std::max(limits.space_warn_bytes, limits.space_refuse_bytes);
  }

  void read_metrics(TableReader& reader) {
    const std::string listen = reader.text("listen", "");
    if (listen.empty()) return;
    const auto parsed = Endpoint::parse(listen);
    if (!parsed) {
      reader.refuse("listen", parsed.error().message);
      return;
    }
    config_.metrics_listen = *parsed;
  }

  void read_log(TableReader& reader) {
    const auto level = log_level_from(reader.text("level", "info"));
    if (!level)
      reader.refuse("level", "must be \"debug\", \"info\", \"warn\", \"error\" or \"off\"");
    config_.log_level = level.value_or(LogLevel::kInfo);
  }

  const std::string& file_;
  const std::string& folder_;
  std::optional<Error> error_;
  Config config_;
};

/// TOML's basic string: control characters, quotes and backslashes escaped.
std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string limits_text(const Limits& limits) {
  return fmt::format(
      "[limits]\nmempool_bytes = {}\nmempool_organisation_bytes = {}\nverify_queue = "
      "{}\nbatch_bytes = {}\n"
      "batch_ms = {}\nauthor_bytes = {}\nblock_bytes = {}\nblock_batches = {}\npeer_queue_bytes = "
      "{}\nwindow = {}\n"
      "cosign_again_s = {}\nwaiters = {}\nrpc_streams = {}\nspace_warn_bytes = "
      "{}\nspace_refuse_bytes = "
      "{}\nspace_stop_bytes = {}\n"
      "space_exit_bytes = {}\n",
      limits.mempool_bytes, limits.mempool_organisation_bytes, limits.verify_queue,
      limits.batch_bytes, limits.batch_ms, limits.author_bytes, limits.block_bytes,
      limits.block_batches, limits.peer_queue_bytes, limits.window, limits.cosign_again_s,
      limits.waiters, limits.rpc_streams, limits.space_warn_bytes, limits.space_refuse_bytes,
      limits.space_stop_bytes, limits.space_exit_bytes);
}

}  // namespace

std::string Endpoint::text() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                             : fmt::format("[{}]:{}", host, port);
}

Result<Endpoint> Endpoint::parse(std::string_view text) {
  const auto refuse = [&] {
    return fail(
        Code::kInvalidArgument,
        fmt::format(
            "\"{}\" is no address; write host:port, e.g. \"127.0.0.1:7001\" or \"[::1]:7001\"",
            text));
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return refuse();
  std::string_view host = text.substr(0, colon);
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return refuse();
  }
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (failure != std::errc() || end != digits.data() + digits.size() || host.empty())
    return refuse();
  if (host.find_first_of(" \t\n\"") != std::string_view::npos) return refuse();
  return Endpoint{.host = std::string(host), .port = port};
}

Result<Config> parse_config(std::string_view text, const std::string& file,
                            const std::string& folder) {
  const toml::parse_result parsed = toml::parse(text, file);
  if (!parsed) {
    return fail(Code::kInvalidArgument,
                fmt::format("{}:{}: no TOML: {}", file, parsed.error().source().begin.line,
                            parsed.error().description()));
  }
  return ConfigReader(file, folder).read(parsed.table());
}

Result<Config> load_config(const std::string& path) {
  const auto text = os::read_file(path, kConfigBytesMax);
  if (!text) return ledger::fail_at("the configuration", text.error());
  return parse_config(*text, path, std::filesystem::path(path).parent_path().string());
}

std::string to_toml(const Config& config) {
  std::string text = fmt::format(
      "data_dir = {}\ngenesis = {}\nchain = {}\nname = {}\nrole = \"{}\"\n\n[keys]\n",
      toml_text(config.data_dir), toml_text(config.genesis), toml_text(config.chain),
      toml_text(config.name), config.role == NodeRole::kValidator ? "validator" : "observer");
  if (!config.keys.validator.empty())
    text += fmt::format("validator = {}\n", toml_text(config.keys.validator));
  text += fmt::format("node_tls = {}\nlog = {}\ntls_certificate = {}\n\n[peer]\nlisten = {}\n",
                      toml_text(config.keys.node_tls), toml_text(config.keys.log),
                      toml_text(config.keys.tls_certificate), toml_text(config.peer_listen.text()));
  for (const PeerLink& link : config.links) {
    text += fmt::format("\n[[peer.link]]\nname = {}\naddress = {}\n", toml_text(link.name),
                        toml_text(link.address.text()));
  }
  text += fmt::format(
      "\n[rpc]\nlisten = {}\n\n{}\n[log]\nlevel = \"{}\"\n\n[metrics]\nlisten = {}\n",
      toml_text(config.rpc_listen.text()), limits_text(config.limits), to_string(config.log_level),
      toml_text(config.metrics_listen ? config.metrics_listen->text() : ""));
  return text;
}

}  // namespace qc::node

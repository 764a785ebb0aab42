// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "node/base/log.h"

namespace qc::node {

/// A host and a port as written in a configuration: "127.0.0.1:7001", "[::1]:7001",
/// "node-2.example:7001". Port 0 asks the operating system for a free one (tests).
struct Endpoint {
  std::string host;
  std::uint16_t port = 0;

  std::string text() const;
  static ledger::Result<Endpoint> parse(std::string_view text);
  bool operator==(const Endpoint&) const = default;
};

/// What this node is in the network.
enum class NodeRole : std::uint8_t { kValidator, kObserver };

/// Where another node is to be found. Who it is, is not said here: its TLS key stands on the chain
/// under its name.
struct PeerLink {
  /// Short name of a validator ("association").
  std::string name;
  Endpoint address;
  bool operator==(const PeerLink&) const = default;
};

/// Key files (PEM, PKCS#8, unencrypted, mode 0600 and owned by the user that runs the node).
struct KeyFiles {
  /// Ed25519 voting key; empty for an observer.
  std::string validator;
  /// Key of the node's TLS certificate, for peers and for gRPC.
  std::string node_tls;
  /// Ed25519 key that signs the served checkpoints as the log.
  std::string log;
  /// PEM certificate over the node_tls key; empty = `<data_dir>/node_tls.crt`, self-signed, made
  /// when absent.
  std::string tls_certificate;
  bool operator==(const KeyFiles&) const = default;
};

/// Every queue and quota of the node. The defaults suit five validators of some cores each.
struct Limits {
  /// Accepted submissions that wait to be ordered: all of them, and those of one organisation, in
  /// bytes.
  std::uint64_t mempool_bytes = std::uint64_t{256} << 20;
  std::uint64_t mempool_organisation_bytes = std::uint64_t{64} << 20;
  /// Submissions that wait for their signature check.
  std::uint32_t verify_queue = 4096;
  /// A batch is closed at so many bytes, or when its oldest submission has waited so long; at once
  /// when the node is idle.
  std::uint32_t batch_bytes = 512 << 10;
  std::uint32_t batch_ms = 5;
  /// Batches of one author that are held unordered, in bytes.
  std::uint64_t author_bytes = std::uint64_t{256} << 20;
  /// A proposed block names batches of at most so many bytes together (one batch may always be
  /// named).
  std::uint64_t block_bytes = std::uint64_t{8} << 20;
  std::uint32_t block_batches = 256;
  /// Bytes that wait to be sent to one peer.
  std::uint64_t peer_queue_bytes = std::uint64_t{64} << 20;
  /// Heights in play above the certified one. The same on every validator.
  std::uint32_t window = 16;
  /// On an idle network the newest checkpoint is cosigned anew when it is so many seconds old, so
  /// that "nothing later" can be shown. A checkpoint on a live network is at most some seconds
  /// older than this.
  std::uint32_t cosign_again_s = 20;
  /// Callers of one node that wait for an outcome or a height.
  std::uint32_t waiters = 65536;
  /// Concurrent gRPC streams of one connection.
  std::uint32_t rpc_streams = 128;
  /// Free room on the data directory's file system below which the node warns, refuses submissions,
  /// stops proposing, exits.
  std::uint64_t space_warn_bytes = std::uint64_t{4} << 30;
  std::uint64_t space_refuse_bytes = std::uint64_t{1} << 30;
  std::uint64_t space_stop_bytes = std::uint64_t{512} << 20;
  std::uint64_t space_exit_bytes = std::uint64_t{256} << 20;
  bool operator==(const Limits&) const = default;
};

/// The whole configuration of a node, with every default filled in (docs/configuration.md). Paths
/// are absolute, or relative to the working directory as the file's own folder was.
struct Config {
  std::string data_dir;
  /// Genesis document, exact bytes.
  std::string genesis;
  /// Network name, or complete chain id, that the genesis document must have; empty = not checked.
  std::string chain;
  /// Short name of the validator, or any short name for an observer.
  std::string name;
  NodeRole role = NodeRole::kValidator;
  KeyFiles keys;
  Endpoint peer_listen;
  std::vector<PeerLink> links;
  Endpoint rpc_listen;
  Limits limits;
  LogLevel log_level = LogLevel::kInfo;
  /// Where metrics are served over plain HTTP; nothing = not at all.
  std::optional<Endpoint> metrics_listen;
  bool operator==(const Config&) const = default;
};

/// Reads a configuration strictly: an unknown key, a wrong type, a value out of range or a missing
/// key is an error that names the file, the line and the key. Relative paths in it are relative to
/// the file's folder.
ledger::Result<Config> load_config(const std::string& path);
/// The same from text; `file` is for messages, `folder` what relative paths are relative to.
ledger::Result<Config> parse_config(std::string_view text, const std::string& file,
                                    const std::string& folder);

/// The effective configuration as TOML that load_config reads back to the same value. Holds no
/// secret.
std::string to_toml(const Config& config);

}  // namespace qc::node

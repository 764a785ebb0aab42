// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "consensus/replica/replica.h"
#include "tests/simulation/node/consortium.h"
#include "tests/simulation/random.h"

namespace qc::simulation {

class WholeNode;

/// What goes wrong with whole nodes. Times are virtual milliseconds; 0: never.
struct NodeScenario {
  std::string_view name;
  unsigned loss_percent = 0;
  std::int64_t delay_ms_max = 5;
  std::int64_t crash_every_ms = 0;
  std::int64_t down_ms_max = 2'000;
  std::int64_t partition_every_ms = 0;
  /// Of every hundred crashes: an older copy of the database is restored; all that follows from
  /// blocks is lost.
  unsigned rolled_back_percent = 0;
  unsigned derived_lost_percent = 0;
  /// A disk fills up; the node stops at its next block and has space again when it comes back.
  std::int64_t disk_full_every_ms = 0;
  /// One validator serves false blocks and checkpoints to those who sync.
  bool lying_peer = false;
  /// One validator's cosignatures are good, but stamped before the block's time.
  bool early_stamps = false;
  std::int64_t clock_skew_ms = 0;
};

const std::vector<NodeScenario>& node_scenarios();
const NodeScenario* find_node_scenario(std::string_view name);

/// What one run came to.
struct NodeReport {
  std::optional<std::string> violation;
  std::uint64_t events = 0;
  std::uint64_t blocks = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t refused = 0;
  std::uint64_t restarts = 0;
  std::uint64_t torn = 0;
  std::uint64_t executed_again = 0;
  std::uint64_t rolled_back = 0;
  std::uint64_t synced = 0;
  std::uint64_t lies_refused = 0;
  std::uint64_t disks_full = 0;
  std::uint64_t views = 0;
};

struct NodeOptions {
  const NodeScenario* scenario = nullptr;
  std::uint16_t validators = 4;
  std::uint64_t seed = 1;
  std::size_t submissions = 40;
};

/// A network of whole nodes under one virtual clock and one seed, its clients, and what must hold:
/// - no honest node says two things in one place, over all its lives, and says nothing new while
///   its database is behind what its journal holds certified;
/// - one chain: every node executes the same blocks, with the same seal (hence the same state and
///   submissions) and the same log root;
/// - what a client got a receipt for is in every node's log in the end, and provable there;
/// - once faults have stopped, all that was submitted is ordered, within a bound.
class WholeNetwork {
 public:
  explicit WholeNetwork(const NodeOptions& options);
  WholeNetwork(const WholeNetwork&) = delete;
  WholeNetwork& operator=(const WholeNetwork&) = delete;
  ~WholeNetwork();

  NodeReport run();

  // ---- what nodes use
  std::int64_t now_ns() const { return now_ns_; }
  Random& random() { return random_; }
  const Consortium& consortium() const { return consortium_; }
  const NodeOptions& options() const { return options_; }
  NodeReport& report() { return report_; }
  bool healed() const { return healed_; }
  bool is_liar(consensus::ReplicaIndex peer) const;
  void after_us(std::int64_t delay_us, std::function<void()> action);
  void send(WholeNode& from, std::optional<consensus::ReplicaIndex> to,
            const consensus::Message& message);
  void send_batch(WholeNode& from, std::optional<consensus::ReplicaIndex> to,
                  const std::string& bytes);
  /// Asks a peer for blocks; its answer comes as receive_blocks, or never.
  void fetch(WholeNode& from, consensus::ReplicaIndex peer, std::uint64_t height);
  /// The node's program stops by itself: its disk is full.
  void stopped(WholeNode& node);

  // ---- what is watched
  void fail(const std::string& what);
  void delivered(const consensus::Delivery& delivery, std::uint64_t expected);
  void executed(const ledger::ExecutedBlock& block);
  /// A node shows these blocks to its clients.
  void published(const ledger::ExecutedBlock& block);

 private:
  struct Scheduled {
    std::int64_t at_ns = 0;
    std::uint64_t order = 0;
    std::function<void()> action;
    bool operator>(const Scheduled& other) const {
      return at_ns != other.at_ns ? at_ns > other.at_ns : order > other.order;
    }
  };
  /// A client's submission, sent again until it has an outcome.
  struct Sent {
    std::string bytes;
    Digest hash{};
    bool acknowledged = false;
    std::string outcome;
  };
  using Place =
      std::tuple<consensus::ReplicaIndex, consensus::Phase, consensus::View, consensus::Height>;

  void transmit(WholeNode& from, std::optional<consensus::ReplicaIndex> to,
                const std::function<void(WholeNode&)>& arrive);
  bool cut(const WholeNode& from, const WholeNode& to) const;
  void said(const WholeNode& sender, const consensus::Message& message);
  void say_once(const WholeNode& sender, const Place& place, const Digest& digest);
  void submit(std::size_t number);
  void every(std::int64_t interval_ms, const std::function<void()>& fault);
  WholeNode& any_node();
  void take_down(WholeNode& node);
  void crash_one();
  void heal();
  bool settled() const;
  void check_end();
  void check_receipts(const WholeNode& node);

  NodeOptions options_;
  Random random_;
  Consortium consortium_;
  std::vector<std::unique_ptr<WholeNode>> nodes_;
  std::priority_queue<Scheduled, std::vector<Scheduled>, std::greater<>> queue_;
  std::int64_t now_ns_ = 0;
  std::uint64_t order_ = 0;
  bool healed_ = false;
  std::set<const WholeNode*> cut_off_;
  std::vector<Sent> submissions_;
  std::map<Digest, std::size_t> by_hash_;
  NodeReport report_;

  std::map<Place, Digest> said_;
  std::map<std::pair<consensus::ReplicaIndex, consensus::Height>, std::string> cosigned_;
  std::map<std::uint64_t, Digest> chain_;
  /// Seal and log root of every height that was executed anywhere.
  std::map<std::uint64_t, std::pair<std::string, Digest>> results_;
};

/// Runs one simulation of whole nodes.
NodeReport simulate(const NodeOptions& options);

/// The command line `qcsim --mode node ...`; the process's exit code.
int run_whole_nodes(int count, char** values);

}  // namespace qc::simulation

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/invariants.h"
#include "tests/simulation/random.h"
#include "tests/simulation/scenario.h"

namespace qc::simulation {

class Host;

struct Options {
  const Scenario* scenario = nullptr;
  std::uint16_t validators = 4;
  std::uint64_t seed = 1;
  /// How many batches clients bring in while faults are on.
  std::size_t batches = 60;
};

/// What one run came to.
struct Report {
  std::optional<std::string> violation;
  std::uint64_t events = 0;
  std::uint64_t messages = 0;
  std::uint64_t blocks = 0;
  std::uint64_t batches = 0;
  std::uint64_t restarts = 0;
  /// The greatest view that an honest validator was in.
  std::uint64_t views = 0;
  std::int64_t virtual_ms = 0;
};

/// A network of simulated validators under one virtual clock and one seed: delays, loses, repeats
/// and reorders what they say, crashes and restarts them, brings in batches; then heals everything
/// and sees whether all of it gets ordered.
class Network {
 public:
  explicit Network(const Options& options);
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  ~Network();

  Report run();

  // ---- what hosts use
  std::int64_t now_ns() const { return now_ns_; }
  Random& random() { return random_; }
  Invariants& invariants() { return invariants_; }
  const Options& options() const { return options_; }
  const Scenario& scenario() const { return *options_.scenario; }
  bool healed() const { return healed_; }
  void after_us(std::int64_t delay_us, std::function<void()> action);
  /// To one validator (to every copy that it may reach) or, with nothing, to all others.
  void send(Host& from, std::optional<consensus::ReplicaIndex> to,
            const consensus::Message& message);
  void send_batch(Host& from, std::optional<consensus::ReplicaIndex> to,
                  const consensus::BatchStored& batch);
  /// A running copy of a validator that the host can reach, if there is one.
  Host* reach(Host& from, consensus::ReplicaIndex peer);
  void link_up(Host& host);

 private:
  struct Scheduled {
    std::int64_t at_ns = 0;
    std::uint64_t order = 0;
    std::function<void()> action;
    bool operator>(const Scheduled& other) const {
      return at_ns != other.at_ns ? at_ns > other.at_ns : order > other.order;
    }
  };

  void transmit(Host& from, std::optional<consensus::ReplicaIndex> to,
                const std::function<void(Host&)>& arrive);
  bool cut(const Host& from, const Host& to) const;
  void bring_batch(std::size_t number);
  void crash_sometimes();
  void partition_sometimes();
  void pause_sometimes();
  void roll_back_once();
  Host& victim();
  void heal();
  bool settled() const;
  std::string unsettled() const;

  Options options_;
  Random random_;
  Invariants invariants_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::priority_queue<Scheduled, std::vector<Scheduled>, std::greater<>> queue_;
  std::int64_t now_ns_ = 0;
  std::uint64_t order_ = 0;
  bool healed_ = false;
  /// The hosts cut off from the others at the moment, and whether only their outgoing half is.
  std::set<const Host*> cut_off_;
  bool one_way_ = false;
  std::size_t batches_brought_ = 0;
  Report report_;
};

/// Runs one simulation.
Report simulate(const Options& options);

}  // namespace qc::simulation

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "consensus/replica/replica.h"
#include "tests/simulation/keyed_hash_authenticator.h"
#include "tests/simulation/network.h"
#include "tests/simulation/toy_ledger.h"

namespace qc::simulation {

/// One copy of a validator: a real Replica, and around it what a node's shell does, with a disk
/// that forgets what was not synced. Carries out actions as `consensus::Actions` demands: first the
/// journal, then everything else.
class Host {
 public:
  Host(Network& network, consensus::ReplicaIndex index, bool honest, bool slow,
       std::int64_t skew_ms);

  void start();
  void crash();
  /// Remembers the journal as it is now, and puts it back in the place of a later one.
  void copy_journal() { copied_ = journal_.size(); }
  void restore_journal();
  bool up() const { return replica_ != nullptr; }
  void receive(consensus::ReplicaIndex from, const std::string& bytes);
  void receive_batch(const consensus::BatchStored& batch);
  /// Clients' submissions packed into a batch here: durable before anybody hears of it.
  void bring(const consensus::BatchStored& batch);
  void step(consensus::Event event);

  consensus::ReplicaIndex index() const { return index_; }
  bool honest() const { return honest_; }
  const ToyLedger& ledger() const { return ledger_; }
  const consensus::Replica& replica() const { return *replica_; }
  std::uint64_t restarts() const { return restarts_; }
  std::size_t batches_stored() const { return batches_.size(); }
  /// Messages between a twin and others pass only within a group.
  int group = 0;
  /// Claims and signs views far above its own.
  bool liar = false;
  /// Begins its views twice.
  bool begins_twice = false;
  /// Stops it for a while (a machine suspended): what comes meanwhile waits.
  void sleep_until(std::int64_t time_ns) { asleep_until_ns_ = time_ns; }
  /// Runs it now, or when the host is awake again.
  void run_when_awake(const std::function<void()>& action);

 private:
  struct StoredBatch {
    consensus::BatchStored batch;
    bool durable = false;
  };

  /// The actions of one step, and the least height that they may deliver (block sync moves it).
  struct Waiting {
    consensus::Actions actions;
    consensus::Height first_delivery;
  };

  consensus::Now now() const;
  std::string cosignature(const std::string& checkpoint);
  void handle(consensus::Actions actions, consensus::Height first_delivery = {});
  void sync_journal();
  void make_durable(const consensus::JournalEntry& entry);
  void carry_out(Waiting& step);
  void certify(const consensus::Certifiable& found);
  void execute_next();
  void sync_blocks(const consensus::FetchBlocks& wanted);
  void take_blocks(const Host& peer);
  void schedule_tick(consensus::Time at);
  /// Runs the action after a delay unless this life has ended by then.
  void later(std::int64_t delay_us, std::function<void()> action);
  void lie(consensus::Message& message);
  /// A NewView of the same view with another start, if one can be made of what was heard.
  std::optional<consensus::NewView> another(const consensus::NewView& first);
  std::int64_t work_us(std::int64_t low, std::int64_t high);
  bool verify(const consensus::Message& message, consensus::ReplicaIndex from) const;

  Network& network_;
  consensus::ReplicaIndex index_;
  bool honest_;
  bool slow_;
  std::int64_t skew_ms_;
  KeyedHashAuthenticator authenticator_;
  consensus::Config config_;

  // The disk.
  ToyLedger ledger_;
  std::vector<consensus::JournalEntry> journal_;
  std::size_t copied_ = 0;
  std::map<Digest, StoredBatch> batches_;

  // The process.
  std::unique_ptr<consensus::Replica> replica_;
  std::uint64_t life_ = 0;
  std::int64_t asleep_until_ns_ = 0;
  std::map<consensus::ReplicaIndex, consensus::ViewChange> heard_;
  std::uint64_t restarts_ = 0;
  std::deque<Waiting> waiting_;
  std::size_t in_sync_ = 0;
  bool syncing_ = false;
  std::deque<consensus::Delivery> execution_;
  bool executing_ = false;
  bool fetching_ = false;
  consensus::Height next_delivery_;
  consensus::Time tick_at_;
  bool tick_scheduled_ = false;
};

}  // namespace qc::simulation

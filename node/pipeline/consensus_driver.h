// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "chain/authenticator.h"
#include "chain/message_verifier.h"
#include "consensus/replica/replica.h"
#include "ledger/consortium/validator_set.h"
#include "ledger/crypto/network.h"
#include "node/base/log.h"
#include "node/execution/executor.h"
#include "node/peer/peer_network.h"
#include "node/pipeline/batch_store.h"
#include "node/pipeline/mempool.h"
#include "node/pipeline/verify_pool.h"
#include "node/status/metrics.h"
#include "node/sync/block_sync.h"
#include "storage/journal/vote_journal.h"

namespace qc::node {

/// What the records of the vote journal are: `JournalRecord::type`.
enum class JournalRecordType : std::uint8_t {
  /// consensus::JournalEntry in the encoding of consensus/message/codec.h.
  kEntry = 1,
  /// A batch's bytes, in the same group as (or before) the certificate that needs them.
  kBatch = 2,
};

/// The one thread around the replica: takes what happens, has it judged, and carries out what the
/// replica wants, in the order that its contract demands: journal (one sync for everything that
/// happened since the last), then messages, then execution.
class ConsensusDriver {
 public:
  struct Options {
    ledger::Network network;
    ledger::ValidatorSet validators;
    consensus::Config consensus;
  };

  /// What a restart has to go on from.
  struct Start {
    consensus::LedgerPosition ledger;
    consensus::RecoveredState promises;
    /// Null for an observer, which promises nothing.
    std::unique_ptr<storage::VoteJournal> journal;
    /// Batches that the journal kept and that are not executed yet.
    std::vector<chain::SharedBatch> batches;
  };

  /// The parts of the node that the driver works with; all outlive it.
  struct Parts {
    chain::VoteAuthenticator& authenticator;
    BatchStore& batches;
    Mempool& mempool;
    VerifyPool& pool;
    Executor& executor;
    BlockSync& sync;
    /// Called once, on the driver's thread, when the process has to stop.
    std::function<void(ledger::Error)> failed;
    /// Told on the driver's thread of a validator that contradicted itself; must be quick. May be
    /// empty.
    std::function<void(const consensus::Equivocation&)> evidence = {};
    /// May be null.
    Metrics* metrics = nullptr;
  };

  ConsensusDriver(Options options, Start start, Parts parts);
  /// As stop().
  ~ConsensusDriver();
  ConsensusDriver(const ConsensusDriver&) = delete;
  ConsensusDriver& operator=(const ConsensusDriver&) = delete;
  ConsensusDriver(ConsensusDriver&&) = delete;
  ConsensusDriver& operator=(ConsensusDriver&&) = delete;

  /// Begins. `network` must outlive the driver.
  void run(PeerNetwork& network);
  void stop();

  // From any thread. What peers send is bounded and dropped beyond.
  void peer_message(chain::PeerId from, const std::string& body);
  void peer_batch(chain::PeerId from, std::string body);
  void happened(consensus::Event event);
  /// The mempool has something new.
  void poke();
  /// Whether new batches are made of the mempool; off when the disk is nearly full.
  void set_batching(bool on) { batching_.store(on, std::memory_order_relaxed); }

  consensus::ReplicaStatus status() const;
  /// The last view that was left in this process, and how many were, by cause
  /// (ViewChangeCause - 1).
  struct ViewChanges {
    std::optional<consensus::ViewLeft> last;
    std::array<std::uint64_t, consensus::kViewChangeCauses> by_cause{};
  };
  ViewChanges view_changes() const;
  /// "" while all is well, else why the replica has stopped for good.
  std::string halted() const;
  /// Certified height that a validator last claimed.
  std::uint64_t peer_height(std::uint32_t validator) const;

 private:
  struct PeerMessage {
    chain::PeerId from;
    consensus::Message message;
    /// As it came.
    std::size_t bytes = 0;
  };
  struct BatchReady {
    chain::SharedBatch batch;
    /// Nothing: packed here.
    std::optional<chain::PeerId> from;
    /// What it takes of the sender's room for incoming batches until it is judged.
    std::size_t incoming = 0;
  };
  struct Poke {};
  using Input = std::variant<PeerMessage, BatchReady, consensus::Event, Poke>;

  void push(Input input);
  void work();
  std::vector<Input> wait_for_input();
  void take(Input input);
  void take(PeerMessage& input);
  void take(BatchReady& input);
  void disconnect(chain::PeerId peer, const std::string& why);
  void count_false(chain::PeerId from);
  void note_height(chain::PeerId from, const consensus::Message& message);
  void step(consensus::Event event);
  void pump_mempool();
  void pack(std::vector<std::shared_ptr<const ledger::Submission>> submissions);

  /// Carries out what the steps since the last call want; false if the node must stop.
  bool perform();
  bool persist();
  void append_payload(const consensus::Proposal& proposal,
                      std::vector<chain::SharedBatch>& batches);
  bool rotate_journal();
  // consensus_sender.cc
  void send(const consensus::Actions& actions);
  void say(const consensus::Outgoing& outgoing);
  void send_batches(const consensus::SendBatches& wanted);

  void execute(consensus::Actions& actions);
  void report(const consensus::Actions& actions);
  void report_view(const consensus::ViewLeft& left);
  void count_drop(DropReason reason) const {
    if (parts_.metrics != nullptr) parts_.metrics->message_dropped(reason);
  }
  void publish_status();

  const Options options_;
  Parts parts_;
  std::unique_ptr<storage::VoteJournal> journal_;
  consensus::Replica replica_;
  std::vector<chain::SharedBatch> recovered_;
  /// Null until run.
  std::atomic<PeerNetwork*> network_{nullptr};
  const chain::MessageVerifier verifier_;
  std::vector<consensus::Actions> pending_;
  std::optional<consensus::Time> next_tick_;
  /// Batches whose bytes the journal's file holds.
  std::set<Digest> journaled_;
  LogLimiter dropped_log_{1};

  std::atomic<bool> batching_{true};
  std::atomic<std::uint32_t> packing_{0};
  std::vector<std::atomic<std::uint64_t>> peer_heights_;
  std::vector<std::atomic<std::uint32_t>> peer_queued_;
  std::vector<std::atomic<std::uint64_t>> peer_queued_bytes_;
  /// Messages of each peer with a false signature since then; the driver's thread only.
  struct FalseMessages {
    consensus::Time since;
    std::uint32_t count = 0;
  };
  std::vector<FalseMessages> peer_false_;
  mutable std::mutex status_mutex_;
  consensus::ReplicaStatus status_;
  ViewChanges view_changes_;
  std::string halted_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Input> inputs_;
  bool poked_ = false;
  bool stopped_ = false;
  std::jthread thread_;
};

}  // namespace qc::node

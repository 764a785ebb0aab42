// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "consensus/replica/replica.h"
#include "tests/simulation/keyed_hash_authenticator.h"

namespace qc::fuzz {

/// A real Replica behind a host that does what `consensus::Actions` demands, over any number of
/// lives, and checks after every step what no events may break:
/// - a vote leaves only once it is journalled, none contradicts an earlier one of any life, none is
///   made while the ledger is behind the journal;
/// - blocks are delivered in height order, each on the one before;
/// - journal entries and messages survive their encoding, what leaves verifies, and the fold of the
///   journal is what the replica remembers;
/// - what the replica holds stays within its bounds.
class FuzzedReplica {
 public:
  explicit FuzzedReplica(const consensus::Config& config);

  /// A peer's message, if it is what a host would let through.
  void receive(consensus::ReplicaIndex from, const consensus::Message& message);
  void step(consensus::Event event);
  /// The process dies: of the last step's journal entries only the first `kept` are on disk, and
  /// nothing of it was sent; the ledger has lost its newest `rolled_back` blocks. Then it starts
  /// again.
  void restart(std::size_t kept, std::uint64_t rolled_back);

  /// Executes the next delivered block, if there is one.
  void execute();
  /// Tells of the oldest checkpoint that the replica found certifiable, if there is one.
  void certify();
  /// Block sync: the ledger takes over blocks up to a certified height above its own.
  void sync_to(consensus::Height height, const Digest& proposal);
  void store(const Digest& batch, consensus::ReplicaIndex author);
  void pass_ms(std::int64_t ms);

  const consensus::Config& config() const { return config_; }
  consensus::ReplicaStatus status() const { return replica_->status(); }
  std::uint64_t wall_ms() const { return now_.wall_ms; }
  consensus::Height ledger_height() const;
  /// The newest delivered block.
  const consensus::BlockPoint& tip() const { return tip_; }
  /// What was proposed here, and every own vote that has left.
  const std::vector<consensus::Proposal>& own_proposals() const { return own_proposals_; }
  const std::vector<consensus::Vote>& own_votes() const { return own_votes_; }
  /// The certified checkpoint of a height: of this proposal, unless the height has one already.
  const consensus::CertifiedCheckpoint& certified(consensus::Height height, const Digest& proposal);
  const std::map<consensus::Height, consensus::CertifiedCheckpoint>& all_certified() const {
    return certified_;
  }
  /// What executing a block gives.
  static std::string checkpoint_of(consensus::Height height, const Digest& proposal);

  consensus::Signature sign_as(consensus::ReplicaIndex signer, const std::string& statement) const;
  Digest digest(const consensus::Proposal& proposal) const;

 private:
  struct Block {
    consensus::BlockPoint point;
    std::vector<Digest> batches;
  };
  using Place = std::tuple<consensus::Phase, consensus::View, consensus::Height>;

  void start();
  bool may_pass(const consensus::Message& message) const;
  consensus::LedgerPosition position() const;
  void begin(consensus::Actions actions);
  /// The last step's entries become durable, and its messages leave.
  void finish();
  void persist(const consensus::JournalEntry& entry);
  void check_sent(const consensus::Message& message);
  void check_vote(const consensus::Vote& vote);
  void check_view_change(const consensus::ViewChangeHeader& header);
  void check_proposal(const consensus::PrePrepare& pre_prepare);
  void check_delivery(const consensus::Delivery& delivery);
  void check_bounds() const;
  bool is_own(consensus::ReplicaIndex who) const { return config_.self == who; }

  consensus::Config config_;
  simulation::KeyedHashAuthenticator authenticator_;
  std::optional<consensus::Replica> replica_;
  consensus::Now now_;
  consensus::Actions last_;

  // The disk.
  std::vector<Block> ledger_;
  std::map<consensus::Height, consensus::CertifiedCheckpoint> certified_;
  std::vector<consensus::JournalEntry> journal_;
  consensus::RecoveredState fold_;

  // The process.
  std::deque<consensus::Delivery> delivered_;
  std::deque<consensus::Certifiable> certifiable_;
  consensus::BlockPoint tip_;
  /// More validators lied than may: blocks contradict each other, nothing but crashes counts.
  bool forked_ = false;

  // Of all lives.
  std::map<Place, Digest> said_;
  std::set<std::pair<Place, Digest>> journalled_;
  std::set<consensus::View> installed_;
  std::pair<consensus::View, consensus::Height> last_commit_;
  std::map<consensus::Height, std::string> cosigned_;
  std::vector<consensus::Proposal> own_proposals_;
  std::vector<consensus::Vote> own_votes_;
};

}  // namespace qc::fuzz

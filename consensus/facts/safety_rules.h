// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "consensus/message/authenticator.h"
#include "consensus/message/config.h"
#include "consensus/message/journal.h"
#include "consensus/message/messages.h"
#include "consensus/message/types.h"
#include "consensus/message/view_start.h"

namespace qc::consensus {

/// The only place where this replica's voting key is used. Every promise is added to the journal's
/// fold here and handed to the caller as an entry to persist before the signed message leaves; what
/// would contradict an earlier promise is not signed.
class SafetyRules {
 public:
  /// `authenticator` and `epoch` must outlive the rules. An observer (`self` is nothing) signs
  /// nothing.
  SafetyRules(const Epoch& epoch, std::optional<ReplicaIndex> self, RecoveredState journal,
              Authenticator& authenticator);

  /// Records that the epoch has begun, if the journal does not say so yet.
  void enter_epoch(std::vector<JournalEntry>& persist);
  /// Whether it may sign at all at this time: not while the ledger is behind the journal, not after
  /// a halt.
  void allow_votes(bool allowed) { allowed_ = allowed; }
  bool may_vote() const { return allowed_ && self_.has_value() && !journal_.given_up(); }
  /// The key has forgotten promises: it signs nothing any more.
  void give_up(std::vector<JournalEntry>& persist);
  /// The newest block that is executed here and certified.
  void set_certified(const BlockPoint& block) { certified_ = block; }

  /// Leaves the lower views: no vote in them any more. False if the view is not above the current.
  bool enter_view(View view, std::vector<JournalEntry>& persist);
  /// Whether the current view may be voted in: always in view 0, else once its start is installed.
  bool installed() const { return journal_.view() == View{} || journal_.installed().has_value(); }
  /// Takes the current view's start from a verified NewView. At most one a view: false if there is
  /// one already.
  bool install(const ViewStart& start, std::vector<JournalEntry>& persist);
  /// The signed header of a view change to the current view, until it is installed.
  std::optional<ViewChangeHeader> view_change(const CertifiedPoint& checkpoint);
  /// Signs a NewView of the current view as its primary. The one made before, if there is one.
  std::optional<NewView> new_view(NewView unsigned_new_view, std::vector<JournalEntry>& persist);

  /// The primary's assignment of a proposal to its height in the current view. The one made before,
  /// if there is one.
  std::optional<PrePrepare> propose(const Proposal& proposal, const Digest& digest,
                                    std::vector<JournalEntry>& persist);
  /// A prepare in the current view, in the order that consensus.md demands ("Order of prepares in a
  /// view").
  std::optional<Vote> prepare(const Proposal& proposal, const Digest& digest,
                              std::vector<JournalEntry>& persist);
  /// A commit, in height order, for what a quorum prepared in the current view.
  std::optional<Vote> commit(const PreparedCertificate& certificate, const Proposal& proposal,
                             std::vector<JournalEntry>& persist);
  /// Keeps an ancestor of what is committed to next, if nothing keeps it yet.
  void keep(const Digest& digest, const Proposal& proposal, std::vector<JournalEntry>& persist);
  /// The cosigned checkpoint of an executed height: each height once, ascending.
  std::optional<CheckpointVote> cosign(const CheckpointVote& vote,
                                       std::vector<JournalEntry>& persist);
  /// Keeps the certified checkpoint; what lies at or below it is settled.
  void hold(const CertifiedCheckpoint& checkpoint, std::vector<JournalEntry>& persist);

  /// Whether the height's prepare may come next in the current view, as far as heights alone
  /// decide.
  bool prepare_is_next(Height height) const;
  /// Whether the height's commit comes next; certified heights count as done.
  bool commit_is_next(Height height) const;
  /// The votes of the current view above the certified height, signed again as they were.
  std::vector<Vote> votes();
  const RecoveredState& journal() const { return journal_; }
  const ViewStart& view_start() const { return start_; }

 private:
  void load_start();
  bool in_order(const Proposal& proposal, const Digest& digest) const;
  bool follows_certified(Height height) const;
  Vote sign(Phase phase, Height height, const Digest& digest);
  void record(JournalEntry entry, std::vector<JournalEntry>& persist);

  const Epoch& epoch_;
  std::optional<ReplicaIndex> self_;
  RecoveredState journal_;
  Authenticator& authenticator_;
  ViewStart start_;
  BlockPoint certified_;
  /// The greatest height committed to in the current view.
  std::optional<Height> last_commit_;
  bool allowed_ = false;
};

}  // namespace qc::consensus

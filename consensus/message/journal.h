// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "consensus/message/messages.h"
#include "consensus/message/types.h"
#include "consensus/message/view_start.h"

namespace qc::consensus {

/// The entries of the vote journal. What a restart must not forget, each made durable before the
/// message that it backs leaves.

/// First entry of a journal and of every epoch: votes of an earlier epoch are done with. The
/// certified checkpoint below `first_height` stands in the journal before it (not for the first
/// epoch of a chain), so that nothing is dropped that is not settled.
struct EpochEntered {
  Height first_height{1};
  Digest set_hash{};
  friend bool operator==(const EpochEntered&, const EpochEntered&) = default;
};

/// No vote in a lower view any more.
struct ViewEntered {
  View view;
  friend bool operator==(const ViewEntered&, const ViewEntered&) = default;
};

/// This replica, as primary, assigned a proposal to (view, height): a restart must not make it
/// equivocate.
struct ProposalMade {
  PrePrepare pre_prepare;
  friend bool operator==(const ProposalMade&, const ProposalMade&) = default;
};

/// This replica voted prepare for (view, height, digest).
struct PrepareMade {
  View view;
  Height height;
  Digest digest{};
  friend bool operator==(const PrepareMade&, const PrepareMade&) = default;
};

/// A prepared certificate, journalled before the commit. **The host must have synced the bytes of
/// every batch that `proposal` names before this entry counts as durable**: else a power cut of all
/// nodes leaves a committed block whose content nobody has. The proposals of all ancestors above
/// the certified checkpoint are in earlier entries.
struct CertificateMade {
  PreparedCertificate certificate;
  Proposal proposal;
  friend bool operator==(const CertificateMade&, const CertificateMade&) = default;
};

/// This replica cosigned the checkpoint of an executed height. It never cosigns another one there.
struct CheckpointSigned {
  Height height;
  std::string checkpoint;
  std::string cosignature;
  friend bool operator==(const CheckpointSigned&, const CheckpointSigned&) = default;
};

/// A certified checkpoint with its proof, of a height that this replica executed. Votes at or below
/// it may be dropped.
struct CheckpointHeld {
  CertifiedCheckpoint checkpoint;
  friend bool operator==(const CheckpointHeld&, const CheckpointHeld&) = default;
};

/// The start of the current view, journalled before the first vote in it: a restart must not let a
/// liar's second NewView of the view in.
struct NewViewInstalled {
  View view;
  ViewStart start;
  friend bool operator==(const NewViewInstalled&, const NewViewInstalled&) = default;
};

/// This replica, as primary, began the current view like this: it says the same after a restart.
struct NewViewMade {
  NewView new_view;
  friend bool operator==(const NewViewMade&, const NewViewMade&) = default;
};

/// An ancestor of a certificate about to be journalled, above the certified checkpoint, that no
/// certificate here has. **The host must have synced its batches too**, as for CertificateMade.
struct AncestorKept {
  Digest digest{};
  Proposal proposal;
  friend bool operator==(const AncestorKept&, const AncestorKept&) = default;
};

/// A peer showed a promise signed with this key that the journal lacks: it was lost or rolled back,
/// and nobody knows what else is missing. The key signs nothing any more, in no epoch.
struct KeyGivenUp {
  friend bool operator==(const KeyGivenUp&, const KeyGivenUp&) = default;
};

using JournalEntry = std::variant<EpochEntered, ViewEntered, ProposalMade, PrepareMade,
                                  CertificateMade, CheckpointSigned, CheckpointHeld,
                                  NewViewInstalled, NewViewMade, AncestorKept, KeyGivenUp>;

/// The proposal whose batches must be durable with an entry, if there is one.
const Proposal* payload_of(const JournalEntry& entry);

/// What a replica has promised: the fold of its journal. The same code folds the entries while the
/// replica runs and after a restart, so memory and disk cannot drift apart.
class RecoveredState {
 public:
  /// A journal's beginning: nothing promised.
  RecoveredState() = default;

  /// Adds one entry. Total: an entry of a view already left, or at or below the certified
  /// checkpoint, changes nothing.
  void apply(const JournalEntry& entry);

  /// The fewest entries whose fold is this state. A rotated journal file begins with them.
  std::vector<JournalEntry> entries() const;

  /// The epoch whose votes are recorded, or nothing in an empty journal.
  const std::optional<EpochEntered>& epoch() const { return epoch_; }
  View view() const { return view_; }
  /// Where the current view begins, once its NewView is installed; nothing in view 0.
  const std::optional<NewViewInstalled>& installed() const { return installed_; }
  /// The NewView that this replica made for the current view.
  const std::optional<NewViewMade>& new_view_made() const { return new_view_made_; }
  /// Own pre-prepares of the current view above the certified height.
  const std::map<Height, PrePrepare>& proposals() const { return proposals_; }
  /// Own prepares of the current view above the certified height, and that of the view's base.
  const std::map<Height, Digest>& prepares() const { return prepares_; }
  /// The height and digest of the last prepare of the current view, if any: survives the certified
  /// height passing it.
  const std::optional<PrepareMade>& last_prepare() const { return last_prepare_; }
  /// Certificates of any view above the certified height, one a height: that of the greatest view.
  const std::map<Height, CertificateMade>& certificates() const { return certificates_; }
  /// The certificate with the greatest (view, height). Never discarded within the epoch, not even
  /// when its height is certified.
  const std::optional<CertificateMade>& highest_certificate() const { return highest_certificate_; }
  /// Proposals above the certified height that the highest certificate descends from and no
  /// certificate holds.
  const std::map<std::pair<Height, Digest>, Proposal>& ancestors() const { return ancestors_; }
  /// Whether the proposal is kept, as a certificate's or as an ancestor.
  bool keeps(Height height, const Digest& digest) const;
  /// The newest own cosignature.
  const std::optional<CheckpointSigned>& cosigned() const { return cosigned_; }
  const std::optional<CheckpointHeld>& certified() const { return certified_; }
  /// Whether the voting key was found to have forgotten promises.
  bool given_up() const { return given_up_; }

  /// Whether this state cannot be all that the key has promised, given something that it signed in
  /// this epoch (a vote, or a pre-prepare as a vote of phase kPrePrepare). Never true of what is in
  /// the journal, nor of what an unbroken journal may have dropped.
  bool lacks(const Vote& own) const;
  bool lacks(const ViewChangeHeader& own) const { return own.view > view_; }

  friend bool operator==(const RecoveredState&, const RecoveredState&) = default;

 private:
  void apply(const EpochEntered& entry);
  void apply(const ViewEntered& entry);
  void apply(const ProposalMade& entry);
  void apply(const PrepareMade& entry);
  void apply(const CertificateMade& entry);
  void apply(const CheckpointSigned& entry);
  void apply(const CheckpointHeld& entry);
  void apply(const NewViewInstalled& entry);
  void apply(const NewViewMade& entry);
  void apply(const AncestorKept& entry);
  void apply(const KeyGivenUp& /*entry*/) { given_up_ = true; }
  void leave_view();
  bool is_base(Height height) const;
  void keep_ancestors_of(const Proposal& proposal);

  std::optional<EpochEntered> epoch_;
  View view_;
  std::optional<NewViewInstalled> installed_;
  std::optional<NewViewMade> new_view_made_;
  std::map<Height, PrePrepare> proposals_;
  std::map<Height, Digest> prepares_;
  std::optional<PrepareMade> last_prepare_;
  std::map<Height, CertificateMade> certificates_;
  std::optional<CertificateMade> highest_certificate_;
  std::map<std::pair<Height, Digest>, Proposal> ancestors_;
  std::optional<CheckpointSigned> cosigned_;
  std::optional<CheckpointHeld> certified_;
  bool given_up_ = false;
};

/// Folds a journal, oldest entry first.
RecoveredState recover(std::span<const JournalEntry> entries);

}  // namespace qc::consensus

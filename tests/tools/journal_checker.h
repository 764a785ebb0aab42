// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "consensus/message/journal.h"
#include "ledger/base/result.h"

namespace qc::tools {

/// Reads the vote journals of a network's validators after the fact and says which promises
/// contradict each other: within one journal, between journals, and between a journal and the
/// signatures that others hold in their certificates.
///
/// Looked for:
/// - two digests by one voter in the same (epoch, view, height, phase); also where one of them is
/// only known from a
///   certificate in somebody else's journal;
/// - a vote in a view that is not the one entered last, prepares out of order, votes before the
/// view's start;
/// - two starts of one view, in one journal;
/// - a view or an epoch entered again after a later one; two checkpoints cosigned at one height;
/// - two certificates for one (epoch, view, height), two certified blocks or checkpoints at one
/// height, over all journals;
/// - a rotation after which the journal promises something else than before;
/// - a prepare in somebody's certificate that its signer's journal lacks, where that journal is
/// complete.
///
/// What a rotation dropped cannot be looked at: give it every segment that there ever was, or it
/// says from where on it could check.
class JournalChecker {
 public:
  /// Names of the validators in the order of the set (sorted), for the messages and for whose
  /// signature a certificate's is.
  explicit JournalChecker(std::vector<std::string> validators);

  /// Checks the journal in a directory: all its segments `votes-<number>.log`, in order. Neither
  /// locks nor changes it; an unfinished last group is left out. Fails where the directory has no
  /// segment or one cannot be read.
  ledger::Result<void> add_directory(std::size_t validator, const std::string& directory);

  /// The same from records in memory: an entry as it was appended, or kept by a rotation.
  void begin_segment(std::size_t validator, bool follows_the_last);
  void add(std::size_t validator, const consensus::JournalEntry& entry, bool kept);
  /// After the kept entries of a segment.
  void end_kept(std::size_t validator);

  /// Everything that is wrong, one sentence each, in the order in which it was found. Call it once,
  /// at the end.
  std::vector<std::string> findings();

  struct Counts {
    std::uint64_t segments = 0;
    std::uint64_t prepares = 0;
    std::uint64_t certificates = 0;
    std::uint64_t signatures = 0;
    std::uint64_t views_entered = 0;
    std::uint64_t starts = 0;
    std::uint64_t checkpoints = 0;
    /// Journals of which every segment was there.
    std::size_t complete = 0;
  };
  Counts counts() const;

 private:
  /// First height, set hash.
  using EpochKey = std::pair<std::uint64_t, Digest>;
  /// Epoch, view, height.
  using Slot = std::tuple<EpochKey, std::uint64_t, std::uint64_t>;
  struct Journal {
    bool complete = true;
    bool begun = false;
    consensus::RecoveredState state;
    consensus::RecoveredState kept;
    EpochKey epoch{};
    std::uint64_t view = 0;
    std::optional<std::uint64_t> last_prepare;
    std::map<Slot, Digest> prepares;
    std::map<Slot, consensus::Proposal> proposals;
    std::map<std::pair<EpochKey, std::uint64_t>, consensus::ViewStart> starts;
    std::map<std::pair<EpochKey, std::uint64_t>, consensus::NewView> new_views;
    std::map<std::uint64_t, std::string> cosigned;
  };

  void check(std::size_t validator, const consensus::EpochEntered& entry, bool kept);
  void check(std::size_t validator, const consensus::ViewEntered& entry, bool kept);
  void check(std::size_t validator, const consensus::ProposalMade& entry, bool kept);
  void check(std::size_t validator, const consensus::PrepareMade& entry, bool kept);
  void check(std::size_t validator, const consensus::CertificateMade& entry, bool kept);
  void check(std::size_t validator, const consensus::CheckpointSigned& entry, bool kept);
  void check(std::size_t validator, const consensus::CheckpointHeld& entry, bool kept);
  void check(std::size_t validator, const consensus::NewViewInstalled& entry, bool kept);
  void check(std::size_t validator, const consensus::NewViewMade& entry, bool kept);
  void check(std::size_t validator, const consensus::AncestorKept& entry, bool kept);
  /// Nothing to compare: it is the end of a key's promises.
  void check(std::size_t /*validator*/, const consensus::KeyGivenUp& /*entry*/, bool /*kept*/) {}
  void check_view(std::size_t validator, consensus::View view, std::string_view what);
  Slot slot(std::size_t validator, consensus::View view, consensus::Height height) const;
  void compare_signatures();
  void found(std::size_t validator, const std::string& what);
  std::string name(std::size_t validator) const;

  const std::vector<std::string> validators_;
  std::vector<Journal> journals_;
  Counts counts_;
  /// Digest, and in whose journal it was seen first.
  std::map<Slot, std::pair<Digest, std::size_t>> certificates_;
  std::map<Slot, std::pair<consensus::Proposal, std::size_t>> certified_proposals_;
  std::map<std::uint64_t, std::pair<consensus::CertifiedCheckpoint, std::size_t>> checkpoints_;
  /// Prepares that certificates show: slot and signer; digest, and in whose journal.
  std::map<std::pair<Slot, std::uint16_t>, std::pair<Digest, std::size_t>> signatures_;
  std::vector<std::string> findings_;
};

}  // namespace qc::tools

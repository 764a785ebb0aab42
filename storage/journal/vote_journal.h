// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/base/result.h"
#include "storage/journal/journal_record.h"

namespace qc::storage {

/// The way out for a validator whose journal is lost or damaged: it cannot know what it has
/// promised with that key.
inline constexpr std::string_view kNewVotingKeyRemedy =
    "give the validator a new voting key with `qc validator replace-key`, move its folder votes/ "
    "away and start it with that key; until then it can run as an observer";

/// What this validator has promised, in a file of its own: a database that was rolled back or lost
/// its tail must never make a validator vote twice, and a vote must not wait behind a block's
/// write.
///
/// An append-only file of groups. A group is what one step of consensus must have on disk before
/// its messages leave: it is written with one write and one `fdatasync`, carries a sequence number
/// and a CRC-32C over its content and another over its own header. Once `append` has returned, the
/// group survives a crash or a power cut.
///
/// What a start makes of damage:
/// - an unfinished last group (the file ends inside it, or a part that never reached the disk reads
/// as zeros) was never
///   acknowledged: it is cut off;
/// - anything else that does not check, and anything unreadable in front of a readable later group,
/// is corruption: the journal
///   does not open, because a validator that votes without knowing its promises may fork the chain.
/// A file that lost whole groups at its end looks like a shorter journal. No file can tell; the
/// peers' memory of our signed votes does (the check before the first vote).
///
/// Layout of `DIRECTORY/`: `LOCK` (held while open: one writer), `votes-<20 digits>.log` (the
/// segment in use). A rotation writes the next segment completely under a `.tmp` name, syncs it,
/// renames it, and only then removes the old one.
///
/// Not thread-safe: belongs to the consensus thread. Every error of `append` and `rotate` is fatal:
/// the promise may or may not be on disk, and a second `fsync` after a failed one proves nothing.
/// The journal refuses all work after the first.
class VoteJournal {
 public:
  struct Options {
    /// `wants_rotation()` turns true beyond this.
    std::uint64_t segment_bytes_max = std::uint64_t{64} << 20;
  };

  struct Opened;

  /// Makes a new, empty journal. `directory` is created (its parent must exist); one that holds a
  /// journal already is refused: a journal is only ever begun with a voting key that has never
  /// voted. `identity` (at most 1 KiB; chain id and key id) binds the files to their owner.
  static ledger::Result<Opened> create(const std::string& directory, std::string_view identity);
  static ledger::Result<Opened> create(const std::string& directory, std::string_view identity,
                                       const Options& options);

  /// Opens the journal of `directory` and hands back every record of it, oldest first.
  /// Fails when there is none (FAILED_PRECONDITION: a validator without its journal must not vote
  /// with that key), when another process holds it, when it belongs to another identity, or when it
  /// is damaged other than in an unfinished last group.
  static ledger::Result<Opened> open(const std::string& directory, std::string_view identity);
  static ledger::Result<Opened> open(const std::string& directory, std::string_view identity,
                                     const Options& options);

  /// Whether `directory` holds a journal (in any state).
  static bool exists(const std::string& directory);

  VoteJournal(const VoteJournal&) = delete;
  VoteJournal& operator=(const VoteJournal&) = delete;
  VoteJournal(VoteJournal&&) = delete;
  VoteJournal& operator=(VoteJournal&&) = delete;
  ~VoteJournal();

  /// Appends one group and makes it durable: exactly one sync. An empty group does nothing. At most
  /// 1 GiB.
  ledger::Result<void> append(std::span<const JournalRecordView> group);

  /// Whether the segment has outgrown its limit, and the last rotation did not leave it nearly as
  /// large.
  bool wants_rotation() const;

  /// Replaces everything journalled so far by `kept`, which the caller has chosen by the rules of
  /// what may be dropped. At every moment the disk holds either the old journal or the new one,
  /// complete.
  ledger::Result<void> rotate(std::span<const JournalRecordView> kept);

  /// For the metrics.
  struct Stats {
    std::uint64_t segment_bytes = 0;
    std::uint64_t groups = 0;
    std::uint64_t rotations = 0;
    std::uint64_t syncs = 0;
    std::uint64_t sync_ns_total = 0;
    std::uint64_t sync_ns_last = 0;
  };
  const Stats& stats() const;

 private:
  struct State;
  explicit VoteJournal(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

/// A journal with what it held.
struct VoteJournal::Opened {
  std::unique_ptr<VoteJournal> journal;
  std::vector<JournalRecord> records;
  /// Bytes of an unfinished last group that were cut off; 0 after a clean stop.
  std::uint64_t torn_bytes = 0;
};

}  // namespace qc::storage

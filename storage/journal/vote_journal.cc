// SPDX-License-Identifier: Apache-2.0
#include "storage/journal/vote_journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "os/file.h"
#include "storage/journal/journal_segment.h"

namespace qc::storage {
namespace {

using ledger::Code;
using ledger::Error;
using ledger::fail;
using ledger::Result;

constexpr std::string_view kSegmentPrefix = "votes-";
constexpr std::string_view kSegmentSuffix = ".log";
constexpr std::string_view kUnfinishedSuffix = ".tmp";
constexpr std::size_t kSegmentDigits = 20;
constexpr unsigned kPrivateDirectoryMode = 0700;

std::string segment_name(std::uint64_t segment) {
  return fmt::format("{}{:020}{}", kSegmentPrefix, segment, kSegmentSuffix);
}

std::optional<std::uint64_t> segment_of(std::string_view name) {
  if (name.size() != kSegmentPrefix.size() + kSegmentDigits + kSegmentSuffix.size() ||
      !name.starts_with(kSegmentPrefix) || !name.ends_with(kSegmentSuffix)) {
    return std::nullopt;
  }
  std::uint64_t segment = 0;
  for (const char digit : name.substr(kSegmentPrefix.size(), kSegmentDigits)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    segment = segment * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return segment;
}

/// What lies in a journal's directory.
struct Listing {
  /// Numbers of whole segments, ascending.
  std::vector<std::uint64_t> segments;
  /// Paths of what a rotation did not finish.
  std::vector<std::string> unfinished;
};

Result<Listing> list(const std::string& directory) {
  Listing listing;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(directory, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (const auto segment = segment_of(name)) {
      listing.segments.push_back(*segment);
    } else if (name.starts_with(kSegmentPrefix) && name.ends_with(kUnfinishedSuffix)) {
      listing.unfinished.push_back(entry->path().string());
    }
  }
  if (error) return tl::unexpected(os::system_error("read directory", directory, error.value()));
  std::sort(listing.segments.begin(), listing.segments.end());
  return listing;
}

Result<os::File> lock(const std::string& directory) {
  QC_TRY(os::File file, os::File::open(directory + "/LOCK", O_RDWR | O_CREAT));
  QC_TRY(const bool mine, file.lock());
  if (!mine) {
    return fail(Code::kUnavailable, fmt::format("the vote journal in {} is in use by another "
                                                "process; stop that one first",
                                                directory));
  }
  return file;
}

/// Writes a whole segment under an unfinished name, syncs it and gives it its name.
Result<os::File> write_segment(const std::string& directory, const SegmentHeader& header,
                               std::string_view groups) {
  const std::string path = directory + "/" + segment_name(header.segment);
  const std::string unfinished = path + std::string(kUnfinishedSuffix);
  QC_TRY(os::File file, os::File::open(unfinished, O_RDWR | O_CREAT | O_TRUNC));
  QC_TRY_VOID(file.write(encode_segment_header(header)));
  QC_TRY_VOID(file.write(groups));
  QC_TRY_VOID(file.sync_data());
  if (std::rename(unfinished.c_str(), path.c_str()) != 0) {
    return tl::unexpected(os::system_error("rename", unfinished, errno));
  }
  QC_TRY_VOID(os::sync_directory(directory));
  return file;
}

/// Cuts records into as few groups as fit their limit.
std::uint32_t append_groups(std::string& out, std::uint64_t sequence,
                            std::span<const JournalRecordView> records) {
  std::uint32_t groups = 0;
  std::size_t begin = 0;
  std::size_t size = 0;
  for (std::size_t place = 0; place < records.size(); ++place) {
    const std::size_t more = record_size(records[place]);
    if (place > begin && size + more > kJournalGroupMax) {
      append_group(out, sequence + groups++, records.subspan(begin, place - begin));
      begin = place;
      size = 0;
    }
    size += more;
  }
  if (begin < records.size()) append_group(out, sequence + groups++, records.subspan(begin));
  return groups;
}

/// A segment that was read, ready to be appended to.
struct LoadedSegment {
  os::File file;
  SegmentContent content;
  std::uint64_t torn_bytes = 0;
};

/// Reads a segment and cuts an unfinished group off its end.
Result<LoadedSegment> load_segment(const std::string& directory, std::uint64_t number,
                                   std::string_view identity) {
  QC_TRY(os::File file, os::File::open(directory + "/" + segment_name(number), O_RDWR));
  QC_TRY(const std::string bytes, file.read_all());
  auto content = parse_segment(bytes);
  if (!content) {
    content.error().message += fmt::format(
        "; this validator cannot know what it has promised and must not vote with this key again: "
        "{}",
        kNewVotingKeyRemedy);
    return ledger::fail_at("vote journal " + file.path(), std::move(content).error());
  }
  if (content->header.segment != number || content->header.identity != identity) {
    return fail(
        Code::kFailedPrecondition,
        fmt::format("vote journal {} belongs to \"{}\", segment {}, not to \"{}\"; where the "
                    "voting key was replaced since, move the folder votes/ away: it holds the old "
                    "key's promises and the new one has made none; else give the right key file",
                    file.path(), content->header.identity, content->header.segment, identity));
  }
  const std::uint64_t torn = bytes.size() - content->valid_bytes;
  if (torn != 0) {
    QC_TRY_VOID(file.truncate(content->valid_bytes));
    QC_TRY_VOID(file.sync_data());
  }
  QC_TRY_VOID(file.seek_to(content->valid_bytes));
  return LoadedSegment{std::move(file), *std::move(content), torn};
}

/// Removes what a rotation that was cut short left: unfinished segments, and older ones where the
/// new one had its name already, as it is whole then.
Result<void> remove_leftovers(const std::string& directory, const Listing& listing) {
  for (const std::string& path : listing.unfinished) QC_TRY_VOID(os::remove_file(path));
  for (const std::uint64_t segment : listing.segments) {
    if (segment == listing.segments.back()) continue;
    QC_TRY_VOID(os::remove_file(directory + "/" + segment_name(segment)));
  }
  return os::sync_directory(directory);
}

std::string parent_of(const std::string& directory) {
  const std::filesystem::path path(directory);
  const std::string parent =
      (path.has_filename() ? path : path.parent_path()).parent_path().string();
  return parent.empty() ? "." : parent;
}

}  // namespace

struct VoteJournal::State {
  std::string directory;
  std::string identity;
  Options options;
  os::File lock;
  os::File segment;
  std::uint64_t segment_number = 0;
  std::uint64_t next_sequence = 0;
  /// What the segment began with: rotation that would gain little is not asked for.
  std::uint64_t kept_bytes = 0;
  /// The first failure; nothing is tried after it.
  std::optional<Error> failure;
  Stats stats;

  Result<void> refuse_after_failure() const {
    if (!failure) return {};
    return fail(failure->code, "the vote journal failed before: " + failure->message);
  }

  Result<void> sync() {
    const auto begin = std::chrono::steady_clock::now();
    auto synced = segment.sync_data();
    const auto spent = std::chrono::steady_clock::now() - begin;
    stats.sync_ns_last = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(spent).count());
    stats.sync_ns_total += stats.sync_ns_last;
    ++stats.syncs;
    return synced;
  }

  Result<void> write_group(std::string_view bytes) {
    QC_TRY_VOID(segment.write(bytes));
    return sync();
  }

  Result<void> replace(std::span<const JournalRecordView> kept) {
    std::string groups;
    SegmentHeader header{segment_number + 1, next_sequence, 0, identity};
    header.kept_groups = append_groups(groups, next_sequence, kept);
    QC_TRY(os::File next, write_segment(directory, header, groups));
    const std::string old = segment.path();
    segment = std::move(next);
    segment_number = header.segment;
    next_sequence += header.kept_groups;
    stats.segment_bytes = encode_segment_header(header).size() + groups.size();
    kept_bytes = stats.segment_bytes;
    ++stats.rotations;
    QC_TRY_VOID(os::remove_file(directory + "/" + segment_name(header.segment - 1)));
    return os::sync_directory(directory);
  }
};

VoteJournal::VoteJournal(std::unique_ptr<State> state) : state_(std::move(state)) {}
VoteJournal::~VoteJournal() = default;

bool VoteJournal::exists(const std::string& directory) {
  const auto listing = list(directory);
  return listing && !listing->segments.empty();
}

Result<VoteJournal::Opened> VoteJournal::create(const std::string& directory,
                                                std::string_view identity) {
  return create(directory, identity, Options());
}

Result<VoteJournal::Opened> VoteJournal::create(const std::string& directory,
                                                std::string_view identity, const Options& options) {
  if (identity.size() > kJournalIdentityMax) {
    return fail(Code::kInvalidArgument,
                fmt::format("a journal's identity has at most {} bytes", kJournalIdentityMax));
  }
  if (::mkdir(directory.c_str(), kPrivateDirectoryMode) != 0 && errno != EEXIST) {
    return tl::unexpected(os::system_error("make directory", directory, errno));
  }
  QC_TRY_VOID(os::sync_directory(parent_of(directory)));
  QC_TRY(os::File lock_file, lock(directory));
  QC_TRY(const Listing listing, list(directory));
  if (!listing.segments.empty()) {
    return fail(Code::kAlreadyExists,
                fmt::format("{} holds a vote journal already; a voting key that may have voted "
                            "goes on with its journal, or never votes again",
                            directory));
  }
  SegmentHeader header{1, 1, 0, std::string(identity)};
  QC_TRY(os::File segment, write_segment(directory, header, {}));
  const std::uint64_t bytes = encode_segment_header(header).size();
  auto state =
      std::make_unique<State>(State{directory, header.identity, options, std::move(lock_file),
                                    std::move(segment), 1, 1, bytes, std::nullopt, Stats{}});
  state->stats.segment_bytes = bytes;
  Opened opened;
  opened.journal = std::unique_ptr<VoteJournal>(new VoteJournal(std::move(state)));
  return opened;
}

Result<VoteJournal::Opened> VoteJournal::open(const std::string& directory,
                                              std::string_view identity) {
  return open(directory, identity, Options());
}

Result<VoteJournal::Opened> VoteJournal::open(const std::string& directory,
                                              std::string_view identity, const Options& options) {
  if (!exists(directory)) {
    return fail(Code::kFailedPrecondition,
                fmt::format("there is no vote journal in {}; a validator that lost its journal "
                            "must not vote with that key again: {}",
                            directory, kNewVotingKeyRemedy));
  }
  QC_TRY(os::File lock_file, lock(directory));
  QC_TRY(const Listing listing, list(directory));
  if (listing.segments.empty()) {
    return fail(Code::kAborted, "the vote journal in " + directory + " vanished while opening");
  }
  QC_TRY(LoadedSegment loaded, load_segment(directory, listing.segments.back(), identity));
  QC_TRY_VOID(remove_leftovers(directory, listing));

  SegmentContent& content = loaded.content;
  auto state = std::make_unique<State>(State{
      directory, content.header.identity, options, std::move(lock_file), std::move(loaded.file),
      content.header.segment, content.next_sequence, 0, std::nullopt, Stats{}});
  state->stats.segment_bytes = content.valid_bytes;
  state->stats.groups = content.groups;
  Opened opened;
  opened.journal = std::unique_ptr<VoteJournal>(new VoteJournal(std::move(state)));
  opened.records = std::move(content.records);
  opened.torn_bytes = loaded.torn_bytes;
  return opened;
}

Result<void> VoteJournal::append(std::span<const JournalRecordView> group) {
  QC_TRY_VOID(state_->refuse_after_failure());
  if (group.empty()) return {};
  std::size_t size = 0;
  for (const JournalRecordView& record : group) size += record_size(record);
  if (size > kJournalGroupMax) {
    return fail(
        Code::kInvalidArgument,
        fmt::format("a group of {} bytes is more than the vote journal takes at once", size));
  }
  std::string bytes;
  append_group(bytes, state_->next_sequence, group);
  if (auto written = state_->write_group(bytes); !written) {
    state_->failure = written.error();
    return written;
  }
  ++state_->next_sequence;
  ++state_->stats.groups;
  state_->stats.segment_bytes += bytes.size();
  return {};
}

bool VoteJournal::wants_rotation() const {
  const std::uint64_t bytes = state_->stats.segment_bytes;
  return bytes > state_->options.segment_bytes_max && bytes / 2 > state_->kept_bytes;
}

Result<void> VoteJournal::rotate(std::span<const JournalRecordView> kept) {
  QC_TRY_VOID(state_->refuse_after_failure());
  for (const JournalRecordView& record : kept) {
    if (record_size(record) > kJournalGroupMax) {
      return fail(Code::kInvalidArgument, "a record is larger than the vote journal takes");
    }
  }
  auto replaced = state_->replace(kept);
  if (!replaced) state_->failure = replaced.error();
  return replaced;
}

const VoteJournal::Stats& VoteJournal::stats() const { return state_->stats; }

}  // namespace qc::storage

// SPDX-License-Identifier: Apache-2.0
#include "tests/tools/journal_checker.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <variant>

#include "base/hex.h"
#include "consensus/message/codec.h"
#include "storage/journal/journal_segment.h"

namespace qc::tools {

using consensus::JournalEntry;
using ledger::Code;
using ledger::fail;
using ledger::Result;

namespace {

/// A record of consensus; others are batches (node/pipeline/consensus_driver.h).
constexpr std::uint8_t kEntryRecord = 1;

std::string hex(const Digest& digest) { return to_hex(qc::view(digest)).substr(0, 16); }

std::string place(std::uint64_t view, std::uint64_t height) {
  return fmt::format("view {}, height {}", view, height);
}

Result<std::vector<std::string>> segments_of(const std::string& directory) {
  std::vector<std::string> paths;
  std::error_code error;
  for (auto entry = std::filesystem::directory_iterator(directory, error);
       !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    const std::string file = entry->path().filename().string();
    if (file.starts_with("votes-") && file.ends_with(".log")) {
      paths.push_back(entry->path().string());
    }
  }
  if (error) return fail(Code::kNotFound, "cannot list " + directory + ": " + error.message());
  if (paths.empty()) return fail(Code::kNotFound, "there is no vote journal in " + directory);
  std::sort(paths.begin(), paths.end());
  return paths;
}

Result<storage::SegmentContent> read_segment(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(Code::kNotFound, "cannot read " + path);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  auto content = storage::parse_segment(bytes);
  if (!content) return ledger::fail_at(path, std::move(content).error());
  return content;
}

}  // namespace

JournalChecker::JournalChecker(std::vector<std::string> validators)
    : validators_(std::move(validators)), journals_(validators_.size()) {}

std::string JournalChecker::name(std::size_t validator) const {
  return validator < validators_.size() ? validators_[validator]
                                        : fmt::format("validator {}", validator);
}

void JournalChecker::found(std::size_t validator, const std::string& what) {
  findings_.push_back(name(validator) + ": " + what);
}

Result<void> JournalChecker::add_directory(std::size_t validator, const std::string& directory) {
  QC_TRY(const std::vector<std::string> paths, segments_of(directory));
  std::uint64_t next = 1;
  for (const std::string& path : paths) {
    QC_TRY(const storage::SegmentContent content, read_segment(path));
    begin_segment(validator, content.header.segment == next);
    next = content.header.segment + 1;
    for (std::size_t i = 0; i < content.records.size(); ++i) {
      if (i == content.kept_records) end_kept(validator);
      if (content.records[i].type != kEntryRecord) continue;
      const auto entry = consensus::decode_journal_entry(content.records[i].bytes);
      if (!entry) return fail(Code::kDataLoss, path + " holds an entry of another version");
      add(validator, *entry, i < content.kept_records);
    }
    if (content.records.size() == content.kept_records) end_kept(validator);
  }
  return {};
}

void JournalChecker::begin_segment(std::size_t validator, bool follows_the_last) {
  Journal& journal = journals_[validator];
  ++counts_.segments;
  if (!follows_the_last) {
    journal.complete = false;
    journal.state = {};
    journal.begun = false;
  }
  journal.kept = {};
}

void JournalChecker::end_kept(std::size_t validator) {
  Journal& journal = journals_[validator];
  if (journal.begun && journal.kept != journal.state) {
    found(validator, fmt::format("a rotation in view {} changed what the journal promises",
                                 journal.state.view().value));
  }
  if (!journal.begun) journal.state = journal.kept;
  journal.begun = true;
  journal.view = std::max(journal.view, journal.state.view().value);
}

void JournalChecker::add(std::size_t validator, const JournalEntry& entry, bool kept) {
  std::visit([&](const auto& one) { check(validator, one, kept); }, entry);
  Journal& journal = journals_[validator];
  (kept ? journal.kept : journal.state).apply(entry);
}

JournalChecker::Slot JournalChecker::slot(std::size_t validator, consensus::View view,
                                          consensus::Height height) const {
  return {journals_[validator].epoch, view.value, height.value};
}

void JournalChecker::check(std::size_t validator, const consensus::EpochEntered& entry, bool kept) {
  Journal& journal = journals_[validator];
  const EpochKey epoch{entry.first_height.value, entry.set_hash};
  if (epoch.first < journal.epoch.first || (!kept && epoch == journal.epoch)) {
    found(validator, fmt::format("enters the epoch of height {} after that of {}", epoch.first,
                                 journal.epoch.first));
  }
  if (epoch == journal.epoch) return;
  journal.epoch = epoch;
  journal.view = 0;
  journal.last_prepare.reset();
}

void JournalChecker::check(std::size_t validator, const consensus::ViewEntered& entry, bool kept) {
  Journal& journal = journals_[validator];
  const std::uint64_t view = entry.view.value;
  if (view < journal.view || (!kept && view == journal.view)) {
    found(validator, fmt::format("enters view {} after view {}", view, journal.view));
  }
  if (!kept) ++counts_.views_entered;
  if (view > journal.view) journal.last_prepare.reset();
  journal.view = std::max(journal.view, view);
}

void JournalChecker::check_view(std::size_t validator, consensus::View view,
                                std::string_view what) {
  const Journal& journal = journals_[validator];
  if (view.value != journal.view) {
    found(validator, fmt::format("{} in view {} while in view {}", what, view.value, journal.view));
  } else if (view.value > 0 && !journal.starts.contains({journal.epoch, view.value})) {
    found(validator, fmt::format("{} in view {} before its start is journalled", what, view.value));
  }
}

void JournalChecker::check(std::size_t validator, const consensus::ProposalMade& entry, bool kept) {
  const consensus::PrePrepare& made = entry.pre_prepare;
  Journal& journal = journals_[validator];
  if (!kept) check_view(validator, made.view, "proposes");
  const auto [at, fresh] = journal.proposals.try_emplace(
      slot(validator, made.view, made.proposal.height), made.proposal);
  if (!fresh && at->second != made.proposal) {
    found(validator, "double vote: proposes two blocks in " +
                         place(made.view.value, made.proposal.height.value));
  }
}

void JournalChecker::check(std::size_t validator, const consensus::PrepareMade& entry, bool kept) {
  Journal& journal = journals_[validator];
  if (!kept) {
    ++counts_.prepares;
    check_view(validator, entry.view, "prepares");
    if (journal.last_prepare && entry.height.value <= *journal.last_prepare) {
      found(validator,
            fmt::format("prepares {} after height {}", place(entry.view.value, entry.height.value),
                        *journal.last_prepare));
    }
    journal.last_prepare = entry.height.value;
  }
  const auto [at, fresh] =
      journal.prepares.try_emplace(slot(validator, entry.view, entry.height), entry.digest);
  if (!fresh && at->second != entry.digest) {
    found(validator, fmt::format("double vote: prepares {} and {} in {}", hex(at->second),
                                 hex(entry.digest), place(entry.view.value, entry.height.value)));
  }
}

void JournalChecker::check(std::size_t validator, const consensus::CertificateMade& entry,
                           bool kept) {
  const consensus::PreparedCertificate& made = entry.certificate;
  const Slot at = slot(validator, made.view, made.height);
  if (!kept) {
    ++counts_.certificates;
    check_view(validator, made.view, "commits");
  }
  const auto [seen, fresh] = certificates_.try_emplace(at, made.digest, validator);
  if (!fresh && seen->second.first != made.digest) {
    found(validator, fmt::format("double vote: a certificate for {} in {}, {} has one for {}",
                                 hex(made.digest), place(made.view.value, made.height.value),
                                 name(seen->second.second), hex(seen->second.first)));
  }
  certified_proposals_.try_emplace(at, entry.proposal, validator);
  for (const consensus::SignedBy& signer : made.prepares) {
    const auto [vote, first] =
        signatures_.try_emplace(std::pair(at, signer.voter.value), made.digest, validator);
    if (!kept) ++counts_.signatures;
    if (!first && vote->second.first != made.digest) {
      found(signer.voter.value,
            fmt::format(
                "double vote: signed prepares for {} (journal of {}) and {} (journal of {}) in {}",
                hex(vote->second.first), name(vote->second.second), hex(made.digest),
                name(validator), place(made.view.value, made.height.value)));
    }
  }
}

void JournalChecker::check(std::size_t validator, const consensus::CheckpointSigned& entry,
                           bool /*kept*/) {
  Journal& journal = journals_[validator];
  const auto [at, fresh] = journal.cosigned.try_emplace(entry.height.value, entry.checkpoint);
  if (!fresh && at->second != entry.checkpoint) {
    found(validator, fmt::format("cosigns two checkpoints of height {}", entry.height.value));
  }
}

void JournalChecker::check(std::size_t validator, const consensus::CheckpointHeld& entry,
                           bool kept) {
  const consensus::CertifiedCheckpoint& held = entry.checkpoint;
  if (!kept) ++counts_.checkpoints;
  const auto [at, fresh] = checkpoints_.try_emplace(held.height.value, held, validator);
  const consensus::CertifiedCheckpoint& other = at->second.first;
  if (!fresh && (other.proposal != held.proposal || other.checkpoint != held.checkpoint)) {
    found(validator, fmt::format("holds another certified checkpoint of height {} than {}",
                                 held.height.value, name(at->second.second)));
  }
}

void JournalChecker::check(std::size_t validator, const consensus::NewViewInstalled& entry,
                           bool kept) {
  Journal& journal = journals_[validator];
  const auto [at, fresh] =
      journal.starts.try_emplace({journal.epoch, entry.view.value}, entry.start);
  if (!fresh && at->second != entry.start) {
    found(validator, fmt::format("two starts of view {}: height {} and height {}", entry.view.value,
                                 at->second.start.value, entry.start.start.value));
  }
  if (kept) return;
  ++counts_.starts;
  check_view(validator, entry.view, "installs a new view");
}

void JournalChecker::check(std::size_t validator, const consensus::NewViewMade& entry, bool kept) {
  Journal& journal = journals_[validator];
  const consensus::NewView& made = entry.new_view;
  const auto [at, fresh] = journal.new_views.try_emplace({journal.epoch, made.view.value}, made);
  if (!fresh && at->second != made) {
    found(validator, fmt::format("makes two new views of view {}", made.view.value));
  }
  if (!kept && made.view.value != journal.view) {
    found(validator, fmt::format("makes view {} while in view {}", made.view.value, journal.view));
  }
}

void JournalChecker::check(std::size_t /*validator*/, const consensus::AncestorKept& /*entry*/,
                           bool /*kept*/) {}

void JournalChecker::compare_signatures() {
  for (const auto& [key, vote] : signatures_) {
    const auto& [at, signer] = key;
    const auto& [epoch, view, height] = at;
    // Who is who is known for the first set only.
    if (epoch.first != 1 || signer >= journals_.size()) continue;
    const Journal& own = journals_[signer];
    const auto promised = own.prepares.find(at);
    const std::string where =
        fmt::format("{} (journal of {})", place(view, height), name(vote.second));
    if (promised == own.prepares.end()) {
      if (own.complete && own.begun) {
        found(signer, "its journal lacks a prepare that it signed: " + where);
      }
    } else if (promised->second != vote.first) {
      found(signer,
            fmt::format("double vote: journalled a prepare for {} and signed one for {} in {}",
                        hex(promised->second), hex(vote.first), where));
    }
  }
  for (std::size_t validator = 0; validator < journals_.size(); ++validator) {
    for (const auto& [at, proposal] : journals_[validator].proposals) {
      const auto other = certified_proposals_.find(at);
      if (other == certified_proposals_.end() || other->second.first == proposal) continue;
      found(validator,
            fmt::format("double vote: proposed another block in {} than the one that {} has a "
                        "certificate for",
                        place(std::get<1>(at), std::get<2>(at)), name(other->second.second)));
    }
  }
}

std::vector<std::string> JournalChecker::findings() {
  compare_signatures();
  return findings_;
}

JournalChecker::Counts JournalChecker::counts() const {
  Counts counts = counts_;
  counts.complete = static_cast<std::size_t>(
      std::count_if(journals_.begin(), journals_.end(),
                    [](const Journal& journal) { return journal.begun && journal.complete; }));
  return counts;
}

}  // namespace qc::tools

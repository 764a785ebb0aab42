// SPDX-License-Identifier: Apache-2.0
#include "ledger/consortium/voting_statement.h"

#include <algorithm>

#include "base/big_endian.h"

namespace qc::ledger {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kVoteTag = "qc/vote/v1\0"sv;
constexpr std::string_view kNewViewTag = "qc/new-view/v1\0"sv;
constexpr std::size_t kChainIdMax = 320;

/// Takes bytes off the front; after one failure everything is empty.
class Cutter {
 public:
  explicit Cutter(std::string_view bytes) : rest_(bytes) {}

  std::string_view take(std::size_t size) {
    if (failed_ || rest_.size() < size) {
      failed_ = true;
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::uint64_t number() {
    const std::string_view bytes = take(8);
    return failed_ ? 0 : load_big_endian<std::uint64_t>(bytes);
  }
  bool failed() const { return failed_; }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

bool read_epoch(Cutter& in, VotingStatement& statement) {
  const std::string_view length = in.take(4);
  if (in.failed() || load_big_endian<std::uint32_t>(length) > kChainIdMax) return false;
  statement.chain_id = in.take(load_big_endian<std::uint32_t>(length));
  statement.epoch = in.number();
  const std::string_view hash = in.take(statement.set_hash.size());
  if (in.failed()) return false;
  std::ranges::copy(hash, statement.set_hash.begin());
  return true;
}

bool read_vote(Cutter& in, VotingStatement& statement) {
  const std::string_view phase = in.take(1);
  statement.view = in.number();
  statement.height = in.number();
  in.take(Digest().size());
  if (in.failed() || !in.rest().empty()) return false;
  const auto kind = static_cast<unsigned char>(phase.front());
  if (kind < 1 || kind > 3) return false;
  statement.kind = static_cast<VotingStatement::Kind>(kind);
  return true;
}

}  // namespace

std::optional<VotingStatement> VotingStatement::parse(std::string_view bytes) {
  const bool vote = bytes.starts_with(kVoteTag);
  if (!vote && !bytes.starts_with(kNewViewTag)) return std::nullopt;
  Cutter in(bytes.substr(vote ? kVoteTag.size() : kNewViewTag.size()));
  VotingStatement statement;
  if (!read_epoch(in, statement)) return std::nullopt;
  if (vote) {
    if (!read_vote(in, statement)) return std::nullopt;
    return statement;
  }
  statement.kind = Kind::kNewView;
  statement.view = in.number();
  if (in.failed()) return std::nullopt;
  return statement;
}

std::string_view plural_of(VotingStatement::Kind kind) {
  switch (kind) {
    case VotingStatement::Kind::kProposal:
      return "proposals";
    case VotingStatement::Kind::kPrepare:
      return "prepares";
    case VotingStatement::Kind::kCommit:
      return "commits";
    case VotingStatement::Kind::kNewView:
      return "beginnings of the view";
  }
  return "";
}

}  // namespace qc::ledger

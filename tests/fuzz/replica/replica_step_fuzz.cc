// SPDX-License-Identifier: Apache-2.0
// Replica::step under any events: the input chooses what peers (all of whom may lie together), the
// host, the clock and power cuts do. What is checked is in fuzzed_replica.h.
#include <algorithm>
#include <vector>

#include "consensus/message/codec.h"
#include "consensus/message/statement.h"
#include "consensus/message/view_start.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/fuzz/replica/fuzzed_replica.h"

namespace qc::fuzz {
namespace {

using namespace qc::consensus;

constexpr std::size_t kEventsMax = 600;
constexpr std::size_t kProposalsMax = 48;
constexpr std::uint8_t kCommonBatches = 16;

Digest batch_digest(std::uint16_t number) {
  Digest digest{};
  digest[0] = 0xba;
  digest[1] = static_cast<std::uint8_t>(number >> 8U);
  digest[2] = static_cast<std::uint8_t>(number);
  return digest;
}

Config config_from(Source& source) {
  constexpr std::uint16_t kSizes[] = {4, 5, 7, 4};
  Config config;
  config.epoch = Epoch{"fuzz.example/chain", Height{1}, {}, kSizes[source.byte() % 4U]};
  const std::uint8_t self = source.byte();
  if (self != 0xff) {
    config.self = ReplicaIndex{static_cast<std::uint16_t>(self % config.epoch.validators)};
  }
  config.window = 1 + source.byte() % 6U;
  config.block_batches_max = 3;
  config.author_batches_max = 3;
  return config;
}

/// The input, read as a play for one replica.
class Play {
 public:
  explicit Play(std::string_view input)
      : source_(input), replica_(config_from(source_)), n_(replica_.config().epoch.validators) {}

  void run() {
    for (std::size_t i = 0; i < kEventsMax && !source_.rest().empty(); ++i) event();
    replica_.restart(~std::size_t{0}, 0);
  }

 private:
  using Event = void (Play::*)();

  void event() {
    static constexpr Event kEvents[] = {
        &Play::pass_time,   &Play::offer_proposal, &Play::one_vote,       &Play::all_vote,
        &Play::one_cosigns, &Play::all_cosign,     &Play::show_certified, &Play::acknowledge,
        &Play::store_batch, &Play::store_own,      &Play::fetch_batches,  &Play::say_status,
        &Play::change_view, &Play::all_change,     &Play::fetch_proposal, &Play::show_proposal,
        &Play::execute,     &Play::certify,        &Play::sync,           &Play::link,
        &Play::crash,       &Play::raw_message,    &Play::whole_height,   &Play::relay_own,
    };
    (this->*kEvents[source_.byte() % std::size(kEvents)])();
  }

  // ---- choices

  ReplicaIndex validator() { return ReplicaIndex{static_cast<std::uint16_t>(source_.byte() % n_)}; }
  ReplicaIndex other() {
    const ReplicaIndex who = validator();
    return replica_.config().self == who ? replica_at((who.value + 1U) % n_) : who;
  }
  View view() {
    const std::uint64_t now = replica_.status().view.value;
    const std::uint8_t choice = source_.byte();
    if (choice < 160) return View{now};
    if (choice < 200) return View{now + 1};
    if (choice < 220) return View{now + choice % 8U};
    if (choice == 255) return View{~std::uint64_t{0} - now};
    return View{now > 0 ? now - 1 : 0};
  }
  Height height() {
    const ReplicaStatus status = replica_.status();
    const std::uint8_t choice = source_.byte();
    if (choice == 255) return Height{~std::uint64_t{0}};
    if (choice < 128) return status.delivered.next();
    return status.certified.plus(choice % (replica_.config().window + 4));
  }
  /// Somebody's proposal; makes one where there is none.
  const Proposal& proposal() {
    const auto& own = replica_.own_proposals();
    const std::uint8_t choice = source_.byte();
    if (choice >= 224 && !own.empty()) return own[choice % own.size()];
    if (proposals_.empty()) make_proposal();
    // The newest is what most is about.
    return choice < 96 ? proposals_.back() : proposals_[choice % proposals_.size()];
  }
  Digest parent_at(Height height) {
    const std::uint8_t choice = source_.byte();
    const BlockPoint& tip = replica_.tip();
    if (choice < 200 && tip.height.next() == height) return tip.proposal;
    for (const Proposal& candidate : proposals_) {
      if (candidate.height.next() == height && choice < 240) return replica_.digest(candidate);
    }
    return {};
  }
  void make_proposal() {
    Proposal made;
    made.height = height();
    made.parent = parent_at(made.height);
    made.time_ms = std::max(replica_.tip().time_ms + 1, replica_.wall_ms()) + source_.byte() % 8U;
    for (unsigned i = source_.byte() % 4U; i > 0; --i) {
      const Digest batch = batch_digest(source_.byte() % kCommonBatches);
      if (std::ranges::find(made.batches, batch) == made.batches.end())
        made.batches.push_back(batch);
    }
    if (proposals_.size() == kProposalsMax) proposals_.erase(proposals_.begin());
    proposals_.push_back(made);
  }

  // ---- what peers make

  std::string statement(Phase phase, View view, Height height, const Digest& digest) const {
    return vote_statement_bytes(replica_.config().epoch, {phase, view, height, digest});
  }
  Vote vote_of(Phase phase, View view, Height height, const Digest& digest, ReplicaIndex voter) {
    return Vote{phase,  view,  height,
                digest, voter, replica_.sign_as(voter, statement(phase, view, height, digest))};
  }
  PrePrepare pre_prepare_of(View view, const Proposal& proposal) {
    const Digest digest = replica_.digest(proposal);
    const ReplicaIndex primary = replica_.config().epoch.primary(view);
    return PrePrepare{
        view, proposal,
        replica_.sign_as(primary, statement(Phase::kPrePrepare, view, proposal.height, digest))};
  }
  /// So many others, ascending.
  std::vector<ReplicaIndex> others(std::size_t count) {
    std::vector<ReplicaIndex> chosen;
    for (std::size_t i = 0; i < n_ && chosen.size() < count; ++i) {
      if (replica_.config().self != replica_at(i)) chosen.push_back(replica_at(i));
    }
    return chosen;
  }
  std::vector<ReplicaIndex> quorum_of_others() {
    return others(replica_.config().epoch.quorum().certificate());
  }
  PreparedCertificate certificate(View view, Height height, const Digest& digest) {
    PreparedCertificate made{view, height, digest, {}};
    for (const ReplicaIndex voter : quorum_of_others()) {
      made.prepares.push_back(
          {voter, replica_.sign_as(voter, statement(Phase::kPrepare, view, height, digest))});
    }
    return made;
  }
  ViewChange view_change(View view, ReplicaIndex voter) {
    ViewChange change{ViewChangeHeader{view, {}, {}, voter, {}}, std::nullopt, std::nullopt};
    const std::uint8_t choice = source_.byte();
    if ((choice & 1U) != 0 && view > View{}) {
      const Proposal& shown = proposal();
      const View made_in{view.value - 1 - std::min<std::uint64_t>(view.value - 1, choice >> 6U)};
      change.certificate = certificate(made_in, shown.height, replica_.digest(shown));
      change.header.prepared = {made_in, shown.height, change.certificate->digest};
    }
    const auto& certified = replica_.all_certified();
    if ((choice & 2U) != 0 && certified.rbegin()->first > Height{}) {
      change.checkpoint = certified.rbegin()->second;
      change.header.checkpoint = {change.checkpoint->height, change.checkpoint->proposal};
    }
    change.header.signature = replica_.sign_as(
        voter, view_change_statement_bytes(replica_.config().epoch, change.header));
    return change;
  }
  NewView new_view(View view, const std::vector<ViewChange>& changes) {
    NewView made{view, {}, std::nullopt, std::nullopt, {}};
    for (const ViewChange& change : changes) made.headers.push_back(change.header);
    const Basis basis = greatest(made.headers);
    for (const ViewChange& change : changes) {
      if (change.certificate && change.header.prepared == basis.prepared) {
        made.certificate = change.certificate;
      }
      if (change.checkpoint && change.header.checkpoint == basis.checkpoint) {
        made.checkpoint = change.checkpoint;
      }
    }
    const Epoch& epoch = replica_.config().epoch;
    made.signature = replica_.sign_as(epoch.primary(view), new_view_statement_bytes(epoch, made));
    return made;
  }
  std::vector<Digest> batches() {
    std::vector<Digest> list;
    for (unsigned i = 1 + source_.byte() % 8U; i > 0; --i) list.push_back(any_batch());
    return list;
  }
  Digest any_batch() {
    const std::uint8_t number = source_.byte();
    if (number < 192) return batch_digest(number % kCommonBatches);
    return batch_digest(static_cast<std::uint16_t>(number << 8U | source_.byte()));
  }

  // ---- events

  void pass_time() {
    replica_.pass_ms(source_.byte() * 10);
    replica_.step(Tick{});
  }
  void offer_proposal() {
    if (source_.byte() % 4U != 0) make_proposal();
    const ReplicaIndex from = other();
    const View in = view();
    // Only the replica itself has its key.
    if (replica_.config().epoch.primary(in) == replica_.config().self) return;
    replica_.receive(from, pre_prepare_of(in, proposal()));
  }
  void one_vote() {
    const Phase phase = source_.byte() % 2U == 0 ? Phase::kPrepare : Phase::kCommit;
    const ReplicaIndex voter = other();
    const View in = view();
    const Proposal& of = proposal();
    replica_.receive(other(), vote_of(phase, in, of.height, replica_.digest(of), voter));
  }
  void all_vote() {
    const Phase phase = source_.byte() % 2U == 0 ? Phase::kPrepare : Phase::kCommit;
    const View in = view();
    vote_all(phase, in, Proposal(proposal()));
  }
  void vote_all(Phase phase, View in, const Proposal& of) {
    for (const ReplicaIndex voter : quorum_of_others()) {
      replica_.receive(voter, vote_of(phase, in, of.height, replica_.digest(of), voter));
    }
  }
  void one_cosigns() {
    const Proposal& of = proposal();
    std::string checkpoint = FuzzedReplica::checkpoint_of(of.height, replica_.digest(of));
    if (source_.byte() % 8U == 0) checkpoint += "other";
    replica_.receive(other(), CheckpointVote{of.height, checkpoint, "cosignature"});
  }
  void all_cosign() { cosign_all(replica_.tip()); }
  void cosign_all(const BlockPoint& block) {
    if (block.height == Height{}) return;
    for (const ReplicaIndex voter : quorum_of_others()) {
      replica_.receive(
          voter, CheckpointVote{block.height,
                                FuzzedReplica::checkpoint_of(block.height, block.proposal), "c"});
    }
  }
  void show_certified() {
    const Proposal& of = proposal();
    if (of.height.value > replica_.ledger_height().value + 64) return;
    replica_.receive(other(), replica_.certified(of.height, replica_.digest(of)));
  }
  void acknowledge() { replica_.receive(other(), BatchAck{batches()}); }
  void store_batch() {
    const Digest batch = any_batch();
    replica_.store(batch, other());
  }
  void store_own() {
    if (replica_.config().self) replica_.store(any_batch(), *replica_.config().self);
  }
  void fetch_batches() { replica_.receive(other(), FetchBatches{batches()}); }
  void say_status() {
    Status status{view(), height(), batches(), {}};
    const Height first = height();
    for (unsigned i = source_.byte() % 4U; i > 0; --i) {
      const std::uint8_t bits = source_.byte();
      HeldVotes held{first.plus(i), {}, {}, {}};
      if ((bits & 1U) != 0) held.proposal = replica_.digest(proposal());
      held.prepares.assign((bits >> 6U) + 1U, bits);
      held.commits.assign((bits >> 4U) % 4U, bits);
      status.votes.insert(status.votes.begin(), held);
    }
    replica_.receive(other(), status);
  }
  void change_view() {
    const ReplicaIndex voter = other();
    const View to = view();
    replica_.receive(other(), view_change(to, voter));
  }
  void all_change() {
    const View to = view();
    const std::uint8_t parts = source_.byte();
    std::vector<ViewChange> changes;
    for (const ReplicaIndex voter : quorum_of_others()) changes.push_back(view_change(to, voter));
    if ((parts & 1U) == 0) {
      for (const ViewChange& change : changes) replica_.receive(change.header.voter, change);
    }
    if ((parts & 2U) == 0 && replica_.config().epoch.primary(to) != replica_.config().self) {
      replica_.receive(other(), new_view(to, changes));
    }
  }
  void fetch_proposal() {
    const Proposal& of = proposal();
    replica_.receive(other(), FetchProposals{of.height, replica_.digest(of), height()});
  }
  void show_proposal() { replica_.receive(other(), ProposalFetched{proposal()}); }
  void execute() { replica_.execute(); }
  void certify() { replica_.certify(); }
  void sync() {
    const Proposal& of = proposal();
    const std::uint64_t most = replica_.ledger_height().value + 24;
    if (of.height.value <= most) replica_.sync_to(of.height, replica_.digest(of));
  }
  void link() {
    if (source_.byte() % 2U == 0) {
      replica_.step(LinkUp{other()});
    } else {
      replica_.step(LinkDown{other()});
    }
  }
  void crash() {
    const std::uint8_t choice = source_.byte();
    replica_.restart(choice % 4U, choice >= 240 ? choice % 8U : 0);
  }
  void raw_message() {
    const std::size_t size = source_.byte();
    const ReplicaIndex from = other();
    if (const auto message = decode_message(source_.bytes(size))) replica_.receive(from, *message);
  }
  /// A height as it should be: proposed, voted for, executed, certified.
  void whole_height() {
    const View in = replica_.status().view;
    const BlockPoint tip = replica_.tip();
    Proposal next{
        tip.height.next(), tip.proposal, std::max(tip.time_ms + 1, replica_.wall_ms()), {}};
    next.batches.push_back(batch_digest(static_cast<std::uint16_t>(256 + next.height.value)));
    const bool mine = replica_.config().epoch.primary(in) == replica_.config().self;
    const ReplicaIndex author = mine ? *replica_.config().self : other();
    replica_.store(next.batches.front(), author);
    for (const ReplicaIndex from : others(n_)) replica_.receive(from, BatchAck{next.batches});
    if (mine) {
      if (replica_.own_proposals().empty()) return;
      next = replica_.own_proposals().back();
    } else {
      replica_.receive(author, pre_prepare_of(in, next));
    }
    vote_all(Phase::kPrepare, in, next);
    vote_all(Phase::kCommit, in, next);
    replica_.execute();
    cosign_all(replica_.tip());
    replica_.certify();
  }
  void relay_own() {
    const auto& own = replica_.own_votes();
    if (!own.empty()) replica_.receive(other(), own[source_.byte() % own.size()]);
  }

  Source source_;
  FuzzedReplica replica_;
  std::size_t n_;
  std::vector<Proposal> proposals_;
};

}  // namespace

void run(std::string_view input) { Play(input).run(); }

}  // namespace qc::fuzz

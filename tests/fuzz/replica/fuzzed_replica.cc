// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/replica/fuzzed_replica.h"

#include <algorithm>

#include "base/byte_writer.h"
#include "consensus/message/codec.h"
#include "consensus/message/statement.h"
#include "consensus/message/verifier.h"
#include "tests/fuzz/fuzz_target.h"

namespace qc::fuzz {

using namespace qc::consensus;

namespace {

constexpr std::uint64_t kWallMs = 1'800'000'000'000;
/// The cosignatures here carry no stamp: they count for every block.
constexpr std::uint64_t kStamp = ~std::uint64_t{0};
/// Own things are remembered for relaying, this many of each.
constexpr std::size_t kRememberedMax = 64;

template <class T>
void remember(std::vector<T>& list, const T& value) {
  if (list.size() < kRememberedMax) list.push_back(value);
}

}  // namespace

FuzzedReplica::FuzzedReplica(const Config& config)
    : config_(config),
      authenticator_(config.self.value_or(ReplicaIndex{}), config.epoch.validators),
      now_{Time{}, kWallMs} {
  ledger_.push_back(Block{BlockPoint{Height{}, {}, kWallMs - 60'000}, {}});
  certified_[Height{}] = CertifiedCheckpoint{Height{}, {}, checkpoint_of(Height{}, {}), ""};
  start();
}

std::string FuzzedReplica::checkpoint_of(Height height, const Digest& proposal) {
  ByteWriter out;
  out.u64(height.value);
  out.raw(proposal);
  return std::move(out).take();
}

Signature FuzzedReplica::sign_as(ReplicaIndex signer, const std::string& statement) const {
  simulation::KeyedHashAuthenticator key(signer, config_.epoch.validators);
  return key.sign(statement);
}

Digest FuzzedReplica::digest(const Proposal& proposal) const {
  return proposal_digest(proposal, authenticator_);
}

Height FuzzedReplica::ledger_height() const { return ledger_.back().point.height; }

const CertifiedCheckpoint& FuzzedReplica::certified(Height height, const Digest& proposal) {
  return certified_
      .try_emplace(height, CertifiedCheckpoint{height, proposal, checkpoint_of(height, proposal),
                                               "cosignatures"})
      .first->second;
}

// ---- life and death

LedgerPosition FuzzedReplica::position() const {
  LedgerPosition position;
  position.executed = ledger_.back().point;
  position.checkpoint = checkpoint_of(position.executed.height, position.executed.proposal);
  if (config_.self && position.executed.height > Height{}) position.cosignature = "cosignature";
  auto certified = certified_.upper_bound(position.executed.height);
  do {
    --certified;
  } while (certified->second.proposal != ledger_[certified->first.value].point.proposal);
  position.certified = certified->second;
  position.certified_block = ledger_[certified->first.value].point;
  for (const Block& block : ledger_) {
    for (const Digest& batch : block.batches) {
      position.ordered.push_back(OrderedBatch{batch, block.point.time_ms});
    }
  }
  return position;
}

void FuzzedReplica::start() {
  fold_ = recover(journal_);
  require(recover(fold_.entries()) == fold_, "a rotated journal remembers what the old one did");
  delivered_.clear();
  certifiable_.clear();
  tip_ = ledger_.back().point;
  replica_.emplace(config_, position(), fold_, authenticator_);
  begin(replica_->start(now_));
}

void FuzzedReplica::restart(std::size_t kept, std::uint64_t rolled_back) {
  for (std::size_t i = 0; i < std::min(kept, last_.persist.size()); ++i) {
    persist(last_.persist[i]);
  }
  last_ = Actions{};
  replica_.reset();
  ledger_.resize(ledger_.size() - std::min<std::uint64_t>(rolled_back, ledger_.size() - 1));
  start();
}

// ---- events

bool FuzzedReplica::may_pass(const Message& message) const {
  const auto* certified = std::get_if<CertifiedCheckpoint>(&message);
  if (certified == nullptr) certified = attached_checkpoint(message);
  if (certified != nullptr) {
    const auto found = certified_.find(certified->height);
    if (found == certified_.end() || found->second != *certified) return false;
  }
  return verify_message(config_.epoch, authenticator_, message);
}

void FuzzedReplica::receive(ReplicaIndex from, const Message& message) {
  const std::string bytes = encode(message);
  if (bytes.size() > kEncodedMessageMax) return;
  const auto decoded = decode_message(bytes);
  // What no peer could have sent, no decoder lets in.
  if (!decoded || !may_pass(*decoded)) return;
  // The host asks first; that a replica may be told in spite of its answer is the rarer case.
  if (replica_->interest(from, *decoded) == Interest::kVerify) {
    step(MessageReceived{from, *decoded, kStamp});
  }
}

void FuzzedReplica::step(Event event) {
  finish();
  const bool halted = replica_->status().halted;
  begin(replica_->step(now_, std::move(event)));
  require(!halted || (last_.send.empty() && last_.persist.empty() && last_.deliver.empty()),
          "a halted replica does nothing");
}

void FuzzedReplica::pass_ms(std::int64_t ms) {
  now_.monotonic = now_.monotonic.plus(Duration::milliseconds(ms));
  now_.wall_ms += static_cast<std::uint64_t>(ms);
}

void FuzzedReplica::store(const Digest& batch, ReplicaIndex author) {
  const bool room = is_own(author) ? status().own_batches_open < config_.author_batches_max
                                   : replica_->wants_batch(batch, author, 100);
  if (room) step(BatchStored{batch, author, 100, now_.wall_ms + 600'000});
}

void FuzzedReplica::execute() {
  finish();
  if (delivered_.empty()) return;
  const Delivery delivery = delivered_.front();
  delivered_.pop_front();
  const Height height = delivery.proposal.height;
  if (height != ledger_height().next()) return;
  ledger_.push_back(Block{BlockPoint{height, delivery.digest, delivery.proposal.time_ms},
                          delivery.proposal.batches});
  step(Executed{height, checkpoint_of(height, delivery.digest), config_.self ? "cosignature" : "",
                std::nullopt});
}

void FuzzedReplica::certify() {
  finish();
  if (certifiable_.empty()) return;
  const Certifiable found = certifiable_.front();
  certifiable_.pop_front();
  const CertifiedCheckpoint& known = certified(found.height, found.proposal);
  forked_ = forked_ || known.proposal != found.proposal;
  step(CheckpointCertified{known});
}

void FuzzedReplica::sync_to(Height height, const Digest& proposal) {
  finish();
  if (height <= ledger_height() || status().halted) return;
  const CertifiedCheckpoint checkpoint = certified(height, proposal);
  while (ledger_height() < height) {
    const Height next = ledger_height().next();
    const auto known = certified_.find(next);
    Block block{BlockPoint{next, {}, ledger_.back().point.time_ms + 1}, {}};
    block.point.proposal.fill(static_cast<std::uint8_t>(next.value));
    if (known != certified_.end()) block.point.proposal = known->second.proposal;
    for (const Delivery& delivery : delivered_) {
      if (delivery.proposal.height != next) continue;
      if (known == certified_.end()) block.point.proposal = delivery.digest;
      forked_ = forked_ || block.point.proposal != delivery.digest;
    }
    ledger_.push_back(block);
  }
  std::erase_if(delivered_,
                [&](const Delivery& delivery) { return delivery.proposal.height <= height; });
  if (height >= tip_.height) tip_ = ledger_.back().point;
  step(Synced{ledger_.back().point, checkpoint, {}, std::nullopt});
}

// ---- actions

void FuzzedReplica::begin(Actions actions) {
  last_ = std::move(actions);
  const Quorum quorum = config_.epoch.quorum();
  require(last_.send.size() <= 64 + 4 * quorum.validators() * (config_.window + 4),
          "one step says a bounded number of things");
  for (const Delivery& delivery : last_.deliver) check_delivery(delivery);
  check_bounds();
}

void FuzzedReplica::finish() {
  const Actions actions = std::exchange(last_, Actions{});
  for (const JournalEntry& entry : actions.persist) persist(entry);
  require(fold_ == replica_->journal(), "the fold of the journal is what the replica remembers");
  for (const Outgoing& outgoing : actions.send) check_sent(outgoing.message);
  certifiable_.insert(certifiable_.end(), actions.certify.begin(), actions.certify.end());
  delivered_.insert(delivered_.end(), actions.deliver.begin(), actions.deliver.end());
}

void FuzzedReplica::persist(const JournalEntry& entry) {
  const auto decoded = decode_journal_entry(encode(entry));
  require(decoded && *decoded == entry, "a journal entry can be read back");
  journal_.push_back(entry);
  fold_.apply(entry);
  if (const auto* made = std::get_if<PrepareMade>(&entry)) {
    require(made->view == fold_.view(), "a prepare is of the view that the replica is in");
    journalled_.insert({Place{Phase::kPrepare, made->view, made->height}, made->digest});
  }
  if (const auto* made = std::get_if<CertificateMade>(&entry)) {
    const PreparedCertificate& certificate = made->certificate;
    require(certificate.view == fold_.view(), "a commit is of the view that the replica is in");
    journalled_.insert(
        {Place{Phase::kCommit, certificate.view, certificate.height}, certificate.digest});
  }
  if (const auto* made = std::get_if<ProposalMade>(&entry)) {
    journalled_.insert(
        {Place{Phase::kPrePrepare, made->pre_prepare.view, made->pre_prepare.proposal.height},
         digest(made->pre_prepare.proposal)});
  }
  if (const auto* installed = std::get_if<NewViewInstalled>(&entry)) {
    installed_.insert(installed->view);
  }
}

void FuzzedReplica::check_sent(const Message& message) {
  const std::string bytes = encode(message);
  const auto decoded = decode_message(bytes);
  require(bytes.size() <= kEncodedMessageMax, "no message is longer than the limit");
  require(decoded && *decoded == message, "a message can be read by its receivers");
  require(verify_message(config_.epoch, authenticator_, message), "what leaves verifies");
  if (const auto* vote = std::get_if<Vote>(&message)) check_vote(*vote);
  if (const auto* change = std::get_if<ViewChange>(&message)) check_view_change(change->header);
  if (const auto* pre_prepare = std::get_if<PrePrepare>(&message)) check_proposal(*pre_prepare);
  if (const auto* vote = std::get_if<CheckpointVote>(&message)) {
    const auto [place, fresh] = cosigned_.try_emplace(vote->height, vote->checkpoint);
    require(fresh || place->second == vote->checkpoint, "a height is cosigned once");
  }
}

void FuzzedReplica::check_vote(const Vote& vote) {
  if (!is_own(vote.voter)) return;
  const Place place{vote.phase, vote.view, vote.height};
  require(journalled_.contains({place, vote.digest}), "a vote is journalled before it leaves");
  const auto [said, fresh] = said_.try_emplace(place, vote.digest);
  require(said->second == vote.digest, "a replica votes once");
  if (!fresh) return;
  remember(own_votes_, vote);
  require(vote.view == View{} || installed_.contains(vote.view),
          "the view's start is journalled before the first vote in it");
  const auto& held = fold_.certified();
  require(!held || held->checkpoint.height <= ledger_height() || forked_,
          "no vote while the ledger is behind the journal");
  if (vote.phase == Phase::kCommit) {
    last_commit_ = std::max(last_commit_, std::pair(vote.view, vote.height));
  }
}

void FuzzedReplica::check_view_change(const ViewChangeHeader& header) {
  if (!is_own(header.voter)) return;
  require(header.view <= fold_.view(), "a view is entered in the journal before it is announced");
  require(last_commit_.first >= header.view ||
              std::pair(header.prepared.view, header.prepared.height) >= last_commit_,
          "a view change shows a certificate as great as every commit");
}

void FuzzedReplica::check_proposal(const PrePrepare& pre_prepare) {
  if (!is_own(config_.epoch.primary(pre_prepare.view))) return;
  const Place place{Phase::kPrePrepare, pre_prepare.view, pre_prepare.proposal.height};
  const Digest proposed = digest(pre_prepare.proposal);
  require(journalled_.contains({place, proposed}), "a proposal is journalled before it leaves");
  const auto [said, fresh] = said_.try_emplace(place, proposed);
  require(said->second == proposed, "a primary proposes once");
  if (fresh) remember(own_proposals_, pre_prepare.proposal);
}

void FuzzedReplica::check_delivery(const Delivery& delivery) {
  const Proposal& proposal = delivery.proposal;
  require(proposal.height == tip_.height.next(), "blocks are delivered in order, each once");
  require(digest(proposal) == delivery.digest, "a delivery names its proposal");
  require(forked_ || proposal.parent == tip_.proposal || proposal.height == Height{1},
          "each block is delivered on the one before");
  tip_ = BlockPoint{proposal.height, delivery.digest, proposal.time_ms};
}

void FuzzedReplica::check_bounds() const {
  const ReplicaStatus status = replica_->status();
  const std::size_t n = config_.epoch.validators;
  const std::size_t in_play = 8 * config_.window * config_.block_batches_max;
  require(status.batches_held <= n * config_.author_batches_max + in_play,
          "held batches stay within the quotas and what is in play");
  require(status.proposals_in_flight <= config_.window + 1, "proposals stay within the window");
  require(replica_->journal().entries().size() <= 16 + 8 * config_.window,
          "what must be remembered stays within the window");
}

}  // namespace qc::fuzz

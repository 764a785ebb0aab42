// SPDX-License-Identifier: Apache-2.0
#include "consensus/message/equivocation.h"

#include <algorithm>
#include <utility>

#include "consensus/message/statement.h"

namespace qc::consensus {
namespace {

SignedStatement signed_statement(std::string statement, const Signature& signature) {
  return SignedStatement{std::move(statement), std::string(signature.begin(), signature.end())};
}

Equivocation ordered(Equivocation evidence) {
  if (evidence.second.statement < evidence.first.statement) {
    std::swap(evidence.first, evidence.second);
  }
  return evidence;
}

std::optional<Phase> phase_of(Equivocation::Kind kind) {
  switch (kind) {
    case Equivocation::Kind::kPrePrepare:
      return Phase::kPrePrepare;
    case Equivocation::Kind::kPrepare:
      return Phase::kPrepare;
    case Equivocation::Kind::kCommit:
      return Phase::kCommit;
    case Equivocation::Kind::kNewView:
    case Equivocation::Kind::kCheckpoint:
      break;
  }
  return std::nullopt;
}

/// What every statement of that kind, view and height begins with. What follows is what it says.
std::string common_part(const Epoch& epoch, const Equivocation& evidence) {
  if (const std::optional<Phase> phase = phase_of(evidence.kind)) {
    std::string bytes = vote_statement_bytes(
        epoch, VoteStatement{*phase, evidence.view, evidence.height, Digest{}});
    bytes.resize(bytes.size() - sizeof(Digest));
    return bytes;
  }
  std::string bytes = new_view_statement_bytes(epoch, NewView{evidence.view, {}, {}, {}, {}});
  bytes.resize(bytes.size() - sizeof(std::uint32_t));
  return bytes;
}

bool good_signature(const Authenticator& authenticator, ReplicaIndex signer,
                    const SignedStatement& statement) {
  Signature signature{};
  if (statement.signature.size() != signature.size()) {
    return false;
  }
  std::ranges::transform(statement.signature, signature.begin(),
                         [](char c) { return static_cast<std::uint8_t>(c); });
  return authenticator.verify(signer, statement.statement, signature);
}

}  // namespace

Equivocation equivocation_of(const Epoch& epoch, const Authenticator& hasher,
                             const PrePrepare& first, const PrePrepare& second) {
  const auto statement = [&](const PrePrepare& message) {
    const VoteStatement said{Phase::kPrePrepare, message.view, message.proposal.height,
                             proposal_digest(message.proposal, hasher)};
    return signed_statement(vote_statement_bytes(epoch, said), message.signature);
  };
  return ordered(Equivocation{Equivocation::Kind::kPrePrepare, epoch.first_height,
                              epoch.primary(first.view), first.view, first.proposal.height,
                              statement(first), statement(second)});
}

Equivocation equivocation_of(const Epoch& epoch, const Vote& first, const Vote& second) {
  const auto statement = [&](const Vote& vote) {
    const VoteStatement said{vote.phase, vote.view, vote.height, vote.digest};
    return signed_statement(vote_statement_bytes(epoch, said), vote.signature);
  };
  const Equivocation::Kind kind =
      first.phase == Phase::kPrepare ? Equivocation::Kind::kPrepare : Equivocation::Kind::kCommit;
  return ordered(Equivocation{kind, epoch.first_height, first.voter, first.view, first.height,
                              statement(first), statement(second)});
}

Equivocation equivocation_of(const Epoch& epoch, const NewView& first, const NewView& second) {
  const auto statement = [&](const NewView& message) {
    return signed_statement(new_view_statement_bytes(epoch, message), message.signature);
  };
  return ordered(Equivocation{Equivocation::Kind::kNewView, epoch.first_height,
                              epoch.primary(first.view), first.view, Height{}, statement(first),
                              statement(second)});
}

Equivocation equivocation_of(const Epoch& epoch, ReplicaIndex voter, const CheckpointVote& first,
                             const CheckpointVote& second) {
  return ordered(Equivocation{Equivocation::Kind::kCheckpoint,
                              epoch.first_height,
                              voter,
                              View{},
                              first.height,
                              {first.checkpoint, first.cosignature},
                              {second.checkpoint, second.cosignature}});
}

bool verify_equivocation(const Epoch& epoch, const Authenticator& authenticator,
                         const Equivocation& evidence) {
  if (evidence.epoch_first_height != epoch.first_height ||
      evidence.culprit.value >= epoch.validators ||
      evidence.first.statement >= evidence.second.statement) {
    return false;
  }
  if (evidence.kind == Equivocation::Kind::kCheckpoint) {
    return evidence.view == View{};
  }
  const bool of_primary = evidence.kind == Equivocation::Kind::kPrePrepare ||
                          evidence.kind == Equivocation::Kind::kNewView;
  const std::string common = common_part(epoch, evidence);
  const auto fits = [&](const SignedStatement& said) {
    const bool whole = !phase_of(evidence.kind).has_value() ||
                       said.statement.size() == common.size() + sizeof(Digest);
    return whole && said.statement.starts_with(common) &&
           good_signature(authenticator, evidence.culprit, said);
  };
  return (!of_primary || epoch.primary(evidence.view) == evidence.culprit) &&
         (evidence.kind != Equivocation::Kind::kNewView || evidence.height == Height{}) &&
         fits(evidence.first) && fits(evidence.second);
}

}  // namespace qc::consensus

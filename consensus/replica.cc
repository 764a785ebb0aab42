// SPDX-License-Identifier: Apache-2.0
#include "consensus/replica.h"

#include <utility>

#include "consensus/engine.h"

namespace qc::consensus {

Replica::Replica(Config config, const LedgerPosition& ledger, RecoveredState journal,
                 Authenticator& authenticator)
    : engine_(
          std::make_unique<Engine>(std::move(config), ledger, std::move(journal), authenticator)) {}
Replica::Replica(Replica&&) noexcept = default;
Replica& Replica::operator=(Replica&&) noexcept = default;
Replica::~Replica() = default;

Actions Replica::start(const Now& now) { return engine_->start(now); }

Actions Replica::step(const Now& now, Event event) { return engine_->step(now, std::move(event)); }

Interest Replica::interest(ReplicaIndex from, const Message& message) const {
  return engine_->interest(from, message);
}

bool Replica::wants_batch(const Digest& digest, ReplicaIndex author, std::size_t bytes) const {
  return engine_->wants_batch(digest, author, bytes);
}

ReplicaStatus Replica::status() const { return engine_->status(); }

const RecoveredState& Replica::journal() const { return engine_->journal(); }

}  // namespace qc::consensus

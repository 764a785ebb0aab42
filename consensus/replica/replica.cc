// SPDX-License-Identifier: Apache-2.0
#include "consensus/replica/replica.h"

#include <utility>

#include "consensus/replica/engine.h"

namespace qc::consensus {

Replica::Replica(Config config, const LedgerPosition& ledger, RecoveredState journal,
                 Authenticator& authenticator) {
  if (journal.epoch() && journal.epoch()->first_height > config.epoch.first_height) {
    later_journal_ = std::exchange(journal, {});
    config.self.reset();
  }
  engine_ = std::make_unique<Engine>(std::move(config), ledger, std::move(journal), authenticator);
}
Replica::Replica(Replica&&) noexcept = default;
Replica& Replica::operator=(Replica&&) noexcept = default;
Replica::~Replica() = default;

Actions Replica::start(const Now& now) {
  Actions actions = engine_->start(now);
  if (later_journal_) {
    actions.persist.clear();
  }
  return actions;
}

Actions Replica::step(const Now& now, Event event) {
  Actions actions = engine_->step(now, std::move(event));
  if (later_journal_) {
    actions.persist.clear();
  }
  return actions;
}

Interest Replica::interest(ReplicaIndex from, const Message& message) const {
  return engine_->interest(from, message);
}

bool Replica::wants_batch(const Digest& digest, ReplicaIndex author, std::size_t bytes) const {
  return engine_->wants_batch(digest, author, bytes);
}

ReplicaUsage Replica::usage() const { return engine_->usage(); }

ReplicaStatus Replica::status() const { return engine_->status(); }

const RecoveredState& Replica::journal() const {
  return later_journal_ ? *later_journal_ : engine_->journal();
}

std::vector<OrderedBatch> Replica::ordered_batches() const { return engine_->ordered_batches(); }

std::vector<BatchStored> Replica::open_batches() const { return engine_->open_batches(); }

}  // namespace qc::consensus

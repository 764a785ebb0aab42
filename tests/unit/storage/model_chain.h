// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "ledger/crypto/network.h"
#include "ledger/crypto/signer.h"
#include "ledger/execution/block.h"
#include "ledger/state/state_tree.h"
#include "ledger/state/subject.h"

namespace qc::storage {

/// A chain held in memory, made of the ledger's own pieces but with a rule of its own for what a
/// record says: "subject,subject|anything" names its subjects; a submission whose first record's
/// text begins with "reject" is rejected, with "drop" dropped. What a store must give back.
class ModelChain {
 public:
  explicit ModelChain(const std::string& name = "dev-quality.example/test");

  /// A block and everything around it.
  struct Step {
    ledger::Block block;
    std::string proposal;
    std::shared_ptr<const ledger::ExecutedBlock> executed;
    std::string note;
  };

  /// A submission is a list of records.
  using Submissions = std::vector<std::vector<std::string>>;

  const ledger::Network& network() const { return network_; }
  const std::string& genesis_document() const { return genesis_document_; }
  const ledger::ExecutedBlock& genesis() const { return *genesis_; }
  /// Executes the next block.
  Step extend(const Submissions& submissions);

  /// The next block is the last of its validator set.
  void change_set(const Digest& next) { next_set_ = next; }

  static Digest subject(std::string_view id);
  /// Values of all subjects after the newest block.
  const std::map<Digest, std::string>& values() const { return values_; }
  /// Log indices of a subject's records.
  const std::vector<std::uint64_t>& history(const std::string& id) { return histories_[id]; }
  const std::vector<Digest>& leaves() const { return leaves_; }

 private:
  std::shared_ptr<ledger::Submission> sign(const std::vector<std::string>& records);
  void append_record(ledger::ExecutedBlock& block, std::uint32_t submission, std::uint32_t position,
                     std::string_view record, const Digest& submission_hash);
  void finish(ledger::ExecutedBlock& block, const Digest& proposal,
              const std::vector<Digest>& outcomes);

  std::unique_ptr<ledger::PemSigner> signer_;
  ledger::Network network_;
  std::string genesis_document_;
  std::shared_ptr<const ledger::ExecutedBlock> genesis_;
  ledger::Frontier log_;
  ledger::MemoryNodeStore nodes_;
  std::map<Digest, std::string> values_;
  std::map<std::string, std::vector<std::uint64_t>> histories_;
  std::map<Digest, std::string> changed_;
  std::vector<Digest> leaves_;
  Digest parent_{};
  Digest set_{};
  std::optional<Digest> next_set_;
  std::uint64_t height_ = 0;
  std::uint64_t nonce_ = 0;
};

inline constexpr std::uint64_t kModelGenesisTime = 1'795'000'000'000;

}  // namespace qc::storage

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/crypto/key.h"
#include "ledger/crypto/signer.h"
#include "ledger/execution/block.h"
#include "ledger/execution/chain_state.h"
#include "ledger/execution/founding.h"
#include "ledger/proof/policy.h"
#include "ledger/record/submission.h"
#include "node/config/config.h"
#include "node/pipeline/ingress.h"
#include "node/status/node_view.h"
#include "quality/v1/record.pb.h"
#include "storage/store.h"

namespace qc::node {

/// A private key with what belongs to it.
struct TestKey {
  std::string pem;
  std::unique_ptr<ledger::PemSigner> signer;

  static TestKey make(ledger::KeyAlgorithm algorithm = ledger::KeyAlgorithm::kEcdsaP256Sha256);
  std::string spki() const { return signer->public_key().spki(); }
  /// Self-signed, and long expired.
  std::string certificate() const;
};

/// The keys of one organisation.
struct TestParty {
  std::string code;
  TestKey admin;
  TestKey signing;
  TestKey tls;
};

/// A network of one validator on a real store with real execution and real signatures; only
/// consensus is left out: what is submitted is in a certified block of its own when submit()
/// returns, unless the network is paused. Founded by a regulator, who validates, and a maker.
class SmallNetwork final : public Ingress, public NodeView {
 public:
  SmallNetwork();
  ~SmallNetwork() override;
  SmallNetwork(const SmallNetwork&) = delete;
  SmallNetwork& operator=(const SmallNetwork&) = delete;
  SmallNetwork(SmallNetwork&&) = delete;
  SmallNetwork& operator=(SmallNetwork&&) = delete;

  using Ticket = Ingress::Ticket;

  TestParty regulator;
  TestParty maker;
  TestKey validator;
  /// Voting keys of earlier epochs, in order.
  std::vector<TestKey> retired;
  TestKey node_tls;
  TestKey log_key;
  NodeStatus present_status;
  std::vector<EvidenceItem> stored_evidence;
  std::vector<std::string> damage;

  /// Before a server is started.
  void listen_on(std::uint16_t port) { config_.rpc_listen.port = port; }
  /// While paused, submissions and waiters for heights get no answer.
  void pause() { paused_ = true; }
  /// Callers that wait.
  std::size_t waiting();
  /// A certified block without submissions.
  void empty_block() { execute({}); }

  /// Canonical bytes.
  static std::string bytes(const quality::v1::Record& record);
  /// A record with claimed time and domain filled in.
  quality::v1::Record envelope() const;
  quality::v1::Record product(const std::string& gtin) const;
  quality::v1::Record lot(const std::string& gtin, const std::string& number) const;
  /// A SignedSubmission.
  std::string sign(const TestParty& party, const TestKey& key,
                   const std::vector<quality::v1::Record>& records);
  /// Submitted by the maker and certified.
  SubmissionResult commit(const std::vector<quality::v1::Record>& records);
  SubmissionResult commit(std::string signed_submission);

  ledger::NetworkPolicy policy() const;

  /// The validator's key is replaced by the regulator alone; empty blocks carry the change on until
  /// the new key votes.
  void replace_validator_key();

  Ticket submit(std::string signed_submission, Done done) override;
  bool cancel(Ticket ticket) override;
  SubmissionResult lookup(const Digest& submission_hash) override;

  const Config& config() const override { return config_; }
  const NodeIdentity& identity() const override { return *identity_; }
  std::shared_ptr<const storage::ReadView> latest() const override { return store_->latest(); }
  Ticket wait_for_height(std::uint64_t height, HeightReached reached) override;
  bool cancel_wait(Ticket ticket) override { return cancel(ticket); }
  NodeStatus status() const override { return present_status; }
  void found_damage(const ledger::Error& error) override { damage.push_back(error.message); }
  std::vector<EvidenceItem> evidence(std::size_t from, std::size_t limit) const override {
    std::vector<EvidenceItem> page;
    for (std::size_t i = from; i < stored_evidence.size() && page.size() < limit; ++i) {
      page.push_back(stored_evidence[i]);
    }
    return page;
  }

 private:
  void found();
  std::string certify(const ledger::ExecutedBlock& executed) const;
  std::shared_ptr<const ledger::ExecutedBlock> execute(
      std::vector<std::shared_ptr<const ledger::Submission>> submissions);
  SubmissionResult judge(std::string signed_submission);
  SubmissionResult result_of(const ledger::ExecutedSubmission& executed, std::uint64_t height);
  Ticket wait();

  std::filesystem::path directory_;
  Config config_;
  std::optional<ledger::Genesis> genesis_;
  std::optional<NodeIdentity> identity_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<ledger::ChainState> chain_;
  /// The key that votes from the next epoch on.
  std::optional<TestKey> next_validator_;
  std::uint8_t nonce_ = 0;
  std::atomic<bool> paused_ = false;
  std::mutex mutex_;
  std::map<Ticket, int> waiting_;
  Ticket last_ticket_ = 0;
};

}  // namespace qc::node

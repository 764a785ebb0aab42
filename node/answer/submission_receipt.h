// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>

#include "base/digest.h"
#include "ledger/base/result.h"

namespace quality::v1 {
class SubmitResponse;
}  // namespace quality::v1

namespace qc::storage {
class ReadView;
}  // namespace qc::storage

namespace qc::node {

struct SubmissionResult;

/// Makes receipts, and keeps what the receipts of one block have in common for the few blocks whose
/// submissions are being answered. From any thread.
class ReceiptMaker {
 public:
  ReceiptMaker();
  ~ReceiptMaker();
  ReceiptMaker(const ReceiptMaker&) = delete;
  ReceiptMaker& operator=(const ReceiptMaker&) = delete;
  ReceiptMaker(ReceiptMaker&&) = delete;
  ReceiptMaker& operator=(ReceiptMaker&&) = delete;

  /// Fills everything but the tag: the state, and for a submission with an outcome its receipt at
  /// the result's view. Errors are the store's.
  ledger::Result<void> answer(const SubmissionResult& result,
                              quality::v1::SubmitResponse& response);

 private:
  class BlockFacts;
  ledger::Result<std::shared_ptr<const BlockFacts>> facts(const storage::ReadView& view,
                                                          std::uint64_t height);

  std::mutex mutex_;
  /// The newest at the back.
  std::deque<std::shared_ptr<const BlockFacts>> blocks_;
};

}  // namespace qc::node

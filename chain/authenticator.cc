// SPDX-License-Identifier: Apache-2.0
#include "chain/authenticator.h"

#include <cstring>

#include "base/assert.h"

namespace qc::chain {

consensus::Signature VoteAuthenticator::sign(std::string_view statement) {
  QC_ASSERT(signer_ != nullptr);
  const auto signature = signer_->sign(statement);
  // The replica counts on its vote; without a key there is no going on.
  if (!signature) {
    assertion_failed(("a vote is signed: " + signature.error().message).c_str(), __FILE__,
                     __LINE__);
  }
  QC_ASSERT(signature->size() == ledger::kSignatureSize);
  consensus::Signature out{};
  std::memcpy(out.data(), signature->data(), out.size());
  return out;
}

bool VoteAuthenticator::verify(consensus::ReplicaIndex signer, std::string_view statement,
                               const consensus::Signature& signature) const {
  if (signer.value >= validators_.size()) return false;
  verified_.fetch_add(1, std::memory_order_relaxed);
  const std::string_view bytes(reinterpret_cast<const char*>(signature.data()), signature.size());
  return validators_.validators()[signer.value].key.verify(statement, bytes);
}

Digest VoteAuthenticator::hash(std::string_view bytes) const {
  return ledger::hash(algorithm_, bytes);
}

}  // namespace qc::chain

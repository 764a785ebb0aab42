// SPDX-License-Identifier: Apache-2.0
#include "node/rpc/member_gate.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "ledger/crypto/hash.h"
#include "ledger/crypto/tls_certificate.h"
#include "node/status/node_view.h"
#include "os/wall_clock.h"
#include "storage/read_view.h"

namespace qc::node {

using ledger::Code;
using ledger::EnrolledKey;
using ledger::fail;
using ledger::KeyPurpose;
using ledger::Result;

namespace {

constexpr std::size_t kMaxDecisions = 1024;
/// No certificate of ours comes near it.
constexpr std::size_t kMaxCertificateSize = 64 * 1024;

}  // namespace

Result<Caller> MemberGate::admit(std::string_view pem) const {
  if (pem.size() > kMaxCertificateSize) {
    return fail(Code::kUnauthenticated, "the client certificate is larger than 64 KiB");
  }
  const std::shared_ptr<const storage::ReadView> view = node_.latest();
  if (!view) {
    return fail(Code::kUnavailable, "this node has no certified state yet; try again in a moment");
  }
  // A clock that is behind must not refuse keys that the newest block has just enrolled.
  const std::uint64_t now = std::max(os::wall_ms(), view->seal().time_ms + 1);
  const auto caller = [](const EnrolledKey& key) { return Caller{key.organisation, key.id}; };
  {
    const std::lock_guard lock(mutex_);
    const auto known = decisions_.find(pem);
    if (known != decisions_.end() && known->second.height == view->height()) {
      const EnrolledKey& key = known->second.key;
      if (key.good_at(now)) return caller(key);
    }
  }
  QC_TRY(const std::string spki, ledger::certificate_spki(pem));
  const ledger::HashAlgorithm hash = node_.identity().hash;
  QC_TRY(EnrolledKey key, ledger::require_key(view->state(), hash, ledger::hash(hash, spki),
                                              {KeyPurpose::kTlsClient, KeyPurpose::kSigning,
                                               KeyPurpose::kAdmin, KeyPurpose::kNodeTls},
                                              now));
  const std::lock_guard lock(mutex_);
  if (decisions_.size() >= kMaxDecisions) decisions_.clear();
  Caller answer = caller(key);
  decisions_.insert_or_assign(std::string(pem), Decision{view->height(), std::move(key)});
  return answer;
}

}  // namespace qc::node

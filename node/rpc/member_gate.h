// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "ledger/base/result.h"
#include "ledger/consortium/key_directory.h"

namespace qc::node {

class NodeView;

/// Who is at the other end of a connection.
struct Caller {
  /// USCC or LEI.
  std::string organisation;
  Digest key_id{};
};

/// Decides by the newest certified state whether a TLS certificate is a member's: its public key is
/// enrolled for connections, for signing, as an admin key or as a node's, is good now, and its
/// organisation is active. Nothing else in the certificate is looked at. From any thread.
class MemberGate {
 public:
  explicit MemberGate(const NodeView& node) : node_(node) {}

  /// The owner of the first certificate in `pem`. Errors: kUnauthenticated for a key that is not
  /// good, kPermissionDenied for one of another purpose or an organisation that is not active,
  /// kUnavailable as long as the node has no certified state.
  ledger::Result<Caller> admit(std::string_view pem) const;

 private:
  /// A good key stays one for a height, unless it runs out.
  struct Decision {
    std::uint64_t height = 0;
    ledger::EnrolledKey key;
  };

  const NodeView& node_;
  mutable std::mutex mutex_;
  /// Members only, by certificate text, and not more than a thousand: strangers fill nothing.
  mutable std::map<std::string, Decision, std::less<>> decisions_;
};

}  // namespace qc::node

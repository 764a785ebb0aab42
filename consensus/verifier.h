// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "consensus/authenticator.h"
#include "consensus/messages.h"
#include "consensus/types.h"

namespace qc::consensus {

/// Checks what this module signed inside a message: pre-prepares against the primary of their view,
/// votes against their voter. Messages without such a signature pass; cosignatures and certified
/// proofs are the host's to check. Pure, for any thread.
bool verify_message(const Epoch& epoch, const Authenticator& authenticator, const Message& message);

/// Whether the certificate has a quorum of distinct good prepares for its (view, height, digest).
bool verify_certificate(const Epoch& epoch, const Authenticator& authenticator,
                        const PreparedCertificate& certificate);

}  // namespace qc::consensus

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "consensus/message/authenticator.h"
#include "consensus/message/messages.h"
#include "consensus/message/types.h"

namespace qc::consensus {

/// Checks what this module signed inside a message: pre-prepares and new views against the primary
/// of their view, votes and view changes against their voter, and that every certificate inside
/// proves what it is there to prove. Messages without such a signature pass; cosignatures and the
/// proofs of certified checkpoints (`attached_checkpoint`) are the host's to check. Pure, for any
/// thread.
bool verify_message(const Epoch& epoch, const Authenticator& authenticator, const Message& message);

/// The certified checkpoint that a view change or new view brings along, if any. The host must have
/// verified its proof as that of a CertifiedCheckpoint of its own before `step` sees the message.
const CertifiedCheckpoint* attached_checkpoint(const Message& message);

/// Whether the certificate has a quorum of distinct good prepares for its (view, height, digest).
bool verify_certificate(const Epoch& epoch, const Authenticator& authenticator,
                        const PreparedCertificate& certificate);

}  // namespace qc::consensus

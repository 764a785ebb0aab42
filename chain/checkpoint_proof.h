// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "consensus/message/actions.h"
#include "consensus/message/messages.h"
#include "ledger/base/result.h"
#include "ledger/consortium/checkpoint.h"
#include "ledger/consortium/validator_set.h"
#include "ledger/crypto/network.h"
#include "ledger/log/seal.h"

namespace qc::chain {

/// Everything that shows a stranger that a height is certified: the note with its cosignatures, the
/// seal that the log ends in, and that seal's inclusion path.
struct CheckpointProof {
  std::string note;
  std::string seal_text;
  /// Leaf first; of the log's last entry.
  std::vector<Digest> seal_path;

  /// The opaque `proof` bytes of consensus::CertifiedCheckpoint: quality.peer.v1.Blocks without
  /// blocks.
  std::string encode() const;
  static ledger::Result<CheckpointProof> decode(std::string_view bytes);
};

/// A proof that has been checked.
struct ProvenCheckpoint {
  ledger::CertifiedCheckpoint certified;
  ledger::Seal seal;
};

/// Checks the quorum's cosignatures, the seal's inclusion at size - 1, and that the seal is of this
/// set (kFailedPrecondition where it is not).
ledger::Result<ProvenCheckpoint> verify_proof(const ledger::Network& network,
                                              const ledger::ValidatorSet& validators,
                                              const CheckpointProof& proof);

/// The same for a message of consensus: height, proposal and checkpoint must be what the proof
/// says.
bool verify_certified(const ledger::Network& network, const ledger::ValidatorSet& validators,
                      const consensus::CertifiedCheckpoint& message);

/// The other direction: the message for a proof, and its encoding inside.
consensus::CertifiedCheckpoint certified_message(const CheckpointProof& proof,
                                                 const ledger::Checkpoint& checkpoint,
                                                 const ledger::Seal& seal);

/// When a cosignature/v1 line was made, unix seconds; nothing if it is none. Checks no signature.
std::optional<std::uint64_t> cosignature_time(const ledger::NoteSignature& line);

/// The lines that certify a block of this time, out of the votes that consensus counted. Each of
/// them must be one with a stamp that counts: consensus had that verified before it counted them,
/// so anything else is a fault of this program, and an error.
ledger::Result<std::vector<ledger::NoteSignature>> certificate_lines(
    const consensus::Certifiable& certifiable, std::uint64_t block_time_ms);

/// The only line in this text; nothing if there is not exactly one.
std::optional<ledger::NoteSignature> single_line(std::string_view text);

/// Reads what consensus::proposal_bytes writes, and nothing else.
std::optional<consensus::Proposal> parse_proposal(std::string_view bytes);

}  // namespace qc::chain

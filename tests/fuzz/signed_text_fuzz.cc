// SPDX-License-Identifier: Apache-2.0
// The texts that are signed or trusted: notes, checkpoints, policies, seals, log entries.
#include "ledger/consortium/checkpoint.h"
#include "ledger/execution/genesis.h"
#include "ledger/log/log_tiles.h"
#include "ledger/log/note.h"
#include "ledger/log/record_log.h"
#include "ledger/log/seal.h"
#include "ledger/proof/policy.h"
#include "tests/fuzz/fuzz_target.h"

namespace qc::fuzz {
namespace {

const ledger::NetworkPolicy& policy() {
  static const ledger::NetworkPolicy kPolicy =
      ledger::NetworkPolicy::parse(vector_file("network.policy")).value();
  return kPolicy;
}

void read_note(std::string_view input) {
  const auto note = ledger::SignedNote::parse(input);
  if (!note) {
    return;
  }
  require(note->format() == input, "format(parse(note)) == note");
  (void)ledger::verify_checkpoint(*note, policy().validators);
  (void)ledger::verify_log_line(*note, policy().logs);
}

void read_policy(std::string_view input) {
  const auto parsed = ledger::NetworkPolicy::parse(input);
  if (!parsed) {
    return;
  }
  const std::string text = parsed->format();
  const auto again = ledger::NetworkPolicy::parse(text);
  require(again.has_value(), "a policy that is written can be read");
  require(again->format() == text, "writing a policy is canonical");
}

void read_small_texts(std::string_view input) {
  if (const auto checkpoint = ledger::Checkpoint::parse(input)) {
    require(checkpoint->text() == input, "text(parse(checkpoint)) == checkpoint");
  }
  if (const auto seal = ledger::Seal::parse(input)) {
    require(seal->text() == input, "text(parse(seal)) == seal");
  }
  if (const auto entry = ledger::RecordEntry::parse(input)) {
    require(entry->encode() == input, "encode(parse(entry)) == entry");
  }
  if (const auto key = ledger::NoteKey::parse(input)) {
    require(key->vkey() == input, "vkey(parse(key)) == key");
  }
  if (const auto tile = ledger::parse_tile_path(input)) {
    require(ledger::tile_path(*tile) == input, "tile_path(parse(path)) == path");
  }
  if (const auto chain = ledger::parse_chain_id(input)) {
    require(ledger::chain_id(chain->name, chain->genesis_hash) == input, "a chain id reads back");
  }
  (void)ledger::parse_entry_bundle(input);
}

}  // namespace

void run(std::string_view input) {
  read_note(input);
  read_policy(input);
  read_small_texts(input);
}

}  // namespace qc::fuzz

// SPDX-License-Identifier: Apache-2.0
#include "consensus/message/codec.h"

#include <optional>
#include <utility>

#include "consensus/message/archive.h"
#include "consensus/message/message_fields.h"

namespace qc::consensus {

// What each journal entry is made of.

template <class A, Is<KeyGivenUp> M>
void fields(A& /*a*/, M& /*m*/) {}

template <class A, Is<EpochEntered> M>
void fields(A& a, M& m) {
  a.field(m.first_height);
  a.field(m.set_hash);
}

template <class A, Is<ViewEntered> M>
void fields(A& a, M& m) {
  a.field(m.view);
}

template <class A, Is<ProposalMade> M>
void fields(A& a, M& m) {
  fields(a, m.pre_prepare);
}

template <class A, Is<PrepareMade> M>
void fields(A& a, M& m) {
  a.field(m.view);
  a.field(m.height);
  a.field(m.digest);
}

template <class A, Is<CertificateMade> M>
void fields(A& a, M& m) {
  fields(a, m.certificate);
  fields(a, m.proposal);
}

template <class A, Is<CheckpointHeld> M>
void fields(A& a, M& m) {
  fields(a, m.checkpoint);
}

template <class A, Is<NewViewInstalled> M>
void fields(A& a, M& m) {
  a.field(m.view);
  a.field(m.start.start);
  a.optional(m.start.base, [](A& archive, auto& digest) { archive.field(digest); });
  a.field(m.start.parent);
}

template <class A, Is<NewViewMade> M>
void fields(A& a, M& m) {
  fields(a, m.new_view);
}

template <class A, Is<AncestorKept> M>
void fields(A& a, M& m) {
  a.field(m.digest);
  fields(a, m.proposal);
}

std::string encode(const Message& message) { return encode_variant(message); }

std::string encode(const JournalEntry& entry) { return encode_variant(entry); }

std::optional<Message> decode_message(std::string_view bytes) {
  return decode_variant<Message>(bytes, std::make_index_sequence<std::variant_size_v<Message>>());
}

std::optional<JournalEntry> decode_journal_entry(std::string_view bytes) {
  return decode_variant<JournalEntry>(
      bytes, std::make_index_sequence<std::variant_size_v<JournalEntry>>());
}

}  // namespace qc::consensus

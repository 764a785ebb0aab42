// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "consensus/message/journal.h"
#include "consensus/message/messages.h"

namespace qc::consensus {

/// The one binary encoding of messages and journal entries, for peers' frames and the vote journal.
///
/// Canonical and total: a kind byte, then the fields in the order of their declaration, integers
/// big-endian, u32 counts. `decode(encode(x)) == x`, and a decoder accepts only bytes that `encode`
/// makes: no truncation, no trailing bytes, no list longer than its limit in types.h (checked
/// before anything is allocated), certificates in ascending order of voter.

/// No encoded message is longer; a frame that announces more can be refused unread.
inline constexpr std::size_t kEncodedMessageMax = std::size_t{256} << 10;

std::string encode(const Message& message);
std::string encode(const JournalEntry& entry);

/// The message or entry that these bytes are, or nothing if they are not exactly one.
std::optional<Message> decode_message(std::string_view bytes);
std::optional<JournalEntry> decode_journal_entry(std::string_view bytes);

}  // namespace qc::consensus

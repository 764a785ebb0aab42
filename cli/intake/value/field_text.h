// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ledger/base/fault.h"
#include "ledger/base/result.h"
#include "quality/v1/record.pb.h"

namespace google::protobuf {
class EnumDescriptor;
}  // namespace google::protobuf

namespace qc::cli {

/// Nothing that is inspected lies so far ahead.
inline constexpr std::uint64_t kYear2100Ms = 4'102'444'800'000;

// What people write in a field, whatever kind of file it stands in. Errors say what would be right.

/// A time: RFC 3339 with offset, a day (its first millisecond in `time_zone`), or unix ms in 13
/// digits. Before 1970 there is none, nor from `before_ms` on, nor what is finer than a
/// millisecond.
[[nodiscard]] ledger::Result<std::uint64_t> read_time(std::string_view text,
                                                      std::uint32_t time_zone,
                                                      std::uint64_t before_ms = kYear2100Ms);

/// The number of an enum's value: its full name, or the name without the enum's prefix in either
/// case, with - or blank for _: "VERDICT_PASS", "pass", "non-conformant". The unspecified value is
/// refused.
[[nodiscard]] ledger::Result<int> read_enum(std::string_view text,
                                            const google::protobuf::EnumDescriptor& type);

/// A GTIN of 8, 12, 13 or 14 digits with 14; one of zeros alone names nothing.
[[nodiscard]] ledger::Result<std::string> read_gtin(std::string_view text);

/// A product in any spelling as gtin, lot and serial; everything else as canonical `id`.
[[nodiscard]] ledger::Result<quality::v1::ObjectRef> read_object(std::string_view text);

/// What a spelling says of a thing beside which one it is, and no canonical id holds: a variant
/// (22), the attributes in a digital link's query, such as an expiry date (17). Empty if nothing.
[[nodiscard]] std::string said_beside_identity(std::string_view text);

/// A lot or serial that reads as what a spreadsheet makes of a long number, 2.02507E+07 for
/// 20250700: its last digits are lost.
[[nodiscard]] ledger::Fault shortened_number_fault(std::string_view lot_or_serial);
/// The same of the lot and the serial of a product, wherever they were read from.
[[nodiscard]] ledger::Fault shortened_number_fault(const quality::v1::ObjectRef& object);

/// As read_object, where nothing can take note of what a digital link says besides: refused then,
/// and where its lot or serial was shortened.
[[nodiscard]] ledger::Result<quality::v1::ObjectRef> read_bare_object(std::string_view text);
/// Nothing where the text says no more than which thing it means.
[[nodiscard]] ledger::Fault beside_identity_fault(std::string_view text);

/// A party by its code (USCC or LEI), else by name.
[[nodiscard]] quality::v1::PartyRef read_party(std::string_view text);

/// A standard in its normal form, or what is none as `other`.
[[nodiscard]] quality::v1::Method read_method(std::string_view text);

/// "200.5 KGM"; a number alone counts pieces (H87).
[[nodiscard]] ledger::Result<quality::v1::Quantity> read_quantity(std::string_view text);

/// An accreditation's canonical id; also "CMA 221500010001".
[[nodiscard]] ledger::Result<std::string> read_accreditation(std::string_view text);

/// A decimal as a quantity is written: no trailing zeros after the point. Unchanged where it is
/// none.
[[nodiscard]] std::string without_trailing_zeros(std::string_view decimal);

}  // namespace qc::cli

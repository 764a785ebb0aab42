// SPDX-License-Identifier: Apache-2.0
#include "cli/intake/epcis_object.h"

#include <cstddef>
#include <utility>

#include "cli/intake/field_text.h"
#include "ledger/decimal.h"
#include "ledger/text.h"

namespace qc::cli {

using ledger::Result;

ledger::Fault shortened_number_fault(std::string_view lot_or_serial) {
  const std::size_t exponent = lot_or_serial.find("E+");
  if (exponent == std::string_view::npos) return std::nullopt;
  const std::string_view digits = lot_or_serial.substr(exponent + 2);
  const bool is_number = !digits.empty() &&
                         digits.find_first_not_of("0123456789") == std::string_view::npos &&
                         ledger::Decimal::parse(lot_or_serial.substr(0, exponent)).has_value();
  if (!is_number) return std::nullopt;
  return ledger::quote(lot_or_serial) +
         " is how a spreadsheet shortens a long number: write all of its digits";
}

Result<quality::v1::ObjectRef> read_epcis_object(std::string_view text) {
  QC_TRY(quality::v1::ObjectRef object, read_bare_object(text));
  for (const std::string& part : {object.lot(), object.serial()}) {
    if (auto fault = shortened_number_fault(part))
      return ledger::fail(ledger::Code::kInvalidArgument, *std::move(fault));
  }
  return object;
}

}  // namespace qc::cli

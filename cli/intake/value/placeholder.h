// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ledger/base/fault.h"

namespace google::protobuf {
class Message;
}  // namespace google::protobuf

namespace qc::cli {

/// What in a record would identify or name something and says nothing: a certificate numbered "/",
/// a maker called 无. Everybody's unknown maker would share one history. Tables leave such cells
/// out; whoever writes JSON has to leave the field out. Free text is not judged.
/// The fault names the field's path below the record.
[[nodiscard]] ledger::Fault placeholder_fault(const google::protobuf::Message& record);

}  // namespace qc::cli

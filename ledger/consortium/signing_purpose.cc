// SPDX-License-Identifier: Apache-2.0
#include "ledger/consortium/signing_purpose.h"

#include "quality/v1/record.pb.h"

namespace qc::ledger {

KeyPurpose signing_purpose(const quality::v1::Record& record) {
  // The group of governance records in record.proto: members, keys, roles, validators, parameters.
  const int body = record.body_case();
  const bool governance = body >= quality::v1::Record::kEnrolmentRequest &&
                          body <= quality::v1::Record::kParameterChange;
  return governance ? KeyPurpose::kAdmin : KeyPurpose::kSigning;
}

}  // namespace qc::ledger

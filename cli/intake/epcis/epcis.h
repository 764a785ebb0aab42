// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "cli/intake/value/intake_types.h"

namespace qc::cli {

/// Reads an EPCIS 2.0 JSON document or a bare event (docs/epcis.md): ObjectEvent ADD with lots or
/// serials gives lot and item registrations, AggregationEvent and TransformationEvent their
/// records. Each record has the event's bytes, as found in the file, as an attachment. What is not
/// mapped yet, and what breaks EPCIS's own rules, is a problem that names event and field:
/// `epcisBody.eventList[2].sensorElementList: not mapped yet`.
[[nodiscard]] Intake read_epcis(std::string_view text, const IntakeOptions& options);

}  // namespace qc::cli

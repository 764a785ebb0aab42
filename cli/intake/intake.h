// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "quality/v1/record.pb.h"

namespace qc::cli {

/// Something in a file that could not be taken in.
struct IntakeProblem {
  /// Where: "line 12, column \"verdict\"", "epcisBody.eventList[2].sensorElementList", "[3].gtin".
  std::string place;
  /// What is wrong there and what would be right.
  std::string message;
};

/// What a file gives: records in its order, and what could not be understood. A reader takes in
/// what it can; the caller decides whether problems stop it.
struct Intake {
  std::vector<quality::v1::Record> records;
  /// For each record where it came from, e.g. "line 12", for messages about it later.
  std::vector<std::string> origins;
  std::vector<IntakeProblem> problems;
};

}  // namespace qc::cli

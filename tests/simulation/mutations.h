// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "consensus/base/mutation.h"

namespace qc::simulation {

/// A rule broken on purpose, and how it is called on the command line.
struct NamedMutation {
  consensus::Mutation mutation = consensus::Mutation::kNone;
  std::string_view name;
  std::string_view broken_rule;
};

/// Every mutation that this binary can switch on; none in a binary without QC_MUTATIONS.
const std::vector<NamedMutation>& mutations();

/// Switches on the mutation of that name, or says that there is none. Before any simulation.
bool switch_on(std::string_view name);

}  // namespace qc::simulation

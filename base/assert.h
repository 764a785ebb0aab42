// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace qc {

/// Says on the standard error stream which condition failed where and ends the process.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace qc

/// Guards what only a bug of ours could break, in every build: a replica that is wrong must stop,
/// not vote. Nothing that comes from outside may reach it.
#define QC_ASSERT(condition)                           \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::qc::assertion_failed(#condition, __FILE__, __LINE__))

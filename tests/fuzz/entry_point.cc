// SPDX-License-Identifier: Apache-2.0
// What libFuzzer calls.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/fuzz/fuzz_target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // A char may alias any object.
  qc::fuzz::run({reinterpret_cast<const char*>(data), size});
  return 0;
}

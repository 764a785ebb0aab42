// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace qc::node {

/// Deadlines of the links.
struct LinkTimes {
  /// From the first byte of TCP to both hellos.
  std::chrono::milliseconds handshake{8'000};
  /// From a frame's header to its last byte, per MiB or part of it.
  std::chrono::milliseconds frame{10'000};
  /// Without any byte from the other end.
  std::chrono::milliseconds idle{30'000};
  std::chrono::milliseconds ping{5'000};
  std::chrono::milliseconds redial_min{100};
  std::chrono::milliseconds redial_max{2'000};
};

}  // namespace qc::node

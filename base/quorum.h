// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace qc {

/// f: so many of n validators may be faulty without harm, floor((n - 1) / 3); 0 for none.
constexpr std::size_t faulty_of(std::size_t n) { return n == 0 ? 0 : (n - 1) / 3; }

/// q: so many distinct signers make a certificate, ceil((n + f + 1) / 2).
///
/// Any two quorums share at least f + 1 members, and the n - f correct ones make a quorum by
/// themselves. "2f + 1" would be wrong wherever n is not 3f + 1: with n = 5 two sets of three may
/// share one faulty member only.
constexpr std::size_t quorum_of(std::size_t n) { return (n + faulty_of(n)) / 2 + 1; }

/// f + 1: so many that at least one of them is correct.
constexpr std::size_t one_correct_of(std::size_t n) { return faulty_of(n) + 1; }

static_assert(quorum_of(1) == 1 && quorum_of(4) == 3 && quorum_of(5) == 4 && quorum_of(6) == 4 &&
              quorum_of(7) == 5 && quorum_of(10) == 7);

}  // namespace qc

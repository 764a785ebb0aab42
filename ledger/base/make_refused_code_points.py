#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes ledger/base/refused_code_points.cc from utf8proc's tables (2.8.0: Unicode 15.0.0).

The table is a part of the protocol: all replicas of a network must refuse the same texts. Another Unicode version is
another protocol, so the file is generated once and kept, never made during a build.
"""

import ctypes
import ctypes.util
import pathlib

UNICODE = "15.0.0"
# Control, format, private use, surrogate, unassigned (non-characters too); separators.
CATEGORIES = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp", "Zs"}
# Drawn as nothing although their category is a sign's or a mark's; and the block of specials.
BLANK_LOOKING = {0x2800, 0x16FE4, 0x1D159} | set(range(0xFFF0, 0x10000))


class Property(ctypes.Structure):
    """utf8proc_property_t as far as it is needed."""

    _fields_ = [("words", ctypes.c_uint16 * 10), ("bidi_mirrored", ctypes.c_uint16, 1),
                ("comp_exclusion", ctypes.c_uint16, 1), ("ignorable", ctypes.c_uint16, 1)]


def ranges(points):
    found = []
    for point in points:
        if found and found[-1][1] == point - 1:
            found[-1][1] = point
        else:
            found.append([point, point])
    return found


def main():
    library = ctypes.CDLL(ctypes.util.find_library("utf8proc"))
    library.utf8proc_unicode_version.restype = ctypes.c_char_p
    library.utf8proc_category_string.restype = ctypes.c_char_p
    library.utf8proc_get_property.restype = ctypes.POINTER(Property)
    version = library.utf8proc_unicode_version().decode()
    if version != UNICODE:
        raise SystemExit(f"utf8proc has Unicode {version}; the protocol's table is of {UNICODE}")

    def refused(point):
        return point != 0x20 and (library.utf8proc_category_string(point).decode() in CATEGORIES or
                                  library.utf8proc_get_property(point).contents.ignorable or
                                  point in BLANK_LOOKING)

    table = ranges(point for point in range(0x110000) if refused(point))
    pairs = [f"{{0x{first:04X}, 0x{last:04X}}}," for first, last in table]
    rows = ["    " + " ".join(pairs[i:i + 4]) for i in range(0, len(pairs), 4)]
    text = f"""// SPDX-License-Identifier: Apache-2.0
// Made by ledger/base/make_refused_code_points.py from Unicode {UNICODE}; do not edit.
#include <algorithm>
#include <array>
#include <iterator>

#include "ledger/base/text.h"

namespace qc::ledger {{
namespace {{

struct CodePoints {{
  char32_t first;
  char32_t last;
}};

// clang-format off
constexpr std::array<CodePoints, {len(table)}> kRefused{{{{
""" + "\n".join(rows) + """
}};
// clang-format on

}  // namespace

bool is_refused_code_point(char32_t point) {
  // ASCII is nearly all there is.
  if (point < 0x7F) return point < 0x20;
  const auto* const next = std::upper_bound(
      kRefused.begin(), kRefused.end(), point,
      [](char32_t value, const CodePoints& points) { return value < points.first; });
  return next != kRefused.begin() && point <= std::prev(next)->last;
}

}  // namespace qc::ledger
"""
    pathlib.Path(__file__).with_name("refused_code_points.cc").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

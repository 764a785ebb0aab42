// SPDX-License-Identifier: Apache-2.0
#include "cli/client/connection.h"

#include <gtest/gtest.h>

namespace qc::cli {
namespace {

TEST(ConnectionReason, SaysWhatEachFailureIsAndNotAlwaysTheTlsKey) {
  EXPECT_EQ(connection_reason("failed to connect to all addresses; last error: UNKNOWN: "
                              "ipv4:127.0.0.1:9: Failed to connect to remote host: Connection "
                              "refused"),
            "connection refused: does the node run?");
  EXPECT_EQ(
      connection_reason("Socket closed"),
      "the node ended the connection: no active organisation has this TLS key (qc org show), or "
      "the node has no certified state yet");
  EXPECT_EQ(connection_reason("the node orders nothing now"), "the node orders nothing now");
}

}  // namespace
}  // namespace qc::cli

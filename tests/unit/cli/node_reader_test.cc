// SPDX-License-Identifier: Apache-2.0
#include "cli/client/node_reader.h"

#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

namespace qc::cli {
namespace {

TEST(AnotherNodeMayKnow, WhatANodeCannotDoForReasonsOfItsOwn) {
  for (const auto code :
       {grpc::StatusCode::DATA_LOSS, grpc::StatusCode::INTERNAL, grpc::StatusCode::UNAVAILABLE,
        grpc::StatusCode::DEADLINE_EXCEEDED, grpc::StatusCode::RESOURCE_EXHAUSTED}) {
    EXPECT_TRUE(another_node_may_know({code, "corrupt"})) << code;
  }
}

TEST(AnotherNodeMayKnow, NotWhatIsWrongWithTheQuestion) {
  for (const auto code : {grpc::StatusCode::INVALID_ARGUMENT, grpc::StatusCode::NOT_FOUND,
                          grpc::StatusCode::FAILED_PRECONDITION}) {
    EXPECT_FALSE(another_node_may_know({code, "no such id"})) << code;
  }
}

}  // namespace
}  // namespace qc::cli

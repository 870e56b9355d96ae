#include "common/redis/errors.h"

#include <gtest/gtest.h>

namespace baodao::redis {
namespace {

struct Case {
  const char* line;
  absl::StatusCode code;
  const char* word;
};

TEST(Errors, MapByTheirFirstWordOrText) {
  const Case cases[] = {
      {"WRONGTYPE Operation against a key", absl::StatusCode::kFailedPrecondition, "WRONGTYPE"},
      {"NOSCRIPT No matching script.", absl::StatusCode::kNotFound, "NOSCRIPT"},
      {"NOGROUP No such key", absl::StatusCode::kNotFound, "NOGROUP"},
      {"BUSYGROUP Consumer Group name already exists", absl::StatusCode::kAlreadyExists,
       "BUSYGROUP"},
      {"ERR Function not found", absl::StatusCode::kNotFound, "ERR"},
      {"ERR Library 'baodao' already exists", absl::StatusCode::kAlreadyExists, "ERR"},
      {"ERR syntax error", absl::StatusCode::kInvalidArgument, "ERR"},
      {"NOAUTH Authentication required.", absl::StatusCode::kUnauthenticated, "NOAUTH"},
      {"NOPERM this user has no permissions", absl::StatusCode::kPermissionDenied, "NOPERM"},
      {"OOM command not allowed", absl::StatusCode::kResourceExhausted, "OOM"},
      {"LOADING Redis is loading", absl::StatusCode::kUnavailable, "LOADING"},
      {"CONFLICT 3", absl::StatusCode::kUnknown, "CONFLICT"},
      {"LONELY", absl::StatusCode::kUnknown, "LONELY"},
  };
  for (const Case& row : cases) {
    const absl::Status status = ErrorReply(row.line);
    EXPECT_EQ(status.code(), row.code) << row.line;
    EXPECT_EQ(status.message(), row.line);
    EXPECT_TRUE(HasErrorWord(status, row.word));
    EXPECT_FALSE(IsOutcomeUnknown(status)) << row.line;
  }
}

TEST(Errors, OnlyAMissingFunctionIsOne) {
  EXPECT_TRUE(IsFunctionMissing(ErrorReply("ERR Function not found")));
  EXPECT_FALSE(IsFunctionMissing(ErrorReply("ERR syntax error")));
  EXPECT_FALSE(IsFunctionMissing(absl::NotFoundError("ERR Function not found")));
}

TEST(Errors, UnavailableTellsWhetherTheCommandMayHaveRun) {
  EXPECT_TRUE(IsOutcomeUnknown(OutcomeUnknownError("lost")));
  EXPECT_FALSE(IsOutcomeUnknown(NotSentError("down")));
  EXPECT_TRUE(absl::IsUnavailable(OutcomeUnknownError("lost")));
  EXPECT_TRUE(absl::IsUnavailable(NotSentError("down")));
  EXPECT_FALSE(HasErrorWord(NotSentError("down"), ""));
}

}  // namespace
}  // namespace baodao::redis

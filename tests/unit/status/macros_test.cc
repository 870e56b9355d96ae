#include "common/status/macros.h"

#include <gtest/gtest.h>

#include <memory>

#include "common/async/task.h"
#include "common/status/status.h"
#include "common/testing/loop.h"

namespace baodao {
namespace {

absl::StatusOr<std::unique_ptr<int>> Make(int value) {
  if (value < 0) return Refuse(Reason::SLOTS_INVALID, {{"slots", std::to_string(value)}});
  return std::make_unique<int>(value);
}

absl::StatusOr<int> Sum(int a, int b) {
  ASSIGN_OR_RETURN(const std::unique_ptr<int> first, Make(a));
  ASSIGN_OR_RETURN(auto second, Make(b));
  RETURN_IF_ERROR(Make(*first + *second));  // A StatusOr is fine where its value is not needed.
  return *first + *second;
}

TEST(Macros, ReturnEarly) {
  EXPECT_EQ(*Sum(1, 2), 3);
  EXPECT_EQ(ReasonOf(Sum(-1, 2).status()), Reason::SLOTS_INVALID);
  EXPECT_EQ(MetadataOf(Sum(1, -2).status()).at("slots"), "-2");
}

Task<absl::StatusOr<std::unique_ptr<int>>> MakeLater(int value) { co_return Make(value); }

Task<absl::Status> CheckLater(int value) {
  if (value == 7) co_return Refuse(Reason::WRONG_STATE, {{"state", "SEVEN"}});
  co_return absl::OkStatus();
}

Task<absl::StatusOr<int>> SumLater(int a, int b) {
  CO_ASSIGN_OR_RETURN(const std::unique_ptr<int> first, co_await MakeLater(a));
  CO_ASSIGN_OR_RETURN(auto second, co_await MakeLater(b));
  CO_RETURN_IF_ERROR(co_await CheckLater(*first + *second));
  CO_RETURN_IF_ERROR(co_await MakeLater(*first + *second));
  co_return *first + *second;
}

TEST(Macros, ReturnEarlyFromCoroutines) {
  asio::io_context loop;
  EXPECT_EQ(*testing::Run(loop, SumLater(1, 2)), 3);
  EXPECT_EQ(ReasonOf(testing::Run(loop, SumLater(-1, 2)).status()), Reason::SLOTS_INVALID);
  EXPECT_EQ(MetadataOf(testing::Run(loop, SumLater(1, -2)).status()).at("slots"), "-2");
  EXPECT_EQ(MetadataOf(testing::Run(loop, SumLater(3, 4)).status()).at("state"), "SEVEN");
}

}  // namespace
}  // namespace baodao

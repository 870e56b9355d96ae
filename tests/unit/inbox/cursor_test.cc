#include "services/inbox/domain/cursor.h"

#include <gtest/gtest.h>

namespace baodao::inbox {
namespace {

TEST(Cursor, ReadsWhatItWrites) {
  const Cursor cursor{1748736000000, 7};
  EXPECT_EQ(cursor.Text(), "1748736000000-7");
  EXPECT_EQ(Cursor::Parse(cursor.Text()), cursor);
  EXPECT_EQ(Cursor::Parse("0-0"), kStart);
}

TEST(Cursor, OrdersByTimeAndThenBySequence) {
  EXPECT_LT((Cursor{1, 9}), (Cursor{2, 0}));
  EXPECT_LT((Cursor{2, 1}), (Cursor{2, 2}));
}

TEST(Cursor, RefusesEverythingElse) {
  for (const char* text : {"", "-", "1", "1-", "-1", "1-x", "x-1", "1-1-1", " 1-1", "1-1 ", "+1-1",
                           "01-1", "1--1", "99999999999999999999-1", "$", "1.5-1",
                           // Nothing comes after it: Redis used to refuse what was made of it.
                           "18446744073709551615-18446744073709551615"}) {
    EXPECT_FALSE(Cursor::Parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace baodao::inbox

#include "services/inbox/domain/reminders.h"

#include <gtest/gtest.h>

namespace baodao::inbox {
namespace {

v1::NotificationRecord Accepted(const std::string& task_id, const std::string& title) {
  v1::NotificationRecord record;
  record.set_kind("task_accepted");
  record.set_subject_id(task_id);
  record.set_number(7);
  record.set_cause(9);
  (*record.mutable_params())["task"] = title;
  (*record.mutable_params())["start"] = "1748736000000";
  (*record.mutable_params())["area"] = "310110009001";
  return record;
}

TEST(Reminders, HoldWhatTheirWordsNeedAndNothingElse) {
  v1::InboxRecord head;
  SetReminder(&head, Accepted("tsk_a", "陪诊"));
  const auto reminder = TakeReminder(&head, "tsk_a");
  ASSERT_TRUE(reminder.has_value());
  EXPECT_EQ(reminder->kind(), "sign_in_reminder");
  EXPECT_EQ(reminder->subject_id(), "tsk_a");
  EXPECT_EQ(reminder->params().at("task"), "陪诊");
  EXPECT_EQ(reminder->params().at("start"), "1748736000000");
  EXPECT_EQ(reminder->params().size(), 2u);
  EXPECT_EQ(reminder->number(), 0u);
  EXPECT_EQ(reminder->cause(), 0u);
}

TEST(Reminders, AreOneForEachTask) {
  v1::InboxRecord head;
  SetReminder(&head, Accepted("tsk_a", "陪诊"));
  SetReminder(&head, Accepted("tsk_b", "助餐"));
  SetReminder(&head, Accepted("tsk_a", "陪诊（改期）"));
  EXPECT_EQ(head.reminders_size(), 2);
  EXPECT_TRUE(HasReminder(head, "tsk_b"));
  EXPECT_EQ(TakeReminder(&head, "tsk_a")->params().at("task"), "陪诊（改期）");
  EXPECT_FALSE(HasReminder(head, "tsk_a"));
  EXPECT_FALSE(TakeReminder(&head, "tsk_a").has_value());
  EXPECT_TRUE(HasReminder(head, "tsk_b"));
}

}  // namespace
}  // namespace baodao::inbox

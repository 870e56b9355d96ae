// Which tasks a filter shows.
#include "services/dispatch/domain/task_filter.h"

#include "tests/unit/dispatch/fixture.h"

namespace baodao::dispatch {
namespace {

class TaskFilterTest : public TaskFixture {
 protected:
  TaskFilterTest() {
    record_.mutable_task()->set_title("陪ＬＩ奶奶 就医");
    record_.mutable_task()->set_description("Meet at the gate.");
    record_.mutable_task()->add_skills("nursing");
    record_.mutable_task()->add_skills("driving");
    profile_ = ProfileOf("per_a");
    profile_.add_skills("nursing");
    profile_.add_skills("driving");
  }

  bool Fits(const v1::TaskFilter& asked) {
    std::optional<Seeker> seeker;
    if (asked.may_take()) {
      seeker = Seeker{std::make_shared<const registration::v1::Profile>(profile_),
                      calendar_,
                      asked_,
                      kRelations,
                      work::Limits(),
                      kNow};
    }
    return TaskFilter(asked, std::move(seeker)).Fits(record_.task());
  }
  bool FindsText(const std::string& text) {
    v1::TaskFilter asked;
    asked.set_text(text);
    return Fits(asked);
  }
  bool MayTake() {
    v1::TaskFilter asked;
    asked.set_may_take(true);
    return Fits(asked);
  }
  void AddToCalendar(const std::string& task_id, Time start, Time end) {
    v1::CalendarRecord::Entry& entry = *calendar_.add_entries();
    entry.set_task_id(task_id);
    entry.set_start_ms(start.time_since_epoch().count());
    entry.set_end_ms(end.time_since_epoch().count());
  }

  registration::v1::Profile profile_;
  v1::CalendarRecord calendar_;
  std::set<std::string> asked_;
};

TEST_F(TaskFilterTest, WhatAsksNothingShowsAll) { EXPECT_TRUE(Fits({})); }

TEST_F(TaskFilterTest, EveryWordStandsInTitleOrDescription) {
  EXPECT_TRUE(FindsText("就医"));
  EXPECT_TRUE(FindsText("  gate   li奶奶 ")) << "case, width and order do not matter";
  EXPECT_FALSE(FindsText("就医 体检"));
  EXPECT_TRUE(FindsText("   "));
}

TEST_F(TaskFilterTest, OneSkillOfThoseAskedForIsEnough) {
  v1::TaskFilter asked;
  asked.add_skills("haircut");
  EXPECT_FALSE(Fits(asked));
  asked.add_skills("driving");
  EXPECT_TRUE(Fits(asked));
}

TEST_F(TaskFilterTest, ItStartsBeforeThatTime) {
  v1::TaskFilter asked;
  *asked.mutable_start_before() = ToTimestamp(kNow + hours(4));
  EXPECT_FALSE(Fits(asked));
  *asked.mutable_start_before() = ToTimestamp(kNow + hours(4) + Millis(1));
  EXPECT_TRUE(Fits(asked));
}

TEST_F(TaskFilterTest, SlotsHeldForOthersAreNotFree) {
  v1::TaskFilter asked;
  asked.set_free_slots(2);
  EXPECT_TRUE(Fits(asked));
  record_.mutable_task()->set_held_count(1);
  EXPECT_FALSE(Fits(asked));
}

TEST_F(TaskFilterTest, SomebodyMayTakeWhatTheirProfileAndTimeAllow) {
  EXPECT_TRUE(MayTake());
  profile_.mutable_skills()->RemoveLast();
  EXPECT_FALSE(MayTake()) << "a skill is missing";
  profile_.add_skills("driving");
  AddToCalendar("tsk_other", kNow + hours(5), kNow + hours(7));
  EXPECT_FALSE(MayTake()) << "busy";
  calendar_.Clear();
  AddToCalendar("tsk_other", kNow + hours(12), kNow + hours(13));
  EXPECT_TRUE(MayTake());
  AddToCalendar(kTaskId, kNow + hours(4), kNow + hours(6));
  EXPECT_FALSE(MayTake()) << "already on it";
  calendar_.Clear();
  asked_.insert(kTaskId);
  EXPECT_FALSE(MayTake()) << "waits for it";
}

TEST_F(TaskFilterTest, AFullTaskMayBeWaitedForUnlessTheWaitlistIsFull) {
  record_.mutable_task()->set_accepted_count(2);
  EXPECT_TRUE(MayTake());
  record_.mutable_task()->set_waitlist_count(2);
  EXPECT_FALSE(MayTake());
}

}  // namespace
}  // namespace baodao::dispatch

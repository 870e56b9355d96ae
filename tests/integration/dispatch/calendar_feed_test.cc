// Calendar feeds: who reads them, and what they are told.
#include "services/dispatch/app/calendar_feed.h"

#include <absl/strings/str_replace.h>
#include <gmock/gmock.h>

#include "services/dispatch/rpc/documents.h"
#include "tests/integration/dispatch/known_people.h"

namespace baodao::dispatch {
namespace {

using std::chrono::hours;
using ::testing::HasSubstr;
using ::testing::Not;

class CalendarFeedTest : public KnownPeopleTest {
 protected:
  std::string Create(const std::string& person, const std::string& id) {
    v1::CreateCalendarFeedRequest request;
    request.set_request_id(id);
    return Ok(mine_.CreateCalendarFeed(As(person), request)).token();
  }
  static v1::GetCalendarFeedRequest Asking(const std::string& token) {
    v1::GetCalendarFeedRequest request;
    request.set_token(token);
    return request;
  }
  absl::StatusOr<v1::GetCalendarFeedResponse> Get(const std::string& token) {
    return Run(theirs_.GetCalendarFeed(Nobody(), Asking(token)));
  }
  static rpc::CallContext Nobody() { return rpc::CallContext::Internal(auth::Principal{}, "test"); }
  // The state of the task's event in the feed: "STATUS SEQUENCE"; empty where there is none.
  static std::string Shown(const std::string& calendar, const std::string& task) {
    const std::string text = absl::StrReplaceAll(calendar, {{"\r\n ", ""}});
    const size_t from = text.find("UID:" + task);
    if (from == std::string::npos) return "";
    const auto value = [&](const std::string& name) {
      const size_t start = text.find("\r\n" + name + ":", from) + name.size() + 3;
      return text.substr(start, text.find('\r', start) - start);
    };
    return value("STATUS") + " " + value("SEQUENCE");
  }
  std::string FeedOf(const std::string& token) { return Ok(Get(token)).calendar(); }

  CalendarHandlers mine_{one_->app};
  CalendarHandlers theirs_{replicas_[1]->app};
};

TEST_F(CalendarFeedTest, ItFollowsWhatBecomesOfThePersonsWork) {
  const std::string person = NewPerson(), token = Create(person, "create");
  EXPECT_THAT(FeedOf(token), HasSubstr("BEGIN:VTIMEZONE"));
  const std::string kept = Publish(NewTask(hours(3), 1, 1)).task_id();
  const std::string left = Publish(NewTask(hours(30), 1, 1)).task_id();
  const std::string full = Publish(NewTask(hours(60), 1, 1)).task_id();
  const std::string unseen = Publish(NewTask(hours(90), 1, 1)).task_id();
  ASSERT_THAT(Run(Claim(0, NewPerson(), full, "first")), testing::IsOk());
  for (const std::string& task : {kept, left, full}) Accept(person, task);
  const std::string before = FeedOf(token);
  EXPECT_EQ(Shown(before, kept), "CONFIRMED 0");
  EXPECT_EQ(Shown(before, full), "TENTATIVE 0");
  EXPECT_EQ(Ok(Get(token)).calendar(), before) << "nothing has happened";
  // Accepted and left between two looks: no calendar has ever heard of it.
  Accept(person, unseen);
  ASSERT_THAT(Run(WithdrawTask(person, unseen)), testing::IsOk());
  ASSERT_THAT(Run(WithdrawTask(person, left)), testing::IsOk());
  const auto after = Ok(Get(token));
  EXPECT_NE(after.etag(), "");
  EXPECT_EQ(Shown(after.calendar(), kept), "CONFIRMED 0");
  EXPECT_EQ(Shown(after.calendar(), left), "CANCELLED 1");
  EXPECT_EQ(Shown(after.calendar(), unseen), "");
  ASSERT_THAT(Run(Claim(0, person, left, "again")), testing::IsOk());
  EXPECT_EQ(Shown(FeedOf(token), left), "CONFIRMED 2");
  // Nothing that is the requester's.
  EXPECT_THAT(FeedOf(token), Not(HasSubstr("王阿姨")));
  EXPECT_THAT(FeedOf(token), Not(HasSubstr("13800001234")));
  EXPECT_THAT(FeedOf(token), Not(HasSubstr("1700")));
}

TEST_F(CalendarFeedTest, OnlyTheNewestTokenOpensItUntilItIsRevoked) {
  const std::string person = NewPerson(), task = Publish(NewTask(hours(3), 1, 1)).task_id();
  Accept(person, task);
  const std::string first = Create(person, "create");
  EXPECT_EQ(Create(person, "create"), first) << "the same request, the same answer";
  EXPECT_EQ(Shown(FeedOf(first), task), "CONFIRMED 0");
  const std::string second = Create(person, "anew");
  const std::string other = Create(NewPerson(), "create");
  std::string mixed = first.substr(0, first.find('.')) + other.substr(other.find('.'));
  for (const std::string& wrong : {first, mixed, second + "0", second.substr(0, 26),
                                   std::string("nothing"), std::string(".")}) {
    EXPECT_EQ(Why(Get(wrong).status()), "CALENDAR_FEED_UNKNOWN") << wrong;
  }
  EXPECT_EQ(Shown(FeedOf(second), task), "CONFIRMED 0") << "the same calendar as before";
  // Nothing that the store holds opens it.
  const std::string secret = second.substr(second.find('.') + 1);
  for (const redis::Reply& key : server_.Do({"KEYS", "*"}).items) {
    EXPECT_THAT(server_.Do({"DUMP", key.text}).text, Not(HasSubstr(secret))) << key.text;
  }
  v1::RevokeCalendarFeedRequest revoke;
  revoke.set_request_id("revoke");
  EXPECT_EQ(Ok(mine_.RevokeCalendarFeed(As(person), revoke)).token(), "");
  EXPECT_EQ(Why(Get(second).status()), "CALENDAR_FEED_UNKNOWN");
  EXPECT_THAT(Run(mine_.RevokeCalendarFeed(As(person), revoke)), testing::IsOk());
  revoke.set_request_id("once more");
  EXPECT_EQ(Why(Run(mine_.RevokeCalendarFeed(As(person), revoke)).status()),
            "CALENDAR_FEED_UNKNOWN");
  const auto told = [&](bool made) {
    return CountEvents([&](const events::v1::Event& event) {
      return event.calendar_feed_changed().person_id() == person &&
             event.calendar_feed_changed().made() == made;
    });
  };
  EXPECT_EQ(told(true), 2);
  EXPECT_EQ(told(false), 1);
}

TEST_F(CalendarFeedTest, ItEndsWithTheAccount) {
  const std::string person = NewPerson(), token = Create(person, "create");
  const record::Origin origin{"dispatch", "", clock_.Now()};
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(Run(CloseFeed(one_->app, person, origin)), testing::IsOk());
  }
  EXPECT_EQ(Why(Get(token).status()), "CALENDAR_FEED_UNKNOWN");
  // The access token that is left makes no other.
  v1::CreateCalendarFeedRequest anew;
  anew.set_request_id("anew");
  EXPECT_EQ(Why(Run(theirs_.CreateCalendarFeed(As(person), anew)).status()), "SESSION_ENDED");
  anew.set_request_id("create");
  EXPECT_THAT(Run(theirs_.CreateCalendarFeed(As(person), anew)), testing::IsOk()) << "sent again";
}

TEST_F(CalendarFeedTest, ReadersAtTheSameTimeAreToldTheSame) {
  const std::string person = NewPerson(), token = Create(person, "create");
  const std::string task = Publish(NewTask(hours(3), 1, 1)).task_id();
  Accept(person, task);
  std::vector<std::string> shown;
  const auto read = [&](CalendarHandlers& handlers) -> Task<void> {
    const auto feed = co_await handlers.GetCalendarFeed(Nobody(), Asking(token));
    shown.push_back(feed.ok() ? Shown(feed->calendar(), task) : feed.status().ToString());
  };
  std::vector<Task<void>> readers;
  for (int i = 0; i < 4; ++i) {
    readers.push_back(read(mine_));
    readers.push_back(read(theirs_));
  }
  RunAll(std::move(readers));
  EXPECT_EQ(shown, std::vector<std::string>(8, "CONFIRMED 0"));
}

TEST_F(CalendarFeedTest, OneFeedIsReadThirtyTimesInTenMinutes) {
  const std::string token = Create(NewPerson(), "create"), other = Create(NewPerson(), "create");
  for (int i = 0; i < 30; ++i) ASSERT_THAT(Get(token), testing::IsOk());
  const auto refused = Get(token);
  EXPECT_EQ(Why(refused.status()), "RATE_LIMITED");
  EXPECT_TRUE(RetryAfterOf(refused.status()).has_value());
  EXPECT_THAT(Get(other), testing::IsOk());
}

}  // namespace
}  // namespace baodao::dispatch

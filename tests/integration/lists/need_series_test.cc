// Needs that recur: one need for each occurrence, whoever crashes, until the series is ended.
#include "services/lists/app/need_series.h"

#include <gtest/gtest.h>

#include "common/testing/matchers.h"
#include "common/timers/timer_loop.h"
#include "tests/integration/lists/world.h"

namespace baodao::lists {
namespace {

using Series = rpc::AsyncOf<v1::NeedSeriesService>;
using std::chrono::hours;

class NeedSeriesTest : public ListsTest {
 protected:
  v1::CreateNeedSeriesRequest Every(const std::string& need, const std::string& rrule) {
    v1::CreateNeedSeriesRequest request;
    request.set_request_id(NextRequest());
    request.set_need_id(need);
    request.set_rrule(rrule);
    return request;
  }
  absl::StatusOr<v1::NeedSeries> Repeat(const std::string& token, const std::string& need,
                                        const std::string& rrule = "FREQ=WEEKLY;COUNT=4") {
    return Call<v1::NeedSeriesService>(&Series::CreateNeedSeries, token, Every(need, rrule));
  }
  absl::StatusOr<v1::NeedSeries> Decide(const std::string& id, v1::NeedSeriesVerdict verdict) {
    v1::ReviewNeedSeriesRequest request;
    request.set_request_id(NextRequest());
    request.set_need_series_id(id);
    request.set_verdict(verdict);
    request.set_comment("好");
    return Call<v1::NeedSeriesService>(&Series::ReviewNeedSeries, coordinator_, request);
  }
  absl::StatusOr<v1::NeedSeries> End(const std::string& token, const std::string& id) {
    v1::EndNeedSeriesRequest request;
    request.set_request_id(NextRequest());
    request.set_need_series_id(id);
    request.set_reason("女儿回来了");
    return Call<v1::NeedSeriesService>(&Series::EndNeedSeries, token, request);
  }
  absl::StatusOr<v1::NeedSeries> Skip(const std::string& id,
                                      const google::protobuf::Timestamp& start) {
    v1::SkipOccurrenceRequest request;
    request.set_request_id(NextRequest());
    request.set_need_series_id(id);
    *request.mutable_start_time() = start;
    return Call<v1::NeedSeriesService>(&Series::SkipOccurrence, requester_, request);
  }
  v1::NeedSeries Now(const std::string& id) {
    return Ok(replicas_[0]->records.Load(kNeedSeries, id)).record.series();
  }
  std::string NewSeries(const std::string& area = kCommunity) {
    return Ok(Repeat(requester_, Ok(CreateNeed(requester_, area)).need_id())).need_series_id();
  }
  // The needs that the series has made.
  std::vector<v1::Need> MadeBy(const std::string& id) {
    const v1::ListNeedsResponse all =
        Ok(Call<v1::NeedService>(&Needs::ListMyNeeds, requester_, v1::ListMyNeedsRequest()));
    std::vector<v1::Need> made;
    for (const v1::Need& need : all.needs()) {
      if (need.need_series_id() == id && need.need_id() != Now(id).need_id()) made.push_back(need);
    }
    return made;
  }
  // Time passes on both replicas at once, until nothing is due.
  void Pass(Millis time) {
    clock_.Advance(time);
    requester_ = tokens_.Person(requester_id_);
    coordinator_ = tokens_.Coordinator(coordinator_id_, kSubdistrict);
    for (int round = 0; round < 20; ++round) {
      const std::vector<timers::Timer> due = TakeDue(clock_.Now());
      if (due.empty()) return;
      std::vector<Task<absl::Status>> fired;
      for (const timers::Timer& timer : due) {
        for (const auto& replica : replicas_) fired.push_back(replica->records.OnDeadline(timer));
      }
      RunAll(std::move(fired));  // one that fails is fired again
    }
    ADD_FAILURE() << "timers never end";
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, NeedSeriesTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

TEST_P(NeedSeriesTest, EachOccurrenceBecomesANeedThatIsAcceptedAWeekBefore) {
  v1::CreateNeedRequest raised = RequestFor(kCommunity);
  raised.mutable_beneficiary()->set_name("李奶奶");
  raised.mutable_beneficiary()->set_relation(v1::RELATION_NEIGHBOUR);
  raised.mutable_beneficiary()->set_consent(v1::CONSENT_SPOKEN);
  *raised.mutable_beneficiary()->mutable_consent_time() = ToTimestamp(clock_.Now());
  const v1::Need first = Ok(Call<v1::NeedService>(&Needs::CreateNeed, requester_, raised));
  const v1::NeedSeries series = Ok(Repeat(requester_, first.need_id()));
  const std::string id = series.need_series_id();
  EXPECT_EQ(series.state(), v1::NEED_SERIES_STATE_SUBMITTED);
  ASSERT_EQ(series.occurrences_size(), 3);
  EXPECT_EQ(Record(first.need_id()).need().need_series_id(), id);
  Pass(hours(24 * 3));
  EXPECT_EQ(MadeBy(id).size(), 0u) << "nobody has reviewed it";
  ASSERT_THAT(Decide(id, v1::NEED_SERIES_VERDICT_ACCEPT), testing::IsOk());
  Pass(Millis(0));
  ASSERT_EQ(MadeBy(id).size(), 1u) << "five days before";
  const v1::Need made = Ok(GetNeed(requester_, MadeBy(id)[0].need_id()));
  EXPECT_EQ(made.state(), v1::NEED_STATE_ACCEPTED);
  EXPECT_EQ(ToTime(made.window().start()), ToTime(first.window().start()) + hours(24 * 7));
  EXPECT_EQ(ToTime(made.window().end()), ToTime(first.window().end()) + hours(24 * 7));
  EXPECT_EQ(made.contact().phone(), raised.contact().phone());
  EXPECT_EQ(made.beneficiary().name(), "李奶奶");
  EXPECT_EQ(events::v1::Event(Events().back()).actor_id(), "lists");
  EXPECT_THAT(Publish(coordinator_, made.need_id(), "p1"), testing::IsOk());
  Pass(hours(24 * 7));
  EXPECT_EQ(MadeBy(id).size(), 2u);
  EXPECT_EQ(Now(id).state(), v1::NEED_SERIES_STATE_ACTIVE);
  Pass(hours(24 * 7));
  EXPECT_EQ(MadeBy(id).size(), 3u);
  EXPECT_EQ(Now(id).state(), v1::NEED_SERIES_STATE_ENDED);
  for (const events::v1::Event& event : Events()) {
    EXPECT_FALSE(event.need_changed().need().has_beneficiary());
    EXPECT_EQ(event.need_series_changed().series().occurrences_size(), 0);
  }
  EXPECT_THAT(Repeat(requester_, MadeBy(id)[0].need_id()), testing::IsOk()) << "and goes on";
}

// Both replicas fire every timer, commits are lost, answers are lost, readers are overtaken.
class NeedSeriesFaultsTest : public NeedSeriesTest {};
INSTANTIATE_TEST_SUITE_P(Stores, NeedSeriesFaultsTest, ::testing::Values(Backend::kMemory),
                         BackendName);

TEST_P(NeedSeriesFaultsTest, AnOccurrenceBecomesOneNeedWhoeverCrashes) {
  for (int seed = 0; seed < 20; ++seed) {
    const v1::Need need = Ok(CreateNeed(requester_, kCommunity));
    const std::string id =
        Ok(Repeat(requester_, need.need_id(), "FREQ=DAILY;COUNT=6")).need_series_id();
    ASSERT_THAT(Decide(id, v1::NEED_SERIES_VERDICT_ACCEPT), testing::IsOk());
    std::mt19937 random(seed);
    SetFaults(AnyFault(random));
    Pass(Millis(0));
    SetFaults(nullptr);
    Pass(Millis(10));  // what failed is fired again
    std::set<Time> starts;
    const std::vector<v1::Need> made = MadeBy(id);
    for (const v1::Need& one : made) starts.insert(ToTime(one.window().start()));
    EXPECT_EQ(made.size(), 5u) << "seed " << seed;
    EXPECT_EQ(starts.size(), 5u) << "seed " << seed;
    requester_id_ = NewPerson();  // who lists no others
    requester_ = tokens_.Person(requester_id_);
  }
}

TEST_P(NeedSeriesTest, OneOccurrenceIsLeftOut) {
  const std::string id = NewSeries();
  ASSERT_THAT(Decide(id, v1::NEED_SERIES_VERDICT_ACCEPT), testing::IsOk());
  const auto second = Now(id).occurrences(0);
  const auto third = Now(id).occurrences(1);
  EXPECT_THAT(Skip(id, second), testing::IsOk());
  EXPECT_EQ(Events().back().need_series_changed().skipped().seconds(), second.seconds());
  EXPECT_THAT(Skip(id, second), testing::IsRefusal(Reason::NO_SUCH_OCCURRENCE));
  Pass(hours(24 * 8));
  ASSERT_EQ(MadeBy(id).size(), 1u);
  EXPECT_EQ(ToTime(MadeBy(id)[0].window().start()), ToTime(third));
  EXPECT_THAT(Skip(id, third), testing::IsRefusal(Reason::NO_SUCH_OCCURRENCE)) << "it is made";
}

TEST_P(NeedSeriesTest, OnlyItsRequesterRepeatsANeedAndOnlyOnce) {
  const std::string need = Ok(CreateNeed(requester_, kCommunity)).need_id();
  EXPECT_THAT(Repeat(coordinator_, need), testing::IsRefusal(Reason::PERMISSION_DENIED));
  std::vector<Task<absl::StatusOr<v1::NeedSeries>>> calls;
  for (int i = 0; i < 2; ++i) {
    calls.push_back(CallTask<v1::NeedSeriesService>(&Series::CreateNeedSeries, requester_,
                                                    Every(need, "FREQ=WEEKLY;COUNT=4"), i));
  }
  int made = 0, refused = 0;
  for (const auto& answer : RunAll(std::move(calls))) {
    made += answer.ok();
    refused += Is(answer.status(), Reason::ALREADY_EXISTS);
  }
  EXPECT_EQ(made, 1);
  EXPECT_EQ(refused, 1);
  const std::string id = Record(need).need().need_series_id();
  ASSERT_THAT(Decide(id, v1::NEED_SERIES_VERDICT_REJECT), testing::IsOk());
  EXPECT_THAT(Repeat(requester_, need), testing::IsOk()) << "by a better rule";
}

// It repeats what the need said before, which the coordinator does not see.
TEST_P(NeedSeriesTest, OneWhoseNeedWasEditedSinceIsNotAccepted) {
  const std::string id = NewSeries();
  v1::UpdateNeedRequest edit;
  edit.set_request_id(NextRequest());
  edit.set_need_id(Now(id).need_id());
  edit.set_title("陪聊");
  edit.mutable_update_mask()->add_paths("title");
  Ok(Call<v1::NeedService>(&Needs::UpdateNeed, requester_, edit));
  EXPECT_THAT(Decide(id, v1::NEED_SERIES_VERDICT_ACCEPT),
              testing::IsRefusal(Reason::STALE_VERSION));
  ASSERT_THAT(End(requester_, id), testing::IsOk());
  const std::string anew = Ok(Repeat(requester_, edit.need_id())).need_series_id();
  EXPECT_THAT(Decide(anew, v1::NEED_SERIES_VERDICT_ACCEPT), testing::IsOk());
}

TEST_P(NeedSeriesTest, FiveOfAPersonAreOpenAtOnce) {
  std::string id;
  for (int i = 0; i < kMaxOpenSeries; ++i) id = NewSeries();
  const std::string need = Ok(CreateNeed(requester_, kCommunity)).need_id();
  EXPECT_THAT(Repeat(requester_, need), testing::IsRefusal(Reason::TOO_MANY_SERIES));
  EXPECT_EQ(Record(need).need().need_series_id(), "") << "nothing is left of it";
  EXPECT_THAT(End(tokens_.Person(NewPerson()), id), testing::IsRefusal(Reason::PERMISSION_DENIED));
  ASSERT_THAT(End(requester_, id), testing::IsOk());
  EXPECT_THAT(End(coordinator_, id), testing::IsRefusal(Reason::WRONG_STATE));
  EXPECT_THAT(Repeat(requester_, need), testing::IsOk());
  v1::ListNeedSeriesRequest list;
  list.set_area_code(kSubdistrict);
  list.add_states(v1::NEED_SERIES_STATE_SUBMITTED);
  const auto listed = Ok(Call<v1::NeedSeriesService>(&Series::ListNeedSeries, coordinator_, list));
  EXPECT_EQ(listed.series_size(), kMaxOpenSeries);
  EXPECT_EQ(listed.series(0).occurrences_size(), 0);
  EXPECT_EQ(Ok(Call<v1::NeedSeriesService>(&Series::ListMyNeedSeries, requester_,
                                           v1::ListMyNeedSeriesRequest()))
                .series_size(),
            kMaxOpenSeries + 1);
}

TEST_P(NeedSeriesTest, EndsWithTheRegistrationOfItsRequesterThere) {
  const std::string here = NewSeries(), elsewhere = NewSeries(kElsewhere);
  events::Delivery delivery;
  delivery.service = "registration";
  delivery.event.set_actor_id(requester_id_);
  auto& changed = *delivery.event.mutable_registration_changed();
  changed.set_before(registration::v1::REGISTRATION_STATE_ACTIVE);
  changed.mutable_registration()->set_subject_id(requester_id_);
  changed.mutable_registration()->set_area_code(kCommunity);
  changed.mutable_registration()->set_state(registration::v1::REGISTRATION_STATE_SUSPENDED);
  ASSERT_THAT(Run(replicas_[0]->follower.OnEvent(delivery)), testing::IsOk());
  EXPECT_EQ(Now(here).state(), v1::NEED_SERIES_STATE_SUBMITTED) << "it may be resumed";
  changed.mutable_registration()->set_state(registration::v1::REGISTRATION_STATE_ENDED);
  for (const int replica : {0, 1}) {  // delivered twice
    ASSERT_THAT(Run(replicas_[replica]->follower.OnEvent(delivery)), testing::IsOk());
  }
  EXPECT_EQ(Now(here).state(), v1::NEED_SERIES_STATE_ENDED);
  EXPECT_TRUE(Now(here).registration_ended());
  EXPECT_EQ(Now(elsewhere).state(), v1::NEED_SERIES_STATE_SUBMITTED);
  EXPECT_EQ(CountEvents([](const events::v1::Event& event) {
              return event.need_series_changed().series().registration_ended() &&
                     event.actor_id() == "lists";
            }),
            1);
}

}  // namespace
}  // namespace baodao::lists

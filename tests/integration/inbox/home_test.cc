// The first screen of an app.
#include <gmock/gmock.h>

#include "baodao/inbox/v1/home.grpc.pb.h"
#include "common/clock/time_text.h"
#include "common/testing/matchers.h"
#include "services/inbox/rpc/home_handlers.h"
#include "tests/integration/inbox/world.h"

namespace baodao::inbox {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class HomeTest : public InboxTest {
 protected:
  HomeTest() {
    agenda_.set_accepted_count(3);
    statement_.mutable_total()->set_automatic_minutes(500);
    statement_.mutable_total()->set_manual_minutes(60);
    AddMonth("2025-05", 400);
    AddMonth("2025-06", 160);
    history_.set_total_size(12);
    newest_.shown.emplace_back().set_title("停水通知");
    newest_.unread = 2;
  }
  void AddMonth(const std::string& month, int64_t minutes) {
    records::v1::Hours& hours = *statement_.add_months();
    hours.set_key(month);
    hours.set_automatic_minutes(minutes);
  }
  HomeSources Sources() {
    HomeSources sources;
    sources.agenda = [this](rpc::CallOptions, dispatch::v1::GetAgendaRequest request)
        -> Task<absl::StatusOr<dispatch::v1::Agenda>> {
      EXPECT_EQ(request.person_id(), reader_id_);
      if (dispatch_is_down_) co_return Refuse(Reason::PEER_UNAVAILABLE);
      co_return agenda_;
    };
    sources.statement = [this](rpc::CallOptions, records::v1::GetStatementRequest request)
        -> Task<absl::StatusOr<records::v1::GetStatementResponse>> {
      EXPECT_EQ(LocalTime(ToTime(request.period().start())), "2025-01-01 00:00");
      EXPECT_EQ(LocalTime(ToTime(request.period().end())), "2026-01-01 00:00");
      if (records_is_down_) co_return Refuse(Reason::PEER_UNAVAILABLE);
      co_return statement_;
    };
    sources.history = [this](rpc::CallOptions, records::v1::ListHistoryRequest)
        -> Task<absl::StatusOr<records::v1::ListHistoryResponse>> { co_return history_; };
    sources.announcements = [this](
                                rpc::CallOptions, std::string person_id,
                                std::string read_id) -> Task<absl::StatusOr<NewestAnnouncements>> {
      EXPECT_EQ(person_id, reader_id_);
      EXPECT_EQ(read_id, "");
      if (people_.down) co_return Refuse(Reason::PEER_UNAVAILABLE);
      co_return newest_;
    };
    return sources;
  }
  absl::StatusOr<v1::Home> Get() {
    HomeHandlers handlers(replicas_[0]->inbox, Sources(), clock_);
    v1::GetHomeRequest request;
    request.set_person_id(reader_id_);
    return testing::Run(loop_, handlers.GetHome(rpc::CallContext::Internal(
                                                    auth::Principal::Person(reader_id_, {}), "t"),
                                                request));
  }

  dispatch::v1::Agenda agenda_;
  records::v1::GetStatementResponse statement_;
  records::v1::ListHistoryResponse history_;
  NewestAnnouncements newest_;
  bool dispatch_is_down_ = false;
  bool records_is_down_ = false;
};

INSTANTIATE_TEST_SUITE_P(Stores, HomeTest, ::testing::Values(Backend::kMemory), BackendName);

TEST_P(HomeTest, OneCallTellsWhatOtherServicesKnow) {
  ASSERT_THAT(Deliver(Hours(1)), testing::IsOk());
  const auto home = Get();
  ASSERT_THAT(home, testing::IsOk());
  EXPECT_EQ(home->unread_count(), 1);
  EXPECT_EQ(home->agenda().accepted_count(), 3);
  EXPECT_EQ(home->service().services(), 12);
  EXPECT_EQ(home->service().minutes_this_year(), 560);
  EXPECT_EQ(home->service().minutes_this_month(), 160);
  ASSERT_EQ(home->announcements_size(), 1);
  EXPECT_EQ(home->announcements(0).title(), "停水通知");
  EXPECT_EQ(home->unread_announcement_count(), 2);
  EXPECT_THAT(home->missing(), IsEmpty());
}

TEST_P(HomeTest, AServiceThatIsAwayLeavesItsPartOut) {
  records_is_down_ = true;
  auto home = Get();
  ASSERT_THAT(home, testing::IsOk());
  EXPECT_THAT(home->missing(), ElementsAre(v1::HOME_PART_SERVICE));
  EXPECT_FALSE(home->has_service());
  EXPECT_TRUE(home->has_agenda());
  dispatch_is_down_ = true;
  people_.down = true;
  home = Get();
  ASSERT_THAT(home, testing::IsOk());
  EXPECT_EQ(home->missing_size(), 3);
}

}  // namespace
}  // namespace baodao::inbox

// Words of people to and about each other: messages to those on a task, ratings, complaints.
#include <algorithm>

#include "baodao/dispatch/v1/complaint.grpc.pb.h"
#include "baodao/dispatch/v1/message.grpc.pb.h"
#include "baodao/dispatch/v1/rating.grpc.pb.h"
#include "services/dispatch/domain/message.h"
#include "services/dispatch/store/records.h"
#include "tests/integration/dispatch/known_people.h"

namespace baodao::dispatch {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAreArray;

class ParticipantsTest : public KnownPeopleTest {
 protected:
  using Messages = rpc::AsyncOf<v1::TaskMessageService>;
  using Ratings = rpc::AsyncOf<v1::RatingService>;
  using Complaints = rpc::AsyncOf<v1::ComplaintService>;

  absl::StatusOr<v1::TaskMessage> Send(const std::string& task, const std::string& text,
                                       std::vector<v1::AssignmentState> states = {},
                                       const std::string& request_id = "") {
    v1::SendTaskMessageRequest request;
    request.set_request_id(request_id.empty() ? NextRequest() : request_id);
    request.set_task_id(task);
    request.set_text(text);
    for (const v1::AssignmentState state : states) request.add_states(state);
    return Call<v1::TaskMessageService>(&Messages::SendTaskMessage, ByCoordinator(), request);
  }
  absl::StatusOr<v1::ListTaskMessagesResponse> MessagesFor(const std::string& token,
                                                           const std::string& task,
                                                           const std::string& page_token = "") {
    v1::ListTaskMessagesRequest request;
    request.set_task_id(task);
    request.set_page_size(2);
    request.set_page_token(page_token);
    return Call<v1::TaskMessageService>(&Messages::ListTaskMessages, token, request);
  }
  // Everybody whom an event tells this text.
  std::vector<std::string> Told(const std::string& text) {
    std::vector<std::string> people;
    for (const events::v1::Event& event : Events()) {
      const auto& sent = event.task_message_sent();
      EXPECT_LE(sent.person_ids_size(), 100);
      if (sent.message().text() != text) continue;
      people.insert(people.end(), sent.person_ids().begin(), sent.person_ids().end());
    }
    return people;
  }

  // Has served, and the task is not closed.
  v1::Task Served(const std::string& person) {
    const v1::Task task = PublishFor(NewTask(minutes(10), 1, 2));
    Accept(person, task.task_id());
    SignIn(person, task.task_id());
    later_.ahead = hours(1);
    v1::SignRequest sign;
    sign.set_request_id("out-" + person);
    sign.set_task_id(task.task_id());
    sign.set_person_id(person);
    EXPECT_THAT(Run(one_->assignments.SignOut(Coordinator(), sign)), testing::IsOk());
    return task;
  }
  absl::StatusOr<v1::ServiceRatings> RateVolunteer(const std::string& token,
                                                   const std::string& task,
                                                   const std::string& person, int rating) {
    v1::RateVolunteerRequest request;
    request.set_request_id(NextRequest());
    request.set_task_id(task);
    request.set_person_id(person);
    request.set_rating(rating);
    request.add_tags(v1::RATING_TAG_KIND);
    request.set_comment("很耐心");
    return Call<v1::RatingService>(&Ratings::RateVolunteer, token, request);
  }
  absl::StatusOr<v1::ServiceRatings> RateService(const std::string& person, const std::string& task,
                                                 v1::RatingTag tag) {
    v1::RateServiceRequest request;
    request.set_request_id(NextRequest());
    request.set_task_id(task);
    request.set_rating(2);
    request.add_tags(tag);
    request.set_comment("地址不对");
    return Call<v1::RatingService>(&Ratings::RateService, By(person), request);
  }
  absl::StatusOr<v1::ListRatingsResponse> RatingsFor(const std::string& token,
                                                     const std::string& task) {
    v1::ListRatingsRequest request;
    request.set_task_id(task);
    return Call<v1::RatingService>(&Ratings::ListRatings, token, request);
  }

  absl::StatusOr<v1::Complaint> Complain(const std::string& person, const std::string& task,
                                         const std::string& about, const std::string& id = "") {
    v1::RaiseComplaintRequest request;
    request.set_request_id(id.empty() ? NextRequest() : id);
    request.set_task_id(task);
    request.set_about_person_id(about);
    request.set_statement("态度恶劣");
    return Call<v1::ComplaintService>(&Complaints::RaiseComplaint, By(person), request);
  }
  absl::StatusOr<v1::Complaint> Look(const std::string& token, const std::string& id) {
    v1::GetComplaintRequest request;
    request.set_complaint_id(id);
    return Call<v1::ComplaintService>(&Complaints::GetComplaint, token, request);
  }
  absl::StatusOr<v1::Complaint> Reply(const std::string& token, const std::string& id) {
    v1::AnswerComplaintRequest request;
    request.set_request_id(NextRequest());
    request.set_complaint_id(id);
    request.set_outcome(v1::COMPLAINT_OUTCOME_UPHELD);
    request.set_answer("已批评教育");
    return Call<v1::ComplaintService>(&Complaints::AnswerComplaint, token, request);
  }
  std::vector<std::string> Queue(const std::string& token, const std::string& area) {
    v1::ListComplaintsRequest request;
    request.set_area_code(area);
    request.add_states(v1::COMPLAINT_STATE_PENDING);
    const auto listed = Call<v1::ComplaintService>(&Complaints::ListComplaints, token, request);
    if (!listed.ok()) return {Why(listed.status())};
    std::vector<std::string> ids;
    for (const v1::Complaint& one : listed->complaints()) ids.push_back(one.complaint_id());
    return ids;
  }
  void PassComplaintTime(Millis ahead) {
    later_.ahead = ahead;
    for (timers::Timer& timer : TakeDue(later_.Now())) {
      if (timer.kind != record::kDeadlineTimer) continue;
      EXPECT_THAT(Run(one_->app.records.OnDeadline(std::move(timer))), testing::IsOk());
    }
  }
  std::string At(const std::string& area) { return tokens_.Coordinator(NewPerson(), area); }
};

TEST_F(ParticipantsTest, AMessageReachesEverybodyOnTheTaskAndIsReadByThem) {
  const std::string task = PublishFor(NewTask(hours(3), 1, 150)).task_id();
  EXPECT_EQ(Why(Send(task, "集合").status()), "NOBODY_TO_TELL");
  std::vector<std::string> people;
  for (int i = 0; i < 120; ++i) {
    people.push_back(NewPerson());
    Accept(people.back(), task);
  }
  const v1::TaskMessage first = Ok(Send(task, "八点在南门集合", {}, "first"));
  EXPECT_EQ(first.number(), 1u);
  EXPECT_EQ(first.recipient_count(), 120);
  EXPECT_EQ(first.sender_id(), coordinator_);
  EXPECT_EQ(Ok(Send(task, "八点在南门集合", {}, "first")).number(), 1u) << "the same request";
  EXPECT_THAT(Told("八点在南门集合"), UnorderedElementsAreArray(people));

  Ok(Send(task, "请带雨衣"));
  Ok(Send(task, "改在北门"));
  auto page = Ok(MessagesFor(By(people[0]), task));
  ASSERT_EQ(page.messages_size(), 2);
  EXPECT_EQ(page.messages(0).text(), "改在北门");
  page = Ok(MessagesFor(By(people[0]), task, ""));
  const auto rest = Ok(MessagesFor(By(people[0]), task, page.next_page_token()));
  ASSERT_EQ(rest.messages_size(), 1);
  EXPECT_EQ(rest.messages(0).text(), "八点在南门集合");
  EXPECT_EQ(Ok(MessagesFor(ByCoordinator(), task)).messages_size(), 2);
  EXPECT_EQ(Why(MessagesFor(By(NewPerson()), task).status()), "PERMISSION_DENIED");
}

TEST_F(ParticipantsTest, MessagesAreFewAndEndWithTheTask) {
  const std::string task = PublishFor(NewTask(minutes(10), 1, 2)).task_id(), person = NewPerson();
  Accept(person, task);
  EXPECT_EQ(Why(Send(task, "候补请等", {v1::ASSIGNMENT_STATE_WAITLISTED}).status()),
            "NOBODY_TO_TELL");
  EXPECT_EQ(Why(Send(task, "无", {v1::ASSIGNMENT_STATE_NO_SHOW}).status()),
            "INVALID_ARGUMENT_FIELDS");
  for (int i = 0; i < kMessagesPerDay; ++i) Ok(Send(task, "消息"));
  const auto refused = Send(task, "太多");
  EXPECT_EQ(Why(refused.status()), "RATE_LIMITED");
  EXPECT_TRUE(RetryAfterOf(refused.status()).has_value());
  EXPECT_THAT(Told("太多"), IsEmpty());
  SignIn(person, task);
  later_.ahead = hours(1);
  SignOutAndClose(person, task);
  EXPECT_EQ(Why(Send(task, "再见").status()), "WRONG_STATE");
}

TEST_F(ParticipantsTest, BothSidesSayHowItWentAndOthersDoNotReadIt) {
  const std::string person = NewPerson(), mate = NewPerson();
  const std::string task = Served(person).task_id();
  EXPECT_EQ(Why(RateVolunteer(ByCoordinator(), task, person, 5).status()), "REQUESTER_RATES");
  EXPECT_EQ(Why(RateVolunteer(By(requester_), task, mate, 5).status()), "NOT_ASSIGNED");
  Ok(RateVolunteer(By(requester_), task, person, 4));
  const v1::ServiceRatings again = Ok(RateVolunteer(By(requester_), task, person, 1));
  EXPECT_EQ(again.of_volunteer().rating(), 1);
  EXPECT_EQ(again.of_volunteer().rater_id(), requester_);
  EXPECT_EQ(Why(RateService(person, task, v1::RATING_TAG_KIND).status()),
            "INVALID_ARGUMENT_FIELDS");
  EXPECT_EQ(Why(RateService(mate, task, v1::RATING_TAG_UNSAFE).status()), "NOT_ASSIGNED");
  Ok(RateService(person, task, v1::RATING_TAG_UNSAFE));
  for (const std::string& token : {By(requester_), By(person), ByCoordinator()}) {
    const auto seen = Ok(RatingsFor(token, task));
    ASSERT_EQ(seen.ratings_size(), 1);
    EXPECT_EQ(seen.ratings(0).of_volunteer().comment(), "很耐心");
    EXPECT_EQ(seen.ratings(0).of_service().comment(), "地址不对");
  }
  EXPECT_EQ(Why(RatingsFor(By(mate), task).status()), "PERMISSION_DENIED");
  EXPECT_EQ(Why(RatingsFor(ByStranger(), task).status()), "PERMISSION_DENIED");
  std::vector<int> told;
  for (const events::v1::Event& event : Events()) {
    EXPECT_THAT(event.SerializeAsString(), Not(HasSubstr("很耐心")));
    if (event.has_service_rated()) told.push_back(event.service_rated().rating());
  }
  EXPECT_THAT(told, ElementsAre(4, 1, 2));

  v1::CloseTaskRequest close;
  close.set_request_id("close");
  close.set_task_id(task);
  ASSERT_THAT(Run(one_->tasks.CloseTask(Coordinator(), close)), testing::IsOk());
  EXPECT_EQ(Why(RateService(person, task, v1::RATING_TAG_UNSAFE).status()), "WRONG_STATE");
  EXPECT_EQ(Ok(RatingsFor(By(person), task)).ratings_size(), 1);
}

TEST_F(ParticipantsTest, AComplaintGoesToTheCoordinatorsAndNotToWhomItIsAbout) {
  const std::string person = NewPerson();
  const std::string task = Served(person).task_id();
  EXPECT_EQ(Why(Complain(NewPerson(), task, "").status()), "NOT_A_PARTICIPANT");
  EXPECT_EQ(Why(Complain(person, task, NewPerson()).status()), "NOT_A_PARTICIPANT");
  EXPECT_EQ(Why(Complain(person, task, person).status()), "SELF_COMPLAINT");
  const v1::Complaint raised = Ok(Complain(requester_, task, person, "once"));
  EXPECT_EQ(raised.area_code(), kCommunity);
  EXPECT_EQ(Ok(Complain(requester_, task, person, "once")).complaint_id(), raised.complaint_id());
  const std::string& id = raised.complaint_id();

  EXPECT_EQ(Why(Look(By(person), id).status()), "PERMISSION_DENIED");
  EXPECT_EQ(Why(Look(tokens_.Coordinator(person, kCommunity), id).status()), "PERMISSION_DENIED");
  EXPECT_THAT(Queue(tokens_.Coordinator(person, kCommunity), kCommunity), IsEmpty());
  EXPECT_EQ(Why(Look(ByStranger(), id).status()), "PERMISSION_DENIED");
  EXPECT_EQ(Ok(Look(By(requester_), id)).statement(), "态度恶劣");
  EXPECT_THAT(Queue(At(kCommunity), kCommunity), ElementsAre(id));
  EXPECT_EQ(Why(Reply(tokens_.Coordinator(person, kCommunity), id).status()), "PERMISSION_DENIED");
  EXPECT_EQ(Why(Reply(tokens_.Coordinator(requester_, kCommunity), id).status()),
            "PERMISSION_DENIED");

  EXPECT_EQ(Ok(Reply(At(kCommunity), id)).answer(), "已批评教育");
  EXPECT_EQ(Why(Reply(At(kCommunity), id).status()), "WRONG_STATE");
  EXPECT_EQ(Ok(Look(By(requester_), id)).answer(), "已批评教育");
  EXPECT_THAT(Queue(At(kCommunity), kCommunity), IsEmpty());
  const auto stored = Ok(one_->app.records.Find(kComplaint, id));
  for (const char* words : {"态度恶劣", "已批评教育"}) {
    EXPECT_THAT(stored.record.SerializeAsString(), Not(HasSubstr(words)));
    for (const events::v1::Event& event : Events()) {
      EXPECT_THAT(event.SerializeAsString(), Not(HasSubstr(words)));
    }
  }
}

TEST_F(ParticipantsTest, AComplaintAboutACoordinatorGoesToTheAreaAboveThem) {
  const std::string person = NewPerson();
  const std::string task = Served(person).task_id();
  directory_.roles[coordinator_] = {GrantAt(kCommunity)};
  EXPECT_EQ(Ok(Complain(person, task, coordinator_)).area_code(), "310110001");
  directory_.roles[coordinator_] = {GrantAt("310110001")};
  const v1::Complaint raised = Ok(Complain(person, task, coordinator_));
  EXPECT_EQ(raised.area_code(), "310110");
  EXPECT_EQ(Why(Look(At("310110001"), raised.complaint_id()).status()), "PERMISSION_DENIED");
  EXPECT_THAT(Queue(At("310110"), "310110"), ::testing::Contains(raised.complaint_id()));
  directory_.roles[coordinator_] = {GrantAt("310110")};
  EXPECT_EQ(Ok(Complain(person, task, coordinator_)).area_code(), "310110") << "nobody is above";
}

TEST_F(ParticipantsTest, ComplaintsThatNobodyAnswersAreRemindedOfAndLapse) {
  const std::string person = NewPerson();
  const std::string task = Served(person).task_id();
  const std::string id = Ok(Complain(person, task, "")).complaint_id();
  PassComplaintTime(hours(24 * 2));
  PassComplaintTime(hours(24 * 4));
  EXPECT_EQ(Ok(Look(By(person), id)).state(), v1::COMPLAINT_STATE_PENDING);
  EXPECT_EQ(CountEvents([](const events::v1::Event& event) {
              return event.complaint_changed().before() == v1::COMPLAINT_STATE_PENDING;
            }),
            1);
  PassComplaintTime(hours(24 * 15));
  EXPECT_EQ(Ok(Look(By(person), id)).state(), v1::COMPLAINT_STATE_LAPSED);
  PassComplaintTime(hours(24 * 31));
  EXPECT_EQ(Why(Complain(person, task, "").status()), "TOO_LATE");
}

}  // namespace
}  // namespace baodao::dispatch

// Every mutation, sent again after others have changed what it was about: the same answer and no
// second effect; and the same request_id with another payload is noticed.
#include <absl/strings/escaping.h>
#include <google/protobuf/text_format.h>

#include <set>

#include "baodao/inbox/v1/channel.pb.h"
#include "common/ids/ids.h"
#include "common/status/grpc.h"
#include "common/testing/matchers.h"
#include "common/testing/until.h"
#include "tests/e2e/every_rpc.h"
#include "tests/e2e/stored.h"
#include "tests/key_families.h"

namespace baodao::testing {
namespace {

// Mutations whose state cannot be made here, and where they are tested.
const std::map<std::string, std::string> kElsewhere = {
    {"Commit",
     "the benchmark's commit: its key is its payload and names its shard, and a mark elsewhere "
     "would be measured, too; tests/integration/store/requests_test.cc"},
    {"ChangePhone",
     "it takes codes sent to two phones; tests/integration/registration/account_test.cc"},
    {"EndSession",
     "it takes a session that is not needed; tests/integration/registration/account_test.cc"},
    {"GiveConsent",
     "no text about privacy is in force here; tests/integration/registration/consent_test.cc"},
    {"WithdrawConsent", "likewise"},
    {"RequestAccountDeletion",
     "nothing but the person is in it, so no other payload is theirs; "
     "tests/integration/registration/account_deletion_test.cc"},
    {"CancelAccountDeletion", "likewise"},
    {"EvaluateByCode",
     "the task that is served here is evaluated by EvaluateTask; "
     "tests/integration/dispatch/rating_code_test.cc"},
    {"SendOfflineSigns", "it takes a code; tests/integration/dispatch/on_site_test.cc"},
    {"MarkNoShow",
     "it waits for a slot to begin, which is a matter of minutes; "
     "tests/integration/lists/bookings_end_test.cc"},
    {"CreateCalendarFeed",
     "nothing but its request_id is in it, so no other payload is there; "
     "tests/integration/dispatch/calendar_feed_test.cc"},
    {"RevokeCalendarFeed", "likewise"},
};

class RepeatsTest : public ::testing::Test {
 protected:
  RepeatsTest() : town_(Options()), rpcs_(AllRpcs()) {}

  static Town::Options Options() {
    Town::Options options;
    options.people = 12;  // those with even numbers are of the first community
    options.communities = 2;
    options.units = 1;
    return options;
  }

  const std::string& Person(size_t i) const { return town_.world->people[i].person_id; }
  const std::string& By(size_t i) const { return town_.world->people[i].token; }
  const std::string& Coordinator(size_t i = 0) const {
    return town_.world->communities[i].coordinator.token;
  }
  const std::string& Liaison() const { return town_.world->units[0].liaison.token; }
  const std::string& Community(size_t i = 0) const {
    return town_.world->communities[i].area.code();
  }
  static std::string Quoted(const std::string& name, const std::string& value) {
    return name + ": '" + value + "' ";
  }
  std::string Place() const {
    const auto& center = town_.world->communities[0].area.center();
    return "place { latitude: " + std::to_string(center.latitude()) +
           " longitude: " + std::to_string(center.longitude()) + " } ";
  }
  static std::string Window(const std::string& name, Millis from_now) {
    return WindowAt(name, ToTimestamp(SystemClock().Now() + from_now).seconds(), 3600);
  }
  static std::string WindowAt(const std::string& name, int64_t start, int64_t seconds) {
    return name + " { start { seconds: " + std::to_string(start) +
           " } end { seconds: " + std::to_string(start + seconds) + " } } ";
  }

  const Rpc& Find(const std::string& method) const {
    for (const Rpc& rpc : rpcs_) {
      if (rpc.method->name() == method) return rpc;
    }
    throw std::runtime_error(method + " does not exist");
  }

  // One that succeeded.
  struct Sent {
    const Rpc* rpc;
    std::string token;
    std::string request;
    std::string answer;
    std::string other;  // what another payload has instead
  };

  // Sends a request for the first time; `fields` and `other` are protobuf texts. Answers a field of
  // the response.
  std::string Do(const std::string& method, const std::string& token, const std::string& fields,
                 const std::string& other, const std::string& result = "") {
    Sent sent{&Find(method), token, {}, {}, other};
    const std::unique_ptr<Message> request = NewRequest(*sent.rpc);
    SetPath(*request, "request_id", town_.world->RequestId());
    EXPECT_TRUE(google::protobuf::TextFormat::MergeFromString(fields, request.get())) << fields;
    sent.request = request->SerializeAsString();
    const grpc::Status status = CallRaw(town_, *sent.rpc, token, sent.request, &sent.answer);
    if (!status.ok()) throw std::runtime_error(method + ": " + FromGrpc(status).ToString());
    sent_.push_back(sent);
    if (result.empty()) return "";
    const std::unique_ptr<Message> answer(google::protobuf::MessageFactory::generated_factory()
                                              ->GetPrototype(sent.rpc->method->output_type())
                                              ->New());
    EXPECT_TRUE(answer->ParseFromString(sent.answer));
    return answer->GetReflection()->GetString(*answer,
                                              answer->GetDescriptor()->FindFieldByName(result));
  }

  static absl::Status Again(Town& town, const Sent& sent, const std::string& bytes,
                            std::string* answer) {
    return FromGrpc(CallRaw(town, *sent.rpc, sent.token, bytes, answer));
  }

  static std::string WithOther(const Sent& sent) {
    const std::unique_ptr<Message> request = NewRequest(*sent.rpc);
    EXPECT_TRUE(request->ParseFromString(sent.request));
    EXPECT_TRUE(google::protobuf::TextFormat::MergeFromString(sent.other, request.get()))
        << sent.other;
    EXPECT_NE(request->SerializeAsString(), sent.request) << sent.rpc->method->name();
    return request->SerializeAsString();
  }

  dispatch::v1::Task TaskNow(const std::string& id) {
    dispatch::v1::GetTaskRequest get;
    get.set_task_id(id);
    return town_.Run(
        demo::Must(town_.world->backend.tasks, &client::Tasks::GetTask, Coordinator(), get));
  }
  // Something a service does by itself: a condition, within a minute.
  void Await(const std::function<bool()>& condition) {
    if (!Until(condition)) throw std::runtime_error("waited in vain");
  }

  void PlayPeople();
  void PlayUnitsAndAreas();
  void PlayPeopleOfUnit(const std::string& id);
  void PlayNeeds();
  void PlaySeries();
  void PlayBookings();
  void PlayProjects();
  void PlayTasks();
  void PlayService();
  void PlayMatching();
  void PlayConfirmation();
  void PlayChannels();
  void PlayAnnouncements();
  void PlayDocuments();
  int64_t MinutesOf(size_t person) {
    dispatch::v1::GetBalanceRequest get;
    get.set_person_id(Person(person));
    return town_
        .Run(demo::Must(town_.world->backend.ledger, &client::Ledger::GetBalance, By(person), get))
        .minutes();
  }

  Town town_;
  std::vector<Rpc> rpcs_;
  std::vector<Sent> sent_;
  std::string another_task_;
  std::string unit_;  // one whose liaison By(4) is
};

void RepeatsTest::PlayPeople() {
  const std::string me = Quoted("person_id", Person(0));
  Do("UpdatePerson", By(0), me + "display_name: '李一' update_mask { paths: 'display_name' }",
     "display_name: '李二'");
  Do("UpdatePerson", By(0), me + "display_name: '李三' update_mask { paths: 'display_name' }",
     "display_name: '李四'");
  const int64_t year = ToTimestamp(SystemClock().Now()).seconds() + 365 * 86'400;
  const std::string papers = me + "kind: 'nurse' ";
  Do("GrantCredential", Coordinator(),
     papers + "issuer: '卫健委' expire_time { seconds: " + std::to_string(year) + " }",
     "issuer: '别处'");
  Do("RevokeCredential", Coordinator(), papers, "kind: 'doctor'");
  const std::string asked = Do("ApplyForVerification", By(0), me + "category: 'veteran'",
                               "category: 'deputy'", "verification_id");
  Do("AnswerVerification", Coordinator(),
     Quoted("verification_id", asked) + "verdict: VERIFICATION_VERDICT_APPROVE", "comment: '好'");
  Do("RevokeVerification", Coordinator(), me + "category: 'veteran' reason: '资料有误'",
     "reason: '别的'");
  const std::string withdrawn = Do("ApplyForVerification", By(0), me + "category: 'deputy'",
                                   "category: 'veteran'", "verification_id");
  Do("WithdrawVerification", By(0), Quoted("verification_id", withdrawn),
     Quoted("verification_id", asked));
  const std::string role = me + "role: ROLE_COORDINATOR " + Quoted("area_code", Community());
  const std::string service = town_.world->OperatorToken();
  Do("GrantRole", service, role, Quoted("person_id", Person(2)));
  Do("GrantRole", service, role, Quoted("person_id", Person(2)));  // changes nothing
  Do("RevokeRole", service, role, Quoted("person_id", Person(2)));
  Do("RevokeRole", service, role, Quoted("person_id", Person(2)));  // likewise

  registration::v1::ListAreasRequest list;
  list.set_parent_code(town_.world->communities[1].subdistrict_code);
  const auto areas =
      town_.Run(demo::Must(town_.world->backend.areas, &client::Areas::ListAreas, "", list));
  const std::string third =
      areas.areas(0).code() == Community(1) ? areas.areas(1).code() : areas.areas(0).code();
  const std::string id = Do("CreateRegistration", By(4), Quoted("area_code", Community(1)),
                            "note: '我也来'", "registration_id");
  const std::string it = Quoted("registration_id", id);
  Do("ReviewRegistration", Coordinator(1), it + "verdict: REGISTRATION_VERDICT_APPROVE",
     "comment: '好'");
  Do("SuspendRegistration", Coordinator(1), it + "comment: '核实'", "comment: '别的'");
  Do("ResumeRegistration", Coordinator(1), it + "comment: '已核实'", "comment: '别的'");
  const std::string moved = Do("TransferRegistration", By(4), it + Quoted("area_code", third),
                               Quoted("area_code", Community()), "registration_id");
  Do("WithdrawRegistration", By(4), Quoted("registration_id", moved), "comment: '搬家'");
}

void RepeatsTest::PlayUnitsAndAreas() {
  const std::string unit =
      Do("CreateUnit", Coordinator(),
         "name: '第一小学' kind: UNIT_KIND_INSTITUTION " + Quoted("area_code", Community()),
         "name: '第二小学'", "unit_id");
  const std::string rename = Quoted("unit_id", unit) + "update_mask { paths: 'name' } ";
  Do("UpdateUnit", Coordinator(), rename + "name: '实验小学'", "name: '中学'");
  Do("UpdateUnit", Coordinator(), rename + "name: '实验学校'", "name: '中学'");
  PlayPeopleOfUnit(unit);
  const std::string point = Do("CreateServicePoint", Coordinator(),
                               "name: '家门口服务站' kind: SERVICE_POINT_KIND_DOORSTEP_STATION " +
                                   Place() + Quoted("area_code", Community()),
                               "name: '市民驿站'", "service_point_id");
  const std::string it = Quoted("service_point_id", point);
  Do("UpdateServicePoint", Coordinator(), it + "phone: '12345' update_mask { paths: 'phone' }",
     "phone: '12346'");
  Do("CloseServicePoint", Coordinator(), it + "reason: '修缮'", "reason: '别的'");
  Do("ReopenServicePoint", Coordinator(), it, Quoted("service_point_id", unit));
  std::ifstream file(SourceFile("ops/data/yangpu/areas.csv"), std::ios::binary);
  const std::string csv(std::istreambuf_iterator<char>(file), {});
  std::string one_area = csv;
  one_area.resize(one_area.find('\n', one_area.find("310110")) + 1);
  const auto escaped = [](const std::string& text) {
    return "csv: \"" + absl::CEscape(text) + "\"";
  };
  Do("ImportAreas", town_.world->OperatorToken(), escaped(csv), escaped(one_area));
}

void RepeatsTest::PlayPeopleOfUnit(const std::string& id) {
  unit_ = Quoted("unit_id", id);
  const std::string other = Quoted("person_id", Person(10));
  for (const size_t person : {size_t{4}, size_t{8}}) {
    Do("AddLiaison", Coordinator(), unit_ + Quoted("person_id", Person(person)), other);
  }
  Do("RemoveLiaison", Coordinator(), unit_ + Quoted("person_id", Person(8)), other);
  const auto report = [&](size_t by, const std::string& fields, size_t community) {
    const std::string it =
        Quoted("registration_id",
               Do("CreateRegistration", By(by), fields + Quoted("area_code", Community(community)),
                  "note: '也来'", "registration_id"));
    Do("ReviewRegistration", Coordinator(community), it + "verdict: REGISTRATION_VERDICT_APPROVE",
       "comment: '好'");
  };
  report(4, Quoted("subject_id", id), 0);
  // Now a coordinator confirms what a liaison asks for.
  Do("AddLiaison", By(4), unit_ + Quoted("person_id", Person(8)), other);
  Do("AnswerLiaisonChange", Coordinator(),
     unit_ + Quoted("person_id", Person(8)) + "verdict: LIAISON_VERDICT_APPROVE", "comment: '好'");
  Do("UpdatePerson", By(6),
     Quoted("person_id", Person(6)) + unit_ + "update_mask { paths: 'unit_id' }",
     "display_name: '李六'");
  report(6, Quoted("through_unit_id", id), 1);
  Do("ConfirmUnitMember", By(4), unit_ + Quoted("person_id", Person(6)), other);
}

void RepeatsTest::PlayNeeds() {
  const std::string need = "title: '陪同就医' category: 'elderly_care' " +
                           Quoted("area_code", Community()) +
                           Window("window", std::chrono::hours(30)) + Place() +
                           "contact { name: '王秀英' phone: '13800001234' address: '1号101室' } ";
  const auto raise = [&] { return Do("CreateNeed", By(0), need, "title: '买菜'", "need_id"); };
  const std::string first = Quoted("need_id", raise());
  const std::string second = Quoted("need_id", raise());
  Do("ReviewNeed", Coordinator(), first + "verdict: NEED_VERDICT_RETURN comment: '请补充'",
     "comment: '再补充'");
  Do("UpdateNeed", By(0), first + "title: '陪同就医两小时' update_mask { paths: 'title' }",
     "title: '就医'");
  Do("ResubmitNeed", By(0), first, second);
  for (const std::string& one : {first, second}) {
    Do("ReviewNeed", Coordinator(), one + "verdict: NEED_VERDICT_ACCEPT", "comment: '收到'");
  }
  Do("PublishNeed", Coordinator(), first + "slots_min: 1 slots_max: 2", "slots_max: 3");
  // With the task that was made of it, and before there is one.
  Do("CancelNeed", By(0), first + "reason: '女儿回来了'", "reason: '别的'");
  Do("CancelNeed", By(0), Quoted("need_id", raise()) + "reason: '不要了'", "reason: '别的'");
  const std::string room =
      Do("CreateResource", By(0),
         "title: '会议室' category: 'publicity' capacity: 20 " + Quoted("area_code", Community()),
         "capacity: 30", "resource_id");
  Do("CreateMatch", Coordinator(), second + Quoted("answer_id", room), "note: '合适'");
  Do("ResolveNeed", Coordinator(), second, first);
  Do("CloseNeed", Coordinator(), second, first);
  Do("UpdateResource", By(0),
     Quoted("resource_id", room) + "capacity: 15 update_mask { paths: 'capacity' }",
     "capacity: 16");
  Do("WithdrawResource", By(0), Quoted("resource_id", room), "reason: '装修'");
}

void RepeatsTest::PlaySeries() {
  // Beyond the week in which the first of them would be made at once.
  const std::string need =
      Do("CreateNeed", By(0),
         "title: '陪伴' category: 'elderly_care' " + Quoted("area_code", Community()) +
             WindowAt("window",
                      ToTimestamp(ComingMidnight() + std::chrono::hours(24 * 20)).seconds(), 3600),
         "title: '聊天'", "need_id");
  const auto repeat = [&] {
    return Quoted("need_series_id", Do("CreateNeedSeries", By(0),
                                       Quoted("need_id", need) + "rrule: 'FREQ=WEEKLY;COUNT=4'",
                                       "rrule: 'FREQ=WEEKLY;COUNT=5'", "need_series_id"));
  };
  Do("ReviewNeedSeries", Coordinator(),
     repeat() + "verdict: NEED_SERIES_VERDICT_REJECT comment: '请先走访'", "comment: '别的'");
  const std::string it = repeat();
  Do("ReviewNeedSeries", Coordinator(), it + "verdict: NEED_SERIES_VERDICT_ACCEPT",
     "comment: '好'");
  lists::v1::NeedSeries series;
  ASSERT_TRUE(series.ParseFromString(sent_.back().answer));
  const auto start = [&](int i) {
    return "start_time { seconds: " + std::to_string(series.occurrences(i).seconds()) + " }";
  };
  Do("SkipOccurrence", By(0), it + start(1), start(2));
  Do("EndNeedSeries", By(0), it + "reason: '搬家'", "reason: '别的'");
}

void RepeatsTest::PlayBookings() {
  std::string hours;
  for (int weekday = 1; weekday <= 7; ++weekday) {
    hours += "slots { weekday: " + std::to_string(weekday) + " end_minute: 1440 } ";
  }
  const std::string barber = Quoted(
      "resource_id", Do("CreateResource", By(0),
                        "title: '理发' category: 'publicity' capacity: 1 " + hours +
                            "booking { slot_minutes: 60 } " + Quoted("area_code", Community()),
                        "capacity: 2", "resource_id"));
  const auto book = [&](int hour) {
    const int64_t start = ToTimestamp(ComingMidnight() + std::chrono::hours(hour)).seconds();
    return Quoted("booking_id", Do("BookResource", By(2),
                                   barber + "start_time { seconds: " + std::to_string(start) + " }",
                                   "note: '短发'", "booking_id"));
  };
  const std::string one = book(1), two = book(2);
  Do("AnswerBooking", By(0), one + "verdict: BOOKING_VERDICT_CONFIRM", "comment: '好'");
  Do("AnswerBooking", By(0), two + "verdict: BOOKING_VERDICT_REJECT comment: '有事'",
     "comment: '别的'");
  Do("CancelBooking", By(2), one, "reason: '不去了'");
}

void RepeatsTest::PlayProjects() {
  const auto propose = [&] {
    return Quoted("project_id",
                  Do("CreateProject", Coordinator(),
                     "title: '楼道美化' category: 'cleaning' " + Quoted("area_code", Community()),
                     "title: '花园'", "project_id"));
  };
  const std::string why = "comment: '经费不足' ";
  Do("RejectProject", Coordinator(), propose() + why, "comment: '别的'");
  Do("CancelProject", Coordinator(), propose() + why, "comment: '别的'");
  const std::string it = propose();
  const std::string another = "project_id: 'prj_01J00000000000000000000009'";
  Do("FollowProject", By(2), it, another);
  Do("UpdateProject", Coordinator(), it + "title: '楼道' update_mask { paths: 'title' }",
     "title: '花园'");
  Do("UnfollowProject", By(2), it, another);
  Do("ApproveProject", Coordinator(), it, "comment: '好'");
  const auto claim = [&] {
    Do("ClaimProject", Liaison(), it + Quoted("unit_id", town_.world->units[0].unit_id), another);
  };
  claim();
  Do("ReleaseProject", Liaison(), it + why, "comment: '别的'");
  claim();
  Do("StartProject", Liaison(), it, "comment: '好'");
  Do("CompleteProject", Liaison(), it, "comment: '好'");
  Do("EvaluateProject", Coordinator(), it + "rating: 5", "rating: 4");
}

void RepeatsTest::PlayTasks() {
  const std::string task = "title: '清扫' category: 'cleaning' slots_min: 1 slots_max: 4 " +
                           Place() + Quoted("area_code", Community()) +
                           Window("window", std::chrono::hours(54));
  const auto publish = [&] {
    return Do("PublishTask", Coordinator(), task, "title: '搬运'", "task_id");
  };
  const std::string one = Quoted("task_id", publish());
  const std::string two = Quoted("task_id", publish());
  another_task_ = two;
  Do("ClaimTask", By(2), one, two);
  const std::string ask = one + "reason: '发烧' ";
  Do("RequestWithdrawal", By(2), ask, two);
  Do("CancelWithdrawal", By(2), one, two);
  Do("ProposeSwap", By(2), one + Quoted("successor_id", Person(6)),
     Quoted("successor_id", Person(8)));
  Do("CancelSwap", By(2), one, two);
  Do("RequestWithdrawal", By(2), ask, two);
  Do("AnswerWithdrawal", Coordinator(),
     ask + Quoted("person_id", Person(2)) + "verdict: WITHDRAWAL_VERDICT_REFUSE",
     "verdict: WITHDRAWAL_VERDICT_APPROVE");
  Do("WithdrawAssignment", By(2), one, two);
  for (const size_t person : {size_t{6}, size_t{8}}) {
    Do("OfferTask", Coordinator(), one + Quoted("person_id", Person(person)),
       Quoted("person_id", Person(10)));
  }
  Do("DeclineOffer", By(6), one, two);
  Do("AcceptOffer", By(8), one, two);
  Do("AssignTask", Coordinator(), one + Quoted("person_id", Person(10)),
     Quoted("person_id", Person(2)));
  Do("CancelTask", Coordinator(), one + "reason: '下雨'", "reason: '下雪'");
  Do("ClaimUnitSlots", By(4), two + unit_ + "slots: 2", "slots: 3");
  const std::string member = unit_ + Quoted("person_id", Person(6));
  Do("NameUnitMember", By(4), two + member, Quoted("person_id", Person(8)));
  Do("WithdrawUnitClaim", By(4), two + unit_ + "slots: 1", "reason: '别的'");
  Do("RemoveUnitMember", By(4), member, Quoted("person_id", Person(8)));

  // A service asks twice for the task of one need: the second time nothing is to be made.
  const std::string lists = town_.world->signer.Sign(auth::Principal::Service("lists"),
                                                     SystemClock().Now(), std::chrono::minutes(10));
  const std::string of_need = task + "need_id: 'ned_01J00000000000000000000009' need_attempt: 1 " +
                              Quoted("requester_id", Person(0));
  const std::string made = Do("PublishTask", lists, of_need, "title: '搬运'", "task_id");
  EXPECT_EQ(Do("PublishTask", lists, of_need, "title: '搬运'", "task_id"), made);
  Do("CancelTask", Coordinator(),
     Quoted("task_id", made) + "need_outcome: NEED_OUTCOME_CANCEL reason: '不要了'",
     "reason: '下雪'");
}

void RepeatsTest::PlayService() {
  const std::string id = Do("PublishTask", Coordinator(),
                            "title: '值守' category: 'cleaning' slots_min: 1 slots_max: 2 " +
                                Quoted("area_code", Community()) + Place() +
                                Window("window", std::chrono::seconds(5)) +
                                "contact { beneficiary_name: '李奶奶' } check_in_minutes: 30",
                            "title: '巡逻'", "task_id");
  const std::string it = Quoted("task_id", id);
  const std::string him = Quoted("person_id", Person(2));
  Do("AssignTask", Coordinator(), it + him, Quoted("person_id", Person(6)));
  Do("AssignTask", Coordinator(), it + Quoted("person_id", Person(8)), him);
  Do("NameLeader", Coordinator(), it + him, Quoted("person_id", Person(8)));
  Do("RemoveLeader", Coordinator(), it, another_task_);
  const std::string other = it + Quoted("person_ids", Person(8));
  Do("SignPeople", Coordinator(), other + "action: SIGN_ACTION_SIGN_IN",
     "action: SIGN_ACTION_SIGN_OUT");
  Do("SignPeople", Coordinator(), other + "action: SIGN_ACTION_SIGN_OUT",
     "action: SIGN_ACTION_SIGN_IN");
  Do("SignIn", Coordinator(), it + him, "code: '123456'");
  Do("CheckIn", By(2), it, another_task_);
  Do("SetServicePhotos", By(2), it, another_task_);
  Await([&] { return TaskNow(id).state() == dispatch::v1::TASK_STATE_IN_SERVICE; });
  Do("SignOut", Coordinator(), it + him, "code: '123456'");
  Await([&] { return TaskNow(id).state() == dispatch::v1::TASK_STATE_SERVED; });
  Do("IssueRatingCode", Coordinator(), it, another_task_);
  Do("EvaluateTask", Coordinator(), it + "rating: 5", "rating: 4");
  Await([&] { return MinutesOf(2) == 1; });
  const std::string hours = it + him + "reason: '核对' ";
  Do("CorrectHours", Coordinator(), hours + "minutes: 1", "minutes: 2");  // changes nothing
  Do("CorrectHours", Coordinator(), hours + "minutes: 30", "minutes: 31");
  Do("SendTaskMessage", Coordinator(), it + "text: '辛苦了'", "text: '再见'");
  Do("RateVolunteer", Coordinator(), it + him + "rating: 5", "rating: 4");
  Do("RateService", By(2), it + "rating: 3", "rating: 4");
  const std::string complaint = Do("RaiseComplaint", By(2), it + "statement: '无人接待'",
                                   "statement: '别的'", "complaint_id");
  Do("AnswerComplaint", Coordinator(),
     Quoted("complaint_id", complaint) + "outcome: COMPLAINT_OUTCOME_SETTLED answer: '已说明'",
     "answer: '别的'");
  Do("CloseTask", Coordinator(), it, another_task_);
}

void RepeatsTest::PlayMatching() {
  const std::string here = Quoted("area_code", Community());
  Do("RunMatching", Coordinator(), here + "dry_run: true", "dry_run: false");
  Do("RunMatching", Coordinator(), here, "dry_run: true");
}

void RepeatsTest::PlayConfirmation() {
  const int64_t start = ToTimestamp(SystemClock().Now() + std::chrono::seconds(4)).seconds();
  const std::string it = Quoted(
      "task_id", Do("PublishTask", Coordinator(),
                    "title: '搬运' category: 'cleaning' slots_min: 1 slots_max: 2 " + Place() +
                        Quoted("area_code", Community()) + WindowAt("window", start, 1),
                    "title: '巡逻'", "task_id"));
  const std::string him = Quoted("person_id", Person(6));
  Do("AssignTask", Coordinator(), it + him, Quoted("person_id", Person(8)));
  const std::string her = Quoted("person_id", Person(10));
  Do("AssignTask", Coordinator(), it + her, Quoted("person_id", Person(8)));
  Await([&] { return ToTimestamp(SystemClock().Now()).seconds() > start + 1; });
  Do("ConfirmService", Coordinator(),
     it + "services { " + him + WindowAt("served", start, 1) + "} reason: '忘了签到'",
     "reason: '别的'");
  Await([&] { return MinutesOf(6) == 1; });
  const std::string asked = it + WindowAt("served", start, 1) + "statement: '手机没电' ";
  Do("RequestCredit", By(10), asked, "statement: '忘了'");
  Do("CancelCreditRequest", By(10), it, another_task_);
  Do("RequestCredit", By(10), asked, "statement: '忘了'");
  dispatch::v1::Assignment pending;
  ASSERT_TRUE(pending.ParseFromString(sent_.back().answer));
  const auto& since = pending.credit_request().request_time();
  Do("AnswerCreditRequest", Coordinator(),
     it + her +
         "verdict: CREDIT_REQUEST_VERDICT_APPROVE reason: '已核实' request_time { seconds: " +
         std::to_string(since.seconds()) + " nanos: " + std::to_string(since.nanos()) + " }",
     "reason: '别的'");
  Await([&] { return MinutesOf(10) == 1; });
}

void RepeatsTest::PlayChannels() {
  const std::string me = Quoted("person_id", Person(0));
  Do("RegisterDevice", By(0), me + "platform: DEVICE_PLATFORM_IOS push_token: 'a'",
     "push_token: 'b'");
  inbox::v1::Channels channels;
  ASSERT_TRUE(channels.ParseFromString(sent_.back().answer));
  ASSERT_EQ(channels.devices_size(), 1);
  Do("RemoveDevice", By(0), me + Quoted("device_id", channels.devices(0).device_id()),
     Quoted("device_id", ids::New("dev", 0)));
  Do("SetPreferences", By(0), me + "preferences { digest_hour: 8 }",
     "preferences { digest_hour: 9 }");
}

void RepeatsTest::PlayAnnouncements() {
  const std::string it =
      Quoted("announcement_id", Do("PublishAnnouncement", Coordinator(),
                                   "category: 'notice' title: '停水通知' body: '明早八点至十点' " +
                                       Quoted("area_code", Community()),
                                   "title: '停电通知'", "announcement_id"));
  Do("MarkAnnouncementsRead", By(0), Quoted("person_id", Person(0)) + it,
     Quoted("announcement_id", ids::New("ann", 0)));
  Do("WithdrawAnnouncement", Coordinator(), it + "reason: '改期'", "reason: '别的'");
}

// After PlayConfirmation, which credits somebody: certified once `records` has that too.
void RepeatsTest::PlayDocuments() {
  const int64_t now = ToTimestamp(SystemClock().Now()).seconds();
  const std::string hours = Quoted("person_id", Person(6)) + Quoted("area_code", Community()) +
                            WindowAt("period", now - 86'400, 86'400);
  std::string issued;
  Await([&] {
    try {
      issued = Do("IssueCertificate", By(6), hours, "period { start { seconds: 1700000000 } }",
                  "certificate_id");
    } catch (const std::runtime_error&) {
      return false;
    }
    return true;
  });
  Do("RevokeCertificate", Coordinator(), Quoted("certificate_id", issued) + "reason: '有误'",
     "reason: '别的'");
}

TEST_F(RepeatsTest, EveryMutationHasOneEffectAndOneAnswer) {
  const std::string inbox = Quoted("person_id", Person(0)) + "cursor: '0-0' ";
  Do("MarkRead", By(0), inbox, "cursor: '0-1'");  // changes nothing
  PlayChannels();
  PlayAnnouncements();
  PlayPeople();
  PlayUnitsAndAreas();
  PlayNeeds();
  PlaySeries();
  PlayBookings();
  PlayProjects();
  PlayTasks();
  PlayMatching();
  PlayService();
  PlayConfirmation();
  PlayDocuments();

  std::set<std::string> played;
  for (const Sent& sent : sent_) played.insert(sent.rpc->method->name());
  for (const Rpc& rpc : rpcs_) {
    if (rpc.method->input_type()->FindFieldByName("request_id") == nullptr) continue;
    const bool listed = kElsewhere.contains(rpc.method->name());
    EXPECT_NE(played.contains(rpc.method->name()), listed)
        << rpc.method->full_name() << " is to be played here, or listed with the reason why not";
  }

  const Stored before(town_);
  for (const Sent& sent : sent_) {
    std::string answer;
    const absl::Status status = Again(town_, sent, sent.request, &answer);
    EXPECT_THAT(status, IsOk()) << sent.rpc->method->name() << ": " << status;
    EXPECT_EQ(answer, sent.answer) << sent.rpc->method->name();
  }
  EXPECT_EQ(before.Changes(), std::vector<std::string>());
  for (const Sent& sent : sent_) {
    const absl::Status status = Again(town_, sent, WithOther(sent), nullptr);
    EXPECT_THAT(status, testing::IsRefusal(Reason::REQUEST_ID_REUSED))
        << sent.rpc->method->name() << ": " << status;
  }
  EXPECT_EQ(before.Changes(), std::vector<std::string>());

  std::set<std::string> families;
  for (const auto& key : town_.deployment.redis().Do({"KEYS", "*"}).items) {
    families.insert(KeyFamilies::Of(key.text));
  }
  EXPECT_GT(families.size(), 40u);
  const KeyFamilies bounded;
  for (const std::string& family : families) {
    EXPECT_TRUE(bounded.Has(family)) << family << " has no bound in decision 0029";
  }
}

}  // namespace
}  // namespace baodao::testing

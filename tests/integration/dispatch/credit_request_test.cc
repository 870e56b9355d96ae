// Credit that volunteers ask for after the fact, on a real store.
#include <gmock/gmock.h>

#include "baodao/dispatch/v1/ledger.grpc.pb.h"
#include "common/rpc/router.h"
#include "common/testing/matchers.h"
#include "services/dispatch/domain/times.h"
#include "tests/integration/dispatch/missed.h"

namespace baodao::dispatch {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kWords[] = "手机进水了，王阿姨可以作证";
constexpr char kPhoto[] = "https://photos.example.org/door.jpg";

using LedgerCalls = rpc::AsyncOf<v1::LedgerService>;

class CreditRequestsTest : public MissedTest {
 protected:
  static v1::RequestCreditRequest Ask(const v1::Task& task, const std::string& id,
                                      Millis served = minutes(60)) {
    v1::RequestCreditRequest request;
    request.set_request_id(id);
    request.set_task_id(task.task_id());
    *request.mutable_served()->mutable_start() = task.window().start();
    *request.mutable_served()->mutable_end() = ToTimestamp(StartOf(task) + served);
    request.set_statement(kWords);
    common::v1::Photo& photo = *request.add_photos();
    photo.set_url(kPhoto);
    photo.set_sha256(std::string(32, 'h'));
    return request;
  }
  v1::AnswerCreditRequestRequest Answering(const v1::Task& task, const std::string& person,
                                           const std::string& id, bool approve) {
    v1::AnswerCreditRequestRequest request;
    request.set_request_id(id);
    request.set_task_id(task.task_id());
    request.set_person_id(person);
    request.set_verdict(approve ? v1::CREDIT_REQUEST_VERDICT_APPROVE
                                : v1::CREDIT_REQUEST_VERDICT_REJECT);
    request.set_reason("电话核实过");
    *request.mutable_request_time() =
        RecordOf(task, person).assignment().credit_request().request_time();
    return request;
  }
  // Missed, over, and asked for by the person.
  v1::Task Asked(const std::string& person) {
    const v1::Task task = Missed(person);
    Expire(task.task_id());
    EXPECT_THAT(Run(one_.ledgers.RequestCredit(As(person), Ask(task, "ask"))), testing::IsOk());
    return task;
  }
  v1::AssignmentRecord RecordOf(const v1::Task& task, const std::string& person) {
    return *Run(replicas_[0]->app.tasks.ReadAssignment(task.task_id(), person));
  }
  v1::CreditRequestState StateOf(const v1::Task& task, const std::string& person) {
    return RecordOf(task, person).assignment().credit_request().state();
  }
  v1::ListCreditRequestsResponse Queue(const std::string& area, int size = 0,
                                       const std::string& token = "") {
    v1::ListCreditRequestsRequest request;
    request.set_area_code(area);
    request.set_page_size(size);
    request.set_page_token(token);
    return *Run(two_.ledgers.ListCreditRequests(Coordinator(), request));
  }
  std::vector<std::string> TasksOfMine(const std::string& person) {
    std::vector<std::string> tasks;
    const auto mine = Run(two_.assignments.ListMyAssignments(As(person), {}));
    for (const auto& item : mine->items()) tasks.push_back(item.task().task_id());
    return tasks;
  }
  int CountChanges(v1::CreditRequestState before, v1::CreditRequestState after) {
    return CountEvents([&](const events::v1::Event& event) {
      return event.has_credit_request_changed() &&
             event.credit_request_changed().before() == before &&
             event.credit_request_changed().assignment().credit_request().state() == after;
    });
  }
  // Whatever the store holds, by key.
  std::vector<std::pair<std::string, std::string>> Everything() {
    std::vector<std::pair<std::string, std::string>> all;
    for (const redis::Reply& key : server_.Do({"KEYS", "*"}).items) {
      const std::string type = server_.Do({"TYPE", key.text}).text;
      redis::Reply value = type == "string"   ? server_.Do({"GET", key.text})
                           : type == "hash"   ? server_.Do({"HGETALL", key.text})
                           : type == "zset"   ? server_.Do({"ZRANGE", key.text, "0", "-1"})
                           : type == "stream" ? server_.Do({"XRANGE", key.text, "-", "+"})
                                              : redis::Reply();
      all.emplace_back(key.text, TextOf(value));
    }
    return all;
  }
  static std::string TextOf(const redis::Reply& reply) {
    std::string text = reply.text;
    for (const redis::Reply& item : reply.items) text += TextOf(item) + '\n';
    return text;
  }

  rpc::Router router_;
  metrics::Registry registry_;
};

TEST_F(CreditRequestsTest, AnAppealIsCreditedWithWhoWhyAndOnWhatProof) {
  const std::string person = NewPerson();
  const v1::Task task = Asked(person);
  v1::GetMyAssignmentRequest get;
  get.set_task_id(task.task_id());
  const auto mine = Run(two_.assignments.GetMyAssignment(As(person), get));
  EXPECT_EQ(mine->assignment().state(), v1::ASSIGNMENT_STATE_NO_SHOW);
  EXPECT_EQ(mine->assignment().credit_request().state(), v1::CREDIT_REQUEST_STATE_PENDING);
  EXPECT_THAT(TasksOfMine(person), ElementsAre(task.task_id()));
  for (const char* area : {kCommunity, "310110001", "310110"}) {
    const auto queue = Queue(area);
    ASSERT_EQ(queue.items_size(), 1) << area;
    EXPECT_EQ(queue.items(0).assignment().person_id(), person);
    EXPECT_EQ(queue.items(0).task().title(), task.title());
    EXPECT_EQ(queue.items(0).statement(), kWords);
    EXPECT_EQ(queue.items(0).photos(0).url(), kPhoto);
  }
  EXPECT_EQ(Queue("310110002").items_size(), 0);

  const auto approve = Answering(task, person, "yes", true);
  const auto approved = Run(one_.ledgers.AnswerCreditRequest(Coordinator(), approve));
  ASSERT_THAT(approved, testing::IsOk());
  EXPECT_EQ(approved->state(), v1::ASSIGNMENT_STATE_SIGNED_OUT);
  EXPECT_EQ(Get(task.task_id()).state(), v1::TASK_STATE_SERVED);
  Credit(task.task_id());
  EXPECT_EQ(RecordOf(task, person).assignment().state(), v1::ASSIGNMENT_STATE_CREDITED);
  const auto entries = LedgerOf(person);
  ASSERT_THAT(entries, SizeIs(1));
  EXPECT_EQ(entries[0].minutes(), 60) << "as the person said";
  EXPECT_EQ(entries[0].confirmation(), v1::CONFIRMATION_MANUAL_ON_PHOTOS);
  EXPECT_EQ(entries[0].reason(), "电话核实过");
  EXPECT_EQ(entries[0].confirmer_id(), Coordinator().caller().person_id);
  EXPECT_EQ(CalendarOf(person).entries_size(), 1);

  // Sent again it answers as it did; it is in no queue, and what spoke for it is gone.
  const auto again = Run(two_.ledgers.AnswerCreditRequest(Coordinator(), approve));
  ASSERT_THAT(again, testing::IsOk());
  EXPECT_EQ(again->SerializeAsString(), approved->SerializeAsString());
  auto other = approve;
  other.set_reason("别的原因");
  EXPECT_EQ(Why(Run(two_.ledgers.AnswerCreditRequest(Coordinator(), other)).status()),
            "REQUEST_ID_REUSED");
  EXPECT_EQ(Queue("310110").items_size(), 0);
  EXPECT_THAT(TasksOfMine(person), IsEmpty());
  EXPECT_EQ(RecordOf(task, person).sealed_proof(), "");
  Credit(task.task_id());
  EXPECT_THAT(LedgerOf(person), SizeIs(1));
}

TEST_F(CreditRequestsTest, AskedTwiceIsAskedOnce) {
  const std::string person = NewPerson();
  const v1::Task task = Missed(person);
  EXPECT_EQ(Why(Run(one_.ledgers.RequestCredit(As(person), Ask(task, "early"))).status()),
            "TOO_EARLY");
  Expire(task.task_id());
  const int64_t before = server_.Do({"DBSIZE"}).integer;
  EXPECT_EQ(Why(Run(one_.ledgers.RequestCredit(As(NewPerson()), Ask(task, "stranger"))).status()),
            "NOT_ASSIGNED");
  auto bad = Ask(task, "bad");
  bad.mutable_photos(0)->set_url("http://photos.example.org/door.jpg");
  EXPECT_EQ(Why(Run(one_.ledgers.RequestCredit(As(person), bad)).status()),
            "INVALID_ARGUMENT_FIELDS");
  EXPECT_EQ(server_.Do({"DBSIZE"}).integer, before) << "what is refused leaves nothing";

  std::map<std::string, int> why;
  std::set<std::string> answers;
  const auto ask = [&](LaterReplica& replica, std::string id) -> Task<void> {
    const auto asked = co_await replica.ledgers.RequestCredit(As(person), Ask(task, id));
    ++why[Why(asked.status())];
    if (asked.ok()) answers.insert(asked->SerializeAsString());
  };
  std::vector<Task<void>> all;
  for (int i = 0; i < 8; ++i) {
    all.push_back(ask(i % 2 == 0 ? one_ : two_, i < 4 ? "one" : "two"));
  }
  RunAll(std::move(all));
  EXPECT_EQ(why["OK"], 4);
  EXPECT_EQ(why["CREDIT_REQUESTED"], 4);
  EXPECT_THAT(answers, SizeIs(1)) << "one request_id, one answer";
  EXPECT_EQ(Queue("310110").items_size(), 1);
  EXPECT_EQ(CountChanges(v1::CREDIT_REQUEST_STATE_UNSPECIFIED, v1::CREDIT_REQUEST_STATE_PENDING),
            1);
}

TEST_F(CreditRequestsTest, OneOfManyAnswersCounts) {
  const std::string person = NewPerson();
  const v1::Task task = Asked(person);
  std::vector<std::string> why(8);
  std::vector<v1::AnswerCreditRequestRequest> requests;
  for (size_t i = 0; i < why.size(); ++i) {
    requests.push_back(Answering(task, person, "answer-" + std::to_string(i), i % 4 != 3));
  }
  const auto answer = [&](LaterReplica& replica, size_t i, rpc::CallContext as) -> Task<void> {
    why[i] = Why((co_await replica.ledgers.AnswerCreditRequest(as, requests[i])).status());
  };
  std::vector<Task<void>> all;
  for (size_t i = 0; i < why.size(); ++i) {
    all.push_back(answer(i % 2 == 0 ? one_ : two_, i, CoordinatorWith(NewPerson())));
  }
  RunAll(std::move(all));
  EXPECT_EQ(std::ranges::count(why, "OK"), 1);
  for (const std::string& one : why) EXPECT_TRUE(one == "OK" || one == "WRONG_STATE") << one;
  const auto first = static_cast<size_t>(std::ranges::find(why, "OK") - why.begin());
  const bool approved = first % 4 != 3;
  Credit(task.task_id());
  Credit(task.task_id());
  EXPECT_THAT(LedgerOf(person), SizeIs(approved ? 1 : 0));
  EXPECT_EQ(CalendarOf(person).entries_size(), approved ? 1 : 0) << "unused time is given back";
}

TEST_F(CreditRequestsTest, ARejectionLeavesTheHoursAsTheyAre) {
  const std::string person = NewPerson();
  const v1::Task task = Asked(person);
  const auto rejected =
      Run(two_.ledgers.AnswerCreditRequest(Coordinator(), Answering(task, person, "no", false)));
  ASSERT_THAT(rejected, testing::IsOk());
  EXPECT_EQ(rejected->state(), v1::ASSIGNMENT_STATE_NO_SHOW);
  EXPECT_EQ(rejected->credit_request().state(), v1::CREDIT_REQUEST_STATE_REJECTED);
  EXPECT_EQ(rejected->credit_request().reason(), "电话核实过");
  Credit(task.task_id());
  EXPECT_THAT(LedgerOf(person), IsEmpty());
  EXPECT_EQ(Get(task.task_id()).state(), v1::TASK_STATE_EXPIRED);
  EXPECT_EQ(RecordOf(task, person).sealed_proof(), "");
  EXPECT_THAT(TasksOfMine(person), IsEmpty());
  EXPECT_EQ(Why(Run(one_.ledgers.RequestCredit(As(person), Ask(task, "again"))).status()),
            "WRONG_STATE");
}

// The rules of access stand in the proto; what a rule lets pass, the handler judges.
TEST_F(CreditRequestsTest, OnlyACoordinatorOfTheAreaAnswersAndNobodyTheirOwn) {
  const std::string person = NewPerson();
  const v1::Task task = Asked(person);
  RegisterAll(one_.app, router_, one_.tasks, one_.assignments, one_.changes, one_.ledgers);
  Serve(router_, registry_, {one_.app.relations.covers, ScopesOf(one_.app)});
  const auto answer = [&](const std::string& token) {
    const auto request = Answering(task, person, NextRequest(), true);
    return Why(Call<v1::LedgerService>(&LedgerCalls::AnswerCreditRequest, token, request).status());
  };
  const auto list = [&](const std::string& token) {
    v1::ListCreditRequestsRequest request;
    request.set_area_code(kCommunity);
    return Why(Call<v1::LedgerService>(&LedgerCalls::ListCreditRequests, token, request).status());
  };
  const std::string next_door = tokens_.Coordinator(NewPerson(), "310110001002");
  const std::string theirs = tokens_.Coordinator(person, "310110");
  EXPECT_EQ(answer(next_door), "PERMISSION_DENIED");
  EXPECT_EQ(answer(tokens_.Person(requester_)), "PERMISSION_DENIED");
  EXPECT_EQ(answer(tokens_.Person(person)), "PERMISSION_DENIED");
  EXPECT_EQ(answer(theirs), "OWN_SERVICE");
  EXPECT_EQ(list(next_door), "PERMISSION_DENIED");
  EXPECT_EQ(list(tokens_.Person(person)), "PERMISSION_DENIED");
  EXPECT_EQ(list(theirs), "OK");
  EXPECT_EQ(StateOf(task, person), v1::CREDIT_REQUEST_STATE_PENDING);
  EXPECT_EQ(answer(tokens_.Coordinator(NewPerson(), kCommunity)), "OK");
}

TEST_F(CreditRequestsTest, OthersOnTheTaskDoNotSeeIt) {
  const std::string person = NewPerson();
  const v1::Task task = Asked(person);
  v1::ListTaskAssignmentsRequest list;
  list.set_task_id(task.task_id());
  const auto seen = [&](const rpc::CallContext& as) {
    return Run(one_.assignments.ListTaskAssignments(as, list))->assignments(0).has_credit_request();
  };
  EXPECT_FALSE(seen(As(requester_)));
  EXPECT_TRUE(seen(Coordinator()));
}

TEST_F(CreditRequestsTest, CoordinatorsAreRemindedAndItLapsesByItself) {
  const std::string person = NewPerson();
  const v1::Task task = Asked(person);
  const auto pending = v1::CREDIT_REQUEST_STATE_PENDING;
  const Millis asked = clock_.ahead;
  clock_.ahead = asked + kRemindOfCreditAfter;
  RunLaterTimersUntil(one_, [&] { return RecordOf(task, person).credit_reminded(); });
  EXPECT_EQ(CountChanges(pending, pending), 1);
  EXPECT_EQ(StateOf(task, person), pending);
  clock_.ahead = asked + kAnswerCreditWithin;
  RunLaterTimersUntil(two_, [&] { return StateOf(task, person) != pending; });
  EXPECT_EQ(StateOf(task, person), v1::CREDIT_REQUEST_STATE_LAPSED);
  EXPECT_EQ(CountChanges(pending, pending), 1);
  EXPECT_EQ(CountChanges(pending, v1::CREDIT_REQUEST_STATE_LAPSED), 1);
  EXPECT_EQ(Queue("310110").items_size(), 0);
  EXPECT_THAT(LedgerOf(person), IsEmpty());
  EXPECT_EQ(Why(Run(one_.ledgers.AnswerCreditRequest(Coordinator(),
                                                     Answering(task, person, "late", true)))
                    .status()),
            "WRONG_STATE");
}

TEST_F(CreditRequestsTest, WordsAndPhotosStandNowhereInClear) {
  const std::string person = NewPerson();
  const v1::Task task = Asked(person);
  ASSERT_NE(RecordOf(task, person).sealed_proof(), "");
  const auto search = [&] {
    const auto everything = Everything();
    EXPECT_GT(everything.size(), 5u);
    for (const auto& [key, text] : everything) {
      EXPECT_THAT(text, Not(HasSubstr(kWords))) << key;
      EXPECT_THAT(text, Not(HasSubstr("photos.example.org"))) << key;
    }
  };
  search();
  ASSERT_THAT(
      Run(one_.ledgers.AnswerCreditRequest(Coordinator(), Answering(task, person, "yes", true))),
      testing::IsOk());
  search();
  // Where it is looked for there is something to find.
  const auto everything = Everything();
  EXPECT_TRUE(std::ranges::any_of(everything, [](const auto& one) {
    return one.second.find("电话核实过") != one.second.npos;
  }));
}

TEST_F(CreditRequestsTest, TheOldestComesFirstPageByPage) {
  std::vector<std::string> people;
  for (int i = 0; i < 3; ++i) {
    people.push_back(NewPerson());
    clock_.ahead = Millis(0);
    const v1::Task task = Missed(people.back(), hours(1 + i));
    Expire(task.task_id(), hours(9 + i));
    ASSERT_THAT(Run(one_.ledgers.RequestCredit(As(people.back()), Ask(task, "ask"))),
                testing::IsOk());
  }
  const auto first = Queue("310110", 2);
  ASSERT_EQ(first.items_size(), 2);
  EXPECT_EQ(first.items(0).assignment().person_id(), people[0]);
  EXPECT_EQ(first.items(1).assignment().person_id(), people[1]);
  const auto second = Queue("310110", 2, first.next_page_token());
  ASSERT_EQ(second.items_size(), 1);
  EXPECT_EQ(second.items(0).assignment().person_id(), people[2]);
  EXPECT_EQ(second.next_page_token(), "");
}

TEST_F(CreditRequestsTest, ATaskStaysUntilItsRequestsAreOver) {
  const std::string person = NewPerson();
  const v1::Task task = Asked(person);
  AppOptions options;
  options.tasks.retirement = {&archive_, {hours(24), {}}};
  LaterReplica hasty(loop_, *replicas_[0], clock_, ring_, std::move(options));
  const auto retire = [&] {
    clock_.ahead += hours(24);
    EXPECT_THAT(Fire(hasty, &Deadlines::Retire, kRetireTimer, task.task_id()), testing::IsOk());
  };
  retire();
  retire();
  EXPECT_THAT(archive_.records, IsEmpty());
  v1::CancelCreditRequestRequest cancel;
  cancel.set_request_id("cancel");
  cancel.set_task_id(task.task_id());
  const auto cancelled = Run(two_.ledgers.CancelCreditRequest(As(person), cancel));
  ASSERT_THAT(cancelled, testing::IsOk());
  EXPECT_EQ(cancelled->credit_request().state(), v1::CREDIT_REQUEST_STATE_CANCELLED);
  retire();
  retire();
  EXPECT_THAT(archive_.records, SizeIs(1));
  EXPECT_EQ(Why(Run(hasty.ledgers.RequestCredit(As(person), Ask(task, "archived"))).status()),
            "ARCHIVED");
}

}  // namespace
}  // namespace baodao::dispatch

// Bad input gets a named error and writes nothing, whichever RPC and field it comes by.
#include <cmath>
#include <functional>

#include "common/paging/page_token.h"
#include "common/status/grpc.h"
#include "common/testing/matchers.h"
#include "tests/e2e/bad_input/spoil.h"
#include "tests/e2e/every_rpc.h"
#include "tests/e2e/stored.h"

namespace baodao::testing {
namespace {

class BadInputTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    Town::Options options;
    options.people = 2;
    options.communities = 1;
    town_ = new Town(options);
    rpcs_ = new std::vector<Rpc>(AllRpcs());
  }
  static void TearDownTestSuite() {
    delete rpcs_;
    delete town_;
    town_ = nullptr;
  }

  // A service passes every access rule, so that nothing but the input can be wrong.
  static std::string ServiceToken() {
    return town_->world->signer.Sign(auth::Principal::Service("lists"), SystemClock().Now(),
                                     std::chrono::minutes(10));
  }
  static absl::Status Send(const Rpc& rpc, const std::string& bytes) {
    return FromGrpc(CallRaw(*town_, rpc, ServiceToken(), bytes));
  }
  static const Rpc& Find(const std::string& method) {
    for (const Rpc& rpc : *rpcs_) {
      if (rpc.method->name() == method) return rpc;
    }
    throw std::runtime_error(method + " does not exist");
  }

  // The violations of a request, as the answer lists them.
  static std::string WrongWith(const absl::Status& status) {
    std::string text;
    for (const Violation& violation : ViolationsOf(status)) {
      EXPECT_FALSE(Localise(violation, Locale::kZh).empty());
      EXPECT_FALSE(Localise(violation, Locale::kEn).empty());
      if (!text.empty()) text += ", ";
      text += violation.field + " " + std::string(Name(violation.kind));
    }
    return text.empty() ? status.ToString() : text;
  }
  static void ExpectNothingWritten(const Stored& before) {
    EXPECT_EQ(before.Changes(), std::vector<std::string>());
  }

  static Town* town_;
  static std::vector<Rpc>* rpcs_;
};

Town* BadInputTest::town_ = nullptr;
std::vector<Rpc>* BadInputTest::rpcs_ = nullptr;

TEST_F(BadInputTest, EveryFieldOfEveryRequestIsRefusedByName) {
  const Stored before(*town_);
  size_t tried = 0;
  for (const Rpc& rpc : *rpcs_) {
    for (const Spoiling& spoiling : SpoilingsOf(rpc.method->input_type())) {
      const std::unique_ptr<Message> request = NewRequest(rpc);
      Fill(*request);
      spoiling.apply(*request);
      const absl::Status status = Send(rpc, request->SerializeAsString());
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
      // That one, and no other.
      EXPECT_EQ(WrongWith(status), spoiling.field + " " + std::string(Name(spoiling.kind)))
          << rpc.method->full_name() << " with " << spoiling.value;
      ++tried;
    }
  }
  EXPECT_GT(tried, 800u);
  ExpectNothingWritten(before);
}

TEST_F(BadInputTest, EveryRpcSurvivesWhatIsNoProtobuf) {
  const Stored before(*town_);
  // A field of length 255 in three bytes; a string that is not UTF-8; ten megabytes.
  const std::string cut("\x0a\xff\x01", 3);
  const std::string latin("\x0a\x04\xc4\xff\xfe\x80", 6);
  for (const Rpc& rpc : *rpcs_) {
    EXPECT_EQ(ReasonName(Send(rpc, cut)), "MALFORMED_MESSAGE") << rpc.method->full_name();
    const FieldDescriptor* first = rpc.method->input_type()->FindFieldByNumber(1);
    if (first == nullptr || first->type() != FieldDescriptor::TYPE_STRING) continue;
    EXPECT_EQ(ReasonName(Send(rpc, latin)), "MALFORMED_MESSAGE") << rpc.method->full_name();
  }
  const std::string large = "\x0a\x80\xad\xe2\x04" + std::string(10'000'000, 'a');
  // So far beyond what any request may be, gRPC itself refuses it.
  for (const char* method : {"PublishTask", "ImportAreas"}) {
    EXPECT_EQ(Send(Find(method), large).code(), absl::StatusCode::kResourceExhausted) << method;
  }
  ExpectNothingWritten(before);
}

// Fields that no bound looks at were stored with the messages they came in.
TEST_F(BadInputTest, UnknownFieldsAreNotKept) {
  lists::v1::CreateNeedRequest request;
  request.set_request_id(town_->world->RequestId());
  request.set_title("楼道清理");
  request.set_category("cleaning");
  request.set_area_code(town_->world->communities[0].area.code());
  const Time start = SystemClock().Now() + std::chrono::hours(5);
  *request.mutable_window()->mutable_start() = ToTimestamp(start);
  *request.mutable_window()->mutable_end() = ToTimestamp(start + std::chrono::hours(1));
  auto* const window = request.mutable_window();
  window->GetReflection()->MutableUnknownFields(window)->AddLengthDelimited(
      999, std::string(100'000, 'a'));
  const auto need = town_->Run(demo::Must(town_->world->backend.needs, &client::Needs::CreateNeed,
                                          town_->world->people[0].token, request));
  const auto keys = town_->deployment.redis().Do({"KEYS", "*:need:" + need.need_id()});
  ASSERT_EQ(keys.items.size(), 1u);
  const auto length = town_->deployment.redis().Do({"STRLEN", keys.items[0].text});
  EXPECT_LT(length.integer, 10'000);
}

TEST_F(BadInputTest, TasksThatCannotBe) {
  const Stored before(*town_);
  const auto publish = [](std::function<void(dispatch::v1::PublishTaskRequest&)> spoil) {
    dispatch::v1::PublishTaskRequest request;
    request.set_request_id(town_->world->RequestId());
    request.set_title("楼道清理");
    request.set_category("cleaning");
    request.set_area_code(town_->world->communities[0].area.code());
    *request.mutable_place() = town_->world->communities[0].area.center();
    const Time start = SystemClock().Now() + std::chrono::hours(5);
    *request.mutable_window()->mutable_start() = ToTimestamp(start);
    *request.mutable_window()->mutable_end() = ToTimestamp(start + std::chrono::hours(1));
    request.set_slots_min(1);
    request.set_slots_max(2);
    spoil(request);
    return Send(Find("PublishTask"), request.SerializeAsString());
  };
  const Time past = SystemClock().Now() - std::chrono::hours(1);
  EXPECT_EQ(ReasonName(publish(
                [&](auto& r) { *r.mutable_window()->mutable_start() = ToTimestamp(past); })),
            "WINDOW_INVALID");
  const absl::Status off_globe = publish([](auto& r) { r.mutable_place()->set_latitude(91); });
  ASSERT_EQ(ViolationsOf(off_globe).size(), 1u);
  EXPECT_EQ(ViolationsOf(off_globe)[0].field, "place.latitude");
  const absl::Status nan = publish([](auto& r) { r.mutable_place()->set_longitude(std::nan("")); });
  ASSERT_EQ(ViolationsOf(nan).size(), 1u);
  EXPECT_EQ(ViolationsOf(nan)[0].field, "place.longitude");
  const absl::Status negative = publish([](auto& r) { r.set_slots_max(-1); });
  ASSERT_EQ(ViolationsOf(negative).size(), 1u);
  EXPECT_EQ(ViolationsOf(negative)[0].field, "slots_max");
  EXPECT_EQ(ReasonName(publish([](auto& r) { r.set_slots_min(3); })), "SLOTS_INVALID");
  EXPECT_EQ(ReasonName(publish([](auto& r) { r.set_area_code("999999"); })), "AREA_UNKNOWN");
  ExpectNothingWritten(before);
}

TEST_F(BadInputTest, UnknownIdsAndOldPageTokens) {
  const Stored before(*town_);
  dispatch::v1::GetTaskRequest get;
  get.set_task_id("tsk_01J00000000000000000000009");
  EXPECT_EQ(Send(Find("GetTask"), get.SerializeAsString()).code(), absl::StatusCode::kNotFound);
  get.set_task_id("per_01J00000000000000000000009");
  EXPECT_EQ(Send(Find("GetTask"), get.SerializeAsString()).code(), absl::StatusCode::kNotFound);
  dispatch::v1::ListTasksRequest list;
  list.set_area_code(town_->world->communities[0].area.code());
  const auto ring = crypto::KeyRing::Load(town_->deployment.keys_dir() + "/ring.json");
  ASSERT_THAT(ring, testing::IsOk());
  // Tokens belong to a method and a caller.
  const std::string method =
      "baodao.dispatch.v1.TaskService/ListTasks/" + auth::Principal::Service("lists").Caller();
  const paging::Query query = paging::QueryOf(*ring, method, list);
  const Time old = SystemClock().Now() - std::chrono::hours(25);
  list.set_page_token(paging::Encode("0|", query, old));
  EXPECT_EQ(ReasonName(Send(Find("ListTasks"), list.SerializeAsString())), "PAGE_TOKEN_EXPIRED");
  for (const paging::Query& other : {paging::QueryOf(*ring, method + "x", list),
                                     paging::QueryOf(crypto::KeyRing::Generate(), method, list)}) {
    list.set_page_token(paging::Encode("0|", other, SystemClock().Now()));
    EXPECT_EQ(ReasonName(Send(Find("ListTasks"), list.SerializeAsString())), "PAGE_TOKEN_INVALID");
  }
  ExpectNothingWritten(before);
}

}  // namespace
}  // namespace baodao::testing

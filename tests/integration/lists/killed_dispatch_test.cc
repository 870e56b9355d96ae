// PublishNeed against a real gRPC TaskService that is killed and comes back.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>

#include "baodao/dispatch/v1/task.grpc.pb.h"
#include "common/status/grpc.h"
#include "common/testing/matchers.h"
#include "services/lists/app/peers.h"
#include "tests/integration/lists/world.h"

namespace baodao::lists {
namespace {

// Keeps dispatch's promise: one task for each need and attempt.
class Tasks final : public dispatch::v1::TaskService::Service {
 public:
  grpc::Status PublishTask(grpc::ServerContext* context,
                           const dispatch::v1::PublishTaskRequest* request,
                           dispatch::v1::Task* response) override {
    const std::lock_guard lock(mutex_);
    ++calls_;
    const auto& metadata = context->client_metadata();
    saw_token_ = metadata.count("authorization") > 0;
    const auto traceparent = metadata.find("traceparent");
    traceparent_ = traceparent == metadata.end()
                       ? ""
                       : std::string(traceparent->second.data(), traceparent->second.size());
    const auto language = metadata.find("accept-language");
    language_ = language == metadata.end()
                    ? ""
                    : std::string(language->second.data(), language->second.size());
    time_left_ = context->deadline() - std::chrono::system_clock::now();
    if (refuse_) return ToGrpc(Refuse(Reason::WINDOW_INVALID), Locale::kZh);
    auto [entry, made] = tasks_.try_emplace({request->need_id(), request->need_attempt()});
    if (made) {
      entry->second.set_task_id(ids::New("tsk", 1));
      entry->second.set_need_id(request->need_id());
      entry->second.set_state(dispatch::v1::TASK_STATE_OPEN);
      entry->second.set_version(1);
    }
    if (die_after_) return grpc::Status(grpc::StatusCode::UNAVAILABLE, "killed");
    *response = entry->second;
    return grpc::Status::OK;
  }

  std::mutex mutex_;
  std::map<std::pair<std::string, int>, dispatch::v1::Task> tasks_;
  int calls_ = 0;
  bool saw_token_ = false;
  std::string traceparent_;
  std::string language_;
  std::chrono::system_clock::duration time_left_{};
  bool refuse_ = false;
  bool die_after_ = false;  // the task is made, the answer never leaves
};

class KilledDispatchTest : public ListsTest {
 protected:
  KilledDispatchTest() {
    Start();
    rpc::ChannelOptions options;
    options.target = "127.0.0.1:" + std::to_string(port_);
    options.tokens = &tokens_.service();
    options.timeout = Millis(2'000);
    options.clock = &clock_;
    channel_ = std::make_unique<rpc::Channel>(loop_, options);
    real_peers_ = NewPeers(*channel_, *channel_);
    // Replica 2 speaks gRPC.
    AddReplica(*stores_[0], *real_peers_);
  }
  ~KilledDispatchTest() override { Kill(); }

  void Start() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:" + std::to_string(port_),
                             grpc::InsecureServerCredentials(), port_ == 0 ? &port_ : nullptr);
    builder.RegisterService(&tasks_);
    server_ = builder.BuildAndStart();
    if (!server_) throw std::runtime_error("the fake dispatch did not start");
  }
  void Kill() {
    if (server_) server_->Shutdown(std::chrono::system_clock::now());
    server_.reset();
  }
  // A killed server's port may take the channel a moment to find again.
  absl::Status ResumeUntilDone(const std::string& need_id) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    absl::Status status;
    do {
      status = Resume(need_id, 2);
    } while (!status.ok() && std::chrono::steady_clock::now() < end);
    return status;
  }

  Tasks tasks_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<rpc::Channel> channel_;
  std::unique_ptr<Peers> real_peers_;
};

INSTANTIATE_TEST_SUITE_P(Stores, KilledDispatchTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

TEST_P(KilledDispatchTest, AnswersAndRefusalsCrossTheWire) {
  const v1::Need need = AcceptedNeed();
  tasks_.refuse_ = true;
  EXPECT_THAT(Publish(coordinator_, need.need_id(), "p1", 2),
              testing::IsRefusal(Reason::WINDOW_INVALID));
  tasks_.refuse_ = false;
  const auto published = Publish(coordinator_, need.need_id(), "p2", 2);
  ASSERT_THAT(published, testing::IsOk());
  EXPECT_TRUE(tasks_.saw_token_);
  EXPECT_EQ(published->task_id(), (tasks_.tasks_.at({need.need_id(), 2}).task_id()));
}

// Calls between services once began a trace of their own and took five seconds, whatever was left
// to the caller.
TEST_P(KilledDispatchTest, TheCallersTraceTimeAndLanguageGoWithTheCall) {
  const v1::Need need = AcceptedNeed();
  const auto caller = rpc::CallContext::Internal(
      {}, "test", std::chrono::steady_clock::now() + std::chrono::milliseconds(1'200));
  rpc::CallOptions options = rpc::CallOptions::From(caller);
  options.bearer = coordinator_;
  options.language = "en";
  v1::PublishNeedRequest request;
  request.set_request_id("p1");
  request.set_need_id(need.need_id());
  rpc::Client<v1::NeedService> client(channel(2));
  const auto published = testing::Run(loop_, client.Call(&Needs::PublishNeed, options, request));
  ASSERT_THAT(published, testing::IsOk());
  EXPECT_EQ(tasks_.traceparent_.substr(3, 32), caller.trace_id());
  EXPECT_EQ(tasks_.language_, "en");
  EXPECT_LE(tasks_.time_left_, std::chrono::milliseconds(1'200));
  EXPECT_EQ(Events().back().trace_id(), caller.trace_id());
}

TEST_P(KilledDispatchTest, TheTimersCallAndItsEventShareATrace) {
  const v1::Need need = AcceptedNeed();
  tasks_.die_after_ = true;
  EXPECT_FALSE(Publish(coordinator_, need.need_id(), "p1", 2).ok());
  const std::string of_the_caller = tasks_.traceparent_.substr(3, 32);
  tasks_.die_after_ = false;
  ASSERT_THAT(ResumeUntilDone(need.need_id()), testing::IsOk());
  EXPECT_NE(tasks_.traceparent_.substr(3, 32), of_the_caller);
  EXPECT_EQ(Events().back().trace_id(), tasks_.traceparent_.substr(3, 32));
}

TEST_P(KilledDispatchTest, KilledBeforeTheCall) {
  const v1::Need need = AcceptedNeed();
  Kill();
  EXPECT_EQ(Publish(coordinator_, need.need_id(), "p1", 2).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_TRUE(Record(need.need_id()).publishing());
  Start();
  ASSERT_THAT(ResumeUntilDone(need.need_id()), testing::IsOk());
  ASSERT_EQ(tasks_.tasks_.size(), 1u);
  const auto answer = Publish(coordinator_, need.need_id(), "p1", 2);
  ASSERT_THAT(answer, testing::IsOk());
  EXPECT_EQ(answer->task_id(), tasks_.tasks_.begin()->second.task_id());
}

TEST_P(KilledDispatchTest, KilledAfterTheTaskWasMade) {
  const v1::Need need = AcceptedNeed();
  tasks_.die_after_ = true;
  EXPECT_EQ(Publish(coordinator_, need.need_id(), "p1", 2).status().code(),
            absl::StatusCode::kUnavailable);
  EXPECT_TRUE(Record(need.need_id()).publishing());
  Kill();
  tasks_.die_after_ = false;
  Start();
  absl::StatusOr<v1::Need> answer;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  do {
    answer = Publish(coordinator_, need.need_id(), "p1", 2);
  } while (absl::IsUnavailable(answer.status()) && std::chrono::steady_clock::now() < end);
  ASSERT_THAT(answer, testing::IsOk());
  ASSERT_EQ(tasks_.tasks_.size(), 1u);
  EXPECT_EQ(answer->task_id(), tasks_.tasks_.begin()->second.task_id());
}

}  // namespace
}  // namespace baodao::lists

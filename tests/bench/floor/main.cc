// The floor of the benchmark: what gRPC, and gRPC with Redis, cost with nothing in between. A
// callback server that answers on the threads of gRPC. Echo sends back the message; Commit is one
// call of a function in Redis with three writes, over one connection: whatever came in while it
// waited goes out in one piece.
#include <fmt/core.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <hiredis/hiredis.h>

#include <condition_variable>
#include <cstdio>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "baodao/diagnostics/v1/diagnostics.grpc.pb.h"

namespace baodao::bench {
namespace {

using diagnostics::v1::CommitRequest;
using diagnostics::v1::CommitResponse;
using diagnostics::v1::EchoRequest;
using diagnostics::v1::EchoResponse;

// A record, an index and an event, as a commit writes them.
constexpr char kFunction[] = R"(#!lua name=baodao_floor
redis.register_function('baodao_floor', function(keys, argv)
  redis.call('SET', keys[1], argv[1])
  redis.call('ZADD', keys[2], argv[2], keys[1])
  redis.call('XADD', keys[3], 'MAXLEN', '~', '10000', '*', 'e', argv[1])
  return 1
end))";
constexpr size_t kRecordBytes = 300;

struct ReplyDeleter {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using ReplyPtr = std::unique_ptr<redisReply, ReplyDeleter>;

struct Write {
  std::string key;
  CommitResponse* response = nullptr;
  grpc::ServerUnaryReactor* reactor = nullptr;
};

// Throws when the connection cannot be made or is lost: the floor ends with it.
class Pipeline {
 public:
  explicit Pipeline(const std::string& socket) : redis_(redisConnectUnix(socket.c_str())) {
    if (redis_ == nullptr || redis_->err != 0) throw std::runtime_error("no Redis at " + socket);
    redisAppendCommand(redis_, "FUNCTION LOAD REPLACE %s", kFunction);
    Answer();
    writer_ = std::thread([this] { Run(); });
    writer_.detach();  // it lives as long as the process
  }

  void Send(Write write) {
    {
      std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(write));
    }
    arrived_.notify_one();
  }

 private:
  ReplyPtr Answer() {
    void* reply = nullptr;
    if (redisGetReply(redis_, &reply) != REDIS_OK) throw std::runtime_error(redis_->errstr);
    ReplyPtr answer(static_cast<redisReply*>(reply));
    if (answer->type == REDIS_REPLY_ERROR) throw std::runtime_error(answer->str);
    return answer;
  }

  void Run() {
    const std::string record(kRecordBytes, 'r');
    for (std::vector<Write> batch;; batch.clear()) {
      {
        std::unique_lock lock(mutex_);
        arrived_.wait(lock, [this] { return !waiting_.empty(); });
        batch.swap(waiting_);
      }
      for (const Write& write : batch) {
        redisAppendCommand(redis_, "FCALL baodao_floor 3 floor:%b floor:index floor:events %b %s",
                           write.key.data(), write.key.size(), record.data(), record.size(), "1");
      }
      for (const Write& write : batch) {
        write.response->set_version(Answer()->integer);
        write.reactor->Finish(grpc::Status::OK);
      }
    }
  }

  redisContext* redis_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Write> waiting_;
  std::thread writer_;
};

class Floor final : public diagnostics::v1::DiagnosticsService::CallbackService {
 public:
  explicit Floor(Pipeline& pipeline) : pipeline_(pipeline) {}

  grpc::ServerUnaryReactor* Echo(grpc::CallbackServerContext* context, const EchoRequest* request,
                                 EchoResponse* response) override {
    response->set_message(request->message());
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ServerUnaryReactor* Commit(grpc::CallbackServerContext* context,
                                   const CommitRequest* request,
                                   CommitResponse* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    pipeline_.Send({request->key(), response, reactor});
    return reactor;
  }

 private:
  Pipeline& pipeline_;
};

void Serve(const std::string& listen, const std::string& socket) {
  Pipeline pipeline(socket);
  Floor floor(pipeline);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(listen, grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&floor);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) throw std::runtime_error("cannot listen on " + listen);
  fmt::print("serving\n");
  std::fflush(stdout);
  server->Wait();
}

}  // namespace
}  // namespace baodao::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: baodao_floor HOST:PORT SOCKET_OF_REDIS\n");
    return 2;
  }
  try {
    baodao::bench::Serve(argv[1], argv[2]);
  } catch (const std::exception& e) {
    fmt::print(stderr, "floor: {}\n", e.what());
    return 1;
  }
  return 0;
}

// Calls of any RPC by its name, whose answers are looked through for what is private.
#pragma once

#include <google/protobuf/text_format.h>

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/e2e/every_rpc.h"

namespace baodao::testing {

// An RPC that changes nothing: all others carry a request_id, or are listed here.
inline bool IsRead(const Rpc& rpc) {
  static const std::set<std::string> kChange = {"RequestLoginCode", "Login", "RefreshTokens",
                                                "Logout"};
  return rpc.method->input_type()->FindFieldByName("request_id") == nullptr &&
         !kChange.contains(rpc.method->name());
}

// The answer of a call; of a stream all that came within a moment.
struct Answered {
  grpc::Status status;
  std::string bytes;

  bool ok() const { return status.ok(); }
};

class Caller {
 public:
  explicit Caller(const Deployment& deployment) : port_base_(deployment.port_base()) {}

  Answered Call(const Rpc& rpc, const std::string& token, const Message& request) {
    constexpr Millis kLimit{20'000}, kMoment{100};
    const bool streams = rpc.method->server_streaming();
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + (streams ? kMoment : kLimit));
    if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
    const std::string name = "/" + rpc.method->service()->full_name() + "/" + rpc.method->name();
    const auto call = StubOf(rpc).PrepareCall(&context, name, &queue_);
    call->StartCall(this);
    Next();
    const grpc::Slice slice(request.SerializeAsString());
    const grpc::ByteBuffer bytes(&slice, 1);
    call->WriteLast(bytes, {}, this);
    Answered answered;
    if (Next()) answered.bytes = ReadAll(*call);
    call->Finish(&answered.status, this);
    Next();
    const bool still_open = answered.status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
    if (streams && still_open) answered.status = grpc::Status::OK;
    return answered;
  }

 private:
  grpc::GenericStub& StubOf(const Rpc& rpc) {
    std::unique_ptr<grpc::GenericStub>& stub = stubs_[rpc.port_offset];
    if (!stub) {
      const std::string address = "127.0.0.1:" + std::to_string(port_base_ + rpc.port_offset);
      stub = std::make_unique<grpc::GenericStub>(
          grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
    }
    return *stub;
  }
  // Whether what was asked of the call last could be done.
  bool Next() {
    void* tag = nullptr;
    bool done = false;
    return queue_.Next(&tag, &done) && done;
  }
  std::string ReadAll(grpc::GenericClientAsyncReaderWriter& call) {
    std::string all;
    for (;;) {
      grpc::ByteBuffer message;
      call.Read(&message, this);
      std::vector<grpc::Slice> slices;
      if (!Next()) return all;
      if (!message.Dump(&slices).ok()) continue;
      for (const grpc::Slice& part : slices) {
        all.append(reinterpret_cast<const char*>(part.begin()), part.size());
      }
    }
  }

  int port_base_;
  grpc::CompletionQueue queue_;
  std::map<int, std::unique_ptr<grpc::GenericStub>> stubs_;
};

// The RPC of that name; no two have the same.
inline const Rpc& RpcNamed(const std::string& method) {
  static const std::vector<Rpc> kAll = AllRpcs();
  const auto found =
      std::ranges::find_if(kAll, [&](const Rpc& rpc) { return rpc.method->name() == method; });
  if (found == kAll.end()) throw std::runtime_error("there is no RPC " + method);
  return *found;
}

}  // namespace baodao::testing

// A call as gRPC's completion-queue API has it: bytes in, bytes out, and one thread that hears of
// all of them.
#pragma once

#include <grpcpp/completion_queue.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

namespace baodao::rpc::detail {

class CallThread;

// Owns itself: from the request for a call until gRPC has nothing more to tell of it.
class RawCall {
 public:
  // Who serves the call. Everything is told on the CallThread.
  class Handler {
   public:
    virtual void OnReadDone(bool) {}
    virtual void OnWriteDone(bool) {}
    // The client has gone, or its deadline has passed. Once at most.
    virtual void OnCancel() {}
    // The last word: the call is gone after it.
    virtual void OnDone() = 0;

   protected:
    ~Handler() = default;
  };

  RawCall(const RawCall&) = delete;
  RawCall& operator=(const RawCall&) = delete;

  const std::string& method() const { return context_.method(); }
  grpc::ServerContext& context() { return context_; }
  // Before anything is started, on the CallThread. Without one nobody hears of the call's end.
  void SetHandler(Handler* handler) { handler_ = handler; }

  // One read and one write at a time, whose buffer lives until it is done. A read on the
  // CallThread, where the call may have been finished meanwhile; a write on any thread, before it
  // is.
  void Read(grpc::ByteBuffer* message);
  void Write(const grpc::ByteBuffer& message);
  // Once, either of them.
  void WriteAndFinish(const grpc::ByteBuffer& message);
  void Finish(const grpc::Status& status);

 private:
  friend class CallThread;
  struct Tag {
    RawCall* call;
    void (RawCall::*told)(bool ok);
  };

  explicit RawCall(CallThread& thread);
  ~RawCall();

  void Arrived(bool ok);
  void ReadDone(bool ok);
  void WriteDone(bool ok);
  void Finished(bool ok);
  void Ended(bool ok);
  // One thing less that gRPC has to tell.
  void Release();

  CallThread& thread_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_{&context_};
  Handler* handler_ = nullptr;
  std::atomic<int> awaited_{2};  // that it is finished, that it has ended, and what was started
  Tag arrived_{this, &RawCall::Arrived};
  Tag read_{this, &RawCall::ReadDone};
  Tag written_{this, &RawCall::WriteDone};
  Tag finished_{this, &RawCall::Finished};
  Tag ended_{this, &RawCall::Ended};
};

// One thread for all calls of a server. gRPC's callback API would tell of the end of each on yet
// another, at a sixth of an echo's instructions (ops/decisions/0053).
class CallThread {
 public:
  using Accept = std::function<void(RawCall& call)>;

  // `accept` is told of every call at the arrival of its headers, before its message, on the
  // thread; it finishes the call, or has somebody finish it.
  CallThread(grpc::ServerBuilder* builder, Accept accept);
  // Stops.
  ~CallThread();

  // Once the server is built.
  void Start();
  // Once the server has shut down. Returns when gRPC has told everything of the last call.
  void Stop();

 private:
  friend class RawCall;
  void Run();

  Accept accept_;
  grpc::AsyncGenericService service_;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::thread thread_;
  std::atomic<int> calls_{0};  // there now, those asked for included
  bool stopped_ = false;
};

}  // namespace baodao::rpc::detail

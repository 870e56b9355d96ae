#include "common/rpc/detail/raw_call.h"

#include <utility>

namespace baodao::rpc::detail {
namespace {

// Calls that gRPC may hand over without being asked again.
constexpr int kAskedFor = 32;

}  // namespace

RawCall::RawCall(CallThread& thread) : thread_(thread) {
  thread_.calls_.fetch_add(1, std::memory_order_relaxed);
  context_.AsyncNotifyWhenDone(&ended_);
  thread_.service_.RequestCall(&context_, &stream_, thread_.queue_.get(), thread_.queue_.get(),
                               &arrived_);
}

RawCall::~RawCall() {
  if (thread_.calls_.fetch_sub(1, std::memory_order_acq_rel) == 1) thread_.calls_.notify_all();
}

void RawCall::Arrived(bool ok) {
  if (!ok) {
    delete this;  // the server shuts down: there was no call, and gRPC tells nothing of its end
    return;
  }
  new RawCall(thread_);
  thread_.accept_(*this);
}

void RawCall::Read(grpc::ByteBuffer* message) {
  awaited_.fetch_add(1, std::memory_order_relaxed);
  stream_.Read(message, &read_);
}

void RawCall::Write(const grpc::ByteBuffer& message) {
  awaited_.fetch_add(1, std::memory_order_relaxed);
  stream_.Write(message, &written_);
}

void RawCall::WriteAndFinish(const grpc::ByteBuffer& message) {
  stream_.WriteAndFinish(message, grpc::WriteOptions(), grpc::Status::OK, &finished_);
}

void RawCall::Finish(const grpc::Status& status) { stream_.Finish(status, &finished_); }

void RawCall::ReadDone(bool ok) {
  if (handler_ != nullptr) handler_->OnReadDone(ok);
  Release();
}

void RawCall::WriteDone(bool ok) {
  if (handler_ != nullptr) handler_->OnWriteDone(ok);
  Release();
}

void RawCall::Finished(bool) { Release(); }

void RawCall::Ended(bool) {
  if (handler_ != nullptr && context_.IsCancelled()) handler_->OnCancel();
  Release();
}

void RawCall::Release() {
  if (awaited_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (handler_ != nullptr) handler_->OnDone();
  delete this;
}

CallThread::CallThread(grpc::ServerBuilder* builder, Accept accept)
    : accept_(std::move(accept)), queue_(builder->AddCompletionQueue()) {
  builder->RegisterAsyncGenericService(&service_);
}

CallThread::~CallThread() { Stop(); }

void CallThread::Start() {
  // Before anything is asked for: if there is no thread to be had, Stop has no call to wait for.
  thread_ = std::thread([this] { Run(); });
  for (int i = 0; i < kAskedFor; ++i) new RawCall(*this);
}

void CallThread::Stop() {
  if (std::exchange(stopped_, true)) return;
  // The server may be down before its calls are over, and none may go on without the queue.
  for (int calls = calls_; calls != 0; calls = calls_) calls_.wait(calls);
  queue_->Shutdown();
  if (thread_.joinable()) {
    thread_.join();
  } else {
    Run();
  }
}

void CallThread::Run() {
  void* tag = nullptr;
  bool ok = false;
  while (queue_->Next(&tag, &ok)) {
    const auto* told = static_cast<RawCall::Tag*>(tag);
    (told->call->*told->told)(ok);
  }
}

}  // namespace baodao::rpc::detail

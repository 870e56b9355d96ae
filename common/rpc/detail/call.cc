#include "common/rpc/detail/call.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <exception>

#include "common/log/log.h"
#include "common/status/grpc.h"
#include "common/status/macros.h"
#include "common/status/status.h"

namespace baodao::rpc::detail {
namespace {

// The pause that a full service asks for: calls take milliseconds, bursts seconds.
constexpr Millis kOverloadPause{1'000};
// Bytes that HTTP/2 counts for every header beside its name and value (RFC 7541, 4.1).
constexpr std::size_t kHeaderOverhead = 32;

// gRPC keeps the caller's content type to itself: whoever sent JSON learns here what is read.
absl::Status Undecodable() {
  return Refuse(Reason::MALFORMED_MESSAGE, {{"content_type", "application/grpc+proto"}});
}

const std::shared_ptr<const auth::Principal>& Nobody() {
  static const auto nobody = std::make_shared<const auth::Principal>();
  return nobody;
}

// When the answer is due: what the client asked for, within our own limits.
SteadyTime DeadlineOf(const grpc::ServerContext& context, bool streaming,
                      const ServerOptions& options, SteadyTime now) {
  const gpr_timespec raw = context.raw_deadline();
  const bool given = gpr_time_cmp(raw, gpr_inf_future(raw.clock_type)) != 0;
  if (!given) return streaming ? SteadyTime::max() : now + options.default_deadline;
  const gpr_timespec left = gpr_time_sub(raw, gpr_now(raw.clock_type));
  const Millis asked(gpr_time_to_millis(left));
  return now + (streaming ? asked : std::min(asked, options.max_deadline));
}

// Whether a field that this build does not know may be in it, or in a message below. Protobuf
// clears these without a look, which costs two allocations a message.
bool MayHoldUnknown(const google::protobuf::Message& message) {
  using google::protobuf::FieldDescriptor;
  const google::protobuf::Reflection& reflection = *message.GetReflection();
  if (!reflection.GetUnknownFields(message).empty()) return true;
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor* field = type.field(i);
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      if (!reflection.HasField(message, field)) continue;
      if (MayHoldUnknown(reflection.GetMessage(message, field))) return true;
      continue;
    }
    const int size = reflection.FieldSize(message, field);
    if (field->is_map() && size > 0) return true;
    for (int item = 0; item < size; ++item) {
      if (MayHoldUnknown(reflection.GetRepeatedMessage(message, field, item))) return true;
    }
  }
  return false;
}

std::string_view View(grpc::string_ref text) { return {text.data(), text.size()}; }

}  // namespace

Call::Call(std::shared_ptr<Engine> engine, const Method& method, RawCall& raw)
    : engine_(std::move(engine)),
      method_(method),
      raw_(raw),
      state_(std::make_shared<CallContext::State>()),
      invocation_(method.route->factory->New()),
      started_(std::chrono::steady_clock::now()) {
  method_.metrics->Started();
  state_->caller = Nobody();
  state_->charger = &engine_->chain();
  state_->method = method_.route->name;
  state_->peer = raw.context().peer();
  state_->deadline = DeadlineOf(raw.context(), streaming(), engine_->options(), started_);
}

void Call::Unref() {
  if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

void Call::ReadMetadata() {
  bool traced = false;
  std::string_view real_ip;
  std::size_t bytes = 0;
  for (const auto& [key, value] : raw_.context().client_metadata()) {
    const std::string_view name = View(key);
    bytes += key.size() + value.size() + kHeaderOverhead;
    if (name == "authorization") {
      arrival_.authorization = View(value);
    } else if (name == "traceparent") {
      traced = ParseTraceparent(View(value), &state_->trace);
    } else if (name == "accept-language") {
      state_->locale = LocaleOf(View(value));
    } else if (name == "x-real-ip") {
      real_ip = View(value);
    }
  }
  if (bytes > kMaxMetadataBytes) {
    arrival_.oversized =
        Refuse(Reason::METADATA_TOO_LARGE, {{"max", std::to_string(kMaxMetadataBytes)}});
  }
  if (!traced) state_->trace = NewTraceId();
  arrival_.address = AddressOf(state_->peer);
  const auto& proxies = engine_->options().trusted_proxies;
  if (!real_ip.empty() && real_ip.size() <= 64 &&
      std::count(proxies.begin(), proxies.end(), arrival_.address) > 0) {
    arrival_.address = real_ip;
  }
  arrival_.address = NetworkOf(arrival_.address);
  state_->address = arrival_.address;
}

void Call::Begin() {
  ReadMetadata();
  if (!arrival_.oversized.ok()) return engine_->queue().Post(this);
  engine_->Await(this);
  raw_.Read(&message_);
}

void Call::OnReadDone(bool ok) {
  if (!engine_->StopAwaiting(this)) return;  // given up meanwhile
  // Without a deadline of the client's, the time for the answer begins now.
  state_->deadline =
      DeadlineOf(raw_.context(), streaming(), engine_->options(), std::chrono::steady_clock::now());
  if (ok) {
    Parse();
  } else {
    arrival_.decoded = Undecodable();
  }
  engine_->queue().Post(this);
}

void Call::Parse() {
  const std::size_t limit = engine_->max_message_bytes();
  if (message_.Length() > limit) {
    arrival_.decoded = Refuse(Reason::MESSAGE_TOO_LARGE, {{"max", std::to_string(limit)}});
  } else {
    const grpc::Status parsed = grpc::SerializationTraits<google::protobuf::Message>::Deserialize(
        &message_, &invocation_->request());
    if (!parsed.ok()) arrival_.decoded = Undecodable();
    // No bound looks at unknown fields: they must not be kept.
    google::protobuf::Message& request = invocation_->request();
    if (MayHoldUnknown(request)) request.DiscardUnknownFields();
  }
  message_.Clear();
}

void Call::OnLoop() {
  engine_->Add(this);
  asio::co_spawn(engine_->loop(), Serve(Hold(this)), asio::detached);
}

absl::Status Call::Admit(bool* needs_scope) {
  if (engine_->draining()) return Refuse(Reason::SHUTTING_DOWN);
  if (!streaming() &&
      (engine_->live_unary() > engine_->options().max_live_calls || method_.limit->Exceeded())) {
    return RefuseFor(Reason::OVERLOADED, kOverloadPause);
  }
  // Late before it began: under overload that is the cheapest moment to stop.
  if (state_->cancelled.load(std::memory_order_relaxed)) return Refuse(Reason::CALL_CANCELLED);
  if (std::chrono::steady_clock::now() >= state_->deadline) {
    return Refuse(Reason::DEADLINE_EXCEEDED);
  }
  absl::Status admitted =
      engine_->chain().Admit(method_, arrival_, state_.get(), &invocation_->request(), needs_scope);
  // Calls refused at once say nothing of how many can be served.
  taken_on_ = admitted.ok();
  return admitted;
}

Task<void> Call::Serve(Hold hold) {
  Call* call = hold.call;
  absl::Status status;
  try {
    bool needs_scope = false;
    status = call->Admit(&needs_scope);
    google::protobuf::Message* request = &call->invocation_->request();
    if (status.ok() && needs_scope) {
      status = co_await call->engine_->chain().CheckScope(call->method_, call->state_, request);
    }
    if (status.ok()) status = call->method_.bounds.Check(request);
    if (status.ok()) {
      CallContext context(call->state_);
      status = co_await call->invocation_->Run(std::move(context), call->sink());
      if (status.ok()) call->engine_->chain().Answered(call->method_, *call->state_);
    }
  } catch (const std::exception& error) {
    status = absl::InternalError(error.what());
  }
  if (call->taken_on_) call->method_.limit->Done();
  // A stream that was asked to end did not end by itself: its client should resume elsewhere.
  if (call->streaming() && call->engine_->draining()) status = Refuse(Reason::SHUTTING_DOWN);
  call->End(status);
}

grpc::Status Call::Outcome(const absl::Status& status) {
  if (state_->cancelled.load(std::memory_order_relaxed) && !Is(status, Reason::SHUTTING_DOWN)) {
    const bool late = std::chrono::steady_clock::now() >= state_->deadline;
    return ToGrpc(Refuse(late ? Reason::DEADLINE_EXCEEDED : Reason::CALL_CANCELLED),
                  state_->locale);
  }
  if (status.ok()) return grpc::Status::OK;
  if (!IsRefusal(status)) {
    log::Error(
        "rpc.failed",
        {{"method", state_->method}, {"status", status}, {"caller", state_->caller->Caller()}},
        {state_->trace.data(), state_->trace.size()});
  }
  return ToGrpc(status, state_->locale);
}

void Call::Count(const grpc::Status& outcome) {
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started_;
  method_.metrics->Handled(outcome.error_code(), took.count());
}

void Call::End(const absl::Status& status) {
  if (ended_) return;
  ended_ = true;
  engine_->Remove(this);
  const grpc::Status outcome = Outcome(status);
  Count(outcome);
  const bool unavailable = outcome.error_code() == grpc::StatusCode::UNAVAILABLE;
  if (unavailable && Is(status, Reason::OVERLOADED)) method_.metrics->Overloaded();
  engine_->AddLeaving(this);
  Conclude(outcome);
}

void Call::OnDone() {
  engine_->RemoveLeaving(this);
  Unref();
}

void Call::CutOff(const absl::Status& why) {
  End(why);
  MarkCancelled();
  Close();
}

void Call::GiveUp(const absl::Status& why) {
  const Hold hold(this);
  ended_ = true;
  const grpc::Status outcome = ToGrpc(why, state_->locale);
  Count(outcome);
  engine_->AddLeaving(this);
  Conclude(outcome);
}

}  // namespace baodao::rpc::detail

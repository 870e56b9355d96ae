#include "common/rpc/context.h"

#include <absl/random/random.h>

#include <algorithm>
#include <cstdint>

namespace baodao::rpc {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::size_t kSpanDigits = 16;

// 00-<32 hex>-<16 hex>-<2 hex>
constexpr std::size_t kHeaderSize = 55;
constexpr std::size_t kTraceAt = 3;
constexpr std::size_t kSpanAt = 36;

absl::InsecureBitGen& Random() {
  thread_local absl::InsecureBitGen generator;
  return generator;
}

void WriteHex(char* out, std::size_t digits) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (i % 16 == 0) bits = absl::Uniform<std::uint64_t>(Random());
    out[i] = kDigits[bits & 15];
    bits >>= 4;
  }
}

bool IsLowerHex(std::string_view text) {
  return text.find_first_not_of(kDigits) == std::string_view::npos;
}

}  // namespace

TraceId NewTraceId() {
  TraceId trace;
  WriteHex(trace.data(), trace.size());
  return trace;
}

bool ParseTraceparent(std::string_view header, TraceId* out) {
  // A later version may be longer; its first four parts mean the same.
  if (header.size() < kHeaderSize || header[2] != '-' || header[35] != '-' || header[52] != '-') {
    return false;
  }
  const std::string_view version = header.substr(0, 2);
  const std::string_view trace = header.substr(kTraceAt, out->size());
  const std::string_view span = header.substr(kSpanAt, kSpanDigits);
  if (!IsLowerHex(version) || version == "ff" || !IsLowerHex(trace) || !IsLowerHex(span))
    return false;
  if (version == "00" && header.size() != kHeaderSize) return false;
  if (trace.find_first_not_of('0') == std::string_view::npos) return false;
  std::copy(trace.begin(), trace.end(), out->begin());
  return true;
}

std::string Traceparent(const TraceId& trace) {
  std::string header(kHeaderSize, '0');
  header[2] = header[35] = header[52] = '-';
  std::copy(trace.begin(), trace.end(), header.begin() + kTraceAt);
  WriteHex(header.data() + kSpanAt, kSpanDigits);
  header.back() = '1';
  return header;
}

CallContext CallContext::Internal(auth::Principal caller, std::string_view method,
                                  SteadyTime deadline) {
  auto state = std::make_shared<State>();
  state->caller = std::make_shared<const auth::Principal>(std::move(caller));
  state->trace = NewTraceId();
  state->deadline = deadline;
  state->method = method;
  return CallContext(std::move(state));
}

Millis CallContext::remaining() const {
  constexpr Millis kForever{2'000'000'000};
  if (state_->deadline == SteadyTime::max()) return kForever;
  const auto left =
      std::chrono::duration_cast<Millis>(state_->deadline - std::chrono::steady_clock::now());
  return std::clamp(left, Millis(0), kForever);
}

}  // namespace baodao::rpc

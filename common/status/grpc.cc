#include "common/status/grpc.h"

#include <absl/strings/ascii.h>

#include <algorithm>
#include <utility>

#include "common/status/payload.h"
#include "common/status/tables.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace baodao {
namespace {

using status::v1::Refusal;
using status_internal::CutUtf8;

constexpr char kOurName[] = "baodao";  // ErrorInfo's field named domain.
// Trailers share 8 KiB with everything else in them; stay well below.
constexpr int kMaxViolations = 20;
constexpr size_t kMaxField = 128;
constexpr size_t kMaxValue = 256;
constexpr size_t kMaxText = 512;

grpc::StatusCode GrpcCode(absl::StatusCode code) {
  return static_cast<grpc::StatusCode>(static_cast<int>(code));
}

std::string Cut(std::string_view text, size_t max) { return std::string(CutUtf8(text, max)); }

// The text as it is sent. A blank at an end (where metadata is missing, or cut) would cost Node's
// HTTP/2 layer the whole header; control characters have no place in it either.
std::string TextOf(const absl::Status& status, Locale locale) {
  std::string text = Cut(Localise(status, locale), kMaxText);
  std::ranges::replace_if(
      text, [](unsigned char c) { return absl::ascii_iscntrl(c); }, ' ');
  absl::StripAsciiWhitespace(&text);
  return text;
}

// The status that the client is told: the refusal itself, or the one that stands for a fault.
absl::Status Outward(const absl::Status& status) {
  if (IsRefusal(status)) return status;
  return Refuse(status_internal::ReasonForFault(status.code()));
}

void AddErrorInfo(const Refusal& refusal, google::rpc::Status& out) {
  google::rpc::ErrorInfo info;
  info.set_reason(refusal.reason());
  info.set_domain(kOurName);
  for (const auto& [key, value] : refusal.metadata()) {
    (*info.mutable_metadata())[key] = Cut(value, kMaxValue);
  }
  out.add_details()->PackFrom(info);
}

void AddViolations(const Refusal& refusal, Locale locale, google::rpc::Status& out) {
  google::rpc::BadRequest bad_request;
  status::v1::Violations violations;
  for (int i = 0; i < std::min(refusal.violations_size(), kMaxViolations); ++i) {
    const auto& violation = refusal.violations(i);
    auto* copy = violations.add_violations();
    copy->set_field(Cut(violation.field(), kMaxField));
    copy->set_kind(violation.kind());
    for (const auto& [key, value] : violation.arguments()) {
      (*copy->mutable_arguments())[key] = Cut(value, 64);
    }
    auto* field = bad_request.add_field_violations();
    field->set_field(copy->field());
    const auto known = status_internal::FromProto(*copy);
    field->set_description(known ? Localise(*known, locale) : violation.kind());
  }
  out.add_details()->PackFrom(bad_request);
  out.add_details()->PackFrom(violations);
}

void ReadDetails(const google::rpc::Status& details, Refusal& refusal) {
  for (const auto& detail : details.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::RetryInfo retry;
    status::v1::Violations violations;
    if (detail.UnpackTo(&info) && info.domain() == kOurName) {
      refusal.set_reason(info.reason());
      *refusal.mutable_metadata() = info.metadata();
    } else if (detail.UnpackTo(&retry)) {
      *refusal.mutable_retry_after() = retry.retry_delay();
    } else if (detail.UnpackTo(&violations)) {
      *refusal.mutable_violations() = violations.violations();
    }
  }
}

// A failure that carries none of our details: the peer was never reached, or is not one of us.
absl::Status Foreign(const grpc::Status& status) {
  const std::string text = "peer: " + status.error_message();
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      return Refuse(Reason::PEER_UNAVAILABLE);
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return Refuse(Reason::DEADLINE_EXCEEDED);
    case grpc::StatusCode::CANCELLED:
      return Refuse(Reason::CALL_CANCELLED);
    // These would be taken for outcomes of our own store when only their code is looked at.
    case grpc::StatusCode::ABORTED:
      return absl::UnknownError(text);
    default:
      return absl::Status(static_cast<absl::StatusCode>(status.error_code()), text);
  }
}

}  // namespace

grpc::Status ToGrpc(const absl::Status& status, Locale locale) {
  if (status.ok()) return grpc::Status::OK;
  const absl::Status outward = Outward(status);
  const Refusal refusal = *status_internal::PayloadOf(outward);
  google::rpc::Status details;
  details.set_code(static_cast<int>(outward.code()));
  details.set_message(TextOf(outward, Locale::kEn));
  AddErrorInfo(refusal, details);
  google::rpc::LocalizedMessage text;
  text.set_locale(std::string(LocaleName(locale)));
  text.set_message(TextOf(outward, locale));
  details.add_details()->PackFrom(text);
  if (refusal.violations_size() > 0) AddViolations(refusal, locale, details);
  if (refusal.has_retry_after()) {
    google::rpc::RetryInfo retry;
    *retry.mutable_retry_delay() = refusal.retry_after();
    details.add_details()->PackFrom(retry);
  }
  return grpc::Status(GrpcCode(outward.code()), details.message(), details.SerializeAsString());
}

absl::Status FromGrpc(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  google::rpc::Status details;
  Refusal refusal;
  if (details.ParseFromString(status.error_details())) ReadDetails(details, refusal);
  if (refusal.reason().empty()) return Foreign(status);
  return status_internal::WithPayload(static_cast<absl::StatusCode>(status.error_code()),
                                      refusal.reason() + ": " + status.error_message(), refusal);
}

}  // namespace baodao

#include "common/status/payload.h"

#include "common/status/tables.h"

namespace baodao::status_internal {
namespace {

constexpr absl::string_view kTypeUrl = "type.googleapis.com/baodao.status.v1.Refusal";

}  // namespace

std::optional<status::v1::Refusal> PayloadOf(const absl::Status& status) {
  if (status.ok()) return std::nullopt;
  const auto payload = status.GetPayload(kTypeUrl);
  status::v1::Refusal refusal;
  if (!payload.has_value() || !refusal.ParseFromString(std::string(*payload))) return std::nullopt;
  return refusal;
}

absl::Status WithPayload(absl::StatusCode code, const std::string& text,
                         const status::v1::Refusal& refusal) {
  absl::Status status(code, text);
  status.SetPayload(kTypeUrl, absl::Cord(refusal.SerializeAsString()));
  return status;
}

void ToProto(const Violation& violation, status::v1::Violation* out) {
  out->set_field(violation.field);
  out->set_kind(std::string(Name(violation.kind)));
  for (const auto& [key, value] : violation.arguments) (*out->mutable_arguments())[key] = value;
}

std::optional<Violation> FromProto(const status::v1::Violation& violation) {
  for (const auto& row : Violations()) {
    if (row.name != violation.kind()) continue;
    return Violation{violation.field(), row.kind,
                     Metadata(violation.arguments().begin(), violation.arguments().end())};
  }
  return std::nullopt;
}

}  // namespace baodao::status_internal

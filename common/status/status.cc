#include "common/status/status.h"

#include <google/protobuf/util/time_util.h>

#include <utility>

#include "common/status/payload.h"
#include "common/status/tables.h"

namespace baodao {
namespace {

using google::protobuf::util::TimeUtil;
using status::v1::Refusal;

Refusal MakeRefusal(Reason reason, const Metadata& metadata) {
  Refusal refusal;
  refusal.set_reason(std::string(Name(reason)));
  for (const auto& [key, value] : metadata) (*refusal.mutable_metadata())[key] = value;
  return refusal;
}

absl::Status Finish(Reason reason, const Metadata& metadata, const Refusal& refusal) {
  const auto& row = status_internal::RowOf(reason);
  const std::string text =
      status_internal::Fill(row.text[static_cast<int>(Locale::kEn)], metadata, Locale::kEn);
  return status_internal::WithPayload(row.code, std::string(row.name) + ": " + text, refusal);
}

}  // namespace

absl::Status Refuse(Reason reason, Metadata metadata) {
  return Finish(reason, metadata, MakeRefusal(reason, metadata));
}

absl::Status RefuseFor(Reason reason, std::chrono::milliseconds retry_after, Metadata metadata) {
  Refusal refusal = MakeRefusal(reason, metadata);
  *refusal.mutable_retry_after() = TimeUtil::MillisecondsToDuration(retry_after.count());
  return Finish(reason, metadata, refusal);
}

absl::Status RefuseFields(std::vector<Violation> violations) {
  Refusal refusal = MakeRefusal(Reason::INVALID_ARGUMENT_FIELDS, {});
  std::string text(Name(Reason::INVALID_ARGUMENT_FIELDS));
  for (const Violation& violation : violations) {
    status_internal::ToProto(violation, refusal.add_violations());
    text += (refusal.violations_size() == 1 ? ": " : "; ") + violation.field + " " +
            Localise(violation, Locale::kEn);
  }
  return status_internal::WithPayload(CodeOf(Reason::INVALID_ARGUMENT_FIELDS), text, refusal);
}

absl::Status RefuseField(std::string field, ViolationKind kind, Metadata arguments) {
  std::vector<Violation> violations(1);
  violations[0] = Violation{std::move(field), kind, std::move(arguments)};
  return RefuseFields(std::move(violations));
}

absl::Status NotFound(std::string type, std::string id) {
  return Refuse(Reason::NOT_FOUND, {{"type", std::move(type)}, {"id", std::move(id)}});
}

absl::Status WrongState(std::string state) {
  return Refuse(Reason::WRONG_STATE, {{"state", std::move(state)}});
}

bool IsRefusal(const absl::Status& status) {
  return status_internal::PayloadOf(status).has_value();
}

std::optional<Reason> ReasonOf(const absl::Status& status) {
  const auto refusal = status_internal::PayloadOf(status);
  if (!refusal.has_value()) return std::nullopt;
  return ReasonByName(refusal->reason());
}

bool Is(const absl::Status& status, Reason reason) { return ReasonOf(status) == reason; }

Metadata MetadataOf(const absl::Status& status) {
  const auto refusal = status_internal::PayloadOf(status);
  if (!refusal.has_value()) return {};
  return Metadata(refusal->metadata().begin(), refusal->metadata().end());
}

std::vector<Violation> ViolationsOf(const absl::Status& status) {
  std::vector<Violation> violations;
  const auto refusal = status_internal::PayloadOf(status);
  if (!refusal.has_value()) return violations;
  for (const auto& proto : refusal->violations()) {
    if (auto violation = status_internal::FromProto(proto)) {
      violations.push_back(*std::move(violation));
    }
  }
  return violations;
}

std::optional<std::chrono::milliseconds> RetryAfterOf(const absl::Status& status) {
  const auto refusal = status_internal::PayloadOf(status);
  if (!refusal.has_value() || !refusal->has_retry_after()) return std::nullopt;
  return std::chrono::milliseconds(TimeUtil::DurationToMilliseconds(refusal->retry_after()));
}

std::string Localise(const absl::Status& status, Locale locale) {
  if (status.ok()) return {};
  const auto refusal = status_internal::PayloadOf(status);
  const auto reason = refusal.has_value()
                          ? ReasonByName(refusal->reason())
                          : std::optional(status_internal::ReasonForFault(status.code()));
  // A reason only a newer peer knows: its English text, after the name, is all there is.
  if (!reason.has_value()) {
    const std::string_view text(status.message().data(), status.message().size());
    const std::string prefix = refusal->reason() + ": ";
    return std::string(text.starts_with(prefix) ? text.substr(prefix.size()) : text);
  }
  return status_internal::Fill(status_internal::RowOf(*reason).text[static_cast<int>(locale)],
                               MetadataOf(status), locale);
}

std::string Localise(const Violation& violation, Locale locale) {
  const auto& row = status_internal::RowOf(violation.kind);
  return status_internal::Fill(row.text[static_cast<int>(locale)], violation.arguments, locale);
}

}  // namespace baodao

#include "common/validate/tags.h"

#include <absl/strings/str_join.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/reflection.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "baodao/validate/v1/field.pb.h"
#include "common/vocabulary/current.h"

namespace baodao::validate {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::FieldMask;
using google::protobuf::Message;

std::vector<std::string> TagsOf(const Message& message, const FieldDescriptor* field) {
  const auto* const reflection = message.GetReflection();
  if (!field->is_repeated()) return {reflection->GetString(message, field)};
  const auto& tags = reflection->GetRepeatedFieldRef<std::string>(message, field);
  return {tags.begin(), tags.end()};
}

// Whether an update leaves the field alone.
bool IsMaskedOut(const Message& request, const std::string& name) {
  const FieldDescriptor* const field = request.GetDescriptor()->FindFieldByName("update_mask");
  if (field == nullptr) return false;
  const auto& mask =
      static_cast<const FieldMask&>(request.GetReflection()->GetMessage(request, field));
  return std::ranges::count(mask.paths(), name) == 0;
}

// `had`: those of the record.
void CheckField(const Message& request, const FieldDescriptor* field,
                const std::vector<std::string>& had, std::vector<Violation>* violations) {
  const v1::Field& bounds = field->options().GetExtension(v1::field);
  const std::vector<std::string> wanted = TagsOf(request, field);
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].empty() || std::ranges::count(had, wanted[i]) > 0) continue;
    std::optional<Violation> fault = FaultOfTag(bounds.tag_kind(), wanted[i], /*new_tag=*/true);
    if (!fault) continue;
    fault->field = field->name();
    if (field->is_repeated()) fault->field += "[" + std::to_string(i) + "]";
    violations->push_back(*std::move(fault));
  }
}

}  // namespace

std::optional<Violation> FaultOfTag(vocabulary::TagKind kind, std::string_view tag, bool new_tag) {
  const vocabulary::Vocabulary& all = vocabulary::Current();
  const vocabulary::Tag* const found = all.Find(kind, tag);
  if (found != nullptr && !(found->retired && new_tag)) return std::nullopt;
  Violation fault;
  fault.arguments = {{"tag", std::string(tag)}, {"tag_kind", vocabulary::v1::TagKind_Name(kind)}};
  if (found != nullptr) {
    fault.kind = ViolationKind::RETIRED_TAG;
    return fault;
  }
  fault.kind = ViolationKind::UNKNOWN_TAG;
  const std::vector<std::string> near = all.Near(kind, tag);
  fault.arguments["hint"] = near.empty() ? "VOCABULARY" : "NEAR";
  if (!near.empty()) fault.arguments["near"] = absl::StrJoin(near, ", ");
  return fault;
}

absl::Status CheckNewTag(vocabulary::TagKind kind, std::string field, std::string_view tag) {
  std::optional<Violation> fault = FaultOfTag(kind, tag, /*new_tag=*/true);
  if (!fault || fault->kind != ViolationKind::RETIRED_TAG) return absl::OkStatus();
  fault->field = std::move(field);
  return RefuseFields({*std::move(fault)});
}

absl::Status CheckNewTags(const Message& request) {
  std::vector<Violation> violations;
  for (int i = 0; i < request.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* const field = request.GetDescriptor()->field(i);
    if (field->options().GetExtension(v1::field).new_tag()) {
      CheckField(request, field, {}, &violations);
    }
  }
  if (violations.empty()) return absl::OkStatus();
  return RefuseFields(std::move(violations));
}

absl::Status CheckNewTags(const Message& request, const Message& before) {
  std::vector<Violation> violations;
  for (int i = 0; i < request.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* const field = request.GetDescriptor()->field(i);
    const FieldDescriptor* const kept = before.GetDescriptor()->FindFieldByName(field->name());
    const bool tags =
        field->options().GetExtension(v1::field).tag_kind() != vocabulary::v1::TAG_KIND_UNSPECIFIED;
    if (!tags || kept == nullptr || IsMaskedOut(request, field->name())) continue;
    CheckField(request, field, TagsOf(before, kept), &violations);
  }
  if (violations.empty()) return absl::OkStatus();
  return RefuseFields(std::move(violations));
}

std::vector<std::string> TagsAskedFor(const Message& request, const std::string& field) {
  const FieldDescriptor* const asked = request.GetDescriptor()->FindFieldByName(field);
  const std::string tag = request.GetReflection()->GetString(request, asked);
  if (tag.empty()) return {};
  const v1::Field& bounds = asked->options().GetExtension(v1::field);
  return vocabulary::Current().Subtree(bounds.tag_kind(), tag);
}

}  // namespace baodao::validate

#include "common/record/mask.h"

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/util/field_mask_util.h>

#include <algorithm>
#include <string>
#include <utility>

namespace baodao::record {
namespace {

using google::protobuf::FieldMask;
using google::protobuf::Message;
using google::protobuf::util::FieldMaskUtil;

const FieldMask& MaskOf(const Message& request) {
  const auto* field = request.GetDescriptor()->FindFieldByName("update_mask");
  return static_cast<const FieldMask&>(request.GetReflection()->GetMessage(request, field));
}

bool IsSet(const Message& request, std::string_view name) {
  const auto* field = request.GetDescriptor()->FindFieldByName(std::string(name));
  const auto* reflection = request.GetReflection();
  return field->is_repeated() ? reflection->FieldSize(request, field) > 0
                              : reflection->HasField(request, field);
}

}  // namespace

bool Sets(const Message& request, std::string_view field) {
  return FieldMaskUtil::IsPathInFieldMask(std::string(field), MaskOf(request));
}

bool OnlyEmpties(const Message& request) {
  const auto* const reflection = request.GetReflection();
  return std::ranges::none_of(MaskOf(request).paths(), [&](const std::string& path) {
    if (!IsSet(request, path)) return false;
    const auto* const field = request.GetDescriptor()->FindFieldByName(path);
    return field->is_repeated() || field->message_type() == nullptr ||
           reflection->GetMessage(request, field).ByteSizeLong() > 0;
  });
}

std::vector<Violation> MaskViolations(const Message& request,
                                      std::initializer_list<std::string_view> known,
                                      std::initializer_list<std::string_view> required) {
  std::vector<Violation> violations;
  for (const std::string& path : MaskOf(request).paths()) {
    if (std::ranges::find(known, path) == known.end()) {
      violations.push_back({"update_mask", ViolationKind::UNKNOWN_FIELD, {{"field", path}}});
    } else if (std::ranges::find(required, path) != required.end() && !IsSet(request, path)) {
      violations.push_back({path, ViolationKind::REQUIRED, {}});
    }
  }
  return violations;
}

absl::Status CheckMask(const Message& request, std::initializer_list<std::string_view> known,
                       std::initializer_list<std::string_view> required) {
  std::vector<Violation> violations = MaskViolations(request, known, required);
  if (violations.empty()) return absl::OkStatus();
  return RefuseFields(std::move(violations));
}

}  // namespace baodao::record

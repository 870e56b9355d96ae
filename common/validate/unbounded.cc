#include <absl/strings/str_cat.h>

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "common/validate/plan.h"
#include "common/validate/validate.h"

namespace baodao::validate {
namespace {

using google::protobuf::FieldDescriptor;

bool Bounded(const FieldPlan& field) {
  switch (field.kind) {
    case FieldKind::kString:
    case FieldKind::kBytes:
      return field.max_length != 0;
    case FieldKind::kInteger:
    case FieldKind::kFloating:
      return std::isfinite(field.min) && std::isfinite(field.max);
    default:
      return true;
  }
}

bool Unsigned(const FieldDescriptor* field) {
  return field->cpp_type() == FieldDescriptor::CPPTYPE_UINT32 ||
         field->cpp_type() == FieldDescriptor::CPPTYPE_UINT64;
}

void CollectUnbounded(const Plan& plan, const std::string& path, std::set<const Plan*>* on_path,
                      std::vector<std::string>* found) {
  if (!on_path->insert(&plan).second) return;
  for (const FieldPlan& field : plan.fields()) {
    if (field.bounds.output_only()) continue;
    const std::string here = absl::StrCat(path, path.empty() ? "" : ".", field.field->name());
    const bool listed = !field.field->is_repeated() || field.bounds.max_items() != 0;
    FieldPlan checked = field;
    if (Unsigned(field.field) && !field.bounds.has_min()) checked.min = 0;
    if (!listed || !Bounded(checked)) found->push_back(here);
    if (field.kind == FieldKind::kMessage) {
      CollectUnbounded(*field.nested, here, on_path, found);
    } else if (field.kind == FieldKind::kMap) {
      for (const FieldPlan& part : field.nested->fields()) {
        if (!Bounded(part)) found->push_back(absl::StrCat(here, ".", part.field->name()));
        if (part.kind == FieldKind::kMessage) {
          CollectUnbounded(*part.nested, here + ".value", on_path, found);
        }
      }
    }
  }
  on_path->erase(&plan);
}

}  // namespace

std::vector<std::string> UnboundedFields(const google::protobuf::Descriptor* type) {
  std::vector<std::string> found;
  std::set<const Plan*> on_path;
  CollectUnbounded(Plan::For(type), "", &on_path, &found);
  return found;
}

}  // namespace baodao::validate

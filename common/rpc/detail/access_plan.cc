#include "common/rpc/detail/access_plan.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_split.h>

#include <algorithm>

#include "common/status/macros.h"

namespace baodao::rpc::detail {
namespace {

using auth::v1::Role;
using auth::v1::Rule;
using google::protobuf::FieldDescriptor;

absl::Status CheckSense(const Rule& rule) {
  const bool conditions = rule.roles_size() > 0 || !rule.owner().empty() || rule.resource_owner();
  const bool places = !rule.area().empty() || !rule.resource().empty();
  switch (rule.audience()) {
    case auth::v1::AUDIENCE_UNSPECIFIED:
      return absl::InvalidArgumentError("its access rule names no audience");
    case auth::v1::AUDIENCE_PUBLIC:
    case auth::v1::AUDIENCE_SERVICE:
      if (conditions || places) {
        return absl::InvalidArgumentError("its access rule has conditions nobody will check");
      }
      return absl::OkStatus();
    default:
      break;
  }
  if (!rule.area().empty() && !rule.resource().empty()) {
    return absl::InvalidArgumentError("its access rule names both an area and a resource");
  }
  if (!rule.area().empty() && rule.roles_size() == 0) {
    return absl::InvalidArgumentError("its access rule names an area but no role");
  }
  if (!rule.resource().empty() && rule.roles_size() == 0 && !rule.resource_owner()) {
    return absl::InvalidArgumentError(
        "its access rule names a resource but neither role nor owner");
  }
  if (rule.resource_owner() && rule.resource().empty()) {
    return absl::InvalidArgumentError("its access rule asks for the owner of no resource");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FieldPath> FieldPath::Resolve(const google::protobuf::Descriptor* type,
                                             const std::string& path) {
  FieldPath resolved;
  if (path.empty()) return resolved;
  const auto wrong = [&] {
    return absl::InvalidArgumentError(
        absl::StrCat("its access rule names ", path, ", which is no string field of the request"));
  };
  for (const std::string& name : std::vector<std::string>(absl::StrSplit(path, '.'))) {
    const FieldDescriptor* field = type == nullptr ? nullptr : type->FindFieldByName(name);
    if (field == nullptr || field->is_repeated()) return wrong();
    resolved.fields_.push_back(field);
    type = field->message_type();  // null for a string: the path must end there
  }
  if (resolved.fields_.back()->type() != FieldDescriptor::TYPE_STRING) return wrong();
  return resolved;
}

std::string_view FieldPath::ValueIn(const google::protobuf::Message& message,
                                    std::string* scratch) const {
  const google::protobuf::Message* at = &message;
  for (std::size_t i = 0; i + 1 < fields_.size(); ++i) {
    // An unset message reads as its default, whose strings are empty.
    at = &at->GetReflection()->GetMessage(*at, fields_[i]);
  }
  return at->GetReflection()->GetStringReference(*at, fields_.back(), scratch);
}

absl::StatusOr<AccessPlan> AccessPlan::Compile(const google::protobuf::MethodDescriptor* method) {
  if (!method->options().HasExtension(auth::v1::rule)) {
    return absl::InvalidArgumentError("it has no access rule");
  }
  AccessPlan plan;
  plan.rule_ = method->options().GetExtension(auth::v1::rule);
  RETURN_IF_ERROR(CheckSense(plan.rule_));
  ASSIGN_OR_RETURN(plan.area_, FieldPath::Resolve(method->input_type(), plan.rule_.area()));
  ASSIGN_OR_RETURN(plan.resource_, FieldPath::Resolve(method->input_type(), plan.rule_.resource()));
  ASSIGN_OR_RETURN(plan.owner_, FieldPath::Resolve(method->input_type(), plan.rule_.owner()));
  return plan;
}

Verdict AccessPlan::Decide(const auth::Principal& caller, const google::protobuf::Message& request,
                           const AccessPolicy& policy) const {
  if (is_public() || caller.IsService()) return Verdict::kAllowed;
  if (!caller.IsPerson()) return Verdict::kSignIn;
  if (rule_.audience() == auth::v1::AUDIENCE_SERVICE) return Verdict::kDenied;
  if (rule_.roles_size() == 0 && owner_.empty() && !rule_.resource_owner()) {
    return Verdict::kAllowed;
  }
  std::string scratch;
  if (!owner_.empty() && !caller.person_id.empty() &&
      owner_.ValueIn(request, &scratch) == caller.person_id) {
    return Verdict::kAllowed;
  }
  if (!resource_.empty()) {
    return rule_.resource_owner() || HoldsRole(caller) ? Verdict::kNeedsScope : Verdict::kDenied;
  }
  if (!HoldsRole(caller)) return Verdict::kDenied;
  if (area_.empty()) return Verdict::kAllowed;
  return HoldsRoleAt(caller, area_.ValueIn(request, &scratch), policy) ? Verdict::kAllowed
                                                                       : Verdict::kDenied;
}

bool AccessPlan::Decide(const auth::Principal& caller, const Scope& scope,
                        const AccessPolicy& policy) const {
  if (HoldsRoleAt(caller, scope.area_code, policy)) return true;
  for (const std::string& area : scope.more_area_codes) {
    if (HoldsRoleAt(caller, area, policy)) return true;
  }
  return rule_.resource_owner() && !caller.person_id.empty() &&
         std::count(scope.owner_ids.begin(), scope.owner_ids.end(), caller.person_id) > 0;
}

std::string AccessPlan::ResourceOf(const google::protobuf::Message& request) const {
  std::string scratch;
  return std::string(resource_.ValueIn(request, &scratch));
}

bool AccessPlan::LacksValues(const google::protobuf::Message& request) const {
  std::string scratch;
  for (const FieldPath* path : {&area_, &resource_, &owner_}) {
    if (!path->empty() && path->ValueIn(request, &scratch).empty()) return true;
  }
  return false;
}

bool AccessPlan::Fits(Role role) const {
  for (const int wanted : rule_.roles()) {
    if (wanted == role) return true;
    if (wanted == auth::v1::ROLE_COORDINATOR && role == auth::v1::ROLE_OPERATOR) return true;
  }
  return false;
}

bool AccessPlan::HoldsRole(const auth::Principal& caller) const {
  return std::any_of(caller.grants.begin(), caller.grants.end(),
                     [this](const auth::RoleGrant& grant) { return Fits(grant.role); });
}

bool AccessPlan::HoldsRoleAt(const auth::Principal& caller, std::string_view area,
                             const AccessPolicy& policy) const {
  return std::any_of(caller.grants.begin(), caller.grants.end(), [&](const auth::RoleGrant& grant) {
    return Fits(grant.role) && grant.Reaches(area, policy.covers);
  });
}

}  // namespace baodao::rpc::detail

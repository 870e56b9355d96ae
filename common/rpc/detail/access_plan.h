// The access rule of one method, with its field paths resolved to descriptors.
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <string>
#include <string_view>
#include <vector>

#include "baodao/auth/v1/rule.pb.h"
#include "common/auth/principal.h"
#include "common/rpc/access.h"

namespace baodao::rpc::detail {

// A singular string field of a request: "need.area_code".
class FieldPath {
 public:
  FieldPath() = default;
  // INVALID_ARGUMENT when `type` has no such field.
  static absl::StatusOr<FieldPath> Resolve(const google::protobuf::Descriptor* type,
                                           const std::string& path);
  bool empty() const { return fields_.empty(); }
  // Empty when the field, or a message on the way, is not set. `scratch` may hold the value.
  std::string_view ValueIn(const google::protobuf::Message& message, std::string* scratch) const;

 private:
  std::vector<const google::protobuf::FieldDescriptor*> fields_;
};

enum class Verdict {
  kAllowed,
  kDenied,
  kSignIn,      // no caller, but one is needed
  kNeedsScope,  // depends on the area and owners of `resource`
};

class AccessPlan {
 public:
  // Fails when the method has no rule, or one that makes no sense.
  static absl::StatusOr<AccessPlan> Compile(const google::protobuf::MethodDescriptor* method);

  bool is_public() const { return rule_.audience() == auth::v1::AUDIENCE_PUBLIC; }
  bool needs_resource() const { return !resource_.empty(); }
  // Roles have to be held at a certain area.
  bool needs_area() const {
    return rule_.roles_size() > 0 && !(area_.empty() && resource_.empty());
  }

  Verdict Decide(const auth::Principal& caller, const google::protobuf::Message& request,
                 const AccessPolicy& policy) const;
  // After kNeedsScope.
  bool Decide(const auth::Principal& caller, const Scope& scope, const AccessPolicy& policy) const;
  std::string ResourceOf(const google::protobuf::Message& request) const;
  // Some field the rule looks at is empty: the request may simply be malformed.
  bool LacksValues(const google::protobuf::Message& request) const;

 private:
  bool HoldsRole(const auth::Principal& caller) const;
  bool HoldsRoleAt(const auth::Principal& caller, std::string_view area,
                   const AccessPolicy& policy) const;
  bool Fits(auth::v1::Role role) const;

  auth::v1::Rule rule_;
  FieldPath area_, resource_, owner_;
};

}  // namespace baodao::rpc::detail

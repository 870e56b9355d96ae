#include "common/validate/validate.h"

#include "common/status/status.h"
#include "common/validate/plan.h"
#include "common/validate/prepare.h"
#include "common/validate/walk.h"

namespace baodao::validate {

Validator::Validator(const google::protobuf::Descriptor* type) : plan_(&Plan::For(type)) {}

absl::Status Validator::Check(google::protobuf::Message* message) const {
  Prepare(*plan_, message);
  Walk walk;
  walk.Visit(*plan_, *message, nullptr, 0);
  if (walk.clean()) return absl::OkStatus();
  return RefuseFields(walk.TakeViolations());
}

}  // namespace baodao::validate

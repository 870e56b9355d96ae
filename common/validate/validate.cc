#include "common/validate/validate.h"

#include "common/status/status.h"
#include "common/validate/plan.h"
#include "common/validate/walk.h"

namespace baodao::validate {
namespace {

using google::protobuf::Message;
using google::protobuf::Reflection;

// Removes what only the server may set.
void ClearOutputOnly(const Plan& plan, Message* message, int depth) {
  if (!plan.clears() || depth > kMaxDepth) return;
  const Reflection* reflection = message->GetReflection();
  for (const FieldPlan& field : plan.fields()) {
    if (field.bounds.output_only()) {
      reflection->ClearField(message, field.field);
    } else if (field.kind == FieldKind::kMessage && field.nested->clears()) {
      if (field.field->is_repeated()) {
        for (int i = 0; i < reflection->FieldSize(*message, field.field); ++i) {
          ClearOutputOnly(*field.nested,
                          reflection->MutableRepeatedMessage(message, field.field, i), depth + 1);
        }
      } else if (reflection->HasField(*message, field.field)) {
        ClearOutputOnly(*field.nested, reflection->MutableMessage(message, field.field), depth + 1);
      }
    }
  }
}

}  // namespace

Validator::Validator(const google::protobuf::Descriptor* type) : plan_(&Plan::For(type)) {}

absl::Status Validator::Check(Message* message) const {
  ClearOutputOnly(*plan_, message, 0);
  Walk walk;
  walk.Visit(*plan_, *message, nullptr, 0);
  if (walk.clean()) return absl::OkStatus();
  return RefuseFields(walk.TakeViolations());
}

}  // namespace baodao::validate

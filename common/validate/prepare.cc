#include "common/validate/prepare.h"

#include <string>
#include <utility>

#include "common/areas/datum.h"
#include "common/validate/normalise.h"
#include "common/validate/walk.h"

namespace baodao::validate {
namespace {

using common::v1::GeoPoint;
using google::protobuf::Message;
using google::protobuf::Reflection;

void PrepareText(const FieldPlan& plan, Message* message, int index) {
  const Reflection* reflection = message->GetReflection();
  std::string scratch;
  const std::string& sent =
      index < 0 ? reflection->GetStringReference(*message, plan.field, &scratch)
                : reflection->GetRepeatedStringReference(*message, plan.field, index, &scratch);
  if (IsPlain(plan.bounds.format(), sent)) return;
  std::string kept = sent;
  Normalise(plan.bounds.format(), plan.max_length, &kept);
  if (kept == sent) return;
  if (index < 0) {
    reflection->SetString(message, plan.field, std::move(kept));
  } else {
    reflection->SetRepeatedString(message, plan.field, index, std::move(kept));
  }
}

void PrepareValue(const FieldPlan& plan, Message* message, int index, int depth) {
  if (plan.kind == FieldKind::kString) return PrepareText(plan, message, index);
  const Reflection* reflection = message->GetReflection();
  Message* nested = index < 0 ? reflection->MutableMessage(message, plan.field)
                              : reflection->MutableRepeatedMessage(message, plan.field, index);
  Prepare(*plan.nested, nested, depth + 1);
}

}  // namespace

void Prepare(const Plan& plan, Message* message, int depth) {
  if (!plan.changes() || depth > kMaxDepth) return;
  if (plan.type() == GeoPoint::descriptor()) {
    return areas::ToWgs84(google::protobuf::DynamicCastToGenerated<GeoPoint>(message));
  }
  const Reflection* reflection = message->GetReflection();
  for (const FieldPlan& field : plan.fields()) {
    if (field.bounds.output_only()) {
      reflection->ClearField(message, field.field);
    } else if (!field.changes()) {
      continue;
    } else if (field.field->is_repeated()) {
      const int size = reflection->FieldSize(*message, field.field);
      for (int i = 0; i < size; ++i) PrepareValue(field, message, i, depth);
    } else if (reflection->HasField(*message, field.field)) {
      PrepareValue(field, message, -1, depth);
    }
  }
}

}  // namespace baodao::validate

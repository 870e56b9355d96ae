#include "common/validate/plan.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "baodao/common/v1/common.pb.h"
#include "common/validate/normalise.h"
#include "common/validate/text.h"

namespace baodao::validate {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// 2000-01-01 and 2100-01-01 in UTC, in seconds since the epoch.
constexpr double kEarliest = 946'684'800;
constexpr double kLatest = 4'102'444'800;

FieldKind KindOf(const FieldDescriptor* field) {
  if (field->is_map()) return FieldKind::kMap;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return field->type() == FieldDescriptor::TYPE_BYTES ? FieldKind::kBytes : FieldKind::kString;
    case FieldDescriptor::CPPTYPE_ENUM:
      return FieldKind::kEnum;
    case FieldDescriptor::CPPTYPE_BOOL:
      return FieldKind::kOther;
    case FieldDescriptor::CPPTYPE_FLOAT:
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return FieldKind::kFloating;
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (field->message_type()->full_name() == "google.protobuf.Timestamp") {
        return FieldKind::kTimestamp;
      }
      if (field->message_type()->full_name() == "google.protobuf.Duration") {
        return FieldKind::kDuration;
      }
      return FieldKind::kMessage;
    default:
      return FieldKind::kInteger;
  }
}

std::size_t LengthLimit(const v1::Field& bounds) {
  const std::size_t format = FormatLimit(bounds.format());
  if (bounds.max_length() == 0) return format;
  return format == 0 ? bounds.max_length() : std::min<std::size_t>(format, bounds.max_length());
}

FieldPlan PlanOf(const FieldDescriptor* field) {
  FieldPlan plan;
  plan.field = field;
  plan.kind = KindOf(field);
  plan.bounds = field->options().GetExtension(v1::field);
  plan.max_length = LengthLimit(plan.bounds);
  if (plan.kind == FieldKind::kTimestamp) {
    plan.min = kEarliest;
    plan.max = kLatest;
  } else if (plan.kind == FieldKind::kDuration) {
    plan.min = 0;
  }
  if (plan.bounds.has_min()) plan.min = plan.bounds.min();
  if (plan.bounds.has_max()) plan.max = plan.bounds.max();
  return plan;
}

}  // namespace

// Compiles a type and what it contains; types may contain themselves.
class PlanCompiler {
 public:
  const Plan& Compile(const Descriptor* type) {
    const std::lock_guard lock(mutex_);
    const auto known = plans_.find(type);
    if (known != plans_.end()) return *known->second;
    Plan* plan = Visit(type);
    SpreadChanges();
    return *plan;
  }

 private:
  Plan* Visit(const Descriptor* type) {
    std::unique_ptr<Plan>& slot = plans_[type];
    if (slot) return slot.get();
    slot = std::make_unique<Plan>();
    Plan* plan = slot.get();
    plan->type_ = type;
    plan->changes_ = type == common::v1::GeoPoint::descriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      FieldPlan field = PlanOf(type->field(i));
      const bool descends = field.kind == FieldKind::kMessage || field.kind == FieldKind::kMap;
      if (descends && !field.bounds.output_only()) {
        field.nested = Below(field);
      }
      plan->changes_ |= field.bounds.output_only() || field.changes();
      plan->fields_.push_back(std::move(field));
    }
    return plan;
  }

  const Plan* Below(const FieldPlan& field) {
    const Descriptor* type = field.field->message_type();
    if (type->full_name() == "google.protobuf.FieldMask") return MaskOf(field);
    Plan* nested = Visit(type);
    if (field.kind == FieldKind::kMap) BoundEntries(field, nested);
    return nested;
  }

  // The paths of a mask have no options of their own: the bounds of the field that holds it are
  // theirs.
  const Plan* MaskOf(const FieldPlan& holder) {
    Plan& mask = *masks_.emplace_back(std::make_unique<Plan>());
    mask.type_ = holder.field->message_type();
    FieldPlan paths = PlanOf(mask.type_->FindFieldByName("paths"));
    paths.bounds.set_max_items(holder.bounds.max_items());
    paths.max_length = holder.max_length;
    mask.fields_.push_back(std::move(paths));
    return &mask;
  }

  // The key and value of a map have no options of their own: the map field's bounds hold for both.
  // An entry type belongs to one map field.
  static void BoundEntries(const FieldPlan& map, Plan* entry) {
    for (FieldPlan& part : entry->fields_) {
      part.bounds = map.bounds;
      part.bounds.clear_max_items();
      part.max_length = map.max_length;
      if (part.kind == FieldKind::kInteger || part.kind == FieldKind::kFloating) {
        part.min = map.min;
        part.max = map.max;
      }
    }
  }

  // `changes_` of a type is known only after everything below it; cycles make that a fixed point.
  void SpreadChanges() {
    for (bool changed = true; changed;) {
      changed = false;
      for (auto& [type, plan] : plans_) {
        if (plan->changes_) continue;
        for (const FieldPlan& field : plan->fields_) {
          if (field.changes()) plan->changes_ = changed = true;
        }
      }
    }
  }

  std::mutex mutex_;
  std::unordered_map<const Descriptor*, std::unique_ptr<Plan>> plans_;
  std::vector<std::unique_ptr<Plan>> masks_;  // one for each field that holds a mask
};

bool FieldPlan::changes() const {
  if (kind == FieldKind::kMessage) return nested != nullptr && nested->changes();
  return kind == FieldKind::kString && IsNormalised(bounds.format());
}

const Plan& Plan::For(const Descriptor* type) {
  static PlanCompiler compiler;
  return compiler.Compile(type);
}

}  // namespace baodao::validate

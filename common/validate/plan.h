// The compiled bounds of one message type.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <limits>
#include <string>
#include <vector>

#include "baodao/validate/v1/field.pb.h"

namespace baodao::validate {

class Plan;

// How a field is looked at, besides its options.
enum class FieldKind {
  kOther,  // booleans
  kString,
  kBytes,
  kInteger,
  kFloating,
  kEnum,
  kMessage,
  kTimestamp,
  kDuration,
  kMap,
};

struct FieldPlan {
  const google::protobuf::FieldDescriptor* field = nullptr;
  FieldKind kind = FieldKind::kOther;
  v1::Field bounds;
  std::size_t max_length = 0;  // of the option and the format, the smaller; 0: no limit
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  const Plan* nested = nullptr;  // kMessage; the entry type of a map

  // Prepare may change the value: text that is normalised, a message that holds what changes. Maps
  // are left as they are.
  bool changes() const;
};

class Plan {
 public:
  // Thread-safe; compiled at first use and kept by the address of the type, which lives as long as
  // the process does.
  static const Plan& For(const google::protobuf::Descriptor* type);

  const google::protobuf::Descriptor* type() const { return type_; }
  const std::vector<FieldPlan>& fields() const { return fields_; }
  // Something below is output-only, or kept in a form of its own: text, places.
  bool changes() const { return changes_; }

 private:
  friend class PlanCompiler;
  const google::protobuf::Descriptor* type_ = nullptr;
  std::vector<FieldPlan> fields_;
  bool changes_ = false;
};

}  // namespace baodao::validate

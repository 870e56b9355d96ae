// One pass over a message, collecting what is out of bounds.
#pragma once

#include <google/protobuf/message.h>

#include <string_view>
#include <utility>
#include <vector>

#include "common/status/status.h"
#include "common/validate/plan.h"

namespace baodao::validate {

// Deeper than any request of ours; what is nested deeper is refused rather than walked.
inline constexpr int kMaxDepth = 32;

// The position of the walk: a list on the stack, made a string only when something is wrong.
struct Place {
  const Place* parent;
  const google::protobuf::FieldDescriptor* field;
  int index;  // of a repeated field, else -1
};

class Walk {
 public:
  void Visit(const Plan& plan, const google::protobuf::Message& message, const Place* place,
             int depth);
  std::vector<Violation> TakeViolations() { return std::move(violations_); }
  bool clean() const { return violations_.empty(); }

 private:
  bool full() const;
  void Fail(const Place& place, ViolationKind kind, Metadata arguments = {});
  void VisitSingular(const FieldPlan& plan, const google::protobuf::Message& message,
                     const Place* parent, int depth);
  void VisitRepeated(const FieldPlan& plan, const google::protobuf::Message& message,
                     const Place* parent, int depth);
  void VisitMap(const FieldPlan& plan, const google::protobuf::Message& message, const Place& place,
                int depth);
  // `index` is -1 for a singular field.
  void VisitValue(const FieldPlan& plan, const google::protobuf::Message& message,
                  const Place& place, int depth);
  void CheckText(const FieldPlan& plan, std::string_view text, const Place& place);
  // Whether it has the form.
  bool CheckForm(v1::Format format, std::string_view text, const Place& place);
  void CheckTag(const v1::Field& bounds, std::string_view tag, const Place& place);
  void CheckNumber(const FieldPlan& plan, double value, const Place& place);

  std::vector<Violation> violations_;
};

}  // namespace baodao::validate

#include <algorithm>
#include <set>

#include "common/validate/plan.h"
#include "common/validate/validate.h"

namespace baodao::validate {
namespace {

constexpr std::size_t kHeading = 10;  // the tag of a field and the length of what follows
constexpr std::size_t kNumber = 10;   // the longest varint
constexpr std::size_t kMoment = 2 * (kHeading + kNumber);  // of a timestamp or duration
constexpr std::size_t kUtf8 = 4;                           // bytes of a character
constexpr std::size_t kUnknown = 4096;

std::size_t Times(std::size_t a, std::size_t b) {
  return b != 0 && a > kUnboundedSize / b ? kUnboundedSize : a * b;
}

class Sizes {
 public:
  std::size_t Of(const Plan& plan) {
    if (!on_path_.insert(&plan).second) return kUnboundedSize;
    std::size_t sum = 0;
    for (const FieldPlan& field : plan.fields()) {
      if (!field.bounds.output_only()) sum += Times(kHeading + OfOne(field), CountOf(field));
    }
    on_path_.erase(&plan);
    return std::min(sum, kUnboundedSize);
  }

 private:
  static std::size_t CountOf(const FieldPlan& field) {
    if (!field.field->is_repeated()) return 1;
    return field.bounds.max_items() == 0 ? kUnboundedSize
                                         : static_cast<std::size_t>(field.bounds.max_items());
  }

  std::size_t OfOne(const FieldPlan& field) {
    switch (field.kind) {
      case FieldKind::kString:
        return field.max_length == 0 ? kUnboundedSize : Times(field.max_length, kUtf8);
      case FieldKind::kBytes:
        return field.max_length == 0 ? kUnboundedSize : field.max_length;
      case FieldKind::kMessage:
      case FieldKind::kMap:
        return Of(*field.nested);
      case FieldKind::kTimestamp:
      case FieldKind::kDuration:
        return kMoment;
      default:
        return kNumber;
    }
  }

  std::set<const Plan*> on_path_;
};

}  // namespace

std::size_t LargestSize(const google::protobuf::Descriptor* type) {
  return std::min(Sizes().Of(Plan::For(type)) + kUnknown, kUnboundedSize);
}

}  // namespace baodao::validate

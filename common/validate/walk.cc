#include "common/validate/walk.h"

#include <absl/strings/str_cat.h>

#include <cmath>
#include <optional>
#include <string>

#include "common/validate/tags.h"
#include "common/validate/text.h"

namespace baodao::validate {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::size_t kMaxViolations = 20;

std::string PathOf(const Place* place) {
  if (place == nullptr) return "";
  std::string path = PathOf(place->parent);
  if (!path.empty()) path += '.';
  path += place->field->name();
  if (place->index >= 0) absl::StrAppend(&path, "[", place->index, "]");
  return path;
}

// 12 and 0.5, not 12.000000.
std::string NumberText(double value) { return absl::StrCat(value); }

// Forms of a handful of characters: that they have another form says more than their length.
bool IsPhoneForm(v1::Format format) {
  return format == v1::FORMAT_PHONE || format == v1::FORMAT_CONTACT_PHONE;
}

double SecondsOf(const Message& time, bool* valid) {
  const auto* type = time.GetDescriptor();
  const Reflection* reflection = time.GetReflection();
  const auto seconds = reflection->GetInt64(time, type->FindFieldByNumber(1));
  const auto nanos = reflection->GetInt32(time, type->FindFieldByNumber(2));
  const bool timestamp = type->name() == "Timestamp";
  // A duration's parts have one sign; the largest is what the protobuf documentation allows.
  *valid = std::abs(nanos) < 1'000'000'000 && std::abs(static_cast<double>(seconds)) <= 315'576e6 &&
           (timestamp ? nanos >= 0 : (seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0)));
  return static_cast<double>(seconds) + nanos * 1e-9;
}

double NumberOf(const Message& message, const FieldDescriptor* field, int index) {
  const Reflection* r = message.GetReflection();
  const bool one = index < 0;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return one ? r->GetInt32(message, field) : r->GetRepeatedInt32(message, field, index);
    case FieldDescriptor::CPPTYPE_INT64:
      return static_cast<double>(one ? r->GetInt64(message, field)
                                     : r->GetRepeatedInt64(message, field, index));
    case FieldDescriptor::CPPTYPE_UINT32:
      return one ? r->GetUInt32(message, field) : r->GetRepeatedUInt32(message, field, index);
    case FieldDescriptor::CPPTYPE_UINT64:
      return static_cast<double>(one ? r->GetUInt64(message, field)
                                     : r->GetRepeatedUInt64(message, field, index));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return one ? r->GetFloat(message, field) : r->GetRepeatedFloat(message, field, index);
    default:
      return one ? r->GetDouble(message, field) : r->GetRepeatedDouble(message, field, index);
  }
}

}  // namespace

bool Walk::full() const { return violations_.size() >= kMaxViolations; }

void Walk::Fail(const Place& place, ViolationKind kind, Metadata arguments) {
  if (!full()) violations_.push_back({PathOf(&place), kind, std::move(arguments)});
}

void Walk::Visit(const Plan& plan, const Message& message, const Place* place, int depth) {
  for (const FieldPlan& field : plan.fields()) {
    if (full()) return;
    if (field.bounds.output_only()) continue;
    if (field.field->is_repeated()) {
      VisitRepeated(field, message, place, depth);
    } else {
      VisitSingular(field, message, place, depth);
    }
  }
}

void Walk::VisitSingular(const FieldPlan& plan, const Message& message, const Place* parent,
                         int depth) {
  const Place place{parent, plan.field, -1};
  // Without presence: set means not the default value.
  const bool set = message.GetReflection()->HasField(message, plan.field);
  if (!set && plan.bounds.required()) return Fail(place, ViolationKind::REQUIRED);
  const bool number = plan.kind == FieldKind::kInteger || plan.kind == FieldKind::kFloating;
  // A number without presence is checked even when zero; what else is unset is fine.
  if (!set && (!number || plan.field->has_presence())) return;
  VisitValue(plan, message, place, depth);
  if (set && plan.bounds.required() && plan.kind == FieldKind::kEnum &&
      message.GetReflection()->GetEnumValue(message, plan.field) == 0) {
    Fail(place, ViolationKind::REQUIRED);  // an optional enum set to *_UNSPECIFIED
  }
}

void Walk::VisitRepeated(const FieldPlan& plan, const Message& message, const Place* parent,
                         int depth) {
  const int size = message.GetReflection()->FieldSize(message, plan.field);
  Place place{parent, plan.field, -1};
  if (size == 0) {
    if (plan.bounds.required()) Fail(place, ViolationKind::REQUIRED);
    return;
  }
  if (plan.bounds.max_items() != 0 && static_cast<std::uint32_t>(size) > plan.bounds.max_items()) {
    return Fail(place, ViolationKind::TOO_MANY, {{"max", absl::StrCat(plan.bounds.max_items())}});
  }
  if (plan.kind == FieldKind::kMap) return VisitMap(plan, message, place, depth);
  for (int i = 0; i < size && !full(); ++i) {
    place.index = i;
    VisitValue(plan, message, place, depth);
  }
}

void Walk::VisitMap(const FieldPlan& plan, const Message& message, const Place& place, int depth) {
  const Reflection* reflection = message.GetReflection();
  const int size = reflection->FieldSize(message, plan.field);
  for (int i = 0; i < size && !full(); ++i) {
    const Message& entry = reflection->GetRepeatedMessage(message, plan.field, i);
    for (const FieldPlan& part : plan.nested->fields()) {
      const Place inner{&place, part.field, -1};
      VisitValue(part, entry, inner, depth);
    }
  }
}

void Walk::VisitValue(const FieldPlan& plan, const Message& message, const Place& place,
                      int depth) {
  const Reflection* reflection = message.GetReflection();
  const int index = place.index;
  std::string scratch;
  switch (plan.kind) {
    case FieldKind::kString:
    case FieldKind::kBytes:
      return CheckText(
          plan,
          index < 0 ? reflection->GetStringReference(message, plan.field, &scratch)
                    : reflection->GetRepeatedStringReference(message, plan.field, index, &scratch),
          place);
    case FieldKind::kInteger:
    case FieldKind::kFloating:
      return CheckNumber(plan, NumberOf(message, plan.field, index), place);
    case FieldKind::kEnum: {
      const int value = index < 0 ? reflection->GetEnumValue(message, plan.field)
                                  : reflection->GetRepeatedEnumValue(message, plan.field, index);
      const bool named = plan.field->enum_type()->FindValueByNumber(value) != nullptr;
      if (!named || (index >= 0 && value == 0)) Fail(place, ViolationKind::UNKNOWN_ENUM);
      return;
    }
    case FieldKind::kTimestamp:
    case FieldKind::kDuration:
    case FieldKind::kMessage: {
      const Message& nested = index < 0
                                  ? reflection->GetMessage(message, plan.field)
                                  : reflection->GetRepeatedMessage(message, plan.field, index);
      if (plan.kind == FieldKind::kMessage) {
        if (depth >= kMaxDepth) return Fail(place, ViolationKind::UNKNOWN_FIELD);
        return Visit(*plan.nested, nested, &place, depth + 1);
      }
      bool valid = false;
      const double seconds = SecondsOf(nested, &valid);
      if (!valid) return Fail(place, ViolationKind::NOT_A_NUMBER);
      return CheckNumber(plan, seconds, place);
    }
    case FieldKind::kMap:
    case FieldKind::kOther:
      return;
  }
}

void Walk::CheckText(const FieldPlan& plan, std::string_view text, const Place& place) {
  const bool bytes = plan.kind == FieldKind::kBytes;
  if (text.empty()) {
    if (place.index >= 0) Fail(place, ViolationKind::REQUIRED);  // an empty element means nothing
    return;
  }
  const v1::Format format = plan.bounds.format();
  if (IsPhoneForm(format)) return void(CheckForm(format, text, place));
  // Code points are at most as many as bytes: most strings need no counting.
  const bool maybe_long = plan.max_length != 0 && text.size() > plan.max_length;
  if (maybe_long || plan.bounds.min_length() != 0) {
    const std::size_t length = bytes ? text.size() : CountCodePoints(text);
    if (plan.max_length != 0 && length > plan.max_length) {
      return Fail(place, ViolationKind::TOO_LONG, {{"max", absl::StrCat(plan.max_length)}});
    }
    if (length < plan.bounds.min_length()) {
      return Fail(place, ViolationKind::TOO_SHORT,
                  {{"min", absl::StrCat(plan.bounds.min_length())}});
    }
  }
  if (bytes || !CheckForm(format, text, place)) return;
  if (plan.bounds.tag_kind() != vocabulary::v1::TAG_KIND_UNSPECIFIED) {
    CheckTag(plan.bounds, text, place);
  }
}

bool Walk::CheckForm(v1::Format format, std::string_view text, const Place& place) {
  if (FitsFormat(format, text)) return true;
  if (format != v1::FORMAT_TEXT && format != v1::FORMAT_LINE) {
    Fail(place, ViolationKind::BAD_FORMAT, {{"expected", v1::Format_Name(format)}});
    return false;
  }
  const bool lines = format == v1::FORMAT_LINE && text.find('\n') != std::string_view::npos;
  Fail(place, lines ? ViolationKind::LINE_BREAK : ViolationKind::CONTROL_CHARACTERS);
  return false;
}

void Walk::CheckTag(const v1::Field& bounds, std::string_view tag, const Place& place) {
  std::optional<Violation> fault = FaultOfTag(bounds.tag_kind(), tag, /*new_tag=*/false);
  if (fault) Fail(place, fault->kind, std::move(fault->arguments));
}

void Walk::CheckNumber(const FieldPlan& plan, double value, const Place& place) {
  if (value >= plan.min && value <= plan.max && std::isfinite(value)) return;
  if (!std::isfinite(value)) return Fail(place, ViolationKind::NOT_A_NUMBER);
  const bool low = std::isfinite(plan.min);
  const bool high = std::isfinite(plan.max);
  if (plan.kind == FieldKind::kTimestamp && !plan.bounds.has_min() && !plan.bounds.has_max()) {
    return Fail(place, ViolationKind::OUT_OF_RANGE, {{"min", "2000-01-01"}, {"max", "2100-01-01"}});
  }
  Metadata arguments;
  if (low) arguments["min"] = NumberText(plan.min);
  if (high) arguments["max"] = NumberText(plan.max);
  const ViolationKind kind = low && high ? ViolationKind::OUT_OF_RANGE
                             : low       ? ViolationKind::BELOW_MIN
                                         : ViolationKind::ABOVE_MAX;
  Fail(place, kind, std::move(arguments));
}

}  // namespace baodao::validate

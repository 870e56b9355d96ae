#include "tests/e2e/bad_input/spoil.h"

#include <cmath>
#include <limits>

#include "common/validate/text.h"
#include "tests/e2e/every_rpc.h"

namespace baodao::testing {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldMask;
using google::protobuf::Timestamp;
using validate::v1::Field;

// From a request down to the message that holds a field.
using Way = std::vector<const FieldDescriptor*>;
using Change = std::function<void(Message& holder)>;

// Makes what is not there yet, and valid.
Message& Reach(Message& request, const Way& way) {
  Message* at = &request;
  for (const FieldDescriptor* field : way) {
    const auto* reflection = at->GetReflection();
    const bool there = field->is_repeated() ? reflection->FieldSize(*at, field) > 0
                                            : reflection->HasField(*at, field);
    if (!there) FillField(*at, field);
    at = field->is_repeated() ? reflection->MutableRepeatedMessage(at, field, 0)
                              : reflection->MutableMessage(at, field);
  }
  return *at;
}

// The only element, where the field is repeated.
void PutText(Message& holder, const FieldDescriptor* field, const std::string& text) {
  const auto* reflection = holder.GetReflection();
  reflection->ClearField(&holder, field);
  if (field->is_repeated()) return reflection->AddString(&holder, field, text);
  reflection->SetString(&holder, field, text);
}
void PutEnum(Message& holder, const FieldDescriptor* field, int number) {
  const auto* reflection = holder.GetReflection();
  reflection->ClearField(&holder, field);
  if (field->is_repeated()) return reflection->AddEnumValue(&holder, field, number);
  reflection->SetEnumValue(&holder, field, number);
}
void PutNumber(Message& holder, const FieldDescriptor* field, double value) {
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_DOUBLE)
    return holder.GetReflection()->SetDouble(&holder, field, value);
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT64)
    return holder.GetReflection()->SetInt64(&holder, field, static_cast<int64_t>(value));
  holder.GetReflection()->SetInt32(&holder, field, static_cast<int32_t>(value));
}

// Characters at most: what the field says, or else its format.
size_t LongestOf(const Field& bounds) {
  return bounds.max_length() != 0 ? bounds.max_length() : validate::FormatLimit(bounds.format());
}

class Spoiler {
 public:
  std::vector<Spoiling> Of(const Descriptor* type) {
    Visit(type, Way(), "");
    return std::move(found_);
  }

 private:
  void Visit(const Descriptor* type, const Way& way, const std::string& path) {
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      const Field& bounds = field->options().GetExtension(validate::v1::field);
      if (bounds.output_only()) continue;
      way_ = way;
      at_ = path + field->name();
      if (bounds.required()) {
        Add(ViolationKind::REQUIRED, "nothing",
            [field](Message& holder) { holder.GetReflection()->ClearField(&holder, field); });
      }
      if (field->is_repeated()) {
        TooMany(field, bounds.max_items());
        at_ += "[0]";
      }
      VisitValue(field, bounds);
    }
  }

  void VisitValue(const FieldDescriptor* field, const Field& bounds) {
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_BOOL:
        return;
      case FieldDescriptor::CPPTYPE_STRING:
        return Texts(field, bounds);
      case FieldDescriptor::CPPTYPE_ENUM:
        for (const int number : {9'999, -1}) {
          Add(ViolationKind::UNKNOWN_ENUM, std::to_string(number),
              [=](Message& holder) { PutEnum(holder, field, number); });
        }
        return;
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return Messages(field);
      case FieldDescriptor::CPPTYPE_INT32:
      case FieldDescriptor::CPPTYPE_INT64:
      case FieldDescriptor::CPPTYPE_DOUBLE:
        if (!field->is_repeated()) return Numbers(field, bounds);
        break;
      default:
        break;
    }
    ADD_FAILURE() << "nothing spoils " << field->full_name();
  }

  void TooMany(const FieldDescriptor* field, uint32_t most) {
    Add(ViolationKind::TOO_MANY, "one more", [=](Message& holder) {
      holder.GetReflection()->ClearField(&holder, field);
      for (uint32_t i = 0; i <= most; ++i) FillField(holder, field);
    });
  }

  void Texts(const FieldDescriptor* field, const Field& bounds) {
    const auto add = [&](ViolationKind kind, const std::string& value, const std::string& text) {
      Add(kind, value, [=](Message& holder) { PutText(holder, field, text); });
    };
    const validate::v1::Format format = bounds.format();
    const size_t longest = LongestOf(bounds);
    if (format != validate::v1::FORMAT_PHONE && format != validate::v1::FORMAT_CONTACT_PHONE) {
      add(ViolationKind::TOO_LONG, "one character more", std::string(longest + 1, 'a'));
    }
    if (bounds.min_length() > 1) {
      add(ViolationKind::TOO_SHORT, "one character less",
          std::string(bounds.min_length() - 1, 'a'));
    }
    if (format == validate::v1::FORMAT_TEXT || format == validate::v1::FORMAT_LINE) {
      add(ViolationKind::CONTROL_CHARACTERS, "a bell", "a\x07");
      add(ViolationKind::CONTROL_CHARACTERS, "a character of nobody's", "a\ue000");
      if (bounds.required())
        add(ViolationKind::REQUIRED, "nothing visible", "\u3000\u200b\u3164\n");
      if (format == validate::v1::FORMAT_LINE) add(ViolationKind::LINE_BREAK, "two lines", "a\nb");
    } else if (format != validate::v1::FORMAT_UNSPECIFIED) {
      add(ViolationKind::BAD_FORMAT, "what no form has", "a!");
    }
    if (format == validate::v1::FORMAT_TAG) {
      add(ViolationKind::UNKNOWN_TAG, "a tag of nobody's", "no_such_tag");
    }
    if (field->is_repeated()) add(ViolationKind::REQUIRED, "an empty element", "");
  }

  void Numbers(const FieldDescriptor* field, const Field& bounds) {
    const auto add = [&](ViolationKind kind, double value) {
      Add(kind, std::to_string(value), [=](Message& holder) { PutNumber(holder, field, value); });
    };
    const bool both = bounds.has_min() && bounds.has_max();
    if (bounds.has_max()) {
      add(both ? ViolationKind::OUT_OF_RANGE : ViolationKind::ABOVE_MAX, bounds.max() + 1);
    }
    if (bounds.has_min()) {
      // Zero is "nothing" where something is required.
      const double below = bounds.min() - 1;
      add(both ? ViolationKind::OUT_OF_RANGE : ViolationKind::BELOW_MIN,
          below == 0 && bounds.required() ? -1 : below);
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_DOUBLE) return;
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double value : {std::nan(""), infinity, -infinity})
      add(ViolationKind::NOT_A_NUMBER, value);
  }

  void Messages(const FieldDescriptor* field) {
    if (field->message_type() == Timestamp::descriptor()) return Times(field);
    Way inside = way_;
    inside.push_back(field);
    if (field->message_type() == FieldMask::descriptor()) return Mask(inside, field);
    Visit(field->message_type(), inside, at_ + ".");
  }

  void Times(const FieldDescriptor* field) {
    const auto add = [&](ViolationKind kind, int64_t seconds, int32_t nanos) {
      const std::string value = std::to_string(seconds) + " s " + std::to_string(nanos) + " ns";
      Add(kind, value, [=](Message& holder) {
        Message* const time = holder.GetReflection()->MutableMessage(&holder, field);
        dynamic_cast<Timestamp&>(*time).set_seconds(seconds);
        dynamic_cast<Timestamp&>(*time).set_nanos(nanos);
      });
    };
    constexpr int64_t kNow = 1'800'000'000;
    add(ViolationKind::OUT_OF_RANGE, -62'135'596'800, 0);  // the year 1
    add(ViolationKind::OUT_OF_RANGE, 4'133'980'800, 0);    // 2101
    add(ViolationKind::NOT_A_NUMBER, std::numeric_limits<int64_t>::max(), 0);
    add(ViolationKind::NOT_A_NUMBER, kNow, -1);
    add(ViolationKind::NOT_A_NUMBER, kNow, 1'000'000'000);
  }

  // A type of Google's, without options: its bounds are those of the field that holds it.
  void Mask(const Way& inside, const FieldDescriptor* holder) {
    const Field& bounds = holder->options().GetExtension(validate::v1::field);
    const int most = static_cast<int>(bounds.max_items());
    const size_t longest = bounds.max_length();
    way_ = inside;
    at_ += ".paths";
    const FieldDescriptor* paths = FieldMask::descriptor()->FindFieldByName("paths");
    Add(ViolationKind::TOO_MANY, "one more", [=](Message& mask) {
      while (mask.GetReflection()->FieldSize(mask, paths) <= most)
        mask.GetReflection()->AddString(&mask, paths, "name");
    });
    at_ += "[0]";
    Add(ViolationKind::TOO_LONG, "one character more",
        [=](Message& mask) { PutText(mask, paths, std::string(longest + 1, 'a')); });
    Add(ViolationKind::REQUIRED, "an empty element",
        [=](Message& mask) { PutText(mask, paths, ""); });
  }

  void Add(ViolationKind kind, const std::string& value, Change change) {
    found_.push_back({at_, kind, value, [way = way_, change = std::move(change)](Message& request) {
                        change(Reach(request, way));
                      }});
  }

  Way way_;
  std::string at_;
  std::vector<Spoiling> found_;
};

}  // namespace

std::vector<Spoiling> SpoilingsOf(const Descriptor* request) { return Spoiler().Of(request); }

}  // namespace baodao::testing

#include "common/record/machine.h"

#include <absl/strings/ascii.h>
#include <absl/strings/strip.h>

namespace baodao::record {
namespace {

// "PROJECT_STATE_" for ProjectState.
std::string PrefixOf(const std::string& camel) {
  std::string prefix;
  for (const char c : camel) {
    if (absl::ascii_isupper(c) && !prefix.empty()) prefix += '_';
    prefix += absl::ascii_toupper(c);
  }
  return prefix + '_';
}

}  // namespace

std::string StateName(const google::protobuf::EnumDescriptor& states, int state) {
  const google::protobuf::EnumValueDescriptor* const value = states.FindValueByNumber(state);
  if (state == 0 || value == nullptr) return "NONE";
  return std::string(absl::StripPrefix(value->name(), PrefixOf(states.name())));
}

}  // namespace baodao::record

// Requests that are out of bounds, made from the bounds in their protos.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <functional>
#include <string>
#include <vector>

#include "common/status/status.h"

namespace baodao::testing {

// One way to make a valid request invalid.
struct Spoiling {
  std::string field;   // as a violation names it: "availability[0].weekday"
  ViolationKind kind;  // what is wrong with it then
  std::string value;   // what is put there, in words
  std::function<void(google::protobuf::Message& request)> apply;
};

// All of them: of every field, nested and repeated ones too, each bound by itself.
std::vector<Spoiling> SpoilingsOf(const google::protobuf::Descriptor* request);

}  // namespace baodao::testing

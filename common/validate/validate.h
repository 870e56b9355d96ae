// Bounds of requests, from (baodao.validate.v1.field) options, compiled once per message type.
#pragma once

#include <absl/status/status.h>
#include <google/protobuf/message.h>

#include <string>
#include <vector>

namespace baodao::validate {

class Plan;

// Checks messages of one type. Cheap to copy; the compiled plan lives as long as the process.
class Validator {
 public:
  // Compiles the bounds of `type` and of all that it contains; repeated calls share the result.
  explicit Validator(const google::protobuf::Descriptor* type);

  // Clears fields marked output-only, brings text and places into the form in which they are kept
  // (prepare.h), then checks everything. OK, or one INVALID_ARGUMENT refusal with a violation per
  // offending field (at most 20), named by its full path: "items[3].skill". `message` must be of
  // the validator's type.
  absl::Status Check(google::protobuf::Message* message) const;

 private:
  const Plan* plan_;
};

// Paths of the fields below `type` that a client could fill without limit. Empty for a well-bounded
// request.
std::vector<std::string> UnboundedFields(const google::protobuf::Descriptor* type);

// The most bytes that a message which the bounds of `type` admit takes on the wire, four kilobytes
// of fields that this build does not know included; kUnboundedSize where something has no bound, or
// contains itself.
inline constexpr std::size_t kUnboundedSize = std::size_t{1} << 40;
std::size_t LargestSize(const google::protobuf::Descriptor* type);

}  // namespace baodao::validate

// Message types and services written down in a test, with our options.
#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/message.h>

#include <memory>
#include <string>

namespace baodao::testing {

// The types live as long as the process, as those linked in do: what is compiled of a type is kept
// by its address (validate::Plan), where another one must never come to lie.
class ProtoText {
 public:
  // `body` follows `syntax`, `package test;` and the imports of our options, Timestamp, Duration
  // and FieldMask. Aborts when it is not valid proto3.
  explicit ProtoText(const std::string& body);

  const google::protobuf::Descriptor* Type(const std::string& name) const;
  const google::protobuf::MethodDescriptor* Method(
      const std::string& name) const;  // "Service.Method"
  // A message of the type in protobuf's text format; of a field set twice the later value counts.
  std::unique_ptr<google::protobuf::Message> Make(const std::string& type,
                                                  const std::string& text) const;

 private:
  google::protobuf::DescriptorPool& pool_;
  mutable google::protobuf::DynamicMessageFactory factory_;
};

}  // namespace baodao::testing

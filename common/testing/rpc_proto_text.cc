#include "common/testing/rpc_proto_text.h"

#include <google/protobuf/compiler/parser.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/timestamp.pb.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "baodao/auth/v1/rule.pb.h"
#include "baodao/validate/v1/field.pb.h"

namespace baodao::testing {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptorProto;

constexpr const char* kHead = R"(syntax = "proto3";
package test;
import "baodao/auth/v1/rule.proto";
import "baodao/validate/v1/field.proto";
import "google/protobuf/duration.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/timestamp.proto";
)";

[[noreturn]] void Die(const std::string& why) {
  std::fprintf(stderr, "test proto: %s\n", why.c_str());
  std::abort();
}

class Complain final : public google::protobuf::io::ErrorCollector,
                       public DescriptorPool::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    Die(std::to_string(line) + ":" + std::to_string(column) + " " + message);
  }
  void AddError(const std::string&, const std::string& element, const google::protobuf::Message*,
                ErrorLocation, const std::string& message) override {
    Die(element + " " + message);
  }
};

// Still referred to at the end, so that no leak is seen where there is none.
DescriptorPool& NewPool() {
  static auto* const pools = new std::vector<std::unique_ptr<DescriptorPool>>();
  return *pools->emplace_back(std::make_unique<DescriptorPool>(DescriptorPool::generated_pool()));
}

}  // namespace

ProtoText::ProtoText(const std::string& body) : pool_(NewPool()) {
  // Linked in and known to the generated pool only when something refers to them.
  google::protobuf::Timestamp::descriptor();
  google::protobuf::Duration::descriptor();
  google::protobuf::FieldMask::descriptor();
  auth::v1::Rule::descriptor();
  validate::v1::Field::descriptor();
  const std::string text = kHead + body;
  google::protobuf::io::ArrayInputStream input(text.data(), static_cast<int>(text.size()));
  Complain complain;
  google::protobuf::io::Tokenizer tokenizer(&input, &complain);
  google::protobuf::compiler::Parser parser;
  parser.RecordErrorsTo(&complain);
  FileDescriptorProto file;
  file.set_name("test.proto");
  if (!parser.Parse(&tokenizer, &file)) Die("it does not parse");
  if (pool_.BuildFileCollectingErrors(file, &complain) == nullptr) Die("it does not build");
}

const google::protobuf::Descriptor* ProtoText::Type(const std::string& name) const {
  const auto* type = pool_.FindMessageTypeByName("test." + name);
  return type != nullptr ? type : (Die("no message " + name), nullptr);
}

const google::protobuf::MethodDescriptor* ProtoText::Method(const std::string& name) const {
  const auto* method = pool_.FindMethodByName("test." + name);
  return method != nullptr ? method : (Die("no method " + name), nullptr);
}

std::unique_ptr<google::protobuf::Message> ProtoText::Make(const std::string& type,
                                                           const std::string& text) const {
  std::unique_ptr<google::protobuf::Message> message(factory_.GetPrototype(Type(type))->New());
  // Merging, unlike parsing, lets a later value replace an earlier one.
  if (!google::protobuf::TextFormat::MergeFromString(text, message.get())) Die("bad text: " + text);
  return message;
}

}  // namespace baodao::testing

#include "ops/ctl/record_types.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_split.h>

#include <cstdio>
#include <cstdlib>

#include "baodao/record/v1/type.pb.h"

namespace baodao::ctl {
namespace {

using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;

constexpr const char* kProtoFiles[] = {
#include "proto_files.inc"
};

// "ServicePoint" for "service_point".
std::string MessageNameOf(const std::string& type) {
  std::string name;
  for (const absl::string_view word : absl::StrSplit(type, '_')) {
    name += absl::ascii_toupper(word.front());
    name.append(word.data() + 1, word.size() - 1);
  }
  return name;
}

// Get<Type> of the services of a package; null when there is none.
const MethodDescriptor* FindGet(const std::vector<const FileDescriptor*>& files,
                                const std::string& package, const std::string& type) {
  const std::string name = "Get" + MessageNameOf(type);
  for (const FileDescriptor* file : files) {
    if (file->package() != package) continue;
    for (int i = 0; i < file->service_count(); ++i) {
      const MethodDescriptor* method = file->service(i)->FindMethodByName(name);
      if (method == nullptr) continue;
      if (method->input_type()->FindFieldByName(type + "_id") != nullptr) return method;
    }
  }
  return nullptr;
}

}  // namespace

std::vector<const FileDescriptor*> ProtoFiles() {
  const auto* const pool = google::protobuf::DescriptorPool::generated_pool();
  std::vector<const FileDescriptor*> files;
  for (const char* name : kProtoFiles) {
    files.push_back(pool->FindFileByName(name));
    if (files.back() != nullptr) continue;
    std::fprintf(stderr, "%s is not linked in\n", name);
    std::abort();
  }
  return files;
}

std::string ServiceOf(const FileDescriptor& file) {
  const std::vector<std::string> path = absl::StrSplit(file.name(), '/');
  return path.at(1);
}

std::vector<RecordType> RecordTypes() {
  const std::vector<const FileDescriptor*> files = ProtoFiles();
  std::vector<RecordType> types;
  for (const FileDescriptor* file : files) {
    for (int i = 0; i < file->message_type_count(); ++i) {
      const auto& options = file->message_type(i)->options();
      if (!options.HasExtension(record::v1::type)) continue;
      const record::v1::Type& type = options.GetExtension(record::v1::type);
      const MethodDescriptor* get = FindGet(files, file->package(), type.name());
      if (get == nullptr) continue;
      types.push_back({type.name(), type.prefix(), ServiceOf(*file), get});
    }
  }
  return types;
}

}  // namespace baodao::ctl

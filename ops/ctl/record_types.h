// The types of records there are, as the protos tell them: a new one is known here without an edit.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

namespace baodao::ctl {

// A type that somebody may read: its message in records.proto names it (record.v1.type), and the
// service that keeps it has the standard method Get<Type>, which takes <type>_id.
struct RecordType {
  std::string name;     // "service_point"
  std::string prefix;   // of its ids: "spt"
  std::string service;  // "registration"
  const google::protobuf::MethodDescriptor* get;

  std::string IdField() const { return name + "_id"; }
};

// Every proto of the repository. Aborts where the program has not linked all of them.
std::vector<const google::protobuf::FileDescriptor*> ProtoFiles();
// The service a proto belongs to: "registration" for those below baodao/registration.
std::string ServiceOf(const google::protobuf::FileDescriptor& file);
// In the order of the protos.
std::vector<RecordType> RecordTypes();

}  // namespace baodao::ctl

// Every RPC there is, and requests for it.
#pragma once

#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "baodao/auth/v1/rule.pb.h"
#include "baodao/dispatch/v1/certificate.pb.h"
#include "baodao/dispatch/v1/on_site.pb.h"
#include "baodao/lists/v1/booking.pb.h"
#include "baodao/lists/v1/need.pb.h"
#include "baodao/lists/v1/need_series.pb.h"
#include "baodao/lists/v1/obligation.pb.h"
#include "baodao/lists/v1/resource.pb.h"
#include "baodao/validate/v1/field.pb.h"
#include "common/vocabulary/current.h"
#include "ops/ctl/record_types.h"
#include "tests/e2e/town.h"

namespace baodao::testing {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

// Sets a string field by its path ("need.area_code").
inline void SetPath(Message& message, const std::string& path, const std::string& value) {
  const size_t dot = path.find('.');
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(path.substr(0, dot));
  ASSERT_NE(field, nullptr) << path;
  if (dot == std::string::npos) {
    message.GetReflection()->SetString(&message, field, value);
  } else {
    SetPath(*message.GetReflection()->MutableMessage(&message, field), path.substr(dot + 1), value);
  }
}

struct Rpc {
  const MethodDescriptor* method;
  auth::v1::Rule rule;
  int port_offset;
};

// Where a service listens; what every service answers is asked of dispatch.
inline int PortOffsetOf(const std::string& service) {
  const auto* const found = std::ranges::find(config::kServices, service);
  if (found == config::kServices.end()) return client::kDispatchPort;
  return static_cast<int>(found - config::kServices.begin()) + 1;
}

// Every RPC of every proto in the repository, by name.
inline std::vector<Rpc> AllRpcs() {
  std::vector<Rpc> result;
  for (const google::protobuf::FileDescriptor* file : ctl::ProtoFiles()) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const MethodDescriptor* method = file->service(s)->method(m);
        result.push_back({method, method->options().GetExtension(auth::v1::rule),
                          PortOffsetOf(ctl::ServiceOf(*file))});
      }
    }
  }
  return result;
}

// The first tag of a kind that new records may hold.
inline std::string FirstTag(vocabulary::TagKind kind) {
  const auto& tags = vocabulary::Current().tags();
  const auto first = std::ranges::find_if(
      tags, [&](const vocabulary::Tag& tag) { return tag.kind == kind && !tag.retired; });
  return first == tags.end() ? std::string() : first->tag;
}

// A string that a field takes.
inline std::string Sample(const validate::v1::Field& bounds) {
  switch (bounds.format()) {
    case validate::v1::FORMAT_ID:
      return "per_01J00000000000000000000009";
    case validate::v1::FORMAT_AREA_CODE:
      return "310110";
    case validate::v1::FORMAT_REQUEST_ID:
      return "matrix";
    case validate::v1::FORMAT_PHONE:
    case validate::v1::FORMAT_CONTACT_PHONE:
      return "13800001234";
    case validate::v1::FORMAT_TAG:
      return FirstTag(bounds.tag_kind());
    default:
      return std::string(std::max<size_t>(1, bounds.min_length()), 'a');
  }
}

inline void Fill(Message& message);

// Sets a required field to something that its bounds let pass.
inline void FillField(Message& message, const FieldDescriptor* field) {
  const validate::v1::Field& bounds = field->options().GetExtension(validate::v1::field);
  const auto* reflection = message.GetReflection();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      if (field->is_repeated()) return reflection->AddString(&message, field, Sample(bounds));
      return reflection->SetString(&message, field, Sample(bounds));
    case FieldDescriptor::CPPTYPE_INT32:
      return reflection->SetInt32(&message, field, std::max(1, static_cast<int>(bounds.min())));
    case FieldDescriptor::CPPTYPE_INT64:
      return reflection->SetInt64(&message, field, std::max(1, static_cast<int>(bounds.min())));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return reflection->SetDouble(&message, field, std::max(1.0, bounds.min()));
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection->SetBool(&message, field, true);
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int number = field->enum_type()->value(1)->number();
      if (field->is_repeated()) return reflection->AddEnumValue(&message, field, number);
      return reflection->SetEnumValue(&message, field, number);
    }
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      Message* inner = field->is_repeated() ? reflection->AddMessage(&message, field)
                                            : reflection->MutableMessage(&message, field);
      if (auto* time = dynamic_cast<google::protobuf::Timestamp*>(inner)) {
        *time = ToTimestamp(SystemClock().Now());
      } else if (auto* window = dynamic_cast<common::v1::TimeWindow*>(inner)) {
        const Time start = SystemClock().Now() + std::chrono::hours(10);
        *window->mutable_start() = ToTimestamp(start);
        *window->mutable_end() = ToTimestamp(start + std::chrono::hours(1));
      } else if (auto* mask = dynamic_cast<google::protobuf::FieldMask*>(inner)) {
        mask->add_paths("name");
      } else {
        Fill(*inner);
      }
      return;
    }
    default:
      ADD_FAILURE() << "no sample for " << field->full_name();
  }
}

inline void Fill(Message& message) {
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    if (field->options().GetExtension(validate::v1::field).required()) FillField(message, field);
  }
}

// A midnight in China that is a day ahead at least.
inline Time ComingMidnight() {
  const auto local = SystemClock().Now() + std::chrono::hours(8);
  return std::chrono::floor<std::chrono::days>(local) + std::chrono::hours(48 - 8);
}

// Rules beyond the bounds: a need has a window or wishes; a rule by which it recurs is one; a
// resource that takes bookings has slots, and they start when a slot does. Any day is one. Among
// signs there is one.
inline void FillBeyondBounds(Message& request) {
  if (auto* const need = dynamic_cast<lists::v1::CreateNeedRequest*>(&request)) {
    FillField(*need, need->GetDescriptor()->FindFieldByName("window"));
  }
  if (auto* const series = dynamic_cast<lists::v1::CreateNeedSeriesRequest*>(&request)) {
    series->set_rrule("FREQ=DAILY;COUNT=3");
  }
  if (auto* const book = dynamic_cast<lists::v1::BookResourceRequest*>(&request)) {
    *book->mutable_start_time() = ToTimestamp(ComingMidnight());
  }
  if (auto* const send = dynamic_cast<dispatch::v1::SendOfflineSignsRequest*>(&request)) {
    send->mutable_sign_in()->set_code("123456");
    *send->mutable_sign_in()->mutable_phone_time() = send->sent_time();
  }
  auto* const create = dynamic_cast<lists::v1::CreateResourceRequest*>(&request);
  if (create == nullptr) return;
  create->mutable_booking()->set_auto_confirm(true);
  for (int weekday = 1; weekday <= 7; ++weekday) {
    common::v1::WeeklySlot& day = *create->add_slots();
    day.set_weekday(weekday);
    day.set_end_minute(24 * 60);
  }
}

// Hours are certified of a period that is over: the last day.
inline void MakeOver(Message& request) {
  auto* const issue = dynamic_cast<dispatch::v1::IssueCertificateRequest*>(&request);
  if (issue == nullptr) return;
  const Time now = SystemClock().Now();
  *issue->mutable_period()->mutable_start() = ToTimestamp(now - std::chrono::hours(24));
  *issue->mutable_period()->mutable_end() = ToTimestamp(now);
}

// An empty request of the method.
inline std::unique_ptr<Message> NewRequest(const Rpc& rpc) {
  return std::unique_ptr<Message>(google::protobuf::MessageFactory::generated_factory()
                                      ->GetPrototype(rpc.method->input_type())
                                      ->New());
}

// Sends `bytes` as the request; streams are watched for a moment. `answer` gets the bytes of the
// response.
inline grpc::Status CallRaw(Town& town, const Rpc& rpc, const std::string& token,
                            const std::string& bytes, std::string* answer = nullptr) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxSendMessageSize(-1);
  auto channel = grpc::CreateCustomChannel(
      "127.0.0.1:" + std::to_string(town.deployment.port_base() + rpc.port_offset),
      grpc::InsecureChannelCredentials(), arguments);
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  const Millis limit = rpc.method->server_streaming() ? Millis(1500) : Millis(20'000);
  context.set_deadline(std::chrono::system_clock::now() + limit);
  if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
  const grpc::Slice slice(bytes);
  grpc::ByteBuffer request(&slice, 1), response;
  const std::string name = "/" + rpc.method->service()->full_name() + "/" + rpc.method->name();
  std::promise<grpc::Status> done;
  stub.UnaryCall(&context, name, {}, &request, &response,
                 [&](grpc::Status status) { done.set_value(status); });
  const grpc::Status status = done.get_future().get();
  std::vector<grpc::Slice> slices;
  if (answer != nullptr && status.ok() && response.Dump(&slices).ok()) {
    answer->clear();
    for (const grpc::Slice& part : slices) {
      answer->append(reinterpret_cast<const char*>(part.begin()), part.size());
    }
  }
  return status;
}

}  // namespace baodao::testing

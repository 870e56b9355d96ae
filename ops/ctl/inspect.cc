// Any record as JSON, from the service that owns it.
#include <absl/strings/str_replace.h>

#include <memory>

#include "common/validate/text.h"
#include "ops/ctl/any_method.h"
#include "ops/ctl/record_types.h"
#include "ops/ctl/session.h"

namespace baodao::ctl {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::Message;

std::unique_ptr<Message> NewMessage(const Descriptor* type) {
  auto* const factory = google::protobuf::MessageFactory::generated_factory();
  return std::unique_ptr<Message>(factory->GetPrototype(type)->New());
}

Task<absl::Status> InspectRecord(Session& session, RecordType type, std::string id) {
  const std::unique_ptr<Message> request = NewMessage(type.get->input_type());
  request->GetReflection()->SetString(
      request.get(), type.get->input_type()->FindFieldByName(type.IdField()), std::move(id));
  const grpc::Slice bytes(request->SerializeAsString());
  AnyMethod::Request call{type.get, grpc::ByteBuffer(&bytes, 1)};
  rpc::Client<AnyMethod> client(session.ChannelTo(type.service));
  CO_ASSIGN_OR_RETURN(
      grpc::ByteBuffer response,
      co_await session.Call(client, &AnyMethod::StubInterface::Call, std::move(call)));
  const std::unique_ptr<Message> answer = NewMessage(type.get->output_type());
  grpc::Slice slice;
  if (!response.DumpToSingleSlice(&slice).ok() ||
      !answer->ParseFromArray(slice.begin(), static_cast<int>(slice.size()))) {
    co_return absl::InternalError(type.service + " answered what is no " + type.name);
  }
  session.out.Show(*answer);
  co_return absl::OkStatus();
}

Task<absl::Status> InspectArea(Session& session, std::string code) {
  registration::v1::GetAreaRequest request;
  request.set_code(std::move(code));
  CO_ASSIGN_OR_RETURN(
      const registration::v1::Area area,
      co_await session.Call(session.backend.areas, &client::Areas::GetArea, std::move(request)));
  session.out.Show(area);
  co_return absl::OkStatus();
}

Task<absl::Status> Inspect(Session& session, std::shared_ptr<const std::string> id) {
  for (const RecordType& type : RecordTypes()) {
    if (id->starts_with(type.prefix + "_")) co_return co_await InspectRecord(session, type, *id);
  }
  // Anything else may be the code of an area.
  if (validate::FitsFormat(validate::v1::FORMAT_AREA_CODE, *id)) {
    co_return co_await InspectArea(session, *id);
  }
  co_return absl::InvalidArgumentError("\"" + *id +
                                       "\" is no id of a record; see baodaoctl inspect --help");
}

// "per_… person, unt_… unit, …, or the code of an area".
std::string KnownIds() {
  std::string text;
  for (const RecordType& type : RecordTypes()) {
    text += type.prefix + "_… " + absl::StrReplaceAll(type.name, {{"_", " "}}) + ", ";
  }
  return text + "or the code of an area";
}

}  // namespace

void AddInspect(CLI::App& app, Plan& plan) {
  CLI::App* inspect = app.add_subcommand("inspect", "Any record as JSON");
  auto id = std::make_shared<std::string>();
  inspect->add_option("ID", *id, KnownIds())->required();
  inspect->footer(
      "Private fields are shown as the caller may see them.\n"
      "Example:\n  baodaoctl inspect 310110001001");
  inspect->callback(
      [&plan, id] { plan.command = [id](Session& session) { return Inspect(session, id); }; });
}

}  // namespace baodao::ctl

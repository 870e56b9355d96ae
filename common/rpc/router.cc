#include "common/rpc/router.h"

#include <absl/container/flat_hash_map.h>
#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <set>

#include "common/rpc/detail/access_plan.h"

namespace baodao::rpc {
namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

const MethodDescriptor* Find(const std::string& name) {
  std::string dotted = name;
  std::replace(dotted.begin(), dotted.end(), '/', '.');
  return DescriptorPool::generated_pool()->FindMethodByName(dotted);
}

// The fault of a route whose method is `method`; empty when there is none.
std::string ProblemOf(const Route& route, const MethodDescriptor* method) {
  if (method == nullptr) return "there is no such method in the protos";
  if (method->client_streaming()) return "client streaming is not supported";
  if (method->server_streaming() != route.streaming) {
    return route.streaming ? "the proto does not say it streams" : "the proto says it streams";
  }
  if (method->input_type() != route.request) {
    return absl::StrCat("the handler takes ", route.request->full_name(), ", the proto says ",
                        method->input_type()->full_name());
  }
  if (method->output_type() != route.response) {
    return absl::StrCat("the handler answers ", route.response->full_name(), ", the proto says ",
                        method->output_type()->full_name());
  }
  const auto access = detail::AccessPlan::Compile(method);
  return access.ok() ? "" : std::string(access.status().message());
}

std::string NameOf(const MethodDescriptor* method) {
  return absl::StrCat(method->service()->full_name(), "/", method->name());
}

}  // namespace

absl::Status Router::Finish() {
  std::vector<std::string> problems;
  std::set<std::string> names;
  services_.clear();
  for (Route& route : routes_) {
    if (!names.insert(route.name).second) {
      problems.push_back(absl::StrCat(route.name, ": it has two handlers"));
      continue;
    }
    const MethodDescriptor* method = Find(route.name);
    const std::string problem = ProblemOf(route, method);
    if (!problem.empty()) problems.push_back(absl::StrCat(route.name, ": ", problem));
    if (method == nullptr) continue;
    route.method = method;
    const ServiceDescriptor* service = method->service();
    if (std::find(services_.begin(), services_.end(), service) == services_.end()) {
      services_.push_back(service);
    }
  }
  for (const ServiceDescriptor* service : services_) {
    for (int i = 0; i < service->method_count(); ++i) {
      const std::string name = NameOf(service->method(i));
      if (names.count(name) == 0) problems.push_back(absl::StrCat(name, ": it has no handler"));
    }
  }
  if (problems.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the table of RPCs is wrong: ", absl::StrJoin(problems, "; ")));
}

}  // namespace baodao::rpc

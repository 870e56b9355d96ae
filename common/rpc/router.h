// The table of handlers of a service. Filled at start, read by the server:
//
//   rpc::Router router;
//   router.Unary("baodao.dispatch.v1.TaskService/ClaimTask", &handlers, &Handlers::Claim);
//   router.Stream("baodao.inbox.v1.InboxService/WatchInbox", &handlers, &Handlers::Watch);
#pragma once

#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <google/protobuf/descriptor.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/async/task.h"
#include "common/rpc/context.h"
#include "common/rpc/detail/invocation.h"
#include "common/rpc/writer.h"

namespace baodao::rpc {

// One handler and what its method's descriptor says.
struct Route {
  std::string name;  // "package.Service/Method"
  const google::protobuf::Descriptor* request = nullptr;
  const google::protobuf::Descriptor* response = nullptr;
  bool streaming = false;
  const google::protobuf::MethodDescriptor* method = nullptr;  // set by Finish()
  std::unique_ptr<detail::InvocationFactory> factory;
};

class Router {
 public:
  // A handler runs on the loop after every check of the chain has passed. `object` must outlive the
  // server.
  template <class Object, class Class, class Req, class Resp>
  void Unary(std::string_view method, Object* object,
             Task<absl::StatusOr<Resp>> (Class::*handler)(CallContext, Req)) {
    Class* const target = object;
    Unary<Req, Resp>(method, [target, handler](CallContext context, Req request) {
      return (target->*handler)(std::move(context), std::move(request));
    });
  }
  // The same for a function; `app` outlives the server.
  template <class App, class Req, class Resp>
  void Unary(std::string_view method, App& app,
             Task<absl::StatusOr<Resp>> (*handler)(App&, CallContext, Req)) {
    Unary<Req, Resp>(method, [&app, handler](CallContext context, Req request) {
      return handler(app, std::move(context), std::move(request));
    });
  }
  // Everything `handler` refers to outlives the server.
  template <class Req, class Resp>
  void Unary(std::string_view method,
             std::function<Task<absl::StatusOr<Resp>>(CallContext, Req)> handler) {
    Add<Req, Resp>(method, false,
                   std::make_unique<detail::UnaryFactory<Req, Resp>>(std::move(handler)));
  }

  // The stream ends with the status the handler returns.
  template <class Object, class Class, class Req, class Resp>
  void Stream(std::string_view method, Object* object,
              Task<absl::Status> (Class::*handler)(CallContext, Req, Writer<Resp>&)) {
    Add<Req, Resp>(method, true,
                   std::make_unique<detail::StreamFactory<Class, Req, Resp>>(object, handler));
  }

  // Checks the table against the descriptors: every name exists, message types and streaming agree,
  // no method is registered twice, and every method of every service named here has a handler and
  // an access rule. The error names all that is wrong; a service must not start with it.
  absl::Status Finish();

  const std::vector<Route>& routes() const { return routes_; }
  // Services with at least one route, in order of first registration. Valid after Finish().
  const std::vector<const google::protobuf::ServiceDescriptor*>& services() const {
    return services_;
  }

 private:
  template <class Req, class Resp>
  void Add(std::string_view name, bool streaming,
           std::unique_ptr<detail::InvocationFactory> factory) {
    Route route;
    route.name = name;
    route.request = Req::descriptor();
    route.response = Resp::descriptor();
    route.streaming = streaming;
    route.factory = std::move(factory);
    routes_.push_back(std::move(route));
  }

  std::vector<Route> routes_;
  std::vector<const google::protobuf::ServiceDescriptor*> services_;
};

}  // namespace baodao::rpc

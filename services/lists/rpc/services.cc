#include "services/lists/rpc/services.h"

namespace baodao::lists {

Services::Services(App& app, Publications& publications)
    : cancellations_(app, publications),
      needs_(app, publications, cancellations_),
      resources_(app),
      projects_(app),
      matches_(app) {}

void Services::Register(rpc::Router& router) {
  needs_.Register(router);
  resources_.Register(router);
  projects_.Register(router);
  matches_.Register(router);
}

}  // namespace baodao::lists

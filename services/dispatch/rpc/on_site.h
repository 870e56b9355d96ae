// Handlers of OnSiteService; what each promises stands in the proto.
#pragma once

#include <absl/status/statusor.h>

#include "baodao/dispatch/v1/on_site.pb.h"
#include "common/rpc/context.h"
#include "services/dispatch/app/app.h"

namespace baodao::dispatch {

Task<absl::StatusOr<v1::Task>> NameLeader(App& app, rpc::CallContext context,
                                          v1::NameLeaderRequest request);
Task<absl::StatusOr<v1::Task>> RemoveLeader(App& app, rpc::CallContext context,
                                            v1::RemoveLeaderRequest request);
Task<absl::StatusOr<v1::ListRosterResponse>> ListRoster(App& app, rpc::CallContext context,
                                                        v1::ListRosterRequest request);
Task<absl::StatusOr<v1::SignPeopleResponse>> SignPeople(App& app, rpc::CallContext context,
                                                        v1::SignPeopleRequest request);
Task<absl::StatusOr<v1::Assignment>> CheckIn(App& app, rpc::CallContext context,
                                             v1::CheckInRequest request);
Task<absl::StatusOr<v1::Assignment>> SendOfflineSigns(App& app, rpc::CallContext context,
                                                      v1::SendOfflineSignsRequest request);
Task<absl::StatusOr<v1::ServicePhotos>> SetServicePhotos(App& app, rpc::CallContext context,
                                                         v1::SetServicePhotosRequest request);
Task<absl::StatusOr<v1::ListServicePhotosResponse>> ListServicePhotos(
    App& app, rpc::CallContext context, v1::ListServicePhotosRequest request);

}  // namespace baodao::dispatch

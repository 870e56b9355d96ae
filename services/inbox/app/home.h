// The first screen of an app: what other services know of a person.
#pragma once

#include <absl/status/statusor.h>

#include <functional>
#include <string>

#include "baodao/inbox/v1/home.pb.h"
#include "baodao/records/v1/history.pb.h"
#include "common/async/task.h"
#include "common/clock/clock.h"
#include "common/rpc/client.h"
#include "services/inbox/app/announcements.h"

namespace baodao::inbox {

template <class Request, class Response>
using AskPeer = std::function<Task<absl::StatusOr<Response>>(rpc::CallOptions, Request)>;

// RPCs of dispatch and records, and the newest announcements by Announcements::Newest.
struct HomeSources {
  AskPeer<dispatch::v1::GetAgendaRequest, dispatch::v1::Agenda> agenda;
  AskPeer<records::v1::GetStatementRequest, records::v1::GetStatementResponse> statement;
  AskPeer<records::v1::ListHistoryRequest, records::v1::ListHistoryResponse> history;
  std::function<Task<absl::StatusOr<NewestAnnouncements>>(rpc::CallOptions, std::string person_id,
                                                          std::string read_id)>
      announcements;
};
// All outlive the sources.
HomeSources SourcesFrom(rpc::Channel& dispatch, rpc::Channel& records,
                        Announcements& announcements);

// Everything but what the inbox knows itself. Asks all at the same time, on behalf of `context`;
// what does not answer in time is among what is missing. `read_id`: the newest announcement that
// the person has read.
Task<v1::Home> AskForHome(const HomeSources& sources, rpc::CallContext context,
                          std::string person_id, std::string read_id, Time now);

}  // namespace baodao::inbox

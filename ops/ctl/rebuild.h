// The archive, filled from what its owners have.
#pragma once

#include <absl/status/status.h>

#include <map>
#include <string>
#include <utility>

#include "baodao/events/v1/events.pb.h"
#include "ops/ctl/owners.h"

namespace baodao::ctl {

// Holds some pages at a time, however much there is.
class Rebuilder {
 public:
  Rebuilder(Session& session, std::string token)
      : session_(session), owners_(session, std::move(token)) {}

  // Sends all there is; says how far it is after every 10,000 records. What has been sent before an
  // error stays.
  Task<absl::Status> Run();
  // How many of each kind have been sent.
  const std::map<std::string, int64_t>& sent() const { return sent_; }

 private:
  Task<absl::Status> SendLists();
  Task<absl::Status> SendTasks(dispatch::v1::ListTasksResponse page);
  Task<absl::Status> SendAssignments(const dispatch::v1::Task& task);
  Task<absl::Status> SendPeople(registration::v1::ListProfilesResponse page);
  // Sends a batch once it is full.
  Task<absl::Status> Add(const std::string& kind, events::v1::Event event);
  Task<absl::Status> Flush();

  Session& session_;
  Owners owners_;
  records::v1::RestoreRecordsRequest batch_;
  std::map<std::string, int64_t> sent_;
};

}  // namespace baodao::ctl

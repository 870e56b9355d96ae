#include "services/inbox/app/home.h"

#include <absl/strings/str_format.h>

#include <memory>
#include <utility>

#include "baodao/dispatch/v1/assignment.grpc.pb.h"
#include "baodao/records/v1/history.grpc.pb.h"
#include "common/async/for_each.h"
#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "common/log/log.h"

namespace baodao::inbox {
namespace {

constexpr Millis kPatience{2'000};

template <class Service, class Request, class Response>
Task<absl::StatusOr<Response>> CallOnce(
    std::shared_ptr<rpc::Client<Service>> client,
    rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Request, Response> method,
    rpc::CallOptions options, Request request) {
  co_return co_await client->Call(method, std::move(options), std::move(request));
}

template <class Service, class Request, class Response>
AskPeer<Request, Response> Asking(
    std::shared_ptr<rpc::Client<Service>> client,
    rpc::detail::UnaryMember<rpc::AsyncOf<Service>, Request, Response> method) {
  return [client = std::move(client), method](rpc::CallOptions options, Request request) {
    return CallOnce<Service, Request, Response>(client, method, std::move(options),
                                                std::move(request));
  };
}

Time StartOfYear(int64_t year) { return *FromLocalTime(absl::StrFormat("%04d-01-01 00:00", year)); }

int64_t MinutesOf(const records::v1::Hours& hours) {
  return hours.automatic_minutes() + hours.manual_minutes();
}

records::v1::GetStatementRequest YearOf(const std::string& person_id, Time now) {
  const int64_t year = LocalCivil(now).year();
  records::v1::GetStatementRequest request;
  request.set_person_id(person_id);
  request.set_page_size(1);
  *request.mutable_period()->mutable_start() = ToTimestamp(StartOfYear(year));
  *request.mutable_period()->mutable_end() = ToTimestamp(StartOfYear(year + 1));
  return request;
}

records::v1::ListHistoryRequest CreditedOf(const std::string& person_id) {
  records::v1::ListHistoryRequest request;
  request.set_person_id(person_id);
  request.set_page_size(1);
  request.add_states(dispatch::v1::ASSIGNMENT_STATE_CREDITED);
  return request;
}

v1::ServiceSums SumsOf(const records::v1::GetStatementResponse& statement,
                       const records::v1::ListHistoryResponse& credited, Time now) {
  v1::ServiceSums sums;
  sums.set_services(credited.total_size());
  sums.set_minutes_this_year(MinutesOf(statement.total()));
  const absl::CivilSecond local = LocalCivil(now);
  const std::string month = absl::StrFormat("%04d-%02d", local.year(), local.month());
  for (const records::v1::Hours& hours : statement.months()) {
    if (hours.key() == month) sums.set_minutes_this_month(MinutesOf(hours));
  }
  *sums.mutable_as_of() = statement.as_of();
  return sums;
}

void Miss(v1::HomePart part, const absl::Status& status, v1::Home* home) {
  home->add_missing(part);
  log::Warn("home.part_missing", {{"part", v1::HomePart_Name(part)}, {"status", status}});
}

}  // namespace

HomeSources SourcesFrom(rpc::Channel& dispatch, rpc::Channel& records,
                        Announcements& announcements) {
  using dispatch::v1::AssignmentService;
  using records::v1::HistoryService;
  auto assignments = std::make_shared<rpc::Client<AssignmentService>>(dispatch);
  auto history = std::make_shared<rpc::Client<HistoryService>>(records);
  HomeSources sources;
  sources.agenda = Asking(assignments, &rpc::AsyncOf<AssignmentService>::GetAgenda);
  sources.statement = Asking(history, &rpc::AsyncOf<HistoryService>::GetStatement);
  sources.history = Asking(history, &rpc::AsyncOf<HistoryService>::ListHistory);
  sources.announcements = [&announcements](rpc::CallOptions options, std::string person_id,
                                           std::string read_id) {
    return announcements.Newest(std::move(options), std::move(person_id), std::move(read_id));
  };
  return sources;
}

Task<v1::Home> AskForHome(const HomeSources& sources, rpc::CallContext context,
                          std::string person_id, std::string read_id, Time now) {
  rpc::CallOptions options = rpc::CallOptions::From(context);
  options.timeout = kPatience;
  dispatch::v1::GetAgendaRequest request;
  request.set_person_id(person_id);
  absl::StatusOr<dispatch::v1::Agenda> agenda;
  absl::StatusOr<records::v1::GetStatementResponse> statement;
  absl::StatusOr<records::v1::ListHistoryResponse> credited;
  absl::StatusOr<NewestAnnouncements> newest;
  std::function<Task<void>(size_t)> ask = [&](size_t i) -> Task<void> {
    if (i == 0) agenda = co_await sources.agenda(options, request);
    if (i == 1) statement = co_await sources.statement(options, YearOf(person_id, now));
    if (i == 2) credited = co_await sources.history(options, CreditedOf(person_id));
    if (i == 3) newest = co_await sources.announcements(options, person_id, read_id);
  };
  co_await ForEach(4, 4, std::move(ask));
  v1::Home home;
  if (agenda.ok()) {
    *home.mutable_agenda() = *std::move(agenda);
  } else {
    Miss(v1::HOME_PART_AGENDA, agenda.status(), &home);
  }
  if (statement.ok() && credited.ok()) {
    *home.mutable_service() = SumsOf(*statement, *credited, now);
  } else {
    Miss(v1::HOME_PART_SERVICE, statement.ok() ? credited.status() : statement.status(), &home);
  }
  if (newest.ok()) {
    for (v1::Announcement& shown : newest->shown) *home.add_announcements() = std::move(shown);
    home.set_unread_announcement_count(newest->unread);
  } else {
    Miss(v1::HOME_PART_ANNOUNCEMENTS, newest.status(), &home);
  }
  co_return home;
}

}  // namespace baodao::inbox

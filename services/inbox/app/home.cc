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
#include "common/status/macros.h"

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
Ask<Request, Response> Asking(
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

Task<absl::StatusOr<v1::ServiceSums>> AskForSums(const HomeSources& sources,
                                                 rpc::CallOptions options, std::string person_id,
                                                 Time now) {
  const absl::CivilSecond local = LocalCivil(now);
  records::v1::GetStatementRequest year;
  year.set_person_id(person_id);
  year.set_page_size(1);
  *year.mutable_period()->mutable_start() = ToTimestamp(StartOfYear(local.year()));
  *year.mutable_period()->mutable_end() = ToTimestamp(StartOfYear(local.year() + 1));
  CO_ASSIGN_OR_RETURN(const auto statement, co_await sources.statement(options, std::move(year)));
  records::v1::ListHistoryRequest credited;
  credited.set_person_id(std::move(person_id));
  credited.set_page_size(1);
  credited.add_states(dispatch::v1::ASSIGNMENT_STATE_CREDITED);
  CO_ASSIGN_OR_RETURN(const auto history,
                      co_await sources.history(std::move(options), std::move(credited)));
  v1::ServiceSums sums;
  sums.set_services(history.total_size());
  sums.set_minutes_this_year(MinutesOf(statement.total()));
  const std::string month = absl::StrFormat("%04d-%02d", local.year(), local.month());
  for (const records::v1::Hours& hours : statement.months()) {
    if (hours.key() == month) sums.set_minutes_this_month(MinutesOf(hours));
  }
  *sums.mutable_as_of() = statement.as_of();
  co_return sums;
}

// Takes over what was answered, or notes that it is missing.
template <class Part>
void Take(absl::StatusOr<Part> answer, v1::HomePart part, v1::Home* home,
          Part* (v1::Home::*place)()) {
  if (answer.ok()) {
    *(home->*place)() = *std::move(answer);
    return;
  }
  home->add_missing(part);
  log::Warn("home.part_missing", {{"part", v1::HomePart_Name(part)}, {"status", answer.status()}});
}

}  // namespace

HomeSources SourcesFrom(rpc::Channel& dispatch, rpc::Channel& records) {
  using dispatch::v1::AssignmentService;
  using records::v1::HistoryService;
  auto assignments = std::make_shared<rpc::Client<AssignmentService>>(dispatch);
  auto history = std::make_shared<rpc::Client<HistoryService>>(records);
  HomeSources sources;
  sources.agenda = Asking(assignments, &rpc::AsyncOf<AssignmentService>::GetAgenda);
  sources.statement = Asking(history, &rpc::AsyncOf<HistoryService>::GetStatement);
  sources.history = Asking(history, &rpc::AsyncOf<HistoryService>::ListHistory);
  return sources;
}

Task<v1::Home> AskForHome(const HomeSources& sources, rpc::CallContext context,
                          std::string person_id, Time now) {
  rpc::CallOptions options = rpc::CallOptions::From(context);
  options.timeout = kPatience;
  dispatch::v1::GetAgendaRequest agenda;
  agenda.set_person_id(person_id);
  v1::Home home;
  std::function<Task<void>(size_t)> ask = [&](size_t part) -> Task<void> {
    if (part == 0) {
      Take(co_await sources.agenda(options, agenda), v1::HOME_PART_AGENDA, &home,
           &v1::Home::mutable_agenda);
    } else {
      Take(co_await AskForSums(sources, options, person_id, now), v1::HOME_PART_SERVICE, &home,
           &v1::Home::mutable_service);
    }
  };
  co_await ForEach(2, 2, std::move(ask));
  co_return home;
}

}  // namespace baodao::inbox

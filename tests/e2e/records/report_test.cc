// Reports, from outside: after the whole loop they say what the services themselves say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/clock/time_text.h"
#include "common/testing/http.h"
#include "common/testing/matchers.h"
#include "common/testing/temp_dir.h"
#include "tests/ctl.h"
#include "tests/e2e/town.h"

namespace baodao::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kReported[] = "310110";

class ReportsTest : public ::testing::Test {
 protected:
  static Town::Options Small() {
    Town::Options options;
    options.people = 60;
    options.communities = 2;
    options.units = 4;
    options.needs = 12;
    options.lead = std::chrono::seconds(12);
    // The demo's tasks start within seconds.
    options.deployment.environment["BAODAO_MATCHING_MATCH_OFFER_UNTIL"] = "1s";
    return options;
  }

  demo::World& world() { return *town_.world; }
  static common::v1::TimeWindow Period() {
    const Time now = SystemClock().Now();
    common::v1::TimeWindow period;
    *period.mutable_start() = ToTimestamp(now - std::chrono::days(1));
    *period.mutable_end() = ToTimestamp(now + std::chrono::days(30));
    return period;
  }

  // The sums of people's own histories.
  struct Served {
    int64_t services = 0;
    int64_t minutes = 0;
    std::set<std::string> people;
  };
  void Count() {
    for (const demo::Actor& person : world().people) {
      records::v1::ListHistoryRequest request;
      request.set_person_id(person.person_id);
      request.set_page_size(200);
      const auto history = town_.Run(demo::Must(
          world().backend.histories, &client::Histories::ListHistory, person.token, request));
      for (const records::v1::HistoryItem& item : history.items()) {
        no_shows_ += item.state() == dispatch::v1::ASSIGNMENT_STATE_NO_SHOW;
        if (item.state() != dispatch::v1::ASSIGNMENT_STATE_CREDITED) continue;
        for (Served* served : {&all_, &by_unit_[item.unit_id()], &by_area_[item.area_code()]}) {
          ++served->services;
          served->minutes += item.minutes();
          served->people.insert(person.person_id);
        }
      }
    }
  }
  records::v1::GetAreaReportResponse AreaReport(const std::string& area, std::string token) {
    records::v1::GetAreaReportRequest request;
    request.set_area_code(area);
    *request.mutable_period() = Period();
    return town_.Run(demo::Must(world().backend.reports, &client::Reports::GetAreaReport,
                                std::move(token), request));
  }
  records::v1::GetUnitReportResponse UnitReport(const demo::Unit& unit) {
    records::v1::GetUnitReportRequest request;
    request.set_unit_id(unit.unit_id);
    *request.mutable_period() = Period();
    return town_.Run(demo::Must(world().backend.reports, &client::Reports::GetUnitReport,
                                unit.liaison.token, request));
  }
  std::string AreaFile(records::v1::ReportFormat format) {
    records::v1::ExportAreaReportRequest request;
    request.set_area_code(kReported);
    *request.mutable_period() = Period();
    request.set_format(format);
    auto stream = world().backend.reports.Stream(
        &client::Reports::ExportAreaReport, rpc::CallOptions::As(world().OperatorToken()), request);
    std::string bytes;
    while (const auto chunk = town_.Run(stream.Next())) bytes += chunk->content();
    EXPECT_THAT(stream.status(), IsOk());
    return bytes;
  }

  // A counter of dispatch.
  int64_t Metric(const std::string& name) {
    const int port = town_.deployment.port_base() + kMetricsOffset + client::kDispatchPort;
    const std::string text = HttpGet(port, "/metrics");
    const size_t at = text.find("\n" + name + " ");
    EXPECT_NE(at, text.npos) << name;
    return std::stoll(text.substr(at + name.size() + 2));
  }

  Town town_{Small()};
  Served all_;
  int64_t no_shows_ = 0;
  std::map<std::string, Served> by_unit_;
  std::map<std::string, Served> by_area_;
};

TEST_F(ReportsTest, TheyAddUpWhatHappened) {
  town_.Run(demo::RaiseNeeds(world()));
  town_.Run(demo::StaffTasks(world()));
  town_.Run(demo::Serve(world()));
  town_.Run(town_.AwaitRecords());
  Count();
  ASSERT_GT(all_.services, 5);
  const auto district = AreaReport(kReported, world().OperatorToken());
  const records::v1::AreaFigures& total = district.area().total();
  EXPECT_EQ(total.services(), all_.services);
  EXPECT_EQ(total.no_shows(), no_shows_);
  EXPECT_EQ(total.automatic_minutes() + total.manual_minutes(), all_.minutes);
  EXPECT_EQ(total.active_people(), static_cast<int64_t>(all_.people.size()));
  EXPECT_EQ(total.staffed_tasks(), Metric("baodao_dispatch_time_to_accept_seconds_count"));
  EXPECT_GT(total.staffed_tasks(), 0);
  EXPECT_GT(total.ratings(), 0);

  registration::v1::ListRegistrationsRequest active;
  active.set_area_code(kReported);
  active.add_states(registration::v1::REGISTRATION_STATE_ACTIVE);
  const auto registered =
      town_.Run(demo::Must(world().backend.registrations, &client::Registrations::ListRegistrations,
                           world().OperatorToken(), active));
  EXPECT_EQ(total.active_person_registrations() + total.active_unit_registrations(),
            registered.total_size());
  EXPECT_EQ(total.active_unit_registrations(), 4);
  lists::v1::ListNeedsRequest needs;
  needs.set_area_code(kReported);
  EXPECT_EQ(total.needs(), town_
                               .Run(demo::Must(world().backend.needs, &client::Needs::ListNeeds,
                                               world().OperatorToken(), needs))
                               .total_size());
  dispatch::v1::ListTasksRequest tasks;
  tasks.set_area_code(kReported);
  EXPECT_EQ(total.tasks(), town_
                               .Run(demo::Must(world().backend.tasks, &client::Tasks::ListTasks,
                                               world().OperatorToken(), tasks))
                               .total_size());

  ASSERT_THAT(district.children(), SizeIs(12)) << "its subdistricts side by side";
  int64_t services = 0, minutes = 0;
  for (const records::v1::AreaReport& child : district.children()) {
    services += child.total().services();
    minutes += child.total().automatic_minutes() + child.total().manual_minutes();
  }
  EXPECT_EQ(services, all_.services);
  EXPECT_EQ(minutes, all_.minutes);
  for (const demo::Community& community : world().communities) {
    const auto report = AreaReport(community.area.code(), community.coordinator.token);
    const Served& served = by_area_[community.area.code()];
    EXPECT_EQ(report.area().total().services(), served.services);
    EXPECT_EQ(report.area().total().active_people(), static_cast<int64_t>(served.people.size()));
  }
  for (const demo::Unit& unit : world().units) {
    const auto report = UnitReport(unit);
    const Served& served = by_unit_[unit.unit_id];
    EXPECT_FALSE(report.unit_name().empty());
    EXPECT_EQ(report.total().services(), served.services);
    EXPECT_EQ(report.total().members(), static_cast<int64_t>(served.people.size()));
    EXPECT_EQ(report.total().automatic_minutes() + report.total().manual_minutes(), served.minutes);
  }
  EXPECT_THAT(AreaFile(records::v1::REPORT_FORMAT_CSV), StartsWith("\xef\xbb\xbf区域代码,"));
  EXPECT_THAT(AreaFile(records::v1::REPORT_FORMAT_XLSX), HasSubstr("xl/worksheets/sheet1.xml"));
}

TEST_F(ReportsTest, TheToolWritesThemToFiles) {
  const TempDir dir;
  const auto read = [](const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string month = LocalTime(SystemClock().Now()).substr(0, 7);
  const auto run = [&](const std::vector<std::string>& arguments) {
    std::vector<std::string> all = {"--port-base", std::to_string(town_.deployment.port_base()),
                                    "--keys",      town_.deployment.keys_dir(),
                                    "--lang",      "en",
                                    "reports"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return ctl::OutcomeOf(all);
  };
  const std::string csv = dir.File("area.csv");
  const auto area = run({"area", kReported, csv, "--from", month, "--to", month});
  ASSERT_EQ(area.code, ctl::kOk) << area.err;
  EXPECT_EQ(area.out, csv + "\n");
  EXPECT_THAT(read(csv), HasSubstr("\r\n310110,"));
  EXPECT_THAT(read(csv), HasSubstr("Area code,Area,Month,"));
  const std::string xlsx = dir.File("unit.xlsx");
  const std::string& unit = world().units[0].unit_id;
  ASSERT_EQ(run({"unit", unit, xlsx, "--from", month, "--to", month}).code, ctl::kOk);
  EXPECT_THAT(read(xlsx), StartsWith("PK"));
  const std::string none = dir.File("none.csv");
  EXPECT_EQ(run({"area", "999999", none, "--from", month, "--to", month}).code, ctl::kRefused);
  EXPECT_NE(run({"area", kReported, none, "--from", "2026-13", "--to", month}).code, ctl::kOk);
  EXPECT_NE(run({"area", kReported, dir.File("a.pdf"), "--from", month, "--to", month}).code,
            ctl::kOk);
  EXPECT_FALSE(std::filesystem::exists(none)) << "what failed leaves no file";
}

}  // namespace
}  // namespace baodao::testing

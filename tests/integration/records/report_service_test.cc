// ReportService over gRPC: who may ask, what they see, and the files.
#include <gmock/gmock.h>

#include <algorithm>

#include "baodao/records/v1/history.grpc.pb.h"
#include "baodao/records/v1/report.grpc.pb.h"
#include "common/rpc/client.h"
#include "common/testing/matchers.h"
#include "common/testing/redis_server.h"
#include "common/testing/rpc_server.h"
#include "common/testing/rpc_tokens.h"
#include "services/records/app/sight.h"
#include "services/records/app/unit_sight.h"
#include "services/records/rpc/history.h"
#include "services/records/rpc/reports.h"
#include "tests/integration/records/report_town.h"

namespace baodao::records {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ReportCalls = rpc::AsyncOf<v1::ReportService>;

constexpr char kCaller[] = "per_01J00000000000000000000098";

Task<absl::StatusOr<std::vector<areas::Area>>> LoadReportAreas() { co_return ReportAreas(); }

testing::RedisServer& RedisOfReports() {
  static testing::RedisServer server;
  return server;
}

class ReportServiceTest : public ReportTown {
 protected:
  ReportServiceTest() {
    AddTwoMonths();
    testing::Run(loop_, areas_.Load());
    handlers_.Register(&router_);
    histories_.Register(&router_);
    rpc::ServerOptions options = testing::TestServerOptions(tokens_, registry_);
    options.access = unit_sight_.Policy(sight_.Policy());
    server_ = std::make_unique<testing::RpcServer>(loop_, router_, options);
    client_ = std::make_unique<rpc::Client<v1::ReportService>>(server_->channel());
  }
  ~ReportServiceTest() override {
    testing::Run(loop_, server_->server().Drain(Millis(1000)));
    testing::Run(loop_, redis_->Close());
  }

  std::unique_ptr<redis::Client> Connect() {
    return *testing::Run(loop_, redis::Connect(loop_, RedisOfReports().config()));
  }
  static common::v1::TimeWindow Window(const Period& period = TwoMonths()) {
    common::v1::TimeWindow window;
    *window.mutable_start() = ToTimestamp(Time(Millis(period.start_ms)));
    *window.mutable_end() = ToTimestamp(Time(Millis(period.end_ms)));
    return window;
  }
  std::string Coordinator(const std::string& area) { return tokens_.Coordinator(kCaller, area); }

  absl::StatusOr<v1::GetUnitReportResponse> UnitReport(
      const std::string& token, const std::string& unit_id = kUnitOne,
      const common::v1::TimeWindow& period = Window()) {
    v1::GetUnitReportRequest request;
    request.set_unit_id(unit_id);
    *request.mutable_period() = period;
    return testing::Run(
        loop_, client_->Call(&ReportCalls::GetUnitReport, rpc::CallOptions::As(token), request));
  }
  absl::StatusOr<v1::GetAreaReportResponse> AreaReport(
      const std::string& token, const std::string& area = kDistrict,
      const common::v1::TimeWindow& period = Window()) {
    v1::GetAreaReportRequest request;
    request.set_area_code(area);
    *request.mutable_period() = period;
    return testing::Run(
        loop_, client_->Call(&ReportCalls::GetAreaReport, rpc::CallOptions::As(token), request));
  }

  absl::StatusOr<v1::ListHistoryResponse> UnitHistory(const std::string& token,
                                                      v1::ListUnitHistoryRequest request = {}) {
    if (request.unit_id().empty()) request.set_unit_id(kUnitOne);
    rpc::Client<v1::HistoryService> client(server_->channel());
    return testing::Run(loop_, client.Call(&rpc::AsyncOf<v1::HistoryService>::ListUnitHistory,
                                           rpc::CallOptions::As(token), request));
  }

  struct File {
    absl::Status status;
    v1::ReportChunk head;
    std::string bytes;
    int chunks = 0;
  };
  File Read(rpc::StreamReader<v1::ReportChunk> stream) {
    File file;
    while (auto chunk = testing::Run(loop_, stream.Next())) {
      file.bytes += chunk->content();
      if (file.chunks++ == 0) file.head = *chunk;
    }
    file.status = stream.status();
    return file;
  }
  File AreaFile(const std::string& token, v1::ReportFormat format,
                const std::string& language = "") {
    v1::ExportAreaReportRequest request;
    request.set_area_code(kDistrict);
    *request.mutable_period() = Window();
    request.set_format(format);
    rpc::CallOptions options = rpc::CallOptions::As(token);
    options.language = language;
    return Read(client_->Stream(&ReportCalls::ExportAreaReport, options, request));
  }
  File UnitFile(const std::string& token, v1::ReportFormat format,
                const std::string& unit_id = kUnitOne) {
    v1::ExportUnitReportRequest request;
    request.set_unit_id(unit_id);
    *request.mutable_period() = Window();
    request.set_format(format);
    return Read(
        client_->Stream(&ReportCalls::ExportUnitReport, rpc::CallOptions::As(token), request));
  }

  std::unique_ptr<redis::Client> redis_ = Connect();
  testing::Tokens tokens_;
  metrics::Registry registry_;
  RecordsMetrics metrics_{registry_};
  areas::AreaTreeFeed areas_{LoadReportAreas, SystemClock()};
  Horizon horizon_{*database_, *redis_, SystemClock(), metrics_, {"records", {}, 1}};
  Sight sight_{*database_, areas_, metrics_};
  UnitSight unit_sight_{*database_, areas_, metrics_};
  ReportHandlers handlers_{*database_, horizon_, unit_sight_, areas_, metrics_};
  crypto::KeyRing ring_ = crypto::KeyRing::Generate();
  HistoryHandlers histories_{*database_, horizon_, sight_, areas_, ring_, SystemClock(), metrics_};
  rpc::Router router_;
  std::unique_ptr<testing::RpcServer> server_;
  std::unique_ptr<rpc::Client<v1::ReportService>> client_;
};

TEST_P(ReportServiceTest, ALiaisonSeesAllOfTheirUnit) {
  AddAssignment("t10", "per_1", dispatch::v1::ASSIGNMENT_STATE_CREDITED, kUnitOne);
  const std::string token = tokens_.Person(kLiaison);
  const auto report = UnitReport(token);
  ASSERT_THAT(report, testing::IsOk());
  EXPECT_EQ(report->unit_name(), "区建设公司");
  EXPECT_EQ(report->total().members(), 1);
  EXPECT_EQ(report->total().services(), 3);
  EXPECT_EQ(report->total().automatic_minutes(), 60);
  EXPECT_EQ(report->total().manual_minutes(), 30);
  ASSERT_THAT(report->months(), SizeIs(2));
  EXPECT_EQ(report->months(0).month(), "2026-10");
  EXPECT_EQ(report->months(0).figures().services(), 2);
  ASSERT_THAT(report->areas(), SizeIs(2));
  EXPECT_EQ(report->areas(1).area_name(), std::string("区域") + kWestOne);
  EXPECT_TRUE(report->has_as_of());
}

// Those whose registration came through it, on every page once, without what is not for their unit.
TEST_P(ReportServiceTest, ALiaisonListsWhatTheirPeopleDid) {
  PutRow<AssignmentRow>(&Rows::assignment, [&](AssignmentRow& row) {
    row.task_id = "t2";
    row.person_id = "per_7";
    row.area_code = kWestOne;
    row.start_ms = starts_.at("t2").second;
    row.state = dispatch::v1::ASSIGNMENT_STATE_RELEASED;
    row.end_cause = dispatch::v1::END_CAUSE_ENOUGH_PEOPLE;
    row.reason = "私事";
    row.unit_id = kUnitOne;
  });
  const std::string token = tokens_.Person(kLiaison);
  std::vector<std::string> items;
  v1::ListUnitHistoryRequest request;
  request.set_page_size(2);
  do {
    const auto page = UnitHistory(token, request);
    ASSERT_THAT(page, testing::IsOk());
    EXPECT_EQ(page->total_size(), 5);
    for (const v1::HistoryItem& item : page->items()) {
      items.push_back(item.task_id() + " " + item.person_id());
      EXPECT_EQ(item.end_cause(), 0);
      EXPECT_EQ(item.reason(), "");
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(items, ElementsAre("t2 per_7", "t2 per_3", "t2 per_1", "t1 per_1", "t8 per_9"));
  request.set_person_id("per_01J00000000000000000000001");
  EXPECT_EQ(UnitHistory(token, request)->total_size(), 0) << "nobody of theirs";
  request.clear_person_id();
  *request.mutable_period() = Window();
  request.add_states(dispatch::v1::ASSIGNMENT_STATE_CREDITED);
  EXPECT_EQ(UnitHistory(token, request)->total_size(), 2);
}

TEST_P(ReportServiceTest, NobodyElseListsWhatAUnitsPeopleDid) {
  for (const std::string& token : {tokens_.Person(kCaller), Coordinator(kDistrict)}) {
    EXPECT_THAT(UnitHistory(token), testing::IsRefusal(Reason::PERMISSION_DENIED));
  }
  v1::ListUnitHistoryRequest other;
  other.set_unit_id(kUnitTwo);
  EXPECT_THAT(UnitHistory(tokens_.Person(kLiaison), other),
              testing::IsRefusal(Reason::PERMISSION_DENIED));
  other.set_unit_id("unt_01J00000000000000000000009");
  EXPECT_THAT(UnitHistory(tokens_.Person(kLiaison), other), testing::IsRefusal(Reason::NOT_FOUND));
}

TEST_P(ReportServiceTest, CoordinatorsSeeWhatAUnitDidInTheirAreas) {
  AddAssignment("t10", "per_1", dispatch::v1::ASSIGNMENT_STATE_CREDITED, kUnitOne);
  AddAssignment("t5", "per_1", dispatch::v1::ASSIGNMENT_STATE_CREDITED, kUnitOne);
  for (const char* area : {kWestOne, kWest}) {
    const auto report = UnitReport(Coordinator(area));
    ASSERT_THAT(report, testing::IsOk()) << area;
    EXPECT_EQ(report->total().services(), 2) << area;
    EXPECT_THAT(report->areas(), SizeIs(1)) << area;
  }
  EXPECT_EQ(UnitReport(Coordinator(kDistrict))->total().services(), 3);
  EXPECT_EQ(UnitReport(tokens_.Operator())->total().services(), 4);
  EXPECT_EQ(UnitReport(tokens_.Service("lists"))->total().services(), 4);
}

TEST_P(ReportServiceTest, NobodyElseSeesAUnit) {
  AddAssignment("t5", "per_1", dispatch::v1::ASSIGNMENT_STATE_CREDITED, kUnitOne);
  // Not even of an area where it served without having reported to it.
  for (const std::string& token :
       {Coordinator(kEast), Coordinator(kWestTwo), tokens_.Person(kCaller)}) {
    EXPECT_THAT(UnitReport(token), testing::IsRefusal(Reason::PERMISSION_DENIED));
    EXPECT_THAT(UnitFile(token, v1::REPORT_FORMAT_CSV).status,
                testing::IsRefusal(Reason::PERMISSION_DENIED));
  }
  // It has no liaison: nobody is it.
  EXPECT_THAT(UnitReport(tokens_.Person(kLiaison), kUnitTwo),
              testing::IsRefusal(Reason::PERMISSION_DENIED));
  for (const char* unknown : {"unt_01J00000000000000000000009", "per_01J00000000000000000000009"}) {
    EXPECT_THAT(UnitReport(tokens_.Service("lists"), unknown),
                testing::IsRefusal(Reason::NOT_FOUND));
  }
}

TEST_P(ReportServiceTest, AnAreaIsForItsCoordinators) {
  const auto report = AreaReport(Coordinator(kDistrict));
  ASSERT_THAT(report, testing::IsOk());
  const v1::AreaFigures& total = report->area().total();
  EXPECT_EQ(report->area().area_name(), std::string("区域") + kDistrict);
  EXPECT_EQ(total.tasks(), 7);
  EXPECT_EQ(total.accept_seconds_p90(), 3600);
  EXPECT_DOUBLE_EQ(total.filled_share(), 5.0 / 11);
  EXPECT_DOUBLE_EQ(total.mean_rating(), 10.0 / 3);
  EXPECT_EQ(total.active_people(), 3);
  ASSERT_THAT(total.need_states(), SizeIs(2));
  EXPECT_EQ(total.need_states(0).state(), lists::v1::NEED_STATE_SUBMITTED);
  EXPECT_EQ(total.need_categories(0).category(), "cleaning");
  EXPECT_EQ(total.need_categories(0).needs(), 2);
  ASSERT_THAT(report->area().months(), SizeIs(2));
  EXPECT_EQ(report->area().months(1).month(), "2026-11");
  EXPECT_EQ(report->area().months(1).figures().tasks(), 5);
  ASSERT_THAT(report->children(), SizeIs(3));
  EXPECT_EQ(report->children(1).area_code(), kEast);
  EXPECT_EQ(report->children(1).months(1).figures().tasks(), 2);
  EXPECT_THAT(AreaReport(Coordinator(kDistrict), kWest), testing::IsOk());
  EXPECT_THAT(AreaReport(tokens_.Operator()), testing::IsOk());
  for (const std::string& token : {Coordinator(kWest), tokens_.Person(kLiaison)}) {
    EXPECT_THAT(AreaReport(token), testing::IsRefusal(Reason::PERMISSION_DENIED));
    EXPECT_THAT(AreaFile(token, v1::REPORT_FORMAT_CSV).status,
                testing::IsRefusal(Reason::PERMISSION_DENIED));
  }
}

TEST_P(ReportServiceTest, QuestionsThatMakeNoSenseAreRefused) {
  const std::string token = tokens_.Operator();
  EXPECT_THAT(AreaReport(token, "999999"), testing::IsRefusal(Reason::AREA_UNKNOWN));
  const int64_t start = TwoMonths().start_ms;
  constexpr int64_t kDay = 86'400'000;
  const auto refused = testing::IsRefusal(Reason::INVALID_ARGUMENT_FIELDS);
  EXPECT_THAT(AreaReport(token, kDistrict, Window({start, start})), refused);
  EXPECT_THAT(AreaReport(token, kDistrict, Window({start, start + 732 * kDay})), refused);
  EXPECT_THAT(AreaReport(token, kDistrict, Window({start, start + 731 * kDay})), testing::IsOk());
  EXPECT_THAT(UnitReport(token, kUnitOne, Window({start, start - 1})), refused);
  EXPECT_THAT(UnitReport(token, kUnitOne, Window({start, start + 3'661 * kDay})), refused);
  EXPECT_THAT(UnitFile(token, v1::REPORT_FORMAT_UNSPECIFIED).status, refused);
}

TEST_P(ReportServiceTest, AFileHasWhatTheAnswerHas) {
  const File csv = AreaFile(Coordinator(kDistrict), v1::REPORT_FORMAT_CSV);
  ASSERT_THAT(csv.status, testing::IsOk());
  EXPECT_EQ(csv.head.file_name(), "area-report-310110-2026-10-01-2026-11-30.csv");
  EXPECT_EQ(csv.head.media_type(), "text/csv; charset=utf-8");
  EXPECT_TRUE(csv.head.has_as_of());
  EXPECT_THAT(csv.bytes, StartsWith("\xef\xbb\xbf区域代码,"));
  EXPECT_THAT(csv.bytes, HasSubstr("\r\n310110,区域310110,合计,2,1,2,1,3,"));
  EXPECT_THAT(csv.bytes, HasSubstr("\r\n310110012,区域310110012,2026-11,1,0,1,0,1,"));
  EXPECT_THAT(AreaFile(tokens_.Operator(), v1::REPORT_FORMAT_CSV, "en").bytes,
              HasSubstr("Area code,Area,Month,"));
  const File workbook = AreaFile(Coordinator(kDistrict), v1::REPORT_FORMAT_XLSX);
  ASSERT_THAT(workbook.status, testing::IsOk());
  EXPECT_THAT(workbook.head.file_name(), ::testing::EndsWith(".xlsx"));
  EXPECT_THAT(workbook.bytes, StartsWith("PK"));
  const File unit = UnitFile(tokens_.Person(kLiaison), v1::REPORT_FORMAT_CSV);
  ASSERT_THAT(unit.status, testing::IsOk());
  EXPECT_EQ(unit.head.file_name(), "unit-report-" + kUnitOne + "-2026-10-01-2026-11-30.csv");
  EXPECT_THAT(unit.bytes, HasSubstr("310110009001,区域310110009001,合计,1,2,60,30,0\r\n"));
}

// Two years of it by month take more than one message.
TEST_P(ReportServiceTest, ALargeFileComesInParts) {
  for (int i = 0; i < 60; ++i) {
    AddNeed("c" + std::to_string(i), kWestOne, "2026-10-02T00:00:00Z", lists::v1::NEED_STATE_CLOSED,
            "kind_of_need_with_a_long_name_" + std::to_string(i));
  }
  v1::ExportAreaReportRequest request;
  request.set_area_code(kDistrict);
  const int64_t start = TwoMonths().start_ms;
  *request.mutable_period() = Window({start, start + int64_t{731} * 86'400'000});
  request.set_format(v1::REPORT_FORMAT_CSV);
  const File file = Read(client_->Stream(&ReportCalls::ExportAreaReport,
                                         rpc::CallOptions::As(tokens_.Operator()), request));
  ASSERT_THAT(file.status, testing::IsOk());
  EXPECT_GT(file.chunks, 1);
  const auto lines = std::ranges::count(file.bytes, '\n');
  EXPECT_EQ(lines, 1 + 4 * (1 + 24)) << "the area and three below it, each with its months";
}

INSTANTIATE_TEST_SUITE_P(OverGrpc, ReportServiceTest,
                         ::testing::Values(Dialect::kSqlite, Dialect::kPostgres), DialectName);

}  // namespace
}  // namespace baodao::records

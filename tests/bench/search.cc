#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "common/crypto/random.h"
#include "common/ids/ids.h"
#include "common/testing/fake_clock.h"
#include "ops/demo/call.h"
#include "services/records/store/archive.h"
#include "services/records/store/document_index.h"
#include "tests/bench/scenarios.h"

namespace baodao::bench {
namespace {

using std::chrono::hours;

constexpr size_t kRowsOfBatch = 5'000;
constexpr size_t kSearches = 1'100;

constexpr char kElsewhere[] = "310101002001";

constexpr const char* kWords[] = {"楼道", "清理", "陪同", "就医", "助餐", "送药", "护学",
                                  "巡逻", "义诊", "理发", "维修", "慰问", "探访", "垃圾",
                                  "分类", "消毒", "物资", "搬运", "健身", "讲座"};

// Every tenth task lies in another district.
bool IsElsewhere(size_t i) { return i % 10 == 3; }

// Half of all titles have 社区 and the others 上门: two words that never meet. 防汛 was months ago,
// and nothing in this district has 弄堂.
std::string TitleOf(size_t i, size_t rows) {
  std::string words =
      std::string(kWords[i % std::size(kWords)]) + kWords[i / 7 % std::size(kWords)];
  if (IsElsewhere(i)) words += "弄堂";
  if (i > rows / 4 && i < rows / 2) words += "防汛";
  return i % 2 == 0 ? fmt::format("社区{}{}号楼", words, i % 5'000) : words + "上门";
}

// Tasks of a year, evenly over it and over the communities; of the last two days' some are open.
void PutTasks(Scene& scene) {
  const std::vector<demo::Community>& communities = scene.world().communities;
  const size_t rows = scene.scale().search_rows;
  const Time now = SystemClock().Now();
  testing::FakeClock clock(scene.town().loop, now - hours(365 * 24));
  ids::Generator ids(clock, crypto::RandomBits);
  records::Connection connection(scene.town().deployment.records_file());
  for (size_t i = 0; i < rows;) {
    records::Batch batch{{"dispatch", 0}, {}, {}};
    for (size_t end = std::min(rows, i + kRowsOfBatch); i < end; ++i) {
      clock.Advance(Millis(hours(365 * 24)) / rows);
      // As dead letters that are sent again: no position moves.
      records::Entry entry{{1, static_cast<int64_t>(i)}, true, {}};
      records::TaskRow& task = entry.rows.task.emplace(entry.id);
      task.task_id = ids.New("tsk", 0);
      task.title = TitleOf(i, rows);
      task.category = i % 3 == 0 ? "cleaning" : "escort";
      task.area_code =
          IsElsewhere(i) ? kElsewhere : communities[i % communities.size()].area.code();
      const bool open = clock.Now() > now - hours(48) && i % 4 == 0;
      task.state = open ? dispatch::v1::TASK_STATE_OPEN : dispatch::v1::TASK_STATE_CLOSED;
      task.start_ms = clock.Now().time_since_epoch().count();
      task.end_ms = task.start_ms + 3'600'000;
      batch.entries.push_back(std::move(entry));
    }
    const auto written = records::Write(connection, batch);
    if (!written.ok()) throw std::runtime_error(written.status().ToString());
  }
  // As records does once a day.
  for (bool all = true; records::MergeIndex(connection, all).value(); all = false) {
  }
}

// The searches of people, by turns: words that half of all rows have, and words of few; words that
// never meet, that the district does not have, that were used months ago; of one community, of a
// subdistrict, of the district; of one state, of one month.
records::v1::SearchTasksRequest SearchOf(Scene& scene, size_t i) {
  const std::vector<demo::Community>& communities = scene.world().communities;
  const demo::Community& community = communities[i % communities.size()];
  records::v1::SearchTasksRequest request;
  request.set_query("社区");
  switch (i % 11) {
    case 0:
      break;
    case 1:
      request.set_area_code(community.area.code());
      break;
    case 2:
      request.set_area_code(community.subdistrict_code);
      break;
    case 3:
      request.set_area_code(community.area.code().substr(0, 6));
      break;
    case 4:
      request.add_states(dispatch::v1::TASK_STATE_OPEN);
      request.set_category("cleaning");
      break;
    case 5:
      request.set_query(fmt::format("社区楼道 {}号楼", i % 5'000));
      break;
    case 6:
      request.set_query("社区 上门");
      break;
    case 7:
      request.set_query("弄堂");
      request.set_area_code(community.area.code().substr(0, 6));
      break;
    case 8:
      request.set_query("防汛");
      break;
    case 9:
      request.set_query("社区 上门");
      request.set_area_code(community.area.code().substr(0, 6));
      request.add_states(dispatch::v1::TASK_STATE_OPEN);
      request.add_states(dispatch::v1::TASK_STATE_CLOSED);
      break;
    default:
      request.set_query("陪同就医上门");
      const Time month = SystemClock().Now() - hours(24 * (30 + i % 300));
      *request.mutable_period()->mutable_start() = ToTimestamp(month);
      *request.mutable_period()->mutable_end() = ToTimestamp(month + hours(24 * 30));
  }
  return request;
}

}  // namespace

Result SearchTasks(Scene& scene) {
  PutTasks(scene);
  const std::string token = scene.world().people[0].token;
  Load load;
  load.name = "search_1m";
  load.service = "records";
  load.calls = kSearches;
  load.in_flight = 1;
  load.call = [&](size_t i) -> Task<void> {
    co_await demo::Must(scene.world().backend.searches, &client::Searches::SearchTasks, token,
                        SearchOf(scene, i));
  };
  Result result = Measure(scene.town(), load);
  result.note = fmt::format("of {} tasks, one search at a time", scene.scale().search_rows);
  return result;
}

}  // namespace baodao::bench

#include "tests/bench/rows.h"

#include <absl/strings/str_join.h>

#include <map>
#include <optional>
#include <stdexcept>

#include "tests/bench/large.h"
#include "tests/bench/peers.h"

namespace baodao::bench {
namespace {

using Groups = std::map<std::string, std::vector<std::string>>;

const Groups& AllGroups() {
  static const Groups groups = {
      {"default",
       {"floor_echo", "floor_fcall", "rpc_echo", "commit_raw", "list_open", "claim_spread",
        "claim_hot", "loop_full", "records_visible", "history_page", "area_report_year",
        "records_ingest", "match_10k_50k", "search_1m", "bytes_per_person", "bytes_per_task",
        "bytes_per_task_sql", "bytes_per_task_retired"}},
      {"peers", {"postgres_spread", "bullmq_spread", "postgres_hot", "bullmq_hot"}},
      {"large",
       {"match_100k_300k", "watch_10k", "overload_3x", "list_open_1m", "claim_spread_1m",
        "restart_1m"}}};
  return groups;
}

// The rows that a row is compared with, where they were measured, too.
const std::map<std::string, std::vector<std::string>>& Baselines() {
  static const std::map<std::string, std::vector<std::string>> baselines = {
      {"floor_fcall", {"floor_echo"}},
      {"rpc_echo", {"floor_echo"}},
      {"commit_raw", {"floor_fcall", "rpc_echo"}},
      {"list_open", {"floor_echo", "rpc_echo"}},
      {"claim_spread",
       {"floor_echo", "floor_fcall", "commit_raw", "postgres_spread", "bullmq_spread"}},
      {"claim_hot", {"claim_spread", "postgres_hot", "bullmq_hot"}},
      {"postgres_hot", {"postgres_spread"}},
      {"bullmq_hot", {"bullmq_spread"}},
      {"loop_full", {"rpc_echo"}},
      {"history_page", {"rpc_echo"}},
      {"records_ingest", {"commit_raw"}},
      {"list_open_1m", {"list_open"}},
      {"claim_spread_1m", {"claim_spread"}}};
  return baselines;
}

class Run {
 public:
  Run(const Scale& scale, const std::set<std::string>& rows) : rows_(rows), scene_(scale) {}

  std::vector<Result> All() {
    People();
    Calls();
    Loop();
    Records();
    Large();
    if (Wants({"match_10k_50k"})) Keep(Match(scene_, tasks_));
    if (Wants({"search_1m"})) Keep(SearchTasks(scene_));
    if (Wants({"bytes_per_task_retired"})) Keep(BytesPerRetiredTask());
    Compare();
    return results_;
  }

 private:
  bool Wants(const std::vector<std::string>& names) const {
    return std::ranges::any_of(names, [&](const auto& name) { return rows_.contains(name); });
  }
  void Keep(Result result) {
    if (rows_.contains(result.name)) results_.push_back(std::move(result));
  }

  void People() {
    Settle(scene_.town());
    const double empty = RedisMemory(scene_.town());
    const size_t people = scene_.scale().people;
    ReportUntil(scene_, people);
    Settle(scene_.town());
    Result bytes;
    bytes.name = "bytes_per_person";
    bytes.unit = "bytes";
    bytes.value = (RedisMemory(scene_.town()) - empty) / static_cast<double>(people - kFirstPeople);
    bytes.note =
        "with one registration, its review, session, events, kept answers and notifications";
    Keep(bytes);
  }

  // In turns: a list before its claim, as people do. Their tokens are known from then on.
  void Calls() {
    std::optional<Program> floor;
    std::optional<Peers> peers;
    std::vector<Load> loads;
    const auto add = [&](Load load) { loads.push_back(std::move(load)); };
    if (Wants({"floor_echo", "floor_fcall"})) {
      floor.emplace(scene_.town().loop, std::vector{testing::Binary("baodao_floor")},
                    std::vector{scene_.town().deployment.redis().socket()});
    }
    if (Wants({"floor_echo"})) add(FloorEcho(scene_, *floor));
    if (Wants({"rpc_echo"})) add(Echo(scene_));
    if (Wants({"floor_fcall"})) add(FloorCommits(scene_, *floor));
    if (Wants({"commit_raw"})) add(Commits(scene_));
    Publish();
    if (Wants({"list_open"})) add(ListOpen(scene_));
    if (Wants({"claim_spread"})) add(ClaimSpread(scene_, tasks_));
    if (Wants(AllGroups().at("peers"))) peers.emplace(scene_);
    if (Wants({"postgres_spread", "bullmq_spread"})) std::ranges::for_each(peers->Spread(), add);
    if (Wants({"claim_hot"})) add(ClaimHot(scene_));
    if (Wants({"postgres_hot", "bullmq_hot"})) std::ranges::for_each(peers->Hot(), add);
    const double archive = ArchiveBytes(scene_);
    scene_.town().Run(scene_.world().KeepSignedIn());
    std::ranges::for_each(MeasureInTurns(scene_.town(), loads, scene_.scale().rounds),
                          [this](const Result& result) { Keep(result); });
    if (!Wants({"bytes_per_task_sql"})) return;
    Result sql;
    sql.name = "bytes_per_task_sql";
    sql.unit = "bytes";
    sql.value = (ArchiveBytes(scene_) - archive) / static_cast<double>(tasks_.size());
    sql.note = "SQLite, with its assignments and all indexes";
    Keep(sql);
  }

  void Publish() {
    if (!Wants({"list_open", "claim_spread", "bytes_per_task", "bytes_per_task_sql",
                "match_10k_50k", "list_open_1m", "claim_spread_1m"})) {
      return;
    }
    Result bytes;
    tasks_ = PublishTasks(scene_, &bytes);
    Keep(bytes);
  }

  void Loop() {
    if (!Wants({"loop_full", "records_visible"})) return;
    Result visible;
    Keep(LoopFull(scene_, &visible));
    Keep(visible);
  }

  void Records() {
    if (Wants({"history_page"})) Keep(HistoryPage(scene_));
    if (Wants({"area_report_year"})) Keep(AreaReportYear(scene_));
    if (Wants({"records_ingest"})) Keep(RecordsIngest(scene_));
  }

  void Large() {
    if (Wants({"match_100k_300k"})) Keep(MatchMany(scene_.scale()));
    if (Wants({"watch_10k"})) Keep(WatchMany(scene_));
    if (Wants({"overload_3x"})) Keep(Overload(scene_));
    if (!Wants({"list_open_1m", "claim_spread_1m", "restart_1m"})) return;
    const std::vector<std::string> ids = PublishMillion(scene_);
    std::ranges::for_each(MeasureWithMillion(scene_, ids),
                          [this](const Result& result) { Keep(result); });
    if (Wants({"restart_1m"})) Keep(Restart(scene_));
  }

  const Result* Find(const std::string& name) const {
    const auto found = std::ranges::find(results_, name, &Result::name);
    return found == results_.end() ? nullptr : &*found;
  }

  void Compare() {
    for (Result& result : results_) {
      const auto baselines = Baselines().find(result.name);
      if (baselines == Baselines().end()) continue;
      for (const std::string& name : baselines->second) {
        if (const Result* baseline = Find(name)) {
          result.ratios.emplace_back(name, RatioOf(result, *baseline));
        }
      }
    }
  }

  const std::set<std::string>& rows_;
  Scene scene_;
  std::vector<std::string> tasks_;
  std::vector<Result> results_;
};

}  // namespace

std::set<std::string> RowsOf(const std::vector<std::string>& names) {
  std::set<std::string> all, rows;
  for (const auto& [group, of_group] : AllGroups()) all.insert(of_group.begin(), of_group.end());
  for (const std::string& name : names) {
    if (const auto group = AllGroups().find(name); group != AllGroups().end()) {
      rows.insert(group->second.begin(), group->second.end());
    } else if (all.contains(name)) {
      rows.insert(name);
    } else {
      throw std::invalid_argument("no row " + name +
                                  "; there are default, peers, large: " + absl::StrJoin(all, ", "));
    }
  }
  return rows;
}

std::vector<Result> MeasureRows(const Scale& scale, const std::set<std::string>& rows) {
  return Run(scale, rows).All();
}

}  // namespace baodao::bench

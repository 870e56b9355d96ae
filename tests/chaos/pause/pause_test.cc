// SIGSTOP for one of two inboxes in the middle of a rush, long enough for the other to take its
// shards, and SIGCONT: everybody is told everything once, and no cursor goes back.
#include <gtest/gtest.h>
#include <signal.h>

#include <map>
#include <string>
#include <vector>

#include "common/async/for_each.h"
#include "common/events/detail/streams.h"
#include "tests/e2e/town.h"

namespace baodao::testing {
namespace {

class PauseTest : public ::testing::Test {
 protected:
  static constexpr size_t kPeople = 40;
  static constexpr int kTasks = 12;

  static Town::Options TownOptions() {
    Town::Options options;
    options.people = kPeople;
    options.communities = 1;
    return options;
  }

  // Beside the one of the deployment.
  std::unique_ptr<ChildProcess> StartSecondInbox() {
    Deployment& deployment = town_.deployment;
    const int port = deployment.second_dispatch_port();  // nobody else has it
    std::map<std::string, std::string> environment = {
        {"BAODAO_REDIS", deployment.redis().socket()},
        {"BAODAO_KEYS_DIR", deployment.keys_dir()},
        {"BAODAO_PEER_REGISTRATION",
         "127.0.0.1:" + std::to_string(deployment.port_base() + client::kRegistrationPort)}};
    const std::vector<std::string> argv = {
        Binary("inbox"), "--listen=127.0.0.1:" + std::to_string(port),
        "--metrics_listen=127.0.0.1:" + std::to_string(port + kMetricsOffset)};
    return std::make_unique<ChildProcess>(argv, environment, dir_.File("inbox2.log"));
  }

  void Await(const char* what, const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!done()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << what;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  // Heartbeats of the replicas, by their names.
  std::map<std::string, int64_t> Beats() {
    std::map<std::string, int64_t> beats;
    const auto all = town_.deployment.redis().Do({"HGETALL", "{00}inbox:members"});
    for (size_t i = 0; i + 1 < all.items.size(); i += 2)
      beats[all.items[i].text] = std::stoll(all.items[i + 1].text);
    return beats;
  }
  std::map<std::string, events::detail::Cursor> Cursors() {
    std::map<std::string, events::detail::Cursor> cursors;
    for (const auto& key : town_.deployment.redis().Do({"KEYS", "*:cursors"}).items) {
      const auto cursor = town_.deployment.redis().Do({"HGET", key.text, "inbox"});
      if (!cursor.IsNil()) cursors[key.text] = events::detail::ParseCursor(cursor.text);
    }
    return cursors;
  }
  void ExpectNoneBefore(const std::map<std::string, events::detail::Cursor>& earlier) {
    const auto now = Cursors();
    for (const auto& [key, cursor] : earlier) {
      EXPECT_FALSE(events::detail::IdLess(now.at(key).id, cursor.id)) << key;
      EXPECT_GE(now.at(key).count, cursor.count) << key;
    }
  }

  // Everybody claims all of them; `claimed_` counts.
  Task<void> ClaimAll(int from, int to) {
    auto claim = [this, from](size_t i) -> Task<void> {
      dispatch::v1::ClaimTaskRequest request;
      request.set_request_id(world().RequestId());
      request.set_task_id(tasks_[static_cast<size_t>(from) + i / kPeople]);
      co_await demo::Must(world().backend.assignments, &client::Assignments::ClaimTask,
                          world().people[i % kPeople].token, request);
      ++claimed_;
      if (claimed_ == pause_at_) second_->Signal(SIGSTOP);
    };
    co_await ForEach(static_cast<size_t>(to - from) * kPeople, 16, claim);
  }
  // How often each of our people was told that they are on which of these tasks.
  std::map<std::string, int> Told() {
    std::map<std::string, int> told;
    auto list = [this, &told](size_t i) -> Task<void> {
      inbox::v1::ListNotificationsRequest request;
      request.set_person_id(world().people[i].person_id);
      request.set_page_size(200);
      const auto heard = co_await demo::Must(world().backend.notifications,
                                             &client::Notifications::ListNotifications,
                                             world().people[i].token, request);
      for (const auto& one : heard.notifications()) {
        if (one.kind() == inbox::v1::NOTIFICATION_KIND_TASK_ACCEPTED)
          ++told[request.person_id() + " " + one.subject_id()];
      }
    };
    town_.Run(ForEach(kPeople, 16, list));
    return told;
  }
  void AwaitTold(size_t all) {
    Await("not everybody was told", [&] { return Told().size() >= all; });
  }

  demo::World& world() { return *town_.world; }

  TempDir dir_;
  Town town_{TownOptions()};
  std::unique_ptr<ChildProcess> second_;
  std::vector<std::string> tasks_;
  size_t claimed_ = 0;
  size_t pause_at_ = 0;
};

TEST_F(PauseTest, WhoSleptTellsNothingTwiceAndMovesNoCursorBack) {
  for (int i = 0; i < kTasks; ++i) {
    tasks_.push_back(
        town_.Run(town_.Publish(0, kPeople, std::chrono::hours(24 * (2 + 2 * i)))).task_id());
  }
  second_ = StartSecondInbox();
  // Both have seen each other, and share the shards.
  Await("no second inbox", [&] { return Beats().size() == 2; });
  const auto first_beats = Beats();
  Await("no heartbeats", [&] {
    for (const auto& [name, beats] : Beats()) {
      if (beats < (first_beats.contains(name) ? first_beats.at(name) : 0) + 4) return false;
    }
    return true;
  });

  pause_at_ = kPeople * kTasks / 4;
  town_.Run(ClaimAll(0, kTasks / 2));
  AwaitTold(kPeople * kTasks / 2);  // by the other one alone
  // A heartbeat a second, and a lease of four: it is taken for dead.
  const auto stopped = Beats();
  Await("the other one has stopped, too", [&] {
    for (const auto& [name, beats] : Beats()) {
      if (beats >= stopped.at(name) + 6) return true;
    }
    return false;
  });
  const auto before = Cursors();
  const auto slept = Beats();
  second_->Signal(SIGCONT);
  town_.Run(ClaimAll(kTasks / 2, kTasks));
  AwaitTold(kPeople * kTasks);
  // It has found back, and put down whatever it wanted to.
  Await("it does not come back", [&] {
    for (const auto& [name, beats] : slept) {
      if (Beats()[name] < beats + 3) return false;
    }
    return true;
  });
  ExpectNoneBefore(before);
  for (const auto& [what, times] : Told()) EXPECT_EQ(times, 1) << what;
  EXPECT_TRUE(second_->Running());
}

}  // namespace
}  // namespace baodao::testing

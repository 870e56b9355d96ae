// Watching: no gap and no duplicate, whatever is added and however often the watcher comes back.
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <utility>

#include "common/testing/matchers.h"
#include "tests/integration/inbox/world.h"

namespace baodao::inbox {
namespace {

class WatchTest : public InboxTest {
 protected:
  rpc::StreamReader<v1::WatchInboxResponse> Watch(const std::string& token, int replica = 0) {
    v1::WatchInboxRequest request;
    request.set_person_id(reader_id_);
    request.set_resume_token(token);
    rpc::Client<v1::InboxService> client(channel(replica));
    return client.Stream(&Inbox::WatchInbox, rpc::CallOptions::As(reader_), request);
  }
  std::optional<v1::WatchInboxResponse> Next(rpc::StreamReader<v1::WatchInboxResponse>& stream) {
    return testing::Run(loop_, stream.Next());
  }
  // The next message that is no heartbeat.
  std::string NextSubject(rpc::StreamReader<v1::WatchInboxResponse>& stream) {
    while (const auto message = Next(stream)) {
      if (message->has_notification()) return message->notification().subject_id();
    }
    return "over: " + stream.status().ToString();
  }
  // Events that wake watchers, in the reader's shard.
  size_t Wakes() {
    const std::string events = stores_[0]->keys().Events(5);
    return testing::Run(loop_, stores_[0]->ReadStream(events, "", false, 100))->size();
  }
  Task<void> AddMany(int from, int to) {
    for (int i = from; i <= to; ++i) {
      const events::Delivery delivery = Hours(i);
      const absl::Status status =
          co_await replicas_[i % 2]->deliverer.OnEvents(std::vector(1, delivery));
      if (!status.ok()) throw std::runtime_error(status.ToString());
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, WatchTest, ::testing::Values(Backend::kMemory, Backend::kRedis),
                         BackendName);

TEST_P(WatchTest, BeginsWithAHeartbeatAndShowsWhatComes) {
  ASSERT_THAT(Deliver(Hours(1)), testing::IsOk());
  auto stream = Watch("");
  const auto first = Next(stream);
  ASSERT_TRUE(first.has_value()) << stream.status();
  EXPECT_FALSE(first->has_notification());
  EXPECT_EQ(first->resume_token(), List()->notifications(0).cursor());
  // The other replica writes; this one is woken.
  ASSERT_THAT(Deliver(Hours(2), 1), testing::IsOk());
  const auto second = Next(stream);
  ASSERT_TRUE(second.has_value()) << stream.status();
  EXPECT_EQ(second->notification().subject_id(), "tsk_2");
  EXPECT_EQ(second->notification().cursor(), second->resume_token());
  EXPECT_EQ(second->notification().title(), "服务时长已记录");
}

// An event for each of them was most of what they cost.
TEST_P(WatchTest, WakesOnlyWhereSomebodyMayBeWatching) {
  ASSERT_THAT(Deliver(Hours(1)), testing::IsOk());
  EXPECT_EQ(Wakes(), 0u);
  {
    auto stream = Watch("");
    ASSERT_TRUE(Next(stream).has_value());
    ASSERT_THAT(Deliver(Hours(2), 1), testing::IsOk());
    EXPECT_EQ(NextSubject(stream), "tsk_2");
    EXPECT_EQ(Wakes(), 1u);
  }
  clock_.Advance(kWatched);
  ASSERT_THAT(Deliver(Hours(3), 1), testing::IsOk());
  EXPECT_EQ(Wakes(), 1u) << "long after the last watcher";
}

TEST_P(WatchTest, ResumesAfterTheLastOneSeen) {
  auto empty = Watch("");
  const std::string token = Next(empty)->resume_token();
  for (int i = 1; i <= 250; ++i) ASSERT_THAT(Deliver(Hours(i)), testing::IsOk());
  // From an inbox that was empty, and from the middle.
  auto whole = Watch(token, 1);
  for (int i = 1; i <= 250; ++i) ASSERT_EQ(NextSubject(whole), "tsk_" + std::to_string(i));
  const std::string middle = List()->notifications(99).cursor();
  auto rest = Watch(middle);
  for (int i = 152; i <= 250; ++i) ASSERT_EQ(NextSubject(rest), "tsk_" + std::to_string(i));
}

// A stream once showed everything as unread.
TEST_P(WatchTest, TellsWhatHasBeenRead) {
  for (int i = 1; i <= 4; ++i) ASSERT_THAT(Deliver(Hours(i)), testing::IsOk());
  ASSERT_THAT(MarkRead(List()->notifications(2).cursor()), testing::IsOk());
  auto stream = Watch("0-0", 1);
  std::vector<bool> read;
  while (read.size() < 4) {
    const auto message = Next(stream);
    ASSERT_TRUE(message.has_value()) << stream.status();
    if (message->has_notification()) read.push_back(message->notification().read());
  }
  EXPECT_EQ(read, (std::vector<bool>{true, true, false, false}));
}

TEST_P(WatchTest, HasNoGapHoweverOftenTheWatcherComesBack) {
  constexpr int kAll = 600;
  std::mt19937 random(7);
  std::string token;
  {
    auto stream = Watch("");
    token = Next(stream)->resume_token();
  }
  bool added = false;
  asio::co_spawn(loop_, AddMany(1, kAll), [&](std::exception_ptr error) {
    EXPECT_FALSE(error);
    added = true;
  });
  int seen = 0, connections = 0;
  while (seen < kAll) {
    auto stream = Watch(token, static_cast<int>(random() % 2));
    ++connections;
    for (int messages = static_cast<int>(random() % 40); messages >= 0 && seen < kAll; --messages) {
      const auto message = Next(stream);
      ASSERT_TRUE(message.has_value()) << stream.status();
      token = message->resume_token();
      if (!message->has_notification()) continue;
      ASSERT_EQ(message->notification().subject_id(), "tsk_" + std::to_string(++seen));
    }
  }
  EXPECT_TRUE(Await([&] { return added; }));
  EXPECT_GT(connections, 10);
}

TEST_P(WatchTest, ATokenOlderThanWhatIsKeptIsRefused) {
  ASSERT_THAT(Deliver(Hours(1)), testing::IsOk());
  const std::string first = List()->notifications(0).cursor();
  testing::Run(loop_, AddMany(2, 1'300));
  auto stream = Watch(first);
  EXPECT_FALSE(Next(stream).has_value());
  EXPECT_THAT(stream.status(), testing::IsRefusal(Reason::RESUME_TOKEN_TOO_OLD));
  EXPECT_EQ(stream.status().code(), absl::StatusCode::kOutOfRange);
  auto start = Watch("0-0");
  EXPECT_FALSE(Next(start).has_value());
  EXPECT_THAT(start, testing::IsRefusal(Reason::RESUME_TOKEN_TOO_OLD));
  // The first 300 of the 1,300 are gone: whoever has seen these misses nothing.
  auto in_time = Watch("0-300");
  EXPECT_EQ(NextSubject(in_time), "tsk_301");
  auto late = Watch("0-299");
  EXPECT_FALSE(Next(late).has_value());
  EXPECT_THAT(late, testing::IsRefusal(Reason::RESUME_TOKEN_TOO_OLD));
  // List, then watch.
  auto fresh = Watch(List(1)->notifications(0).cursor());
  EXPECT_TRUE(Next(fresh).has_value());
  // Never more unread than are kept.
  EXPECT_EQ(List()->unread_count(), 1'000);
}

TEST_P(WatchTest, NonsenseIsRefusedAndStrangersToo) {
  auto stream = Watch("yesterday");
  EXPECT_FALSE(Next(stream).has_value());
  EXPECT_THAT(stream.status(), testing::IsRefusal(Reason::RESUME_TOKEN_INVALID));
  v1::WatchInboxRequest request;
  request.set_person_id(reader_id_);
  rpc::Client<v1::InboxService> client(channel());
  auto other = client.Stream(&Inbox::WatchInbox,
                             rpc::CallOptions::As(tokens_.Person(ids::New("per", 2))), request);
  EXPECT_FALSE(testing::Run(loop_, other.Next()).has_value());
  EXPECT_THAT(other, testing::IsRefusal(Reason::PERMISSION_DENIED));
}

// The eleventh used to be refused, though the others were of connections that had died.
TEST_P(WatchTest, ANewStreamTakesThePlaceOfTheOldest) {
  std::vector<rpc::StreamReader<v1::WatchInboxResponse>> streams;
  for (size_t i = 0; i < kMaxStreams; ++i) {
    streams.push_back(Watch(""));
    ASSERT_TRUE(Next(streams.back()).has_value());
  }
  auto another = Watch("");
  EXPECT_TRUE(Next(another).has_value());
  EXPECT_FALSE(Next(streams[0]).has_value());
  EXPECT_THAT(streams[0].status(), testing::IsRefusal(Reason::REPLACED_BY_NEWER_STREAM));
  EXPECT_EQ(replicas_[0]->hub.watchers(reader_id_), kMaxStreams);
  ASSERT_THAT(Deliver(Hours(1)), testing::IsOk());
  EXPECT_TRUE(Next(streams[1]).has_value()) << "the others go on";
  EXPECT_TRUE(Next(another).has_value());
  streams.clear();
  EXPECT_TRUE(Await([&] { return replicas_[0]->hub.size() == 1; }));
}

// A watcher's transport, played: it decides how long a wait is and how fast messages are taken.
class PlayedSink final : public rpc::StreamSink {
 public:
  Task<bool> Write(const google::protobuf::Message& message) override {
    written.push_back(static_cast<const v1::WatchInboxResponse&>(message));
    if (on_write) on_write();
    co_return open_;
  }
  bool open() const override { return open_; }
  Task<bool> Wait(Millis timeout) override {
    waits.push_back(timeout);
    if (on_wait) on_wait();
    co_return open_;
  }
  std::function<void()> Waker() override {
    return [] {};
  }
  std::function<void(absl::Status)> Closer() override {
    return [](const absl::Status&) {};
  }
  void Close() { open_ = false; }

  std::vector<v1::WatchInboxResponse> written;
  std::vector<Millis> waits;
  std::function<void()> on_write, on_wait;

 private:
  bool open_ = true;
};

class PlayedWatchTest : public InboxTest {
 protected:
  absl::Status Watch(PlayedSink& sink, const std::string& token, Time expires = Time::max()) {
    v1::WatchInboxRequest request;
    request.set_person_id(reader_id_);
    request.set_resume_token(token);
    auth::Principal reader = auth::Principal::Person(reader_id_);
    reader.expires = expires;
    const rpc::CallContext context = rpc::CallContext::Internal(std::move(reader));
    rpc::Writer<v1::WatchInboxResponse> writer(sink);
    return testing::Run(loop_, replicas_[0]->handlers.Watch(context, request, writer));
  }
  std::string EntriesKey() { return stores_[0]->keys().Of(5, "entries", reader_id_); }
  // In the commit, behind everybody's back.
  void ChangeHead(const std::function<void(v1::InboxRecord*)>& change, store::Commit commit) {
    const std::string key = stores_[0]->keys().Of(5, "head", reader_id_);
    const store::Stored stored = data_.ReadRecord(key, clock_.Now());
    v1::InboxRecord head;
    ASSERT_TRUE(head.ParseFromString(stored.bytes));
    change(&head);
    commit.Put(key, stored.version, head.SerializeAsString());
    data_.Apply(commit, stores_[0]->keys(), clock_.Now());
  }
  void AddUnnoticed(uint64_t number) {
    v1::NotificationRecord record;
    record.set_kind("hours_credited");
    record.set_number(number);
    store::Commit commit(5);
    commit.SetField(EntriesKey(), std::to_string(number), record.SerializeAsString());
    ChangeHead([number](v1::InboxRecord* head) { head->set_added(number); }, std::move(commit));
  }
  store::MemoryStore& MemoryOf(int replica) {
    return static_cast<store::MemoryStore&>(*stores_[replica]);
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, PlayedWatchTest, ::testing::Values(Backend::kMemory), BackendName);

TEST_P(PlayedWatchTest, AnIdleStreamBeatsWithinFifteenSeconds) {
  PlayedSink sink;
  sink.on_wait = [&] {
    clock_.Advance(sink.waits.back());
    if (sink.waits.size() == 5) sink.Close();
  };
  ASSERT_THAT(Watch(sink, ""), testing::IsOk());
  EXPECT_EQ(sink.written.size(), 5u);
  for (const Millis wait : sink.waits) EXPECT_LE(wait, std::chrono::seconds(15));
  for (const auto& message : sink.written) {
    EXPECT_FALSE(message.has_notification());
    EXPECT_EQ(message.resume_token(), "0-0");
  }
}

TEST_P(PlayedWatchTest, AStreamEndsWithItsToken) {
  PlayedSink sink;
  sink.on_wait = [&] { clock_.Advance(std::chrono::seconds(15)); };
  const absl::Status ended = Watch(sink, "", clock_.Now() + std::chrono::minutes(15));
  EXPECT_THAT(ended, testing::IsRefusal(Reason::TOKEN_EXPIRED)) << ended;
  EXPECT_EQ(sink.waits.size(), 60u);
}

TEST_P(PlayedWatchTest, WhatNoWakeUpToldOfIsFoundAtTheNextHeartbeat) {
  PlayedSink sink;
  sink.on_wait = [&] {
    if (sink.waits.size() == 1) AddUnnoticed(1);
    if (sink.waits.size() == 2) sink.Close();
  };
  ASSERT_THAT(Watch(sink, ""), testing::IsOk());
  ASSERT_EQ(sink.written.size(), 2u);
  EXPECT_TRUE(sink.written.back().has_notification());
}

// As all do after a restart.
TEST_P(PlayedWatchTest, StreamsThatCameTogetherDoNotHaveTheirHeartbeatsTogether) {
  std::set<Millis> first;
  for (int i = 0; i < 20; ++i) {
    PlayedSink sink;
    sink.on_wait = [&] {
      clock_.Advance(sink.waits.back());
      if (sink.waits.size() == 2) sink.Close();
    };
    ASSERT_THAT(Watch(sink, ""), testing::IsOk());
    EXPECT_LT(sink.waits[0], kHeartbeat);
    EXPECT_EQ(sink.waits[1], kHeartbeat);
    EXPECT_EQ(sink.written.size(), 2u) << "at the beginning, and after the first wait";
    first.insert(sink.waits[0]);
  }
  EXPECT_GT(first.size(), 10u);
}

// All streams are woken after a gap in the events.
TEST_P(PlayedWatchTest, AWakeUpMovesNoHeartbeat) {
  PlayedSink sink;
  sink.on_wait = [&] {
    if (sink.waits.size() == 2) sink.Close();
    clock_.Advance(sink.waits.back() / 2);
  };
  ASSERT_THAT(Watch(sink, ""), testing::IsOk());
  EXPECT_EQ(sink.waits[1], sink.waits[0] - sink.waits[0] / 2);
  EXPECT_EQ(sink.written.size(), 1u);
}

// Nobody is woken by what comes between the place it begins at and the head that it changes.
TEST_P(PlayedWatchTest, WhatComesWhileItOpensIsShown) {
  ASSERT_THAT(Deliver(Hours(1)), testing::IsOk());
  bool came = false;
  MemoryOf(0).SetFaults([&](std::string_view method, std::string_view) {
    if (method == "Apply" && !std::exchange(came, true)) AddUnnoticed(2);
    return store::Fault();
  });
  PlayedSink sink;
  sink.on_wait = [&] { sink.Close(); };
  ASSERT_THAT(Watch(sink, ""), testing::IsOk());
  MemoryOf(0).SetFaults(nullptr);
  EXPECT_TRUE(came);
  ASSERT_EQ(sink.written.size(), 2u);
  EXPECT_TRUE(sink.written.back().has_notification());
}

// Streams ended in a full store, which can still be read.
TEST_P(PlayedWatchTest, AStoreThatTakesNothingIsWatchedStill) {
  ASSERT_THAT(Deliver(Hours(1)), testing::IsOk());
  MemoryOf(0).SetFaults([](std::string_view method, std::string_view) {
    store::Fault fault;
    fault.fail_before = method == "Apply";
    return fault;
  });
  PlayedSink sink;
  sink.on_wait = [&] {
    clock_.Advance(kWatched);
    if (sink.waits.size() == 2) sink.Close();
  };
  EXPECT_THAT(Watch(sink, "0-0"), testing::IsOk());
  MemoryOf(0).SetFaults(nullptr);
  ASSERT_EQ(sink.written.size(), 3u);
  EXPECT_TRUE(sink.written[1].has_notification());
}

TEST_P(PlayedWatchTest, ASlowWatcherThatIsOverrunIsToldSo) {
  for (int i = 1; i <= 150; ++i) ASSERT_THAT(Deliver(Hours(i)), testing::IsOk());
  PlayedSink sink;
  sink.on_write = [&] {
    // While the first messages are on their way, most of the rest is dropped.
    if (sink.written.size() != 3) return;
    store::Commit commit(5);
    for (int i = 1; i <= 120; ++i) commit.RemoveField(EntriesKey(), std::to_string(i));
    ChangeHead([](v1::InboxRecord* head) { head->set_dropped(120); }, std::move(commit));
  };
  const absl::Status status = Watch(sink, "0-0");
  EXPECT_THAT(status, testing::IsRefusal(Reason::RESUME_TOKEN_TOO_OLD)) << status;
  // Notifications that had been read were still shown, in order: 100 and the first heartbeat.
  EXPECT_EQ(sink.written.size(), 101u);
}

}  // namespace
}  // namespace baodao::inbox

#include "common/store/hot_queue.h"

#include <gtest/gtest.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <set>
#include <stdexcept>

#include "common/async/signal.h"
#include "common/testing/loop.h"

namespace baodao::store {
namespace {

struct Item {
  int number = 0;
  int result = 0;
};

class HotQueueTest : public ::testing::Test {
 protected:
  using Queue = HotQueue<Item>;

  // A batch function that answers number * 10, after `gate` was opened.
  Queue::Batch Answering() {
    return [this](std::string key, std::vector<Item*> items) -> Task<void> {
      return Answer(std::move(key), std::move(items));
    };
  }
  Task<void> Answer(std::string key, std::vector<Item*> items) {
    batches_.emplace_back(key, items.size());
    while (closed_.contains(key)) co_await opened_.Wait();
    for (Item* item : items) {
      if (item->number < 0) throw std::runtime_error("a bad item");
      item->result = item->number * 10;
    }
  }

  void Submit(Queue& queue, std::string key, int number) {
    asio::co_spawn(loop_, SubmitOne(&queue, std::move(key), number), asio::detached);
  }
  Task<void> SubmitOne(Queue* queue, std::string key, int number) {
    Item item{number, 0};
    const absl::Status status = co_await queue->Submit(std::move(key), item);
    done_.push_back(status.ok() ? item.result : -1);
    last_ = status;
  }
  void Open(const std::string& key) {
    closed_.erase(key);
    opened_.Notify();
  }
  void Spin() {
    loop_.restart();
    loop_.poll();
  }

  asio::io_context loop_;
  std::set<std::string> closed_;
  Signal opened_{loop_};
  std::vector<std::pair<std::string, size_t>> batches_;
  std::vector<int> done_;
  absl::Status last_;
};

TEST_F(HotQueueTest, CallsOfOneTurnMakeOneBatch) {
  Queue queue(loop_, Answering());
  for (int i = 1; i <= 5; ++i) Submit(queue, "a", i);
  Spin();
  EXPECT_EQ(done_, (std::vector<int>{10, 20, 30, 40, 50}));
  ASSERT_EQ(batches_.size(), 1u);
  EXPECT_EQ(batches_[0].second, 5u);
  EXPECT_EQ(queue.busy_keys(), 0u);
}

TEST_F(HotQueueTest, CallsDuringABatchMakeTheNext) {
  Queue queue(loop_, Answering(), 3);
  closed_.insert("a");
  Submit(queue, "a", 1);
  Spin();
  for (int i = 2; i <= 6; ++i) Submit(queue, "a", i);
  Spin();
  EXPECT_TRUE(done_.empty());
  EXPECT_EQ(queue.waiting(), 5u);
  Open("a");
  Spin();
  EXPECT_EQ(done_, (std::vector<int>{10, 20, 30, 40, 50, 60}));
  ASSERT_EQ(batches_.size(), 3u);
  EXPECT_EQ(batches_[1].second, 3u) << "bounded";
  EXPECT_EQ(batches_[2].second, 2u);
  EXPECT_EQ(queue.busy_keys(), 0u);
}

TEST_F(HotQueueTest, KeysDoNotWaitForEachOther) {
  Queue queue(loop_, Answering());
  closed_.insert("a");
  Submit(queue, "a", 1);
  Submit(queue, "b", 2);
  Spin();
  EXPECT_EQ(done_, std::vector<int>{20});
  EXPECT_EQ(queue.busy_keys(), 1u);
  Open("a");
  Spin();
  EXPECT_EQ(done_, (std::vector<int>{20, 10}));
}

TEST_F(HotQueueTest, AThrowingBatchLosesNobody) {
  Queue queue(loop_, Answering());
  closed_.insert("a");
  Submit(queue, "a", -1);
  Submit(queue, "a", 2);
  Spin();
  Submit(queue, "a", 3);
  Open("a");
  Spin();
  EXPECT_EQ(done_, (std::vector<int>{-1, -1, 30})) << "the next batch is not affected";
}

TEST_F(HotQueueTest, DestroyingItEndsWhoWaits) {
  auto queue = std::make_unique<Queue>(loop_, Answering());
  closed_.insert("a");
  Submit(*queue, "a", 1);
  Spin();
  Submit(*queue, "a", 2);
  Spin();
  queue.reset();
  Spin();
  EXPECT_EQ(done_, std::vector<int>{-1});
  EXPECT_EQ(last_.code(), absl::StatusCode::kUnavailable);
  Open("a");
  Spin();
  EXPECT_EQ(done_, (std::vector<int>{-1, 10})) << "the batch under way goes on";
}

// Callers and batches still suspended when the loop ends are destroyed (checked by ASan).
TEST_F(HotQueueTest, EndingTheLoopLeaksNothing) {
  Queue queue(loop_, Answering());
  closed_.insert("a");
  Submit(queue, "a", 1);
  Spin();
  Submit(queue, "a", 2);
  Spin();
  EXPECT_EQ(queue.waiting(), 1u);
}

}  // namespace
}  // namespace baodao::store

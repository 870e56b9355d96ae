// Searching many people for few.
#include <algorithm>

#include "common/ids/ids.h"
#include "common/testing/matchers.h"
#include "tests/integration/registration/fixture.h"

namespace baodao::registration {
namespace {

class PersonSearchTest : public ServiceTest {
 protected:
  static constexpr int kPerShard = 300;  // 2,400 in all: more than one call looks at

  PersonSearchTest() {
    for (int shard = 0; shard < kShards; ++shard) {
      for (int i = 0; i < kPerShard; i += kPerCommit) Settle(shard);
    }
    std::sort(all_.begin(), all_.end());
  }
  // People at c1, as registrations would have filed them.
  void Settle(int shard) {
    const store::Keys& keys = store_->keys();
    const record::IndexKeys lists(keys, "person");
    store::Commit commit(shard);
    for (int i = 0; i < kPerCommit; ++i) {
      const std::string id = ids::New("per", shard);
      commit.Put(keys.Of(shard, "person", id), 0, RecordOf(id).SerializeAsString());
      commit.IndexAdd(lists.InArea(shard, "c1", ""), record::CreatedAt(id), id + "|");
      all_.push_back(id);
    }
    ASSERT_THAT(Run(store_->Apply(std::move(commit))), testing::IsOk());
  }
  v1::PersonRecord RecordOf(const std::string& id) {
    v1::PersonRecord record;
    record.mutable_person()->set_person_id(id);
    PrivateFields fields;
    fields.phone = "13812345678";
    app_->vault.Seal(fields, &record);
    return record;
  }
  void Teach(const std::string& id, const std::string& skill) {
    auto loaded = Run(records_->Load(kPerson, id));
    ASSERT_THAT(loaded, testing::IsOk());
    loaded->record.mutable_person()->add_skills(skill);
    store::Commit commit(store_->keys().ShardOfId(id));
    commit.Put(store_->keys().Of(commit.shard(), "person", id), loaded->version,
               loaded->record.SerializeAsString());
    ASSERT_THAT(Run(store_->Apply(std::move(commit))), testing::IsOk());
  }
  // Everybody with the skill, page by page; counts the calls.
  std::vector<std::string> Search(const std::string& skill, int page_size) {
    std::vector<std::string> ids;
    v1::ListPeopleRequest request;
    request.set_area_code("c1");
    request.set_skill(skill);
    request.set_page_size(page_size);
    calls_ = 0;
    do {
      const auto page = Call(*person_client_, &People::ListPeople, Coordinator("c1"), request);
      EXPECT_THAT(page, testing::IsOk());
      if (!page.ok()) break;
      EXPECT_LE(page->people_size(), page_size);
      for (const v1::Person& person : page->people()) ids.push_back(person.person_id());
      request.set_page_token(page->next_page_token());
      ++calls_;
    } while (!request.page_token().empty());
    return ids;
  }

  static constexpr int kPerCommit = 50;
  std::vector<std::string> all_;  // in the order of a list
  int calls_ = 0;
};

// A page of one read the index and the people one by one: thousands of rounds for one call.
TEST_P(PersonSearchTest, ASmallPageOfARareSkillCostsFewRounds) {
  Teach(all_.back(), "legal");
  int rounds = 0;
  if (auto* memory = dynamic_cast<store::MemoryStore*>(store_)) {
    memory->SetFaults([&](std::string_view method, std::string_view) {
      rounds += method == "GetMany";
      return store::Fault();
    });
  }
  EXPECT_EQ(Search("legal", 1), std::vector<std::string>{all_.back()});
  EXPECT_EQ(calls_, 2);  // the first page is empty: one call looks at 2,000 people
  EXPECT_LE(rounds, 14);
}

TEST_P(PersonSearchTest, PagesWithinAChunkShowEverybodyOnce) {
  std::vector<std::string> expected;
  for (size_t i = 0; i < all_.size(); i += 97) {
    Teach(all_[i], "medical");
    expected.push_back(all_[i]);
  }
  for (const int page_size : {1, 7, 200}) {
    EXPECT_EQ(Search("medical", page_size), expected) << page_size;
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, PersonSearchTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

}  // namespace
}  // namespace baodao::registration

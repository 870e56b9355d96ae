// The candidate index: everybody who could serve and every task that is not over, in memory. Fed
// with snapshots and events in any order and more than once; versions and times decide what is
// newer.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "baodao/events/v1/events.pb.h"
#include "common/areas/tree.h"
#include "common/containers/string_map.h"
#include "services/matching/domain/model.h"

namespace baodao::matching {

// Loop thread only.
class CandidateIndex {
 public:
  enum class Applied {
    kOld,  // as new or newer was known
    kDone,
    kUnknownTask,  // the task must be fetched; what the event says of the person is taken over
  };

  CandidateIndex();

  // Places everybody and everything in this tree.
  void SetTree(std::shared_ptr<const areas::AreaTree> tree);
  const areas::AreaTree& tree() const { return *tree_; }

  Applied Apply(const Profile& profile);
  // `now` is when a new shortage of people begins to count. A task that is over is forgotten, and
  // what was read before it ended does not bring it back.
  Applied Apply(const DispatchTask& task, Time now);
  Applied Apply(const events::v1::AssignmentChanged& change, Time now);
  Applied Apply(const events::v1::UnitClaimChanged& change, Time now);
  // From a snapshot: `task` must have been applied before. An assignment of one that is over counts
  // only by what came of it.
  Applied Apply(const Assignment& assignment, const DispatchTask& task);

  // Forgets a task that no longer exists.
  void Forget(std::string_view task_id) { Drop(task_id); }
  // Leaves the pair out of what is proposed until then: dispatch refused it for a reason this index
  // does not know of yet.
  void Shun(std::string_view task_id, std::string_view person_id, Time until);

  // Forgets accepted work that ended before the one time, and what came of it before the other;
  // call now and then.
  void Forget(Time work_before, Time history_before);
  // Forgets which tasks ended so long ago that no read from before is under way any more; call it
  // more often.
  void ForgetEnded(Time now);

  // nullptr when not known.
  const Person* FindPerson(std::string_view id) const;
  const OpenTask* FindTask(std::string_view id) const;
  // -1 when not known.
  PersonSlot SlotOf(std::string_view person_id) const;

  const std::deque<Person>& people() const { return people_; }
  // Unordered. A task that is kept elsewhere goes on changing until it is over.
  const StringMap<std::shared_ptr<OpenTask>>& tasks() const { return tasks_; }
  const TagTable& tags() const { return tags_; }
  // How many people hold the skill (or any tag as a skill).
  int32_t HoldersOf(TagId skill) const;
  // Registrations that the scope admits.
  int64_t RegistrationsIn(const AreaScope& scope) const;
  AreaScope ScopeOf(std::string_view code) const;
  // The position in the tree of the area, or of the one that has taken its place; -1 for unknown
  // codes.
  int PositionOf(std::string_view code) const;
  // The district that the area, or whichever has taken its place, is or lies in; nullptr above
  // districts and where there are none.
  const areas::Area* DistrictOf(std::string_view code) const;
  // That district, or else the area itself: among whose people somebody for its tasks is looked
  // for.
  AreaScope SurroundingsOf(std::string_view code) const;

 private:
  PersonSlot Intern(std::string_view person_id);
  void Place(Person* person);
  void Place(OpenTask* task) const;
  void HoldCredentials(Person* person, const Profile& profile);
  void KeepApart(PersonSlot slot, const Profile& profile);
  void CountSkills(const Person& person, int32_t by);
  struct Ended {
    uint64_t version = 0;
    Time at;
  };
  // The facts of an assignment that are known without its task.
  struct Job {
    Window window;
    const std::string& area_code;
    const std::string& requester_id;
  };
  // `task` null: it is not known.
  Applied Apply(const std::string& task_id, OpenTask* task, const events::v1::TaskBrief& brief,
                int32_t free_before, Time now);
  void Settle(PersonSlot slot, OpenTask* task, const Assignment& assignment, const Job& job);
  void Remember(Person* person, const Assignment& assignment, const Job& job);
  // The person who asked for something; -1 for nobody in particular.
  PersonSlot RequesterOf(const std::string& person_id);
  void Drop(std::string_view task_id);
  void End(const std::string& task_id, uint64_t version, Time at);
  // Not where it is of a later version than the one that ended: when Redis fails over, an end that
  // was heard of may be lost.
  bool HasEnded(std::string_view task_id, uint64_t version) const;
  static void NoteShortage(OpenTask* task, int32_t free_before, Time now);

  std::shared_ptr<const areas::AreaTree> tree_;
  TagTable tags_;
  std::deque<Person> people_;
  absl::flat_hash_map<std::string_view, PersonSlot> slots_;  // keys point into people_
  std::unordered_map<PersonSlot, Apart> apart_;              // tasks point into it
  StringMap<std::shared_ptr<OpenTask>> tasks_;
  StringMap<Ended> ended_;              // tasks that were over of late
  std::vector<int32_t> holders_;        // by TagId
  std::vector<int32_t> registrations_;  // by position in the tree
};

}  // namespace baodao::matching

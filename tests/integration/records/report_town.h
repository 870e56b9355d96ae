// Two months of a district in an archive, with figures that were worked out by hand.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "baodao/dispatch/v1/assignment.pb.h"
#include "baodao/dispatch/v1/task.pb.h"
#include "baodao/lists/v1/need.pb.h"
#include "common/areas/tree.h"
#include "common/clock/time_text.h"
#include "common/clock/timestamp.h"
#include "common/testing/areas.h"
#include "services/records/domain/period.h"
#include "tests/integration/records/database_fixture.h"

namespace baodao::records {

inline constexpr char kDistrict[] = "310110";
inline constexpr char kWest[] = "310110009";
inline constexpr char kWestOne[] = "310110009001";
inline constexpr char kWestTwo[] = "310110009002";
inline constexpr char kMoved[] = "310110009003";  // closed: kEastOne took its place
inline constexpr char kEast[] = "310110012";
inline constexpr char kEastOne[] = "310110012001";
inline constexpr char kElsewhere[] = "310101";

inline const std::string kUnitOne = "unt_01J00000000000000000000001";
inline const std::string kUnitTwo = "unt_01J00000000000000000000002";
inline const std::string kLiaison = "per_01J00000000000000000000077";

inline areas::Area ReportArea(const std::string& code, const std::string& parent,
                              areas::AreaLevel level, const std::string& successor = "") {
  areas::Area area = testing::AreaOf(code, parent, level, "区域" + code);
  area.set_successor_code(successor);
  return area;
}

inline std::vector<areas::Area> ReportAreas() {
  using namespace registration::v1;  // NOLINT
  return {ReportArea(kDistrict, "", AREA_LEVEL_DISTRICT),
          ReportArea(kWest, kDistrict, AREA_LEVEL_SUBDISTRICT),
          ReportArea(kWestOne, kWest, AREA_LEVEL_COMMUNITY),
          ReportArea(kWestTwo, kWest, AREA_LEVEL_COMMUNITY),
          ReportArea(kMoved, kWest, AREA_LEVEL_COMMUNITY, kEastOne),
          ReportArea(kEast, kDistrict, AREA_LEVEL_SUBDISTRICT),
          ReportArea(kEastOne, kEast, AREA_LEVEL_COMMUNITY),
          ReportArea(kElsewhere, "", AREA_LEVEL_DISTRICT)};
}

inline int64_t MsAt(const std::string& text) {
  return FromRfc3339(text)->time_since_epoch().count();
}

class ReportTown : public DatabaseTest {
 protected:
  ReportTown() { Ensure(); }

  StreamId NextId() { return {++events_, 0}; }
  void PutRows(Rows rows, const StreamId& id) {
    Entry entry{id, false, {}};
    entry.rows = std::move(rows);
    Put({entry});
  }
  // A row of a new event.
  template <class Row>
  void PutRow(std::optional<Row> Rows::*kind, const std::function<void(Row&)>& fill) {
    const StreamId id = NextId();
    Rows rows;
    fill((rows.*kind).emplace(id));
    PutRows(std::move(rows), id);
  }
  void PutEvent(const events::v1::Event& event) {
    const StreamId id = NextId();
    PutRows(RowsOf(event, id), id);
  }

  // `staffed`: seconds from publishing until enough had accepted; 0: never.
  void AddTask(const std::string& task_id, const std::string& area, const std::string& start,
               dispatch::v1::TaskState state, int64_t slots, int64_t accepted, int64_t rating = 0,
               int64_t staffed = 0) {
    PutRow<TaskRow>(&Rows::task, [&](TaskRow& row) {
      row.task_id = task_id;
      row.area_code = area;
      row.start_ms = MsAt(start);
      row.end_ms = row.start_ms + 3'600'000;
      row.state = state;
      row.slots_max = slots;
      row.accepted_count = accepted;
      row.rating = rating;
      row.create_ms = MsAt("2026-09-01T00:00:00Z");
      starts_[task_id] = {area, row.start_ms};
    });
    if (staffed > 0) Staff(task_id, MsAt("2026-09-01T00:00:00Z") + staffed * 1000);
  }
  void Staff(const std::string& task_id, int64_t time_ms) {
    Rows rows;
    rows.staffed = TaskStaffed{task_id, time_ms};
    PutRows(std::move(rows), NextId());
  }
  void AddAssignment(const std::string& task_id, const std::string& person,
                     dispatch::v1::AssignmentState state, const std::string& unit = "") {
    PutRow<AssignmentRow>(&Rows::assignment, [&](AssignmentRow& row) {
      row.task_id = task_id;
      row.person_id = person;
      row.area_code = starts_.at(task_id).first;
      row.start_ms = starts_.at(task_id).second;
      row.state = state;
      row.unit_id = unit;
    });
  }
  void AddEntry(const std::string& person, int64_t sequence, const std::string& task_id,
                int64_t minutes, dispatch::v1::Confirmation confirmation, int64_t reverses = 0,
                const std::string& unit = "") {
    PutRow<LedgerRow>(&Rows::ledger, [&](LedgerRow& row) {
      row.person_id = person;
      row.sequence = sequence;
      row.task_id = task_id;
      row.minutes = minutes;
      row.confirmation = confirmation;
      row.reverses = reverses;
      row.unit_id = unit;
      row.time_ms = MsAt("2026-12-24T00:00:00Z");  // belongs to the day of the service
    });
  }
  void AddNeed(const std::string& need_id, const std::string& area, const std::string& created,
               lists::v1::NeedState state, const std::string& category) {
    PutRow<NeedRow>(&Rows::need, [&](NeedRow& row) {
      row.need_id = need_id;
      row.area_code = area;
      row.create_ms = MsAt(created);
      row.state = state;
      row.category = category;
    });
  }
  // The registration has come from state to state at these times.
  void AddRegistration(
      const std::string& id, const std::string& subject, const std::string& area,
      const std::vector<std::pair<std::string, registration::v1::RegistrationState>>& moves) {
    auto before = registration::v1::REGISTRATION_STATE_UNSPECIFIED;
    for (const auto& [time, state] : moves) {
      events::v1::Event event;
      *event.mutable_time() = ToTimestamp(Time(Millis(MsAt(time))));
      event.mutable_registration_changed()->set_before(before);
      auto& registration = *event.mutable_registration_changed()->mutable_registration();
      registration.set_registration_id(id);
      registration.set_subject_id(subject);
      registration.set_area_code(area);
      registration.set_state(state);
      *registration.mutable_create_time() = ToTimestamp(Time(Millis(MsAt(moves[0].first))));
      PutEvent(event);
      before = state;
    }
  }
  void AddUnit(const std::string& unit_id, const std::string& name, const std::string& liaison) {
    events::v1::Event event;
    registration::v1::Unit& unit = *event.mutable_unit_changed()->mutable_unit();
    unit.set_unit_id(unit_id);
    unit.set_name(name);
    unit.add_liaison_ids(liaison);
    PutEvent(event);
  }

  // October and November.
  void AddTwoMonths() {
    AddTasks();
    AddServices();
    AddNeedsAndRegistrations();
  }
  void AddTasks() {
    using namespace dispatch::v1;  // NOLINT
    // The first and the last moment of October in China, and those beside the period.
    AddTask("t1", kWestOne, "2026-09-30T16:00:00Z", TASK_STATE_CLOSED, 2, 2, 5, 600);
    AddTask("t2", kWestOne, "2026-10-31T15:59:59Z", TASK_STATE_EVALUATED, 3, 1, 4, 1200);
    AddTask("t3", kWestTwo, "2026-10-31T16:00:00Z", TASK_STATE_EXPIRED, 4, 0);
    AddTask("t4", kWestTwo, "2026-11-10T00:00:00Z", TASK_STATE_CANCELLED, 5, 0, 0, 60);
    AddTask("t5", kEastOne, "2026-11-12T00:00:00Z", TASK_STATE_SERVED, 1, 1, 0, 3600);
    AddTask("t6", kMoved, "2026-11-13T00:00:00Z", TASK_STATE_CLOSED, 1, 1, 1, 30);
    AddTask("t7", kDistrict, "2026-11-14T00:00:00Z", TASK_STATE_OPEN, 9, 0);
    AddTask("t8", kWestOne, "2026-09-30T15:59:59Z", TASK_STATE_CLOSED, 7, 7, 5, 5);
    AddTask("t9", kWestOne, "2026-11-30T16:00:00Z", TASK_STATE_CLOSED, 7, 7, 5, 5);
    AddTask("t10", kElsewhere, "2026-11-13T00:00:00Z", TASK_STATE_CLOSED, 7, 7, 5, 5);
  }
  void AddServices() {
    using namespace dispatch::v1;  // NOLINT
    AddAssignment("t1", "per_1", ASSIGNMENT_STATE_CREDITED, kUnitOne);
    AddAssignment("t1", "per_2", ASSIGNMENT_STATE_CREDITED);
    AddAssignment("t2", "per_1", ASSIGNMENT_STATE_CREDITED, kUnitOne);
    AddAssignment("t2", "per_3", ASSIGNMENT_STATE_NO_SHOW, kUnitOne);
    AddAssignment("t3", "per_4", ASSIGNMENT_STATE_RELEASED);
    AddAssignment("t5", "per_2", ASSIGNMENT_STATE_SIGNED_OUT);
    AddAssignment("t6", "per_5", ASSIGNMENT_STATE_CREDITED, kUnitTwo);
    AddAssignment("t8", "per_9", ASSIGNMENT_STATE_CREDITED, kUnitOne);
    AddAssignment("t10", "per_9", ASSIGNMENT_STATE_CREDITED, kUnitTwo);
    AddEntry("per_1", 1, "t1", 60, CONFIRMATION_EVALUATION, 0, kUnitOne);
    AddEntry("per_1", 2, "t2", 30, CONFIRMATION_MANUAL, 0, kUnitOne);
    // 60 minutes, put right to 45.
    AddEntry("per_2", 1, "t1", 60, CONFIRMATION_EVALUATION);
    AddEntry("per_2", 2, "t1", -60, CONFIRMATION_CORRECTION, 1);
    AddEntry("per_2", 3, "t1", 45, CONFIRMATION_CORRECTION);
    AddEntry("per_5", 1, "t6", 90, CONFIRMATION_TIMER, 0, kUnitTwo);
    AddEntry("per_9", 1, "t8", 500, CONFIRMATION_TIMER, 0, kUnitOne);
    AddEntry("per_9", 2, "t10", 500, CONFIRMATION_TIMER, 0, kUnitTwo);
  }
  void AddNeedsAndRegistrations() {
    using namespace lists::v1;  // NOLINT
    AddNeed("n1", kWestOne, "2026-10-02T00:00:00Z", NEED_STATE_CLOSED, "cleaning");
    AddNeed("n2", kWestOne, "2026-11-02T00:00:00Z", NEED_STATE_SUBMITTED, "escort");
    AddNeed("n3", kMoved, "2026-11-02T00:00:00Z", NEED_STATE_CLOSED, "cleaning");
    AddNeed("n4", kWestOne, "2026-09-02T00:00:00Z", NEED_STATE_CLOSED, "cleaning");
    using namespace registration::v1;  // NOLINT
    AddRegistration("r1", "per_1", kWestOne,
                    {{"2026-09-20T00:00:00Z", REGISTRATION_STATE_PENDING},
                     {"2026-09-21T00:00:00Z", REGISTRATION_STATE_ACTIVE},
                     {"2026-10-10T00:00:00Z", REGISTRATION_STATE_SUSPENDED},
                     {"2026-11-05T00:00:00Z", REGISTRATION_STATE_ACTIVE}});
    AddRegistration("r2", "per_2", kWestOne,
                    {{"2026-10-03T00:00:00Z", REGISTRATION_STATE_PENDING},
                     {"2026-10-04T00:00:00Z", REGISTRATION_STATE_ACTIVE},
                     {"2026-11-20T00:00:00Z", REGISTRATION_STATE_ENDED}});
    AddRegistration("r3", kUnitOne, kWestOne,
                    {{"2026-10-05T00:00:00Z", REGISTRATION_STATE_PENDING},
                     {"2026-10-06T00:00:00Z", REGISTRATION_STATE_ACTIVE}});
    AddRegistration("r4", "per_3", kEastOne,
                    {{"2026-11-03T00:00:00Z", REGISTRATION_STATE_PENDING},
                     {"2026-11-04T00:00:00Z", REGISTRATION_STATE_REJECTED}});
    AddRegistration("r5", "per_6", kMoved,
                    {{"2026-09-01T00:00:00Z", REGISTRATION_STATE_PENDING},
                     {"2026-09-02T00:00:00Z", REGISTRATION_STATE_ACTIVE}});
    AddUnit(kUnitOne, "区建设公司", kLiaison);
    AddUnit(kUnitTwo, "第二中学", "");
  }

  static Period TwoMonths() { return {MsAt("2026-09-30T16:00:00Z"), MsAt("2026-11-30T16:00:00Z")}; }

  int64_t events_ = 0;
  std::map<std::string, std::pair<std::string, int64_t>> starts_;  // of tasks: area and start
};

}  // namespace baodao::records

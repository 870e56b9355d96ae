#include "common/testing/matchers.h"
#include "tests/integration/registration/fixture.h"

namespace baodao::registration {
namespace {

using ::testing::ElementsAre;

class UnitServiceTest : public ServiceTest {
 protected:
  v1::UpdateUnitRequest Rename(const std::string& id) {
    v1::UpdateUnitRequest request;
    request.set_request_id(NextRequest());
    request.set_unit_id(id);
    request.set_name("新名字");
    request.mutable_update_mask()->add_paths("name");
    return request;
  }
  absl::StatusOr<v1::Unit> Update(const std::string& token, const v1::UpdateUnitRequest& request) {
    return Call(*unit_client_, &Units::UpdateUnit, token, request);
  }
};

TEST_P(UnitServiceTest, IsCreatedByItsCoordinatorAndSpokenForByItsLiaison) {
  const Account liaison = LogIn("13812345678");
  const v1::Unit unit = MakeUnit("c1", liaison.id);
  v1::GetUnitRequest get;
  get.set_unit_id(unit.unit_id());
  EXPECT_EQ(Call(*unit_client_, &Units::GetUnit, liaison.token, get)->name(), "同济大学");
  EXPECT_THAT(Update(liaison.token, Rename(unit.unit_id())), testing::IsOk());
  EXPECT_THAT(Update(Coordinator("s1"), Rename(unit.unit_id())), testing::IsOk());
  EXPECT_EQ(ReasonName(Update(Coordinator("s2"), Rename(unit.unit_id()))), "PERMISSION_DENIED");
  const Account other = LogIn("13912345678");
  EXPECT_EQ(ReasonName(Update(other.token, Rename(unit.unit_id()))), "PERMISSION_DENIED");
  // Created, renamed; the second renaming to the same name still has a new update time.
  EXPECT_GE(CountEvents([](const auto& event) { return event.has_unit_changed(); }), 2);
}

TEST_P(UnitServiceTest, RefusesUnknownLiaisonsAndAreas) {
  v1::CreateUnitRequest request;
  request.set_request_id("a");
  request.set_name("X");
  request.set_kind(v1::UNIT_KIND_ENTERPRISE);
  request.set_area_code("c1");
  request.set_liaison_id("per_01J00000000000000000000001");
  const auto unknown = Call(*unit_client_, &Units::CreateUnit, Coordinator("c1"), request);
  ASSERT_EQ(ReasonName(unknown), "INVALID_ARGUMENT_FIELDS");
  EXPECT_EQ(ViolationsOf(unknown.status())[0].field, "liaison_id");
  EXPECT_EQ(ReasonName(Call(*unit_client_, &Units::CreateUnit, Coordinator("c2"), request)),
            "PERMISSION_DENIED");
  request.clear_liaison_id();
  request.set_area_code("nowhere");
  EXPECT_EQ(ReasonName(Call(*unit_client_, &Units::CreateUnit, tokens_.Operator(), request)),
            "AREA_UNKNOWN");
}

// Names are kept in one form, whatever a phone's keyboard sends; the same request stays the same.
TEST_P(UnitServiceTest, NamesAreKeptInOneForm) {
  v1::CreateUnitRequest request;
  request.set_request_id("one-form");
  request.set_name("  Cafe\u0301\u200b 同济\u202e\u3000");
  request.set_kind(v1::UNIT_KIND_ENTERPRISE);
  request.set_area_code("c1");
  const auto create = [&] {
    return Call(*unit_client_, &Units::CreateUnit, Coordinator("c1"), request);
  };
  const auto first = create();
  ASSERT_THAT(first, testing::IsOk());
  EXPECT_EQ(first->name(), "Caf\u00e9 同济");
  request.set_name("Caf\u00e9 同济");
  const auto again = create();
  ASSERT_THAT(again, testing::IsOk());
  EXPECT_EQ(again->unit_id(), first->unit_id());
  request.set_name("\u3164");
  EXPECT_EQ(ViolationsOf(create().status()).at(0).kind, ViolationKind::REQUIRED);
  request.set_name("一\n二");
  EXPECT_EQ(ViolationsOf(create().status()).at(0).kind, ViolationKind::LINE_BREAK);
}

TEST_P(UnitServiceTest, ListsASubtreeInOrderOfCreation) {
  std::vector<std::string> of_s1, all;
  for (int i = 0; i < 6; ++i) {
    const std::string id = MakeUnit(i % 2 == 0 ? "c1" : "c3", "").unit_id();
    all.push_back(id);
    if (i % 2 == 0) of_s1.push_back(id);
    clock_.Advance(Millis(10));
  }
  const auto list = [&](const std::string& area) {
    std::vector<std::string> ids;
    v1::ListUnitsRequest request;
    request.set_area_code(area);
    request.set_page_size(2);
    do {
      const auto page = Call(*unit_client_, &Units::ListUnits, Coordinator(area), request);
      EXPECT_THAT(page, testing::IsOk());
      if (!page.ok()) break;
      for (const v1::Unit& unit : page->units()) ids.push_back(unit.unit_id());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return ids;
  };
  std::sort(all.begin(), all.end());
  EXPECT_EQ(list("s1"), of_s1);
  EXPECT_EQ(list("c1"), of_s1);
  EXPECT_EQ(list("d1"), all);
  EXPECT_THAT(list("d2"), ElementsAre());
}

INSTANTIATE_TEST_SUITE_P(Stores, UnitServiceTest,
                         ::testing::Values(Backend::kMemory, Backend::kRedis), BackendName);

}  // namespace
}  // namespace baodao::registration

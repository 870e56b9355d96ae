// Promises every proto of the tree keeps. A new proto with a service is named by the first test
// below until its header is included here.
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "baodao/diagnostics/v1/diagnostics.pb.h"
#include "baodao/dispatch/v1/assignment.pb.h"
#include "baodao/dispatch/v1/calendar.pb.h"
#include "baodao/dispatch/v1/certificate.pb.h"
#include "baodao/dispatch/v1/change.pb.h"
#include "baodao/dispatch/v1/complaint.pb.h"
#include "baodao/dispatch/v1/ledger.pb.h"
#include "baodao/dispatch/v1/message.pb.h"
#include "baodao/dispatch/v1/nearby.pb.h"
#include "baodao/dispatch/v1/on_site.pb.h"
#include "baodao/dispatch/v1/rating.pb.h"
#include "baodao/dispatch/v1/rating_code.pb.h"
#include "baodao/dispatch/v1/task.pb.h"
#include "baodao/dispatch/v1/unit_claim.pb.h"
#include "baodao/inbox/v1/announcement.pb.h"
#include "baodao/inbox/v1/channel.pb.h"
#include "baodao/inbox/v1/home.pb.h"
#include "baodao/inbox/v1/inbox.pb.h"
#include "baodao/lists/v1/booking.pb.h"
#include "baodao/lists/v1/match.pb.h"
#include "baodao/lists/v1/need.pb.h"
#include "baodao/lists/v1/need_series.pb.h"
#include "baodao/lists/v1/obligation.pb.h"
#include "baodao/lists/v1/project.pb.h"
#include "baodao/lists/v1/resource.pb.h"
#include "baodao/matching/v1/matching.pb.h"
#include "baodao/records/v1/retirement.pb.h"
#include "baodao/records/v1/search.pb.h"
#include "baodao/registration/v1/account.pb.h"
#include "baodao/registration/v1/area.pb.h"
#include "baodao/registration/v1/person.pb.h"
#include "baodao/registration/v1/registration.pb.h"
#include "baodao/registration/v1/session.pb.h"
#include "baodao/registration/v1/unit.pb.h"
#include "baodao/registration/v1/unit_liaison.pb.h"
#include "baodao/registration/v1/unit_member.pb.h"
#include "baodao/registration/v1/vocabulary.pb.h"
#include "baodao/validate/v1/field.pb.h"
#include "common/rpc/detail/access_plan.h"
#include "common/testing/matchers.h"
#include "common/testing/paths.h"
#include "common/validate/validate.h"

namespace baodao {
namespace {

namespace fs = std::filesystem;
using google::protobuf::DescriptorPool;
using google::protobuf::FileDescriptor;
using google::protobuf::MethodDescriptor;

// Paths of our protos as they import each other: "baodao/lists/v1/need.proto".
std::vector<std::string> ProtoFiles() {
  const fs::path root = testing::SourceFile("protos");
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(root / "baodao")) {
    if (entry.path().extension() == ".proto") {
      files.push_back(fs::relative(entry.path(), root).string());
    }
  }
  return files;
}

std::vector<const MethodDescriptor*> Methods() {
  std::vector<const MethodDescriptor*> methods;
  for (const std::string& path : ProtoFiles()) {
    const FileDescriptor* file = DescriptorPool::generated_pool()->FindFileByName(path);
    for (int s = 0; file != nullptr && s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        methods.push_back(file->service(s)->method(m));
      }
    }
  }
  return methods;
}

TEST(ContractTest, EveryProtoWithAServiceIsLookedAt) {
  for (const std::string& path : ProtoFiles()) {
    std::ifstream text(testing::SourceFile("protos/" + path));
    bool has_service = false;
    for (std::string line; std::getline(text, line);) has_service |= line.rfind("service ", 0) == 0;
    if (!has_service) continue;
    EXPECT_NE(DescriptorPool::generated_pool()->FindFileByName(path), nullptr)
        << "include the header of " << path << " in this test";
  }
  // Nothing else here refers to them: the linker would leave them out.
  EXPECT_NE(inbox::v1::Channels::descriptor(), nullptr);
  EXPECT_NE(dispatch::v1::CancelSwapRequest::descriptor(), nullptr);
  EXPECT_NE(dispatch::v1::Rating::descriptor(), nullptr);
  EXPECT_NE(dispatch::v1::CalendarFeed::descriptor(), nullptr);
  EXPECT_NE(dispatch::v1::CertificateFacts::descriptor(), nullptr);
  EXPECT_NE(dispatch::v1::RatingCode::descriptor(), nullptr);
  EXPECT_NE(dispatch::v1::NearbyTasks::descriptor(), nullptr);
  EXPECT_NE(lists::v1::Obligations::descriptor(), nullptr);
  EXPECT_NE(registration::v1::Vocabulary::descriptor(), nullptr);
  EXPECT_GT(Methods().size(), 50u);
}

TEST(ContractTest, EveryMethodHasAnAccessRuleThatMakesSense) {
  for (const MethodDescriptor* method : Methods()) {
    const auto plan = rpc::detail::AccessPlan::Compile(method);
    EXPECT_THAT(plan, testing::IsOk()) << method->full_name();
  }
}

TEST(ContractTest, EveryFieldOfEveryRequestHasBounds) {
  for (const MethodDescriptor* method : Methods()) {
    for (const std::string& field : validate::UnboundedFields(method->input_type())) {
      ADD_FAILURE() << method->full_name() << ": " << method->input_type()->name() << "." << field
                    << " has no bounds";
    }
  }
}

void CheckTags(const google::protobuf::Descriptor* type,
               std::set<const google::protobuf::Descriptor*>* seen) {
  if (!seen->insert(type).second) return;
  for (int i = 0; i < type->field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = type->field(i);
    if (field->message_type() != nullptr) CheckTags(field->message_type(), seen);
    const validate::v1::Field& bounds = field->options().GetExtension(validate::v1::field);
    EXPECT_EQ(bounds.format() == validate::v1::FORMAT_TAG, bounds.tag_kind() != 0)
        << field->full_name();
    EXPECT_TRUE(bounds.tag_kind() != 0 || !bounds.new_tag()) << field->full_name();
  }
}

TEST(ContractTest, EveryTagOfEveryRequestIsOneOfTheVocabulary) {
  std::set<const google::protobuf::Descriptor*> seen;
  for (const MethodDescriptor* method : Methods()) CheckTags(method->input_type(), &seen);
  EXPECT_GT(seen.size(), 100u);
}

// Whether the message has such a field; of several or of one.
bool Has(const google::protobuf::Descriptor* type, const std::string& name, bool repeated = false) {
  const auto* field = type->FindFieldByName(name);
  return field != nullptr && field->is_repeated() == repeated;
}

TEST(ContractTest, EveryListIsPagedTheSameWay) {
  const std::map<std::string, std::string> whole = {
      {"ListFittingWindows", "of endlessly many fifty at most are proposed; from_time goes on"},
      {"ListAreaAncestors", "a way up the tree is as long as the tree is high"},
      {"ListRoles", "sixteen at most, and what granting and revoking answer"}};
  // The entries of a statement, beside their sums; hits.
  const std::set<std::string> paged = {"GetStatement", "FindNearestTasks"};
  for (const MethodDescriptor* method : Methods()) {
    const std::string& name = method->name();
    if (whole.contains(name)) continue;
    const bool is_list =
        name.starts_with("List") || name.starts_with("Search") || paged.contains(name);
    EXPECT_EQ(Has(method->input_type(), "page_size"), is_list) << method->full_name();
    EXPECT_EQ(Has(method->input_type(), "page_token"), is_list) << method->full_name();
    EXPECT_EQ(Has(method->output_type(), "next_page_token"), is_list) << method->full_name();
    // One state, and none for some of them, is what lists asked for once.
    EXPECT_FALSE(is_list && Has(method->input_type(), "state")) << method->full_name();
    EXPECT_FALSE(is_list && Has(method->input_type(), "states")) << method->full_name();
  }
}

TEST(ContractTest, EveryUpdateNamesItsFieldsAndTheVersionItIsAbout) {
  int updates = 0;
  for (const MethodDescriptor* method : Methods()) {
    if (!method->name().starts_with("Update")) continue;
    ++updates;
    EXPECT_TRUE(Has(method->input_type(), "update_mask")) << method->full_name();
    EXPECT_TRUE(Has(method->input_type(), "etag")) << method->full_name();
    EXPECT_TRUE(Has(method->output_type(), "etag")) << method->full_name();
  }
  EXPECT_GE(updates, 3);
}

TEST(ContractTest, EveryMutationHasARequestId) {
  const std::set<std::string> reads = {"Get",   "BatchGet", "List",  "Search",    "Find",
                                       "Check", "Export",   "Watch", "Recommend", "Echo"};
  // Looks nothing up: it says that somebody is well.
  const std::string check_in = "CheckIn";
  // The codes and tokens of a login are used once by themselves.
  const std::set<std::string> sessions = {"RequestLoginCode", "Login", "RefreshTokens", "Logout"};
  // The same version of a record is the same record, and rows are the same however often written.
  const std::set<std::string> idempotent = {"RetireRecord", "RestoreRecords"};
  for (const MethodDescriptor* method : Methods()) {
    const bool read =
        method->name() != check_in && std::ranges::any_of(reads, [&](const std::string& verb) {
          return method->name().starts_with(verb);
        });
    const bool mutation =
        !read && !sessions.contains(method->name()) && !idempotent.contains(method->name());
    EXPECT_EQ(Has(method->input_type(), "request_id"), mutation) << method->full_name();
  }
}

// Up to when events are in it. Retired records and ledgers are what their owners had written.
TEST(ContractTest, EveryAnswerOfTheArchiveSaysUpToWhenItIs) {
  const std::set<std::string> rows = {"RetireRecord", "GetRetiredRecord", "GetLedgerEntries",
                                      "RestoreRecords"};
  int answers = 0;
  for (const MethodDescriptor* method : Methods()) {
    if (method->file()->package() != "baodao.records.v1") continue;
    EXPECT_NE(Has(method->output_type(), "as_of"), rows.contains(method->name()))
        << method->full_name();
    ++answers;
  }
  EXPECT_GT(answers, 12);
}

}  // namespace
}  // namespace baodao

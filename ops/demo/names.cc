#include "ops/demo/names.h"

#include <fmt/format.h>

#include <array>

namespace baodao::demo {
namespace {

constexpr std::array kSurnames = {"王", "李", "张", "刘", "陈", "杨", "赵", "黄",
                                  "周", "吴", "徐", "孙", "胡", "朱", "高"};
constexpr std::array kGiven = {"建国", "秀英", "志强", "丽华", "伟", "敏", "静",
                               "磊",   "洋",   "勇",   "艳",   "军", "杰", "娟"};
constexpr std::array kUnits = {"机关党支部", "中学",     "医院",     "建设公司", "科技公司",
                               "律师事务所", "物业公司", "银行支行", "设计院",   "超市"};
constexpr std::array kTrades = {
    Trade{"elderly_care", "elderly_care", "陪独居老人就医"},
    Trade{"tutoring", "tutoring", "放学后作业辅导"},
    Trade{"repair", "repair", "上门维修水电"},
    Trade{"cleaning", "cleaning", "楼道堆物清理"},
    Trade{"delivery", "delivery", "给行动不便居民送餐"},
    Trade{"publicity", "publicity", "垃圾分类宣传"},
    Trade{"medical", "medical", "社区义诊"},
    Trade{"mediation", "mediation", "邻里纠纷调解"},
    Trade{"legal", "legal", "法律咨询"},
    Trade{"psychology", "psychology", "心理关怀"},
};

}  // namespace

std::string PhoneOf(const World& world, Part part, size_t index) {
  // 1, one of 3–9, 3 digits of the run, the part, 5 of the index: no two in a run, none in runs
  // that start within seven seconds, few otherwise.
  const size_t run = static_cast<size_t>(std::stoull(world.run)) % 7000;
  return fmt::format("1{}{:03}{}{:05}", 3 + run / 1000, run % 1000, static_cast<int>(part),
                     index % 100000);
}

std::string NameOf(size_t index) {
  return std::string(kSurnames[index % kSurnames.size()]) +
         kGiven[index / kSurnames.size() % kGiven.size()];
}

std::string UnitNameOf(size_t index) {
  return fmt::format("第{}{}", index + 1, kUnits[index % kUnits.size()]);
}

const Trade& TradeOf(size_t index) { return kTrades[index % kTrades.size()]; }

registration::v1::UpdatePersonRequest ProfileOf(World& world, size_t index, size_t community) {
  const auto& center = world.communities[community].area.center();
  const auto near = [&world](double degrees) {
    return degrees + (static_cast<double>(world.Random(1000)) - 500) / 80'000;
  };
  registration::v1::UpdatePersonRequest profile;
  profile.set_display_name(NameOf(index));
  profile.add_skills(TradeOf(index).skill);
  profile.add_skills(TradeOf(index / 10 + 3).skill);
  profile.add_categories(index % 3 == 0 ? "party_member" : "volunteer");
  profile.mutable_home()->set_latitude(near(center.latitude()));
  profile.mutable_home()->set_longitude(near(center.longitude()));
  for (const char* path : {"display_name", "skills", "categories", "home"}) {
    profile.mutable_update_mask()->add_paths(path);
  }
  return profile;
}

}  // namespace baodao::demo

// One need from its first word to its end, with everybody who has to do with it and all that is
// private about them.
#pragma once

#include <fmt/format.h>

#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/e2e/privacy/caller.h"

namespace baodao::testing {

// Values that nobody may see but those to whom they are shown on purpose.
struct Secret {
  std::string name;   // "contact.phone"
  std::string value;  // as it stands in an answer
  std::string owner;  // whose it is: they may always see it
};

// In the order of their time.
enum class Phase { kRaised, kPublished, kAccepted, kOver, kClosed };
inline const char* NameOf(Phase phase) {
  static constexpr const char* kNames[] = {"raised", "published", "accepted", "over", "closed"};
  return kNames[static_cast<size_t>(phase)];
}

class Life {
 public:
  explicit Life(Town& town);

  // Each brings the need into the phase.
  void Raise();
  void Publish();
  void Accept();
  void Serve();
  void Close();

  // Who calls: by name, with a token of theirs.
  const std::map<std::string, std::string>& tokens() const { return tokens_; }
  // The values that calls name: ids and texts by the field they are asked in.
  const std::map<std::string, std::string>& named() const { return named_; }
  const std::vector<Secret>& secrets() const { return secrets_; }
  // Their id; empty of who has no account.
  const std::string& PersonOf(const std::string& who) const { return ids_.at(who); }
  Caller& caller() { return caller_; }
  // Every answer that a call of the story itself got: who, which RPC, the bytes.
  struct Heard {
    std::string who;
    std::string method;
    std::string bytes;
  };
  std::vector<Heard> TakeHeard() { return std::exchange(heard_, {}); }

 private:
  void Meet(const std::string& who, const demo::Actor& actor);
  void WriteProfile(const std::string& who, const std::string& name);
  std::string Keep(const std::string& name, std::string value, const std::string& owner);
  std::string KeepPlace(const std::string& name, double offset, const std::string& owner);
  // Calls as somebody; `text` is the request without its request_id. Keeps the id of what was made
  // in named().
  std::unique_ptr<Message> Do(const std::string& who, const std::string& method,
                              const std::string& text);
  void Await(const std::string& who, const std::string& method, const std::string& text,
             const std::function<bool(const Message&)>& done);
  std::string Task() const { return "task_id: '" + named_.at("task_id") + "' "; }
  std::string Person(const std::string& who) const { return "person_id: '" + ids_.at(who) + "' "; }
  std::string Unit() const { return "unit_id: '" + named_.at("unit_id") + "' "; }
  std::string Area() const { return "area_code: '" + named_.at("area_code") + "' "; }

  Town& town_;
  Caller caller_;
  std::map<std::string, std::string> tokens_;
  std::map<std::string, std::string> ids_;
  std::map<std::string, std::string> named_;
  std::vector<Secret> secrets_;
  std::vector<Heard> heard_;
};

}  // namespace baodao::testing

// The people, units and places of the demo. All are synthetic; the communities are real.
#pragma once

#include <asio/io_context.hpp>
#include <chrono>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "common/auth/tokens.h"
#include "common/client/backend.h"

namespace baodao::demo {

struct Options {
  std::string host = "127.0.0.1";
  int port_base = 7100;
  std::string keys_dir = "var/keys";
  std::string codes_file = "var/login-codes.txt";
  size_t units = 169;
  size_t people = 2800;
  size_t needs = 400;
  size_t communities = 46;
  size_t concurrency = 32;
  // From a need to the start of its work: by then people must have been found.
  std::chrono::seconds lead{60};
};

struct Actor {
  std::string phone;
  std::string name;
  std::string person_id;
  std::string token;
  std::string refresh_token;
  Time token_time{};
  size_t community = 0;  // index into World::communities
  size_t unit = SIZE_MAX;
};

struct Community {
  registration::v1::Area area;
  std::string subdistrict_code;
  std::string subdistrict_name;
  Actor coordinator;
};

struct Unit {
  std::string unit_id;
  Actor liaison;
  size_t community = 0;
};

struct Job {
  size_t requester = 0;  // index into World::people
  size_t community = 0;
  std::string need_id;
  std::string task_id;
  int slots = 0;
  Time start{};
  const Actor* leader = nullptr;  // one of World::people; null where nobody leads the others
  int rated = 0;                  // how many of its people were rated apart
};

// Slots of a task that a unit has claimed.
struct Share {
  size_t unit = 0;  // index into World::units
  size_t job = 0;   // index into World::jobs
  int slots = 0;
};

// A room of a unit, of which one slot is booked.
struct Room {
  size_t unit = 0;
  std::string resource_id;
};

// Hours on paper.
struct Paper {
  size_t person = 0;  // index into World::people
  dispatch::v1::Certificate certificate;
};

// News that somebody must hear sooner or later.
struct Awaited {
  const Actor* who = nullptr;
  inbox::v1::NotificationKind kind = inbox::v1::NOTIFICATION_KIND_UNSPECIFIED;
  std::string subject_id;
};

struct World {
  World(asio::io_context& loop, const Options& options, auth::Signer signer);

  // A token as the operator's tool mints it.
  std::string OperatorToken() const;
  // Logs in with the code that the local sender wrote down, as a phone would with the one it
  // received.
  Task<void> LogIn(Actor& actor);
  // A fresh token, with the roles granted since.
  Task<void> Refresh(Actor& actor);
  // Fresh tokens for all whose token is five minutes old: it lasts fifteen, and no step takes ten.
  Task<void> KeepSignedIn();
  std::string RequestId() { return "demo-" + run + "-" + std::to_string(++requests); }
  size_t Random(size_t below) { return below == 0 ? 0 : random() % below; }

  const Options options;
  client::Backend backend;
  auth::Signer signer;
  std::mt19937_64 random{20261122};
  std::string run;  // unique to this run: phones and request ids never collide with an earlier one
  uint64_t requests = 0;
  std::vector<Community> communities;
  std::vector<Unit> units;
  std::vector<Actor> people;
  std::vector<Job> jobs;
  std::vector<Share> shares;
  std::vector<Room> rooms;
  std::vector<Paper> papers;
  std::vector<Awaited> awaited;
  std::map<std::string, int64_t> counts;  // what happened, by name, for the summary
};

}  // namespace baodao::demo

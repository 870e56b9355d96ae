// Every key of a service comes from here. A key starts with the hash tag of its shard, so that a
// commit stays on one node of a cluster: {03}dispatch:task:tsk_01HF….
//
// clang-format off
//
// Keys that every service S has. Its own families stand in services/<name>/store/.
//
//   key                          type    holds                           bound
//   {NN}S:events                 stream  its events (the outbox)         trimmed (events/trimmer.h)
//   {NN}S:timers                 index   timers by when they are due     one a deadline
//   {NN}S:answer:<caller>:<req>  value   fingerprint, then the answer    24 hours
//   {NN}S:cursors                hash    group → position in events      the groups that read S
//   {NN}S:dead                   stream  events that S failed to handle  until an operator decides
//   {NN}S:again                  stream  … and is to handle again        until it has
//   {NN}S:again-cursor           hash    position in again               one field
//   {00}S:members                hash    replica → heartbeats            the replicas
//   {NN}S:diagnostics:<name>     record  what a self-test wrote          the names operators give
//   {NN}S:diagnostics            index   these names by last write       likewise
//   baodao:shards, its :ring     value   number of shards; whose ring    one each for all services
//
// For each record type T (common/record/type.h):
//
//   {NN}S:T:<id>                 record  the record: see its service's table
//   {NN}S:T-in:<area>[:<STATE>]  index   ids by creation: of an area, of one state
//   {NN}S:T-of:<owner>           index   … of a person or a unit
//   {NN}S:T-all                  index   … of the shard
//
// clang-format on
#pragma once

#include <string>
#include <string_view>

namespace baodao::store {

class Keys {
 public:
  // `service` is the prefix of all keys; `shards` is fixed for the life of the data (1–1024).
  Keys(std::string service, int shards);

  int shards() const { return shards_; }
  const std::string& service() const { return service_; }

  // {shard}service:kind:id
  std::string Of(int shard, std::string_view kind, std::string_view id) const;
  // {shard}service:kind
  std::string Of(int shard, std::string_view kind) const;

  std::string Events(int shard) const { return Of(shard, "events"); }
  std::string Timers(int shard) const { return Of(shard, "timers"); }
  std::string Answer(int shard, std::string_view caller, std::string_view request_id) const;

  // The shard of a key made by any Keys; -1 for any other text.
  static int ShardOf(std::string_view key);
  // The shard of a free text (an area's subdistrict code, a phone's lookup hash): CRC-16/XMODEM
  // modulo shards, the function of Redis Cluster's slots.
  int ShardOfText(std::string_view text) const;
  // The shard of a record id, which carries it. Always in range: a text that is no id, or an id
  // with a shard there is not, gets one where nothing will be found.
  int ShardOfId(std::string_view id) const;

 private:
  std::string service_;
  int shards_;
};

}  // namespace baodao::store

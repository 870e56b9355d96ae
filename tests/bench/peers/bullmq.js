// bullmq.js LISTEN REDIS_PORT: a claim is a job of a queue; a worker, a process of its own, does it by a script.
'use strict';
const {fork} = require('node:child_process');
const {randomUUID} = require('node:crypto');
const Redis = require('ioredis');
const {Queue, QueueEvents, Worker} = require('bullmq');
const {serve} = require('./serve');

// Capacity, no overlap, an event in an outbox, two notifications, all of it or nothing. Again for the same person, as
// after a worker that died: the same answer. Keys: the task, who is on it, the person's work by its start, their inbox,
// the outbox, the requester's inbox.
const CLAIM = `
  local who, wanted = ARGV[1], ARGV[2]
  if redis.call('HEXISTS', KEYS[2], who) == 1 then return 'ACCEPTED' end
  local start, finish, slots, taken = unpack(redis.call('HMGET', KEYS[1], 'start', 'end', 'slots', 'taken'))
  if not start then return 'TASK_NOT_FOUND' end
  local before = redis.call('ZREVRANGEBYSCORE', KEYS[3], '(' .. finish, '-inf', 'LIMIT', 0, 1)
  if before[1] and tonumber(string.match(before[1], '^%d+')) > tonumber(start) then return 'OVERLAPPING_TASK' end
  if tonumber(taken) >= tonumber(slots) then return 'TASK_FULL' end
  redis.call('HINCRBY', KEYS[1], 'taken', 1)
  redis.call('HSET', KEYS[2], who, ARGV[3])
  redis.call('ZADD', KEYS[3], start, finish .. ' ' .. wanted)
  redis.call('XADD', KEYS[5], '*', 'kind', 'assignment_changed', 'task', wanted, 'person', who)
  redis.call('LPUSH', KEYS[4], 'TASK_ACCEPTED ' .. wanted)
  redis.call('LPUSH', KEYS[6], 'TASK_STAFFED ' .. wanted)
  return 'ACCEPTED'`;

const [listen, port] = process.argv.slice(2);
const connection = {host: '127.0.0.1', port: Number(port), maxRetriesPerRequest: null};
const store = new Redis(connection);

function work() {
  store.defineCommand('claim', {numberOfKeys: 6, lua: CLAIM});
  const run = ({data: {who, task, area}}) => store.claim(`task:${task}`, `people:${task}`, `work:${who}`, `inbox:${who}`,
    'outbox', `inbox:${area}`, who, task, Date.now());
  new Worker('claims', run, {connection, concurrency: 64});
  process.on('disconnect', () => process.exit());
}

async function answer() {
  fork(__filename, [listen, port, 'work']);
  const claims = new Queue('claims', {connection});
  const events = new QueueEvents('claims', {connection});
  events.setMaxListeners(0);
  await events.waitUntilReady();
  const areas = new Map();  // of the tasks

  serve(listen, {
    async publish(request) {
      const id = `tsk_${randomUUID()}`;
      const {start, end} = request.window;
      areas.set(id, request.area_code);
      await store.hset(`task:${id}`, {start: start.seconds, end: end.seconds, slots: request.slots_max, taken: 0});
      return {task_id: id};
    },
    // The id of a job is its request: added twice it is one, and has one answer for a day.
    async claim(request, who) {
      const {task_id: task} = request;
      const job = await claims.add('claim', {who, task, area: areas.get(task)},
        {jobId: `${who} ${request.request_id}`, removeOnComplete: {age: 86400}});
      const outcome = await job.waitUntilFinished(events);
      if (outcome !== 'ACCEPTED') throw new Error(outcome);
      return {task_id: task, person_id: who, state: 'ASSIGNMENT_STATE_ACCEPTED'};
    },
  });
}

if (process.argv[4] === 'work') work();
else answer();

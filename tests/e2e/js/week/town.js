// The things that the days of the week have in common.
'use strict';
const {createHash, createHmac} = require('node:crypto');
const {pass} = require('../app');

const community = '310110001001';
const day = 86_400;
const week = {};  // what one day leaves for the next
const now = () => Math.floor(Date.now() / 1000);
const window = (start, length) => ({start: {seconds: start}, end: {seconds: start + length}});
const photo = (name) => ({url: `https://photos.example.org/${name}.jpg`, sha256: createHash('sha256').update(name).digest()});
// A moment after that second.
const reach = (seconds) => pass(seconds - Date.now() / 1000);

// The first Monday of a month: no month ends in a week that begins with it. Midnight in China is at 16:00 UTC.
const monday = (() => {
  const today = new Date(Date.now() + 8 * 3_600_000);  // its UTC fields are China's
  today.setUTCHours(0, 0, 0, 0);
  do today.setUTCDate(today.getUTCDate() + 1); while (today.getUTCDay() !== 1 || today.getUTCDate() > 7);
  return today / 1000 - 8 * 3600;
})();
// A time of the week, in China: 1 is its Monday, 8 the next one.
const at = (weekday, hour, minute = 0) => monday + (weekday - 1) * day + hour * 3600 + minute * 60;

// By the coordinator, at the community.
async function publish(title, category, when, slots, more = {}) {
  const {task_id} = await week.zhao.call('PublishTask', {
    title, category, area_code: community, place: week.place, window: when, slots_min: 1, slots_max: slots, ...more,
  });
  return {task_id};
}

// The code that a phone without network shows now: RFC 6238.
function totp(secret) {
  const step = Buffer.alloc(8);
  step.writeBigInt64BE(BigInt(Math.floor(now() / 30)));
  const mac = createHmac('sha256', secret).update(step).digest();
  const number = (mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff) % 1e6;
  return String(number).padStart(6, '0');
}

module.exports = {at, community, day, now, photo, publish, reach, totp, week, window};

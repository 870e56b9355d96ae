// What the days of the week have in common.
'use strict';
const {createHash, createHmac} = require('node:crypto');
const {sleep} = require('../app');

const community = '310110001001';
const day = 86_400;
const week = {};  // what one day leaves for the next
const now = () => Math.floor(Date.now() / 1000);
const window = (start, length) => ({start: {seconds: start}, end: {seconds: start + length}});
const photo = (name) => ({url: `https://photos.example.org/${name}.jpg`, sha256: createHash('sha256').update(name).digest()});
// Until a moment after that second.
const reach = (seconds) => sleep(seconds * 1000 + 200 - Date.now());

// The minute of the day in China, and the day of the week.
function inChina(seconds) {
  const date = new Date((seconds + 8 * 3600) * 1000);  // its UTC fields are China's
  return {minute: date.getUTCHours() * 60 + date.getUTCMinutes(), weekday: date.getUTCDay() || 7};
}

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

module.exports = {community, day, inChina, now, photo, publish, reach, totp, week, window};

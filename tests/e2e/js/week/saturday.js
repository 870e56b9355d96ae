// 阵地: rooms that are booked, a project that is followed, and where to go.
'use strict';
const assert = require('node:assert/strict');
const {anybody, until} = require('../app');
const {at, community, reach, week, window} = require('./town');

async function rooms() {
  const {chen, li, zhao, place} = week;
  const hours = {weekday: 7, start_minute: 9 * 60, end_minute: 10 * 60};
  const create = (title, category, more) => zhao.call('CreateResource',
    {title, category, area_code: community, place, capacity: 1, slots: [hours], ...more});
  const {resource_id} = await create('图书角', 'venue', {booking: {auto_confirm: true, waitlist_max: 1}});
  const {slots: [slot]} = await li.call('ListSlots', {resource_id});
  const wish = {resource_id, start_time: slot.window.start};
  const booked = await li.call('BookResource', wish);
  const waiting = await chen.call('BookResource', wish);
  assert.equal(waiting.state, 'BOOKING_STATE_WAITLISTED');
  await li.call('CancelBooking', {booking_id: booked.booking_id});
  await chen.heard('BOOKING_CONFIRMED', waiting.booking_id);
  const {bookings} = await chen.call('ListMyBookings', {states: ['BOOKING_STATE_CONFIRMED']});
  assert.ok(bookings.some(({booking_id}) => booking_id === waiting.booking_id));
  const {resource_id: barber, etag} = await create('理发', 'haircut', {booking: {auto_confirm: false}});
  await zhao.call('UpdateResource',
    {resource_id: barber, description: '自带毛巾', etag, update_mask: {paths: ['description']}});
  assert.equal((await li.call('GetResource', {resource_id: barber})).description, '自带毛巾');
  const asked = await li.call('BookResource', {resource_id: barber, start_time: slot.window.start, note: '剪短'});
  const {bookings: [seen]} = await zhao.call('ListBookings', {resource_id: barber});
  assert.equal(seen.booking_id, asked.booking_id);
  const ofBooking = {booking_id: asked.booking_id};
  assert.equal((await zhao.call('GetBooking', ofBooking)).contact.phone, li.phone);
  const kept = await zhao.call('AnswerBooking', {...ofBooking, verdict: 'BOOKING_VERDICT_CONFIRM'});
  assert.equal(kept.state, 'BOOKING_STATE_CONFIRMED');
  await li.heard('BOOKING_CONFIRMED', asked.booking_id);
  await zhao.call('WithdrawResource', {resource_id: barber, reason: '师傅休假'});
  await li.heard('BOOKING_CANCELLED', asked.booking_id);
  const {resources} = await li.call('ListResources', {area_code: community, states: ['RESOURCE_STATE_LISTED']});
  assert.deepEqual(resources.map(({title}) => title), ['图书角', '党群活动室', '轮椅两台']);
  console.log('周六: a room is booked, and given on to who waited; a haircut is confirmed by who gives it');
}

// 老刘 was to sit at the desk.
async function absent() {
  const {li, liu, zhao, ofDesk, place} = week;
  reach(at(6, 10, 30));
  await liu.heard('NO_SHOW', ofDesk.task_id);
  await zhao.heardAt(community, 'NO_SHOW_REPORTED', ofDesk.task_id);
  const saved = await until('a free slot', async () => {
    const task = await zhao.call('GetTask', ofDesk);
    return task.repair_until && task;
  });
  assert.equal(saved.repair_until.seconds, at(6, 11), 'as long as half of the time is left');
  assert.equal((await li.call('ClaimTask', ofDesk)).state, 'ASSIGNMENT_STATE_ACCEPTED');
  await li.call('SignIn', {...ofDesk, position: place, accuracy_m: 10});
  reach(at(6, 12));
  await li.call('SignOut', {...ofDesk, position: place, accuracy_m: 10});
  const {credit_request: {request_time}} = await liu.call('RequestCredit',
    {...ofDesk, served: window(at(6, 10), 3600), statement: '我在后门'});
  await zhao.call('AnswerCreditRequest', {
    ...ofDesk, person_id: liu.id, verdict: 'CREDIT_REQUEST_VERDICT_REJECT', reason: '后门没有签到台', request_time,
  });
  await liu.heard('CREDIT_REJECTED', ofDesk.task_id);
  assert.equal((await liu.call('GetMyAssignment', ofDesk)).assignment.state, 'ASSIGNMENT_STATE_NO_SHOW');
  console.log('周六: who does not come is noted, and somebody else takes the place while there is time');
}

// The booking of Tuesday.
async function comeOrNot() {
  const {chen, li, zhao, hall} = week;
  reach(at(6, 14));
  await zhao.call('MarkNoShow', {booking_id: hall.missed.booking_id});
  await chen.heard('BOOKING_MISSED', hall.missed.booking_id);
  await li.heard('BOOKING_REMINDER', hall.kept.booking_id);
  console.log('周六: who did not come is noted, and whoever comes tomorrow is reminded');
}

async function pushes() {
  const {chen, li} = week;
  const kinds = async () => (await li.pushed()).map(({message}) => message.kind.replace('NOTIFICATION_KIND_', ''));
  await until('the push', async () => (await kinds()).includes('BOOKING_REMINDER'));
  for (const kind of ['NEED_ACCEPTED', 'NEED_RETURNED']) {
    assert.ok((await li.heard(kind)) && !(await kinds()).includes(kind), `${kind} is for the inbox alone`);
  }
  const ids = (await chen.pushed()).map(({id}) => id);
  assert.equal(new Set(ids).size, ids.length);
  console.log('周六: nobody is disturbed by what they do not want to hear at once, and nobody twice');
}

async function projects() {
  const {li, liu, zhao, unit} = week;
  const propose = async (title) => {
    const {project_id} = await zhao.call('CreateProject', {title, category: 'repair', area_code: community, campaign_days: 30});
    return {project_id};
  };
  const rails = await propose('楼道扶手');
  await li.call('FollowProject', rails);
  await zhao.call('UpdateProject', {...rails, description: '三号楼先装', update_mask: {paths: ['description']}});
  await li.heard('PROJECT_UPDATED', rails.project_id);
  assert.equal((await li.call('ListMyProjects', {followed: true})).projects.length, 1);
  await zhao.call('ApproveProject', rails);
  await liu.call('ClaimProject', {...rails, ...unit});
  await liu.call('ReleaseProject', {...rails, comment: '材料未到'});
  await liu.call('ClaimProject', {...rails, ...unit});
  assert.equal((await liu.call('ListMyProjects', unit)).projects[0].project_id, rails.project_id);
  await liu.call('StartProject', rails);
  await liu.call('CompleteProject', {...rails, comment: '装好了'});
  await li.heard('PROJECT_DONE', rails.project_id);
  await zhao.call('EvaluateProject', {...rails, rating: 5});
  const done = await li.call('GetProject', rails);
  assert.deepEqual([done.state, done.rating], ['PROJECT_STATE_EVALUATED', 5]);
  const [lift, pond] = [await propose('加装电梯'), await propose('挖个池塘')];
  await li.call('FollowProject', lift);
  assert.equal((await li.call('UnfollowProject', lift)).followed, false);
  await zhao.call('RejectProject', {...pond, comment: '不安全'});
  await zhao.call('CancelProject', {...lift, comment: '居民不同意'});
  const {projects} = await li.call('ListProjects', {area_code: community});
  assert.deepEqual(projects.map(({state}) => state),
    ['PROJECT_STATE_REJECTED', 'PROJECT_STATE_CANCELLED', 'PROJECT_STATE_EVALUATED']);
  console.log('周六: a project is proposed, followed, claimed by the unit, done and rated');
}

async function stations() {
  const {zhao, place} = week;
  const made = await zhao.call('CreateServicePoint',
    {name: '平凉路家门口站', kind: 'SERVICE_POINT_KIND_DOORSTEP_STATION', area_code: community, place, phone: '021-65431234'});
  const ofStation = {service_point_id: made.service_point_id};
  await zhao.call('UpdateServicePoint', {...ofStation, address: '平凉路100号', update_mask: {paths: ['address']}});
  assert.equal((await anybody.call('GetServicePoint', ofStation)).address, '平凉路100号');
  await zhao.call('CloseServicePoint', {...ofStation, reason: '装修'});
  const nearest = async () => (await anybody.call('FindNearestServicePoints', {point: place})).hits.length;
  assert.equal(await nearest(), 0);
  await zhao.call('ReopenServicePoint', ofStation);
  assert.equal(await nearest(), 1);
  assert.equal((await anybody.call('ListServicePoints', {area_code: community})).service_points.length, 1);
  console.log('周六: the station at the door is found by everybody, while it is open');
}

module.exports = async () => {
  reach(at(6, 9));
  for (const part of [rooms, absent, projects, stations, comeOrNot, pushes]) await part();
};

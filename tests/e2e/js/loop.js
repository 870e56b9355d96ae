// 报到 → 发布 → 接单 → 服务 → 评价 → 反馈, once through; fails at the first wrong answer.
'use strict';
const assert = require('node:assert/strict');
const {randomUUID} = require('node:crypto');
const {anybody, grpc, Person, play, refused, sleep, until} = require('./app');

const community = '310110001001';

// The notifications after a cursor, as they come.
function watch(person, cursor, count) {
  return new Promise((resolve, reject) => {
    const seen = [];
    const stream = person.stream('WatchInbox', {person_id: person.id, resume_token: cursor});
    stream.on('data', ({notification}) => {
      if (notification) seen.push(notification.cursor);
      if (seen.length === count) stream.cancel();
    });
    stream.on('error', (error) => error.code === grpc.status.CANCELLED ? resolve(seen) : reject(error));
  });
}

async function main() {
  const [coordinator, volunteer, resident] = [await Person.login(), await Person.login(), await Person.login()];
  await coordinator.appoint('ROLE_COORDINATOR', community);
  const place = (await anybody.call('GetArea', {code: community})).center;

  let registration = await volunteer.call('CreateRegistration', {area_code: community});
  assert.equal(registration.state, 'REGISTRATION_STATE_PENDING');
  const approve = {registration_id: registration.registration_id, verdict: 'REGISTRATION_VERDICT_APPROVE'};
  await refused(volunteer.call('ReviewRegistration', approve), 'PERMISSION_DENIED');
  registration = await coordinator.call('ReviewRegistration', approve);
  assert.equal(registration.state, 'REGISTRATION_STATE_ACTIVE');
  console.log('报到: reported and approved');

  const start = Math.floor(Date.now() / 1000) + 10;
  const contact = {name: '王秀英', phone: resident.phone, address: '平凉路1号101室'};
  let need = await resident.call('CreateNeed', {
    title: '陪同就医', category: 'elderly_care', area_code: community, place, contact, people_wanted: 1,
    window: {start: {seconds: start}, end: {seconds: start + 3600}},
  });
  assert.equal(need.state, 'NEED_STATE_SUBMITTED');
  const ofNeed = {need_id: need.need_id};
  await coordinator.call('ReviewNeed', {...ofNeed, verdict: 'NEED_VERDICT_ACCEPT'});
  need = await coordinator.call('PublishNeed', ofNeed);
  assert.equal(need.state, 'NEED_STATE_MATCHED');
  const ofTask = {task_id: need.task_id};
  console.log('发布: the need is a task');

  await refused(volunteer.call('GetTaskContact', ofTask), 'PERMISSION_DENIED');
  const claim = {...ofTask, request_id: randomUUID()};
  const claimed = await volunteer.call('ClaimTask', claim);
  assert.equal(claimed.state, 'ASSIGNMENT_STATE_ACCEPTED');
  assert.deepEqual(await volunteer.call('ClaimTask', claim), claimed, 'the same request again');
  await refused(volunteer.call('ClaimTask', ofTask), 'ALREADY_ASSIGNED');
  assert.equal((await resident.call('GetTask', ofTask)).state, 'TASK_STATE_STAFFED');
  assert.equal((await volunteer.call('GetTaskContact', ofTask)).phone, contact.phone);
  const {people} = await resident.call('ListTaskPeople', ofTask);
  assert.deepEqual(people.map((one) => one.phone), [volunteer.phone], 'the resident knows who comes');
  await refused(volunteer.call('ListTaskPeople', ofTask), 'PERMISSION_DENIED');
  assert.equal((await volunteer.call('GetTaskCoordinator', ofTask)).phone, coordinator.phone);
  console.log('接单: claimed once, however often it is sent');

  const {code} = await resident.call('GetSignInCode', ofTask);
  const onSite = await volunteer.call('SignIn', {...ofTask, code});
  assert.equal(onSite.state, 'ASSIGNMENT_STATE_SIGNED_IN');
  await sleep(start * 1000 + 200 - Date.now());
  const done = await volunteer.call('SignOut', {...ofTask, position: place});
  assert.equal(done.state, 'ASSIGNMENT_STATE_SIGNED_OUT');
  console.log('服务: signed in with the code, signed out by position');

  const rated = await resident.call('EvaluateTask', {...ofTask, rating: 5, comment: '谢谢'});
  assert.equal(rated.state, 'TASK_STATE_EVALUATED');
  const balance = await until('the hours', async () => {
    const balance = await volunteer.call('GetBalance', {person_id: volunteer.id});
    return balance.entries > 0 && balance;
  });
  assert.deepEqual([balance.minutes, balance.entries], [1, 1], 'a started minute counts as one');
  const closed = await coordinator.call('CloseTask', ofTask);
  assert.equal(closed.state, 'TASK_STATE_CLOSED');
  await refused(volunteer.call('GetTaskContact', ofTask), 'PERMISSION_DENIED');
  await refused(resident.call('ListTaskPeople', ofTask), 'WRONG_STATE');
  console.log('评价: rated, credited, closed, the contact hidden again');

  await resident.heard('NEED_CLOSED');
  await volunteer.heard('HOURS_CREDITED');
  const {notifications} = await volunteer.call('ListNotifications', {person_id: volunteer.id});
  const cursors = notifications.map(({cursor}) => cursor).reverse();
  assert.ok(cursors.length >= 3, 'approved, claimed, credited');
  assert.deepEqual(await watch(volunteer, cursors[0], cursors.length - 1), cursors.slice(1), 'resumed without a gap');
  console.log('反馈: both have heard; an inbox resumes where it was left');

  const home = await until('the sums', async () => {
    const home = await volunteer.call('GetHome', {person_id: volunteer.id});
    return home.service && home.service.services > 0 && home;
  });
  assert.deepEqual(home.missing, []);
  assert.deepEqual([home.service.services, home.service.minutes_this_month], [1, 1]);
  assert.ok(home.unread_count > 0 && home.agenda);
  console.log('首页: what three services know, in one call');

  const tomorrow = new Date(Date.now() + (8 + 24) * 3_600_000);  // its UTC fields are China's
  const hours = {weekday: tomorrow.getUTCDay() || 7, start_minute: 9 * 60, end_minute: 10 * 60};
  const {resource_id} = await resident.call('CreateResource', {
    title: '理发', category: 'haircut', area_code: community, place, capacity: 1, slots: [hours],
    booking: {auto_confirm: true, waitlist_max: 1},
  });
  const {slots: [slot]} = await volunteer.call('ListSlots', {resource_id});
  const wish = {resource_id, start_time: slot.window.start};
  const booked = await volunteer.call('BookResource', wish);
  assert.equal(booked.state, 'BOOKING_STATE_CONFIRMED');
  const waiting = await coordinator.call('BookResource', wish);
  assert.equal(waiting.state, 'BOOKING_STATE_WAITLISTED');
  const {contact: customer} = await resident.call('GetBooking', {booking_id: booked.booking_id});
  assert.equal(customer.phone, volunteer.phone, 'the barber knows who comes');
  await volunteer.call('CancelBooking', {booking_id: booked.booking_id});
  const moved = await coordinator.call('GetBooking', {booking_id: waiting.booking_id});
  assert.equal(moved.state, 'BOOKING_STATE_CONFIRMED');
  console.log('预约: booked, and given on to who waited');
}

play(main);

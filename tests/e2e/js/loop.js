// 报到 → 发布 → 接单 → 服务 → 评价 → 反馈 with a client that shares no code with the backend; fails at the first wrong
// answer. The backend is found by BAODAO_DIR and BAODAO_PORT_BASE and has the areas of 杨浦区.
'use strict';
const assert = require('node:assert/strict');
const {execFileSync} = require('node:child_process');
const {randomInt, randomUUID} = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const root = path.join(__dirname, '../../..');
const dir = process.env.BAODAO_DIR || path.join(root, 'var');
const base = Number(process.env.BAODAO_PORT_BASE || 7100);
const community = '310110001001';

const protos = ['registration/v1/area', 'registration/v1/session', 'registration/v1/registration', 'lists/v1/need',
  'lists/v1/resource', 'lists/v1/booking', 'dispatch/v1/task', 'dispatch/v1/assignment', 'inbox/v1/inbox',
  'inbox/v1/home'].map((name) => `baodao/${name}.proto`);
const {baodao} = grpc.loadPackageDefinition(loader.loadSync(protos,
  {includeDirs: [path.join(root, 'protos')], keepCase: true, enums: String, longs: Number, defaults: true}));

function connect(Service, offset) {
  return new Service(`127.0.0.1:${base + offset}`, grpc.credentials.createInsecure());
}
const areas = connect(baodao.registration.v1.AreaService, 1);
const sessions = connect(baodao.registration.v1.SessionService, 1);
const registrations = connect(baodao.registration.v1.RegistrationService, 1);
const needs = connect(baodao.lists.v1.NeedService, 2);
const resources = connect(baodao.lists.v1.ResourceService, 2);
const bookings = connect(baodao.lists.v1.BookingService, 2);
const tasks = connect(baodao.dispatch.v1.TaskService, 3);
const assignments = connect(baodao.dispatch.v1.AssignmentService, 3);
const ledger = connect(baodao.dispatch.v1.LedgerService, 3);
const inbox = connect(baodao.inbox.v1.InboxService, 5);
const homes = connect(baodao.inbox.v1.HomeService, 5);

function as(token) {
  const metadata = new grpc.Metadata();
  if (token) metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}

function call(service, method, token, request) {
  return new Promise((resolve, reject) => {
    // A message without a request_id leaves it out.
    service[method]({request_id: randomUUID(), ...request}, as(token), {deadline: Date.now() + 10_000},
      (error, answer) => error ? reject(error) : resolve(answer));
  });
}

async function refused(answer, reason) {
  const error = await answer.then(() => assert.fail(`not refused with ${reason}`), (error) => error);
  assert.ok(error.metadata, error);
  assert.ok(error.metadata.get('grpc-status-details-bin')[0].includes(reason), error);
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// The effects of an event follow a moment later.
async function until(what, look) {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(50)) {
    const found = await look();
    if (found) return found;
  }
  assert.fail(`waited in vain for ${what}`);
}

async function login() {
  const phone = `139${randomInt(1e7, 1e8)}`;
  const {challenge_id} = await call(sessions, 'RequestLoginCode', '', {phone});
  const codes = fs.readFileSync(path.join(dir, 'login-codes.txt'), 'utf8').split('\n');
  const code = codes.filter((line) => line.includes(phone)).at(-1).split(' ').at(-1);
  const tokens = await call(sessions, 'Login', '', {phone, code, challenge_id});
  return {phone, id: tokens.person.person_id, token: tokens.access_token, refresh: tokens.refresh_token};
}

async function appoint(person) {
  const ctl = path.resolve(root, process.env.BUILD || 'build', 'bin/baodaoctl');
  const mint = ['--keys', path.join(dir, 'keys'), 'token', 'mint', '--operator'];
  const operator = execFileSync(ctl, mint, {encoding: 'utf8'}).trim();
  await call(sessions, 'GrantRole', operator,
    {person_id: person.id, role: 'ROLE_COORDINATOR', area_code: community});
  person.token = (await call(sessions, 'RefreshTokens', '', {refresh_token: person.refresh})).access_token;
}

// The notifications after a cursor, as they come.
function watch(person, cursor, count) {
  return new Promise((resolve, reject) => {
    const seen = [];
    const stream = inbox.WatchInbox({person_id: person.id, resume_token: cursor}, as(person.token));
    stream.on('data', ({notification}) => {
      if (notification) seen.push(notification.cursor);
      if (seen.length === count) stream.cancel();
    });
    stream.on('error', (error) => error.code === grpc.status.CANCELLED ? resolve(seen) : reject(error));
  });
}

async function main() {
  const [coordinator, volunteer, resident] = [await login(), await login(), await login()];
  await appoint(coordinator);
  const place = (await call(areas, 'GetArea', '', {code: community})).center;

  let registration = await call(registrations, 'CreateRegistration', volunteer.token, {area_code: community});
  assert.equal(registration.state, 'REGISTRATION_STATE_PENDING');
  const approve = {registration_id: registration.registration_id, verdict: 'REGISTRATION_VERDICT_APPROVE'};
  await refused(call(registrations, 'ReviewRegistration', volunteer.token, approve), 'PERMISSION_DENIED');
  registration = await call(registrations, 'ReviewRegistration', coordinator.token, approve);
  assert.equal(registration.state, 'REGISTRATION_STATE_ACTIVE');
  console.log('报到: reported and approved');

  const start = Math.floor(Date.now() / 1000) + 10;
  const contact = {name: '王秀英', phone: resident.phone, address: '平凉路1号101室'};
  let need = await call(needs, 'CreateNeed', resident.token, {
    title: '陪同就医', category: 'elderly_care', area_code: community, place, contact, people_wanted: 1,
    window: {start: {seconds: start}, end: {seconds: start + 3600}},
  });
  assert.equal(need.state, 'NEED_STATE_SUBMITTED');
  const ofNeed = {need_id: need.need_id};
  await call(needs, 'ReviewNeed', coordinator.token, {...ofNeed, verdict: 'NEED_VERDICT_ACCEPT'});
  need = await call(needs, 'PublishNeed', coordinator.token, ofNeed);
  assert.equal(need.state, 'NEED_STATE_MATCHED');
  const ofTask = {task_id: need.task_id};
  console.log('发布: the need is a task');

  await refused(call(tasks, 'GetTaskContact', volunteer.token, ofTask), 'PERMISSION_DENIED');
  const claim = {...ofTask, request_id: randomUUID()};
  const claimed = await call(assignments, 'ClaimTask', volunteer.token, claim);
  assert.equal(claimed.state, 'ASSIGNMENT_STATE_ACCEPTED');
  assert.deepEqual(await call(assignments, 'ClaimTask', volunteer.token, claim), claimed, 'the same request again');
  await refused(call(assignments, 'ClaimTask', volunteer.token, ofTask), 'ALREADY_ASSIGNED');
  assert.equal((await call(tasks, 'GetTask', resident.token, ofTask)).state, 'TASK_STATE_STAFFED');
  assert.equal((await call(tasks, 'GetTaskContact', volunteer.token, ofTask)).phone, contact.phone);
  const {people} = await call(assignments, 'ListTaskPeople', resident.token, ofTask);
  assert.deepEqual(people.map((one) => one.phone), [volunteer.phone], 'the resident knows who comes');
  await refused(call(assignments, 'ListTaskPeople', volunteer.token, ofTask), 'PERMISSION_DENIED');
  assert.equal((await call(tasks, 'GetTaskCoordinator', volunteer.token, ofTask)).phone, coordinator.phone);
  console.log('接单: claimed once, however often it is sent');

  const {code} = await call(tasks, 'GetSignInCode', resident.token, ofTask);
  const onSite = await call(assignments, 'SignIn', volunteer.token, {...ofTask, code});
  assert.equal(onSite.state, 'ASSIGNMENT_STATE_SIGNED_IN');
  await sleep(start * 1000 + 200 - Date.now());
  const done = await call(assignments, 'SignOut', volunteer.token, {...ofTask, position: place});
  assert.equal(done.state, 'ASSIGNMENT_STATE_SIGNED_OUT');
  console.log('服务: signed in with the code, signed out by position');

  const rated = await call(tasks, 'EvaluateTask', resident.token, {...ofTask, rating: 5, comment: '谢谢'});
  assert.equal(rated.state, 'TASK_STATE_EVALUATED');
  const balance = await until('the hours', async () => {
    const balance = await call(ledger, 'GetBalance', volunteer.token, {person_id: volunteer.id});
    return balance.entries > 0 && balance;
  });
  assert.deepEqual([balance.minutes, balance.entries], [1, 1], 'a started minute counts as one');
  const closed = await call(tasks, 'CloseTask', coordinator.token, ofTask);
  assert.equal(closed.state, 'TASK_STATE_CLOSED');
  await refused(call(tasks, 'GetTaskContact', volunteer.token, ofTask), 'PERMISSION_DENIED');
  await refused(call(assignments, 'ListTaskPeople', resident.token, ofTask), 'WRONG_STATE');
  console.log('评价: rated, credited, closed, the contact hidden again');

  const heard = (person, kind) => until(kind, async () => {
    const {notifications} = await call(inbox, 'ListNotifications', person.token, {person_id: person.id});
    return notifications.some((notification) => notification.kind === kind) && notifications;
  });
  await heard(resident, 'NOTIFICATION_KIND_NEED_CLOSED');
  const cursors = (await heard(volunteer, 'NOTIFICATION_KIND_HOURS_CREDITED')).map(({cursor}) => cursor).reverse();
  assert.ok(cursors.length >= 3, 'approved, claimed, credited');
  assert.deepEqual(await watch(volunteer, cursors[0], cursors.length - 1), cursors.slice(1), 'resumed without a gap');
  console.log('反馈: both have heard; an inbox resumes where it was left');

  const home = await until('the sums', async () => {
    const home = await call(homes, 'GetHome', volunteer.token, {person_id: volunteer.id});
    return home.service && home.service.services > 0 && home;
  });
  assert.deepEqual(home.missing, []);
  assert.deepEqual([home.service.services, home.service.minutes_this_month], [1, 1]);
  assert.ok(home.unread_count > 0 && home.agenda);
  console.log('首页: what three services know, in one call');

  const tomorrow = new Date(Date.now() + (8 + 24) * 3_600_000);  // its UTC fields are China's
  const hours = {weekday: tomorrow.getUTCDay() || 7, start_minute: 9 * 60, end_minute: 10 * 60};
  const {resource_id} = await call(resources, 'CreateResource', resident.token, {
    title: '理发', category: 'haircut', area_code: community, place, capacity: 1, slots: [hours],
    booking: {auto_confirm: true, waitlist_max: 1},
  });
  const {slots: [slot]} = await call(bookings, 'ListSlots', volunteer.token, {resource_id});
  const wish = {resource_id, start_time: slot.window.start};
  const booked = await call(bookings, 'BookResource', volunteer.token, wish);
  assert.equal(booked.state, 'BOOKING_STATE_CONFIRMED');
  const waiting = await call(bookings, 'BookResource', coordinator.token, wish);
  assert.equal(waiting.state, 'BOOKING_STATE_WAITLISTED');
  const {contact: customer} = await call(bookings, 'GetBooking', resident.token, {booking_id: booked.booking_id});
  assert.equal(customer.phone, volunteer.phone, 'the barber knows who comes');
  await call(bookings, 'CancelBooking', volunteer.token, {booking_id: booked.booking_id});
  const moved = await call(bookings, 'GetBooking', coordinator.token, {booking_id: waiting.booking_id});
  assert.equal(moved.state, 'BOOKING_STATE_CONFIRMED');
  console.log('预约: booked, and given on to who waited');
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});

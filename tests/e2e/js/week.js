// A week of five people. 王奶奶 has no phone; 李阿姨 lives next door and speaks for her; 小陈 is a volunteer; 老刘 is the
// liaison of the power company that 小陈 works for; 赵社工 coordinates the community. The days pass as fast as the backend
// lets them: what is served is served within seconds.
'use strict';
const assert = require('node:assert/strict');
const {createHash} = require('node:crypto');
const {anybody, Person, play, refused, sleep, until} = require('./app');

const community = '310110001001';
const now = () => Math.floor(Date.now() / 1000);
const window = (start, length) => ({start: {seconds: start}, end: {seconds: start + length}});
const photo = (name) => ({url: `https://photos.example.org/${name}.jpg`, sha256: createHash('sha256').update(name).digest()});
const week = {};  // what one day leaves for the next

async function monday() {
  const [li, chen, liu, zhao] = await Promise.all([1, 2, 3, 4].map(() => Person.login()));
  Object.assign(week, {li, chen, liu, zhao, place: (await anybody.call('GetArea', {code: community})).center});
  await zhao.appoint('ROLE_COORDINATOR', community);

  const unit = await zhao.call('CreateUnit',
    {name: '杨浦供电公司', kind: 'UNIT_KIND_ENTERPRISE', area_code: community, liaison_id: liu.id});
  week.unit = {unit_id: unit.unit_id};
  const {areas: [found]} = await chen.call('SearchAreas', {query: '平凉'});
  assert.ok(found, 'an area is found by its name');
  await chen.call('UpdatePerson', {
    person_id: chen.id, display_name: '陈志远', categories: ['party_member'], skills: ['elderly_care'], ...week.unit,
    update_mask: {paths: ['display_name', 'categories', 'skills', 'unit_id']},
  });
  for (const registration of [
    await liu.call('CreateRegistration', {subject_id: unit.unit_id, area_code: community}),
    await chen.call('CreateRegistration', {area_code: community, through_unit_id: unit.unit_id}),
    await li.call('CreateRegistration', {area_code: community}),
  ]) {
    await zhao.call('ReviewRegistration',
      {registration_id: registration.registration_id, verdict: 'REGISTRATION_VERDICT_APPROVE'});
  }
  await chen.heard('REGISTRATION_ACTIVE');
  console.log('周一: a unit and two people have reported');

  const nominated = await liu.call('ApplyForVerification',
    {person_id: chen.id, area_code: community, category: 'party_member', statement: '组织关系在我单位'});
  assert.equal(nominated.source, 'VERIFICATION_SOURCE_NOMINATED');
  const {verifications: [waiting]} = await zhao.call('ListVerifications', {area_code: community});
  assert.equal(waiting.verification_id, nominated.verification_id);
  await zhao.call('AnswerVerification',
    {verification_id: nominated.verification_id, verdict: 'VERIFICATION_VERDICT_APPROVE'});
  const {verified_categories: [member]} = await chen.call('GetPerson', {person_id: chen.id});
  assert.equal(member.category, 'party_member');
  console.log('周一: who says to be a party member is one once it is verified');

  await chen.call('RegisterDevice',
    {person_id: chen.id, platform: 'DEVICE_PLATFORM_ANDROID', push_token: 'token-of-the-push-service'});
  await chen.call('SetPreferences',
    {person_id: chen.id, preferences: {quiet_start_minute: 22 * 60, quiet_end_minute: 7 * 60, digest_hour: 8}});
  const {devices, preferences} = await chen.call('GetChannels', {person_id: chen.id});
  assert.deepEqual([devices.length, preferences.quiet_start_minute], [1, 1320]);
  console.log('周一: a phone to reach, and hours to be left alone');
}

async function tuesday() {
  const {li, zhao, place} = week;
  week.start = now() + 12;
  const need = await li.call('CreateNeed', {
    title: '陪王奶奶看病', description: '腿脚不便', category: 'elderly_care', area_code: community, place, people_wanted: 1,
    window: window(week.start, 3600), contact: {name: '王秀英', phone: li.phone, address: '平凉路1号101室'},
  });
  const edited = await li.call('UpdateNeed', {
    need_id: need.need_id, urgency: 'NEED_URGENCY_SOON', photos: [photo('stairs')], etag: need.etag,
    update_mask: {paths: ['urgency', 'photos']},
  });
  assert.equal(edited.state, 'NEED_STATE_SUBMITTED');
  const stale = {need_id: need.need_id, title: '看病', etag: need.etag, update_mask: {paths: ['title']}};
  await refused(li.call('UpdateNeed', stale), 'STALE_VERSION');
  const desk = await zhao.call('GetNeed', {need_id: need.need_id});
  assert.deepEqual([desk.contact.name, desk.photos.length], ['王秀英', 1], 'the coordinator sees whom it is for');
  await zhao.call('ReviewNeed', {need_id: need.need_id, verdict: 'NEED_VERDICT_ACCEPT'});
  const {task_id} = await zhao.call('PublishNeed', {need_id: need.need_id});
  week.escort = {task_id};
  console.log('周二: a need is raised, mended, accepted and published');
}

async function wednesday() {
  const {chen, liu, li, zhao, escort, place} = week;
  const wish = {area_code: community, claimable: true, filter: {text: '看病', free_slots: 1, may_take: true}};
  const found = await until('the task', async () => (await chen.call('ListTasks', wish)).tasks[0]);
  assert.equal(found.task_id, escort.task_id);
  assert.equal((await chen.call('FindNearestTasks', {point: place, filter: wish.filter})).hits.length, 1);

  const stranger = await Person.login();
  const {claimable, obstacles} = await stranger.call('CheckClaim', escort);
  assert.ok(!claimable && obstacles.some(({reason}) => reason === 'NOT_REGISTERED'), 'told before trying');
  assert.ok((await chen.call('CheckClaim', escort)).claimable);
  await chen.call('ClaimTask', escort);
  assert.equal((await chen.call('GetMyAssignment', escort)).assignment.state, 'ASSIGNMENT_STATE_ACCEPTED');
  const {people: [coming]} = await li.call('ListTaskPeople', escort);
  assert.deepEqual([coming.display_name, coming.phone], ['陈志远', chen.phone]);
  assert.equal((await chen.call('GetTaskCoordinator', escort)).phone, zhao.phone);
  const agenda = (await chen.call('GetHome', {person_id: chen.id})).agenda;
  assert.ok(agenda.next, 'the next work stands on the first screen');
  console.log('周三: work is found, looked at and taken; both sides know each other');
}

async function thursday() {
  const {chen, li, escort, start, place} = week;
  const {code} = await li.call('GetSignInCode', escort);
  await chen.call('SignIn', {...escort, code});
  await li.heard('HELPER_ARRIVED');
  await sleep(start * 1000 + 200 - Date.now());
  await chen.call('SignOut', {...escort, position: place});
  await li.call('EvaluateTask', {...escort, rating: 5, comment: '谢谢小陈'});
  await chen.heard('HOURS_CREDITED');
  console.log('周四: served, rated, credited');
}

async function saturday() {
  const {chen, li, zhao, place} = week;
  const tomorrow = new Date(Date.now() + (8 + 24) * 3_600_000);  // its UTC fields are China's
  const hours = {weekday: tomorrow.getUTCDay() || 7, start_minute: 9 * 60, end_minute: 10 * 60};
  const {resource_id} = await zhao.call('CreateResource', {
    title: '党群活动室', category: 'venue', area_code: community, place, capacity: 1, slots: [hours],
    booking: {auto_confirm: true, waitlist_max: 1},
  });
  const {slots: [slot]} = await li.call('ListSlots', {resource_id});
  const wish = {resource_id, start_time: slot.window.start};
  const booked = await li.call('BookResource', wish);
  assert.equal((await chen.call('BookResource', wish)).state, 'BOOKING_STATE_WAITLISTED');
  await li.call('CancelBooking', {booking_id: booked.booking_id});
  assert.equal((await chen.call('ListMyBookings', {})).bookings[0].state, 'BOOKING_STATE_CONFIRMED');
  console.log('周六: a room is booked, and given on to who waited');
}

async function sunday() {
  const {chen, liu, zhao, unit} = week;
  const period = window(now() - 86400, 2 * 86400);
  const statement = await until('the hours', async () => {
    const statement = await chen.call('GetStatement', {person_id: chen.id, period});
    return statement.total_size > 0 && statement;
  });
  assert.equal(statement.entries[0].title, '陪王奶奶看病');
  const report = await until('the report', async () => {
    const report = await liu.call('GetUnitReport', {...unit, period});
    return report.total.services > 0 && report;
  });
  assert.deepEqual([report.total.members, report.total.services], [1, 1]);
  const home = await chen.call('GetHome', {person_id: chen.id});
  assert.equal(home.service.services, 1);
  assert.ok(await zhao.call('GetAreaSummary', {area_code: community}));
  console.log('周日: hours of a person, of a unit, and the desk of a community');
}

play(async () => {
  for (const day of [monday, tuesday, wednesday, thursday, saturday, sunday]) await day();
});
